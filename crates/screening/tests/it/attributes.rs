//! Evidence besides names: numbers, wallets and dates, what they say without a name, against one, and in several.

use crate::{entity, index};
use tenantry_model::listed::{ListedEntity, Origin, Property, Schema, Value};
use tenantry_model::personal::Personal;
use tenantry_screening::{
    Attribute, Direction, Explanation, HardRule, Hit, Identifier, Note, Options, Query, Score, judge,
};

const WALLET: &str = "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h";

/// What is found of one entity; the same as by comparing with all of them.
fn found(query: &Query, listed: &ListedEntity) -> Option<Hit> {
    let index = index(std::slice::from_ref(listed));
    let hits = index.search(query, &Options::default());
    assert_eq!(hits, index.search_exhaustive(query, &Options::default()));
    hits.into_iter().next()
}

fn example(schema: Schema, values: &[(Property, &str)]) -> Query {
    Query::by_example(&entity("", schema, values))
}

fn explained(
    query: &[(Property, &str)],
    listed: &[(Property, &str)],
    schema: Schema,
) -> (Score, Explanation) {
    let listed = entity("x", schema, listed);
    let query = example(schema, query);
    let (score, explanation) = judge(&query, &listed);
    let hit = found(&query, &listed);
    assert_eq!(hit.is_some(), score >= Score::THRESHOLD || !explanation.hard_rules.is_empty());
    assert!(hit.is_none_or(|hit| hit.explanation == explanation), "search and judge agree");
    (score, explanation)
}

#[test]
fn without_a_name_an_exact_number_or_wallet_is_a_hit() {
    for (schema, property, value, other) in [
        (Schema::CryptoWallet, Property::Wallet, WALLET, "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
        (Schema::Vessel, Property::ImoNumber, "IMO 9187629", "9187631"),
        (Schema::Person, Property::PassportNumber, "AB 1234567", "AB1234568"),
        (Schema::Person, Property::Email, "ferapont@example.com", "other@example.com"),
    ] {
        let query = example(schema, &[(property, value)]);
        assert!(query.names.is_empty() && !query.is_empty());
        let names: [&[(Property, &str)]; 3] =
            [&[(Property::Name, "Zorvex")], &[], &[(Property::Name, "***")]];
        for name in names {
            let listed = |value| entity("x", schema, &[name, &[(property, value)]].concat());
            let hit = found(&query, &listed(value)).expect("a hit");
            assert_eq!(hit.explanation.hard_rules.len(), 1, "{schema:?}");
            assert!(hit.score >= Score::THRESHOLD);
            assert_eq!(hit.explanation, judge(&query, &listed(value)).1);
            assert!(found(&query, &listed(other)).is_none(), "{schema:?}");
        }
    }
}

#[test]
fn who_is_listed_without_a_name_is_found_by_number_under_any() {
    for name in [&[][..], &[(Property::Name, "***")][..]] {
        let listed =
            entity("x", Schema::Person, &[name, &[(Property::PassportNumber, "ZX1234567")]].concat());
        let mut query = Query::person("Ferapont Zagryadsky");
        query.identifiers =
            vec![Identifier { property: None, country: None, value: Personal::new("zx 1234567".to_owned()) }];
        let hit = found(&query, &listed).expect("a hit");
        let name = hit.explanation.points.iter().find(|p| p.attribute == Attribute::Name).expect("a point");
        assert_eq!((name.direction, name.bits, name.note), (Direction::Unknown, 0, Note::MissingInList));
    }
}

#[test]
fn without_a_name_nothing_but_a_hard_rule_finds_anybody() {
    let listed = entity(
        "x",
        Schema::Person,
        &[(Property::Name, "Ada"), (Property::BirthDate, "1970-01-02"), (Property::Phone, "+1 555 123 4567")],
    );
    let query =
        example(Schema::Person, &[(Property::BirthDate, "1970-01-02"), (Property::Phone, "+1 555 123 4567")]);
    assert!(query.is_empty() && found(&query, &listed).is_none());
}

#[test]
fn a_wallet_is_the_same_whoever_holds_it() {
    let wallet =
        entity("x", Schema::CryptoWallet, &[(Property::Name, "Exchange"), (Property::Wallet, WALLET)]);
    let person = entity("x", Schema::Person, &[(Property::Name, "Ada Example"), (Property::Wallet, WALLET)]);
    let holder =
        example(Schema::Person, &[(Property::Name, "Ferapont Zagryadsky"), (Property::Wallet, WALLET)]);
    let alone = example(Schema::CryptoWallet, &[(Property::Wallet, WALLET)]);
    for (query, listed) in [(&holder, &wallet), (&alone, &person), (&alone, &wallet), (&holder, &person)] {
        let hit = found(query, listed).expect("a hit");
        assert_eq!(hit.explanation.hard_rules, [HardRule::SameWallet { listed: WALLET.to_owned() }]);
        assert_eq!(hit.explanation, judge(query, listed).1);
    }
    let company =
        example(Schema::Company, &[(Property::Name, "Ada Example"), (Property::Email, "a@example.com")]);
    let mailed = entity("x", Schema::Person, &[(Property::Email, "a@example.com")]);
    assert!(found(&company, &mailed).is_none(), "only wallets are anybody's");
}

/// A common and a rare name with a number that differs, by itself and with the same country on both sides.
fn against(schema: Schema, property: Property, mine: &str, listed: &str, name: &str) -> (Score, i32) {
    let values = |number| [(Property::Name, name), (property, number)];
    let (score, explanation) = explained(&values(mine), &values(listed), schema);
    let point = explanation.points.iter().find(|p| p.attribute == Attribute::Identifier);
    let (bits, direction) = point.map_or((0, None), |p| (p.bits, Some(p.direction)));
    assert!(bits <= 0 || !explanation.hard_rules.is_empty());
    assert_eq!(direction == Some(Direction::Against), bits < 0);
    (score, bits)
}

#[test]
fn another_number_of_a_kind_that_one_bearer_has_one_of_speaks_against() {
    for (schema, property, mine, listed, common, rare) in [
        (Schema::Vessel, Property::ImoNumber, "9187629", "IMO 9074729", "Hope", None),
        (
            Schema::Company,
            Property::LeiCode,
            "5299009N55YRQC69CN08",
            "529900T8BM49AURSDO55",
            "Sunrise Trading Ltd",
            Some("Zorvexton Khimgrampon Perimatika"),
        ),
        (
            Schema::Company,
            Property::TaxNumber,
            "7707083893",
            "7736050003",
            "Sunrise Trading Ltd",
            Some("Zorvexton Khimgrampon Perimatika"),
        ),
        (
            Schema::Company,
            Property::RegistrationNumber,
            "HRB 48213",
            "HRB 5521",
            "Sunrise Trading Ltd",
            Some("Zorvexton Khimgrampon Perimatika"),
        ),
        (Schema::Person, Property::IdNumber, "31877204", "10564391", "", Some("Ferapont Zagryadsky")),
    ] {
        if !common.is_empty() {
            let (score, bits) = against(schema, property, mine, listed, common);
            assert!(score < Score::THRESHOLD && bits < 0, "{common} {property:?}: {score}");
        }
        if let Some(rare) = rare {
            let (score, bits) = against(schema, property, mine, listed, rare);
            assert!(score >= Score::THRESHOLD && bits < 0, "{rare} {property:?}: {score}");
        }
        let name = rare.unwrap_or(common);
        assert!(against(schema, property, mine, mine, name).0 > Score::new(950), "the same");
    }
}

#[test]
fn what_may_be_the_same_number_or_another_kind_says_nothing() {
    for (schema, property, mine, listed) in [
        // A slip, zeroes, and more or less around it.
        (Schema::Company, Property::RegistrationNumber, "09113648", "09113684"),
        (Schema::Company, Property::RegistrationNumber, "9113648", "09113648"),
        (Schema::Company, Property::RegistrationNumber, "Reg. No. 48213", "HRB 48213"),
        (Schema::Vessel, Property::ImoNumber, "9187629", "9187628"),
        // Of another make, perhaps of another register.
        (Schema::Company, Property::RegistrationNumber, "1027700518438", "57972160"),
        // What is renewed, and what publishers file there too.
        (Schema::Person, Property::PassportNumber, "531904482", "640027719"),
        (Schema::Vessel, Property::Mmsi, "271000123", "572442210"),
        (Schema::Vessel, Property::CallSign, "5IM597", "T2EA47"),
    ] {
        let bits = against(schema, property, mine, listed, "Zorvexton").1;
        assert!(bits >= 0, "{property:?} {mine} ~ {listed}: {bits}");
    }
    let licence = Value {
        text: "HRB 48213".to_owned(),
        note: "de; Trade License No.".to_owned(),
        origin: Origin { file: "test.csv".to_owned(), line: 1 },
    };
    let mut listed = entity("x", Schema::Company, &[(Property::Name, "Zorvexton")]);
    listed.push(Property::RegistrationNumber, licence);
    let query = example(
        Schema::Company,
        &[(Property::Name, "Zorvexton"), (Property::RegistrationNumber, "HRB 5521")],
    );
    let points = judge(&query, &listed).1.points;
    assert!(points.iter().all(|p| p.attribute != Attribute::Identifier || p.bits == 0), "a licence");
}

#[test]
fn registers_of_two_countries_hold_two_firms_but_taxes_are_paid_in_both() {
    let bits = |property, mine: (&str, &str), listed: (&str, &str)| {
        let values = |(number, country)| {
            [(Property::Name, "Sunrise Trading"), (Property::Jurisdiction, country), (property, number)]
        };
        let (_, explanation) = explained(&values(mine), &values(listed), Schema::Company);
        explanation.points.iter().find(|p| p.attribute == Attribute::Identifier).map_or(0, |p| p.bits)
    };
    assert!(bits(Property::RegistrationNumber, ("09113648", "gb"), ("C 61820", "mt")) < 0);
    assert_eq!(bits(Property::RegistrationNumber, ("09113648", "gb"), ("C 61820", "gb")), 0);
    assert_eq!(bits(Property::TaxNumber, ("123456789", "gb"), ("987651234", "mt")), 0);
    assert!(bits(Property::TaxNumber, ("123456789", "gb"), ("987651234", "gb")) < 0);
}

#[test]
fn who_is_listed_with_several_numbers_may_have_one_more() {
    let bits = |listed: &[&str]| {
        let name = (Property::Name, "Sunrise Trading");
        let numbers = listed.iter().map(|n| (Property::RegistrationNumber, *n));
        let listed: Vec<_> = std::iter::once(name).chain(numbers).collect();
        let query = [name, (Property::RegistrationNumber, "HRB 48213")];
        let (_, explanation) = explained(&query, &listed, Schema::Company);
        explanation.points.iter().find(|p| p.attribute == Attribute::Identifier).map_or(0, |p| p.bits)
    };
    assert!(bits(&["11"]) == 0, "too short to identify");
    assert_eq!(bits(&["HRB 1199", "HRB 2288"]) * 2, bits(&["HRB 1199"]));
    assert!(bits(&["HRB 1199", "HRB 48213"]) > 0);
    assert_eq!(bits(&["HRB 1199", "HRB 48231"]), 0, "a slip in one of them");
}

fn born(date: &str) -> Vec<(Property, &str)> {
    let name = (Property::Name, "Ferapont Zagryadsky");
    if date.is_empty() { vec![name] } else { vec![name, (Property::BirthDate, date)] }
}

#[test]
fn a_date_in_a_published_range_does_not_count_against() {
    let score = |asked: &str, listed: &str| explained(&born(asked), &born(listed), Schema::Person).0;
    let unknown = score("", "1960/1965");
    for asked in ["1960-01-01", "1962-05-06", "1965-12-31", "1963", "1959-12", "1966"] {
        assert!(score(asked, "1960/1965") >= unknown, "{asked}");
    }
    assert!(score("1962-05", "1962-04-01/1963-06") > unknown, "a narrow one speaks for");
    let outside = ["1967", "1970", "1974", "1980", "1990"];
    let scores: Vec<_> = outside.iter().map(|asked| score(asked, "1960/1965")).collect();
    assert!(scores.is_sorted_by(|a, b| a > b) && scores[0] < unknown, "{scores:?}");
}

#[test]
fn a_range_of_an_older_snapshot_is_one_too() {
    let mut listed = entity("x", Schema::Person, &[(Property::Name, "Ferapont Zagryadsky")]);
    for end in ["1960", "1965"] {
        let origin = Origin { file: "test.csv".to_owned(), line: 1 };
        let note = "range 1960/1965".to_owned();
        listed.push(Property::BirthDate, Value { text: end.to_owned(), note, origin });
    }
    let query = example(
        Schema::Person,
        &[(Property::Name, "Ferapont Zagryadsky"), (Property::BirthDate, "1962-07-08")],
    );
    let points = judge(&query, &listed).1.points;
    let born = points.iter().find(|p| p.attribute == Attribute::BirthDate).expect("a point");
    assert_eq!((born.note, born.listed.as_str()), (Note::DateWithin, "1960/1965"));
}

#[test]
fn the_best_of_several_dates_counts() {
    let listed = [(Property::Name, "Ferapont Zagryadsky"), (Property::BirthDate, "1960-05-05")];
    let score = |dates: &[&str]| {
        let dates = dates.iter().map(|d| (Property::BirthDate, *d));
        let query: Vec<_> = std::iter::once((Property::Name, "Ferapont Zagryadsky")).chain(dates).collect();
        explained(&query, &listed, Schema::Person).0
    };
    let same = score(&["1960-05-05"]);
    assert_eq!(score(&["1988-01-01", "1960-05-05"]), same);
    assert_eq!(score(&["1960-05-05", "1988-01-01"]), same);
    assert!(score(&["1988-01-01"]) < score(&[]));
}

#[test]
fn a_generation_apart_outweighs_a_common_name() {
    let score = |name: &str, mine: &str, listed: &str| {
        let values =
            |date| [(Property::Name, name), (Property::Nationality, "ar"), (Property::BirthDate, date)];
        explained(&values(mine), &values(listed), Schema::Person).0
    };
    assert!(score("Jose Luis Garcia", "1985-03-16", "1952-11-20") < Score::THRESHOLD);
    assert!(score("Jose Luis Garcia", "1985-03-16", "1985-11-20") >= Score::THRESHOLD);
}

#[test]
fn one_date_is_written_as_it_always_was() {
    let mut query = Query::person("Ada Example");
    let date = |text: &str| Personal::new(text.parse().expect("a date"));
    query.birth_dates = vec![date("1970-02-03")];
    let written = serde_json::to_value(&query).expect("serialises");
    assert_eq!(written["birth_date"], "1970-02-03");
    assert_eq!(serde_json::from_value::<Query>(written).expect("reads back"), query);
    query.birth_dates.push(date("1971"));
    let written = serde_json::to_value(&query).expect("serialises");
    assert_eq!(written["birth_date"], serde_json::json!(["1970-02-03", "1971"]));
    assert_eq!(serde_json::from_value::<Query>(written).expect("reads back"), query);
}

#[test]
fn what_is_not_compared_is_named() {
    let long = "Ada ".repeat(40);
    let written = entity(
        "",
        Schema::Person,
        &[
            (Property::Name, "Ada Example"),
            (Property::Alias, &long),
            (Property::BirthDate, "1960/1965"),
            (Property::Nationality, "Ruritania"),
            (Property::Gender, "female"),
            (Property::IdNumber, "12"),
            (Property::PassportNumber, "AB1234567"),
            (Property::Wallet, "short"),
            (Property::Email, "ada"),
        ],
    );
    let mut unread = Query::unread(&written);
    unread.sort_unstable();
    let mut expected = [
        Property::Alias,
        Property::BirthDate,
        Property::Nationality,
        Property::IdNumber,
        Property::Wallet,
        Property::Email,
    ];
    expected.sort_unstable();
    assert_eq!(unread, expected);
    assert!(Query::by_example(&written).has_cut_name());
}

/// Found by an audit: such names gave no hit and no word about it.
#[test]
fn a_name_in_a_script_that_is_not_read_says_so() {
    for (name, read) in [
        ("Ada Example", true),
        ("𝐀𝐝𝐚 𝐄𝐱𝐚𝐦𝐩𝐥𝐞", true),
        ("राहुल गांधी", true),
        ("ทักษิณ ชินวัตร", true),
        ("ທອງລຸນ ສີສຸລິດ", false),
        ("Thongloun ສີສຸລິດ", false),
        ("ហ៊ុន សែន", false),
    ] {
        for property in [Property::Name, Property::Alias, Property::LastName] {
            let written = entity("", Schema::Person, &[(property, name)]);
            assert_eq!(Query::unread(&written).is_empty(), read, "{property} {name}");
            assert_eq!(Query::by_example(&written).has_cut_name(), !read, "{property} {name}");
        }
    }
    let listed = entity("x", Schema::Person, &[(Property::Name, "EXAMPLE, Ada Quillon")]);
    let hits = index(&[listed]).search(&Query::person("𝐀𝐝𝐚 𝓠𝓾𝓲𝓵𝓵𝓸𝓷 Ｅｘａｍｐｌｅ"), &Options::default());
    assert_eq!(hits.len(), 1);
}
