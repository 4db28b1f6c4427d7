//! Name analysis and comparison.

use tenantry_names::{Name, NameKind, compare};

const KINDS: [NameKind; 4] = [NameKind::Person, NameKind::Organisation, NameKind::Unknown, NameKind::Object];

pub(crate) fn names(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (left, right) = text.split_once('\n').unwrap_or((&text, &text));
    for kind in KINDS {
        let (left, right) = (Name::analyse(left, kind), Name::analyse(right, kind));
        let there = compare(&left, &right);
        assert!(there.similarity <= 1000, "more than certain");
        assert_eq!(there, compare(&left, &right), "another answer to the same question");
        for part in there.aligned.iter().map(|a| a.left).chain(there.left_only.iter().copied()) {
            assert!(part.start <= part.end, "a span that ends before it begins");
            assert!(part.end as usize <= left.text().chars().count(), "a span beside the text");
        }
    }
}
