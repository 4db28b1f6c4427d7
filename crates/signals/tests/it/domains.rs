//! Domains: what is one, and which e-mail addresses it names.

use crate::list_of;
use proptest::prelude::*;
use tenantry_signals::{Entries, MailDomain, SignalList, SignalsError};

fn list(domains: &[&str]) -> SignalList {
    list_of(Entries::Domains(domains.iter().map(|text| text.parse().unwrap()).collect()))
}

#[test]
fn an_address_is_named_by_its_domain_and_by_every_domain_above_it_and_by_nothing_that_only_looks_alike() {
    let throw_away = list(&["mailinator.com", "b\u{fc}cher.example", "deep.mail.example"]);
    for (address, named) in [
        ("a@mailinator.com", true),
        ("A@MAILINATOR.COM", true),
        ("a@a.mailinator.com", true),
        ("a@x.y.z.mailinator.com", true),
        ("a@mailinator.com.", true),
        ("a@notmailinator.com", false),
        ("a@mailinator.com.example", false),
        ("a@mailinator.co", false),
        ("mailinator.com@example.org", false),
        ("a@com", false),
        ("a@b\u{fc}cher.example", true),
        ("a@B\u{dc}CHER.example", true),
        ("a@xn--bcher-kva.example", true),
        ("a@XN--BCHER-KVA.example", true),
        ("a@eu.xn--bcher-kva.example", true),
        ("a@bucher.example", false),
        ("a@deep.mail.example", true),
        ("a@mail.example", false),
        ("\"a@mailinator.com\"@example.org", false),
        ("a@xn--\u{fc}.example", false),
        ("", false),
    ] {
        assert_eq!(throw_away.names_email(address), named, "{address}");
    }
}

#[test]
fn what_is_no_domain_or_would_name_everybody_is_refused() {
    use SignalsError::{NotADomain, Registry};
    let long = format!("{}.example", "a".repeat(64));
    for (text, why) in [
        ("", NotADomain),
        (".", NotADomain),
        ("a..example", NotADomain),
        (".mail.example", NotADomain),
        ("*.mail.example", NotADomain),
        ("@mail.example", NotADomain),
        ("a@mail.example", NotADomain),
        ("mail example", NotADomain),
        ("198.51.100.7", NotADomain),
        (&long, NotADomain),
        ("com", Registry),
        ("co.uk", Registry),
        ("COM.BR", Registry),
        ("or.jp", Registry),
    ] {
        assert_eq!(text.parse::<MailDomain>(), Err(why), "{text}");
    }
    for text in ["t.co", "x.com", "co.uk.example", "me.com", "a.co.uk"] {
        assert!(text.parse::<MailDomain>().is_ok(), "{text}");
    }
}

proptest! {
    #[test]
    fn the_look_up_finds_what_comparing_label_by_label_finds(
        domains in prop::collection::vec("[ab]{1,2}(\\.[ab]{1,2}){1,3}", 0..12),
        asked in "[abAB]{1,2}(\\.[abAB]{1,2}){0,4}",
    ) {
        let list = list_of(Entries::Domains(domains.iter().map(|text| text.parse().unwrap()).collect()));
        let labels = |domain: &str| -> Vec<String> { domain.to_lowercase().rsplit('.').map(str::to_owned).collect() };
        let slow = domains.iter().any(|domain| labels(&asked).starts_with(&labels(domain)));
        prop_assert_eq!(list.names_email(&format!("somebody@{asked}")), slow);
    }

    #[test]
    fn no_text_panics_and_what_is_read_is_written_the_same(text in "\\PC{0,60}") {
        if let Ok(domain) = text.parse::<MailDomain>() {
            prop_assert_eq!(domain.as_str().parse::<MailDomain>(), Ok(domain.clone()));
        }
        let _ = list_of(Entries::Domains(Vec::new())).names_email(&text);
    }
}
