//! From the words of the model to what people read: labels, badges, short identifiers.

use crate::console::views::parts::{Badge, Link, Tone, When, distance};
use crate::console::views::queue::Sla;
use tenantry_model::account::AccountState;
use tenantry_model::case::CaseState;
use tenantry_model::fact::FactKind;
use tenantry_model::id::PartyId;
use tenantry_model::party::{PartyKind, Status};
use tenantry_model::staff::Role;
use tenantry_model::time::{DAY_US, Timestamp};

/// Characters of an identifier that are shown where the whole would be in the way.
const SHORT_ID: usize = 6;

/// A stable word as people read it.
pub(super) fn plain(word: &str) -> String {
    word.replace('_', " ")
}

/// A stable word at the beginning of a line.
pub(super) fn title(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    plain(&format!("{first}{}", letters.as_str()))
}

pub(super) const fn role_word(role: Role) -> &'static str {
    match role {
        Role::Administrator => "administrator",
        Role::Operator => "operator",
        Role::Reviewer => "reviewer",
        Role::ComplianceOfficer => "compliance officer",
        Role::Legal => "legal",
        Role::Auditor => "auditor",
    }
}

pub(super) fn account_state(state: AccountState) -> Badge {
    let tone = match state {
        AccountState::Open => Tone::Good,
        AccountState::Restricted => Tone::Warn,
        AccountState::Applied | AccountState::InReview => Tone::Info,
        AccountState::Suspended | AccountState::Refused => Tone::Bad,
        AccountState::Closed => Tone::Quiet,
    };
    Badge::new(tone, &plain(state.as_str()))
}

pub(super) fn status(status: Status) -> Badge {
    match status {
        Status::UsPerson => Badge::new(Tone::Good, "US person"),
        Status::ForeignPerson => Badge::new(Tone::Info, "foreign person"),
        Status::Undetermined => Badge::new(Tone::Warn, "undetermined"),
    }
}

/// The gate's answer, by its word.
pub(super) fn gate_answer(word: &str) -> Badge {
    let tone = match word {
        "allow" => Tone::Good,
        "condition" => Tone::Warn,
        _ => Tone::Bad,
    };
    Badge::new(tone, word)
}

/// How a decision ended, by its word.
pub(super) fn outcome(word: &str) -> Badge {
    let tone = match word {
        "open" => Tone::Good,
        "restricted" => Tone::Warn,
        "review" => Tone::Info,
        _ => Tone::Bad,
    };
    Badge::new(tone, word)
}

pub(super) fn case_state(state: CaseState) -> Badge {
    match state {
        CaseState::Open => Badge::new(Tone::Info, "open"),
        CaseState::AwaitingSecond => Badge::new(Tone::Warn, "awaits second person"),
        CaseState::AwaitingCustomer => Badge::new(Tone::Quiet, "awaits customer"),
        CaseState::Closed => Badge::new(Tone::Quiet, "closed"),
    }
}

/// How many cases are in a state: the words behind the number.
pub(super) fn cases_in_state(state: CaseState, cases: i64) -> &'static str {
    match (state, cases) {
        (CaseState::AwaitingSecond, 1) => "awaits a second person",
        (CaseState::AwaitingSecond, _) => "await a second person",
        (CaseState::AwaitingCustomer, 1) => "awaits the customer",
        (CaseState::AwaitingCustomer, _) => "await the customer",
        (CaseState::Open, _) => "open",
        (CaseState::Closed, _) => "closed",
    }
}

/// Time left until a deadline.
pub(super) fn sla(due: Timestamp, now: Timestamp) -> Sla {
    let distance = distance(due.as_micros(), now.as_micros());
    let left_us = due.as_micros() - now.as_micros();
    let (text, tone) = match distance.strip_suffix(" ago") {
        Some(late) => (format!("overdue by {late}"), Tone::Bad),
        None if left_us < DAY_US => (format!("{} left", distance.trim_start_matches("in ")), Tone::Warn),
        None => (format!("{} left", distance.trim_start_matches("in ")), Tone::Quiet),
    };
    Sla { text, tone }
}

/// The last characters of an identifier, which are its random part.
pub(super) fn short(id: &str) -> String {
    let from = id.chars().count().saturating_sub(SHORT_ID);
    format!("…{}", id.chars().skip(from).collect::<String>())
}

/// A party as it is called where its name is not shown.
pub(super) fn party_link(id: PartyId, kind: PartyKind) -> Link {
    Link::new(&format!("/console/parties/{id}"), &format!("{kind} {}", short(&id.to_string())))
}

/// A record of the ledger.
pub(super) fn record_link(leaf: u64) -> Link {
    Link::new(&format!("/console/ledger?leaf={leaf}"), &format!("record #{}", grouped(leaf)))
}

pub(super) fn when(at: Timestamp, now: Timestamp) -> When {
    When::at(at.as_micros(), now.as_micros())
}

pub(super) fn day(at: Timestamp, now: Timestamp) -> When {
    When::day_at(at.as_micros(), now.as_micros())
}

/// A number with a narrow space between groups of three digits.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let length = digits.len();
    let mut out = String::with_capacity(length + length / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (length - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// The same for counts of the store, which are never negative.
pub(super) fn counted(number: i64) -> String {
    grouped(u64::try_from(number).unwrap_or_default())
}

/// The name of a field, for people.
pub(super) fn fact_label(kind: FactKind) -> String {
    match kind {
        FactKind::Email => "E-mail address".to_owned(),
        FactKind::NationalId => "National identification number".to_owned(),
        FactKind::AccessFrom => "Connected from".to_owned(),
        FactKind::StatusClaim => "Claimed status".to_owned(),
        FactKind::LocatedIn => "Located in".to_owned(),
        other => title(other.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        for (number, text) in
            [(0, "0"), (999, "999"), (1_000, "1 000"), (120_483, "120 483"), (1_234_567, "1 234 567")]
        {
            assert_eq!(grouped(number).replace('\u{202f}', " "), text);
        }
    }

    #[test]
    fn identifiers_are_short_and_words_plain() {
        assert_eq!(short("acc_01j9abcdefgh"), "…cdefgh");
        assert_eq!(title("beneficial_owner"), "Beneficial owner");
    }
}
