//! Facts: what contact data is accepted, that card numbers are not, and that nothing personal prints.

use proptest::prelude::*;
use tenantry_model::fact::{
    EmailAddress, Fact, FactKind, FactValue, PaymentToken, PersonalIp, TelephoneNumber,
};
use tenantry_model::personal::{Personal, PersonalText};

const SEED: &str = "Zyxwvut";

/// One value of every kind, as it comes over the wire, with the seed wherever text is free.
const VALUES: &[&str] = &[
    r#"{"kind":"legal_name","text":"Zyxwvut"}"#,
    r#"{"kind":"other_name","usage":"native_script","text":"Zyxwvut"}"#,
    r#"{"kind":"address","usage":"residential","street":"Zyxwvut 1","locality":"Zyxwvut","jurisdiction":"FR"}"#,
    r#"{"kind":"place_of_use","jurisdiction":"FR"}"#,
    r#"{"kind":"organised_under","jurisdiction":"US-DE"}"#,
    r#"{"kind":"organisation_form","form":"branch"}"#,
    r#"{"kind":"citizenship","jurisdiction":"FR"}"#,
    r#"{"kind":"permanent_residence","jurisdiction":"US"}"#,
    r#"{"kind":"located_in","jurisdiction":"UA-43"}"#,
    r#"{"kind":"status_claim","claim":"us_person"}"#,
    r#"{"kind":"date_of_birth","date":"1974-08"}"#,
    r#"{"kind":"gender","gender":"unspecified"}"#,
    r#"{"kind":"email","address":"Zyxwvut@example.org"}"#,
    r#"{"kind":"telephone","number":"+33123456789"}"#,
    r#"{"kind":"payment","method":"card","token":"Zyxwvut","issuer":"stripe","issuer_jurisdiction":"FR"}"#,
    r#"{"kind":"financial_institution","text":"Zyxwvut"}"#,
    r#"{"kind":"access_from","ip":"2001:db8::1","access":"sign_up"}"#,
    r#"{"kind":"national_id","jurisdiction":"FR","number":"Zyxwvut"}"#,
    r#"{"kind":"identity_document","document":"passport","jurisdiction":"FR","number":"Zyxwvut"}"#,
    r#"{"kind":"registration_number","jurisdiction":"FR","number":"Zyxwvut"}"#,
    r#"{"kind":"headquarters","jurisdiction":"FR"}"#,
    r#"{"kind":"ultimate_parent","text":"Zyxwvut"}"#,
];

#[test]
fn every_kind_of_fact_round_trips_and_prints_its_kind_only() {
    let mut seen = Vec::new();
    for json in VALUES {
        let value: FactValue = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&value).unwrap(), *json);
        assert_eq!(format!("{value:?}"), format!("{}([personal])", value.kind()));
        seen.push(value.kind());
    }
    assert_eq!(seen, FactKind::ALL);
}

#[test]
fn a_fact_prints_nothing_personal() {
    for json in VALUES {
        let fact = format!(
            r#"{{"id":"fct_00000000000000000000000000","party":"pty_00000000000000000000000000","value":{json},"source":"declared","strength":"self_asserted","stated_at":"2026-11-23T07:00:00Z","recorded_at":"2026-11-23T07:00:00Z"}}"#
        );
        let fact: Fact = serde_json::from_str(&fact).unwrap();
        let printed = format!("{fact:?} {fact:#?}");
        for personal in [SEED, "FR", "1974", "33123456789", "2001:db8"] {
            assert!(!printed.contains(personal), "{printed}");
        }
    }
}

#[test]
fn wrappers_print_nothing_personal() {
    let text = PersonalText::parse("name", SEED).unwrap();
    let email = EmailAddress::parse("Zyxwvut@example.org").unwrap();
    let phone = TelephoneNumber::parse("+33 1 23 45 67 89").unwrap();
    let ip = PersonalIp::new("192.0.2.1".parse().unwrap());
    let all =
        format!("{text:?} {email:?} {phone:?} {ip:?} {:?} {}", Personal::new(SEED), Personal::new(SEED));
    assert_eq!(all, "[personal] [personal] [personal] [personal] [personal] [personal]");
}

#[test]
fn refusals_do_not_repeat_personal_input() {
    for json in [
        r#"{"kind":"email","address":"Zyxwvut"}"#,
        r#"{"kind":"telephone","number":"Zyxwvut"}"#,
        r#"{"kind":"access_from","ip":"Zyxwvut","access":"sign_up"}"#,
        r#"{"kind":"legal_name","text":"Zyxwvut\u0007"}"#,
        r#"{"kind":"date_of_birth","date":"Zyxwvut"}"#,
    ] {
        let refused = serde_json::from_str::<FactValue>(json).unwrap_err().to_string();
        assert!(!refused.contains(SEED), "{refused}");
    }
}

#[test]
fn card_numbers_are_refused_as_tokens() {
    for card in [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        " 378282246310005 ",
        "6304000000000000",
    ] {
        assert!(PaymentToken::parse(card).is_err(), "{card}");
    }
    for token in
        ["tok_1NXW", "4111111111111112", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "1234", "****1111"]
    {
        assert!(PaymentToken::parse(token).is_ok(), "{token}");
    }
    for bad in ["", "   ", "a\nb", &"x".repeat(201)] {
        assert!(PaymentToken::parse(bad).is_err());
    }
}

#[test]
fn contact_data_is_normalised_or_refused() {
    assert_eq!(EmailAddress::parse(" A.b@EXAMPLE.org ").unwrap().expose(), "A.b@example.org");
    for bad in [
        "",
        "@",
        "a@",
        "@b.c",
        "a@b",
        "a@b..c",
        "a b@c.d",
        "a@b@c.d",
        "a@.c",
        &format!("{}@b.c", "a".repeat(65)),
    ] {
        assert!(EmailAddress::parse(bad).is_err(), "{bad}");
    }
    assert_eq!(TelephoneNumber::parse("+49 (30) 12-34.56").unwrap().expose(), "+4930123456");
    for bad in
        ["", "+", "030123456", "+0123456789", "+123456", "+1234567890123456", "+49abc1234", "+٤٩٣٠١٢٣٤٥٦"]
    {
        assert!(TelephoneNumber::parse(bad).is_err(), "{bad}");
    }
    let mapped = PersonalIp::new("::ffff:192.0.2.1".parse().unwrap());
    assert_eq!(mapped, PersonalIp::new("192.0.2.1".parse().unwrap()));
}

#[test]
fn texts_have_a_length_and_no_control_characters() {
    let longest = "é".repeat(PersonalText::LENGTH_MAX);
    assert!(PersonalText::parse("t", &longest).is_ok());
    for bad in ["", " \t ", "a\u{0}b", &format!("{longest}x")] {
        assert!(PersonalText::parse("t", bad).is_err());
    }
}

proptest! {
    #[test]
    fn no_luhn_number_is_a_token(body in "[0-9]{11,18}") {
        let with_check = (0..10).map(|d| format!("{body}{d}"));
        let refused = with_check.filter(|n| PaymentToken::parse(n).is_err()).count();
        prop_assert_eq!(refused, 1);
    }
}
