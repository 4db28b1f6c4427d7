//! The rule about words: what does not belong into a public repository.
//!
//! Paths of somebody's machine, advertisements that tools leave behind, and marks of unfinished work that do
//! not say what is missing.

use super::{Repository, is_vendored};

/// Paths that exist on one machine only.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/tmp/", "brief"), concat!("/Us", "ers/")];

/// What writing tools put into texts to name themselves; lower case.
const ADVERTISEMENTS: [&str; 7] = [
    concat!("co-authored", "-by:"),
    concat!("generated with ", "["),
    concat!("anth", "ropic"),
    concat!("chat", "gpt"),
    concat!("open", "ai.com"),
    concat!("github ", "copilot"),
    concat!("claude", " code"),
];

const MARKS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

pub(super) fn words(repository: &Repository) -> Vec<String> {
    let mut breaches = Vec::new();
    for text in repository.texts.iter().filter(|text| !is_vendored(&text.path) && text.path != "Cargo.lock") {
        for (index, line) in text.content.lines().enumerate() {
            if let Some(what) = wrong_word(line) {
                breaches.push(format!("{}:{}: {what}", text.path, index + 1));
            }
        }
    }
    breaches
}

fn wrong_word(line: &str) -> Option<String> {
    if let Some(path) = MACHINE_PATHS.into_iter().find(|path| starts_a_word(line, path)) {
        return Some(format!("`{path}` is a path of one machine"));
    }
    let lower = line.to_lowercase();
    if let Some(word) = ADVERTISEMENTS.into_iter().find(|word| lower.contains(word)) {
        return Some(format!("`{word}` advertises a tool"));
    }
    let mark = MARKS.into_iter().find(|mark| starts_a_word(line, mark) && !says_what(line, mark))?;
    Some(format!("`{mark}` does not say what is missing: write `{mark}: ...`"))
}

/// Whether `word` stands in `line` at a place where a word or path can begin.
fn starts_a_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(start, _)| {
        let (before, _) = line.split_at(start);
        !before.ends_with(|character: char| character.is_alphanumeric() || "_-./".contains(character))
    })
}

fn says_what(line: &str, mark: &str) -> bool {
    let after = line.split_once(mark).map(|(_, after)| after).unwrap_or_default();
    after.strip_prefix(": ").is_some_and(|text| text.trim().len() >= 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_do_not_belong_are_found() {
        let bare = concat!("// TO", "DO");
        let rows = [
            ("see docs/work/flow.md".to_owned(), true),
            (format!("open {}main/x", MACHINE_PATHS[0]), false),
            (format!("`{}x`", MACHINE_PATHS[1]), false),
            (format!("https://example.org{}x", MACHINE_PATHS[0]), true),
            ("Jean-Claude Example".to_owned(), true),
            (format!("Co-Authored{}: somebody", "-By"), false),
            (bare.to_owned(), false),
            (format!("{bare}: later"), false),
            (format!("{bare}: the second prong is not asked yet"), true),
        ];
        for (line, fine) in rows {
            assert_eq!(wrong_word(&line).is_none(), fine, "{line}");
        }
    }
}
