//! Names compared, as tables and properties.

mod scripts;

use proptest::prelude::*;
use tenantry_names::{Name, NameKind, compare};

/// From this similarity on two names are taken for the same.
const SAME: u16 = 700;

fn check(kind: NameKind, same: bool, pairs: &[(&str, &str)]) {
    for (left, right) in pairs {
        let similarity = compare(&Name::analyse(left, kind), &Name::analyse(right, kind)).similarity;
        assert_eq!(similarity >= SAME, same, "{left} ~ {right}: {similarity}");
    }
}

#[test]
fn people_under_other_spellings_are_the_same() {
    check(
        NameKind::Person,
        true,
        &[
            ("Ada Lovelace", "LOVELACE, Ada"),
            ("Ada Lovelcae", "Ada Lovelace"),
            ("AdaLovelace", "Ada Lovelace"),
            ("Ada Love lace", "Ada Lovelace"),
            ("A. Lovelace", "Ada Lovelace"),
            ("Dr. Ada Lovelace", "Ada Lovelace"),
            ("Muhammad Yousef", "Mohammed Yusuf"),
            ("Владимир Высоцкий", "Vladimir Vysotsky"),
            ("박지성", "Park Ji-sung"),
            ("Ada Lovelace", "Ada King Lovelace"),
            ("Sergey Anatolevich Zagryadsky", "Sergei Zagriadsky"),
            ("Ferapont Lukyanovich Zagryadsky", "Ferapont Zagryadsky"),
        ],
    );
}

#[test]
fn other_people_are_not_the_same() {
    check(
        NameKind::Person,
        false,
        &[
            ("Ada Lovelace", "Ada Byron"),
            ("Salman bin Muhammad", "Muhammad bin Salman"),
            ("B. Lovelace", "Ada Lovelace"),
            ("Ivan Petrovich Sidorov", "Ivan Sergeevich Sidorov"),
            ("", "Ada Lovelace"),
        ],
    );
}

#[test]
fn organisations_by_form_number_and_place() {
    check(
        NameKind::Organisation,
        true,
        &[
            ("Example Limited Liability Company", "Example LLC"),
            ("OAO Primer", "Open Joint Stock Company Primer"),
            ("JSCARGUMENT", "JSC Argument"),
            ("Brigade Forty-four", "Brigade 44"),
        ],
    );
    check(
        NameKind::Organisation,
        false,
        &[("Bank of Norway", "Bank of Chile"), ("11420 Corp.", "9981 Corp.")],
    );
}

#[test]
fn native_names_keep_the_order_of_their_syllables() {
    check(
        NameKind::Person,
        true,
        &[("박지성", "Park Ji-sung"), ("지성 박", "Ji Sung Park"), ("로라 피셔", "Laura Fisher")],
    );
    check(
        NameKind::Person,
        false,
        &[("성지 박", "Park Ji-sung"), ("박지성", "Park Ji"), ("박지", "Park Ji-sung")],
    );
}

#[test]
fn common_words_in_part_are_no_name() {
    check(NameKind::Person, true, &[("Ada Lovelace", "Ada Maria Lovelace"), ("Juan Perez", "Juan PEREZ")]);
    check(NameKind::Person, false, &[("Juan Perez", "Juan Carlos PEREZ MONTALBAN")]);
}

#[test]
fn words_have_their_duty_only_in_its_place() {
    check(NameKind::Person, true, &[("Ada bin Omar Lovelace", "Ada Lovelace"), ("Bin Xu", "XU, Bin")]);
    check(NameKind::Person, false, &[("Ada King", "Ada Prince")]);
}

#[test]
fn kana_is_read_by_its_sounds() {
    check(NameKind::Person, true, &[("シュタウピッツ", "Staupitz"), ("トリップ", "Trip")]);
}

#[test]
fn the_order_of_two_given_names_tells_a_little() {
    let similarity = |left: &str, right: &str| {
        compare(&Name::analyse(left, NameKind::Person), &Name::analyse(right, NameKind::Person)).similarity
    };
    assert!((SAME..800).contains(&similarity("Peter Frank", "Frank Peter")));
    assert_eq!(similarity("Lovelace Ada", "Ada Lovelace"), 1000);
    assert_eq!(similarity("Peter Frank", "PETER, Frank"), 1000);
}

#[test]
fn countries_are_not_taken_for_one_another() {
    let sisters = [
        ("Ministry of Transport of Iran", "Ministry of Transport of Iraq"),
        ("Grain Board of Niger", "Grain Board of Nigeria"),
        ("Austria Freight", "Australia Freight"),
    ];
    check(NameKind::Organisation, false, &sisters);
    check(
        NameKind::Organisation,
        true,
        &[("Ministry of Transport of Brazil", "Ministry of Transport of Brasil")],
    );
}

#[test]
fn legal_forms_may_be_written_out() {
    let same = [
        ("Brenner GmbH", "Brenner Gesellschaft mit beschränkter Haftung"),
        ("Cedar Trading Est.", "Cedar Trading Establishment"),
        ("Halla Jusik Hoesa", "Halla Co., Ltd."),
    ];
    check(NameKind::Organisation, true, &same);
}

#[test]
fn frequent_names_are_known_as_they_are_written() {
    let same = [("حسن يوسف", "Hassan Yousef"), ("Ihar Ryhoravich Kavaliou", "Igor Kavaliou")];
    check(NameKind::Person, true, &same);
    check(NameKind::Person, false, &[("حسن يوسف", "Hussein Yousef")]);
}

#[test]
fn signs_phrases_and_acronyms_are_words() {
    check(
        NameKind::Organisation,
        true,
        &[
            ("5%ers", "Five Percenters"),
            ("U.S. Institute of Lace", "United States Institute of Lace"),
            ("K.B.O.T. Lace", "KBOT Lace"),
            ("A.B.Lovelace", "AB Lovelace"),
        ],
    );
}

#[test]
fn short_made_up_words_must_be_exact() {
    check(NameKind::Organisation, false, &[("ABX Ltd", "ABXD Ltd"), ("Q.A.B.X. Company", "A.B.X. Company")]);
    check(NameKind::Organisation, true, &[("EAMK Ltd", "EMAK Ltd"), ("Lovelaec Ltd", "Lovelace Ltd")]);
    check(NameKind::Unknown, true, &[("ABX Industries", "AXY Industries")]);
}

#[test]
fn a_syllable_alone_is_not_written_together_with_its_neighbour() {
    check(
        NameKind::Person,
        true,
        &[
            ("이상복", "Lee Sang-bok"),
            ("양우진", "Yang U-jin"),
            ("오토", "Otto"),
            ("박세균", "Park Sea-kyun"),
        ],
    );
    check(NameKind::Person, false, &[("이상복", "Lee Sang")]);
}

#[test]
fn han_that_spells_foreign_names_is_read_as_it_spells() {
    check(
        NameKind::Person,
        true,
        &[("吉爾斯", "Giles"), ("亚基尔", "Yakir"), ("哈加伊", "Hagai"), ("维尔纳茨基", "Vernadsky")],
    );
}

#[test]
fn blanks_anywhere_and_acronyms_leave_a_name_what_it_is() {
    check(
        NameKind::Organisation,
        true,
        &[
            ("lovelacium corp", "love la cium corp"),
            ("love la cium corp", "Lovelacium Corp."),
            ("QNLST", "Qortian National Lace and Silk Trust"),
            ("Qortian National Lace Company", "QNLC"),
        ],
    );
    check(
        NameKind::Organisation,
        false,
        &[("QNL", "Qortian National Lace"), ("QNLX", "Qortian National Lace Trust"), ("QL", "Qortian Lace")],
    );
    check(NameKind::Person, true, &[("Ada Lo ve lace", "Ada Lovelace")]);
    check(NameKind::Person, false, &[("QNLS", "Quentin Nora Leo Smith")]);
}

fn scripted() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,60}",
        "[a-zA-Z' .-]{0,60}",
        "[\u{5d0}-\u{5ea} '\u{627}-\u{64a}가-힣一-龥ァ-ヺ.]{0,40}"
    ]
}

fn kinds() -> impl Strategy<Value = NameKind> {
    prop_oneof![
        Just(NameKind::Person),
        Just(NameKind::Organisation),
        Just(NameKind::Object),
        Just(NameKind::Unknown)
    ]
}

proptest! {
    #[test]
    fn any_text_is_like_itself(text in scripted(), kind in kinds()) {
        let name = Name::analyse(&text, kind);
        let similarity = compare(&name, &name).similarity;
        let words = name.tokens().iter().any(|t| t.role != tenantry_names::Role::Initial);
        prop_assert!(similarity == 1000 || !words, "{similarity}");
    }

    #[test]
    fn any_pair_compares_within_bounds_and_spans(left in scripted(), right in scripted(), kind in kinds()) {
        let (l, r) = (Name::analyse(&left, kind), Name::analyse(&right, kind));
        let outcome = compare(&l, &r);
        prop_assert!(outcome.similarity <= 1000);
        for part in &outcome.aligned {
            prop_assert!(usize::from(part.left.end) <= left.chars().count() && part.left.start < part.left.end);
            prop_assert!(usize::from(part.right.end) <= right.chars().count() && part.right.start < part.right.end);
        }
    }
}

#[test]
fn very_long_names_are_cut() {
    let long = "ab ".repeat(100_000);
    let name = Name::analyse(&long, NameKind::Person);
    assert!(name.tokens().len() <= 32);
    assert!(!format!("{name:?}").contains("ab ab"), "a name must not print");
}

#[test]
fn legal_forms_are_the_same_however_they_are_written_out() {
    let unnamed = "Zorvex";
    for (long, short) in [
        ("Zorvex Società per Azioni", "Zorvex S.p.A."),
        ("Zorvex società a responsabilità limitata", "Zorvex S.r.l."),
        ("Zorvex Kabushiki Kaisha", "Zorvex K.K."),
        ("Zorvex Naamloze Vennootschap", "Zorvex N.V."),
        ("Zorvex Besloten Vennootschap met beperkte aansprakelijkheid", "Zorvex B.V."),
        ("Zorvex spółka z ograniczoną odpowiedzialnością", "Zorvex sp. z o.o."),
        ("Zorvex společnost s ručením omezeným", "Zorvex s.r.o."),
        ("Zorvex korlátolt felelősségű társaság", "Zorvex Kft."),
        ("Zorvex Gesellschaft mit beschränkter Haftung", "Zorvex GmbH"),
        ("Zorvex Sociedad Anónima de Capital Variable", "Zorvex S.A. de C.V."),
        ("Zorvex S. de R.L. de C.V.", "Zorvex Sociedad de Responsabilidad Limitada de Capital Variable"),
        ("Zorvex Société à responsabilité limitée", "Zorvex SARL"),
        ("Zorvex Aktieselskab", "Zorvex A/S"),
        ("Zorvex Anonim Şirketi", "Zorvex A.Ş."),
        ("Zorvex ανώνυμη εταιρεία", "Zorvex A.E."),
        ("Zorvex Uždaroji akcinė bendrovė", "UAB Zorvex"),
        ("Zorvex akciju sabiedrība", "AS Zorvex"),
        ("Zorvex sabiedrība ar ierobežotu atbildību", "SIA Zorvex"),
        ("Zorvex Private Limited", "Zorvex Pte. Ltd."),
        ("Zorvex Sendirian Berhad", "Zorvex Sdn. Bhd."),
        ("Общество с ограниченной ответственностью Zorvex", "ООО Zorvex"),
        ("Публичное акционерное общество Zorvex", "PAO Zorvex"),
        ("Товариство з обмеженою відповідальністю Zorvex", "TOV Zorvex"),
        ("Дружество с ограничена отговорност Zorvex", "Zorvex OOD"),
        ("Công ty trách nhiệm hữu hạn Zorvex", "Zorvex TNHH"),
        ("Zorvex youxian gongsi", "Zorvex Ltd"),
    ] {
        let read = |text| Name::analyse(text, NameKind::Organisation);
        let similarity = compare(&read(long), &read(short)).similarity;
        assert!(similarity >= 880, "{long} ~ {short}: {similarity}");
        let bare = compare(&read(long), &read(unnamed)).similarity;
        assert!(bare >= 880, "{long} ~ {unnamed}: {bare}");
    }
    check(
        NameKind::Organisation,
        false,
        &[
            ("Zorvex Società per Azioni", "Grampon Società per Azioni"),
            ("Kabushiki Kaisha Zorvex", "Kabushiki Kaisha Grampon"),
        ],
    );
}

#[test]
fn a_legal_form_without_a_blank_is_a_word_of_its_own() {
    let tokens = |text| Name::analyse(text, NameKind::Organisation).tokens().len();
    assert_eq!(tokens("株式会社ゾルベックス"), 2);
    assert_eq!(tokens("ゾルベックス株式会社"), 2);
    assert_eq!(tokens("주식회사조르벡스"), 2);
    assert_eq!(tokens("佐贝克股份有限公司"), 2);
    assert_eq!(tokens("有限公司"), 1);
    check(
        NameKind::Organisation,
        true,
        &[("株式会社ゾルベックス", "Zorubekkusu K.K."), ("ゾルベックス", "ゾルベックス株式会社")],
    );
}

#[test]
fn numbers_are_the_same_however_they_are_written_out() {
    check(
        NameKind::Organisation,
        true,
        &[
            ("Zorvex Twenty-First Brigade", "Zorvex 21st Brigade"),
            ("Brigade One Hundred and Twenty Four", "Brigade 124"),
            ("Brigade Two Hundred Third", "203rd Brigade"),
            ("Zorvex Factory No. 5", "Zorvex Factory 5"),
            ("Zorvex Factory Number Five", "Zorvex Factory № 5"),
            ("Zorvex Werk Nr. 17", "Zorvex Werk 17"),
        ],
    );
    check(
        NameKind::Organisation,
        false,
        &[
            ("Zorvex Factory No. 5", "Zorvex Factory No. 6"),
            ("21st Brigade", "22nd Brigade"),
            ("Brigade One Hundred and Twenty Four", "Brigade 24"),
        ],
    );
}

#[test]
fn what_only_stands_between_words_hides_no_name() {
    let name = "Ferapont Zagryadsky";
    let listed = Name::analyse(name, NameKind::Person);
    for junk in [". ", "- ", "\" ", "\u{200b} ", "\u{301} ", "\u{301}", "\u{202e}", "\u{0} ", "٭ ", "🙂"] {
        for kind in [NameKind::Person, NameKind::Organisation] {
            let read = Name::analyse(&(junk.repeat(600) + name), kind);
            assert!(!read.is_cut(), "{junk:?}");
            let similarity = compare(&read, &listed).similarity;
            assert!(similarity >= 990, "{junk:?} {kind:?}: {similarity}");
        }
    }
}

#[test]
fn a_name_that_is_too_long_says_so() {
    let cut = |text: &str| Name::analyse(text, NameKind::Person).is_cut();
    assert!(!cut("Ferapont Zagryadsky") && !cut("") && !cut("***"));
    assert!(!cut(&"ada ".repeat(32)) && cut(&"ada ".repeat(33)));
    let long = "Zagryadskyovichenkovskaya ";
    assert!(!cut(&long.repeat(20)) && cut(&long.repeat(21)), "512 letters");
    assert!(cut(&format!("({}) Ferapont Zagryadsky", "x".repeat(520))));
    assert!(cut(&(". ".repeat(40_000) + "Ferapont Zagryadsky")), "too far to look");
    let letters = |text: &str| Name::analyse(text, NameKind::Organisation);
    assert!(!letters(&"a ".repeat(40)).is_cut(), "one acronym");
    assert!(letters("Zorvex").text() == "Zorvex");
}

#[test]
fn ten_megabytes_are_read_in_bounded_time() {
    for junk in [".", ". ", "& ", "a.", "-", "a-", "\u{301}", "x", "٭ "] {
        for kind in [NameKind::Person, NameKind::Organisation] {
            let read = Name::analyse(&junk.repeat(10_000_000 / junk.len()), kind);
            assert!(read.tokens().len() <= 32 && read.is_cut(), "{junk:?}");
        }
    }
}
