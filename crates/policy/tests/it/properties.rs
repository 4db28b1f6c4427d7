//! Properties of decisions: replay, order, and that bad news never helps.

use crate::build::*;
use proptest::prelude::*;
use tenantry_model::account::AccountRole;
use tenantry_model::fact::{Claim, FactKind, FactValue, Strength};
use tenantry_model::party::PartyKind;
use tenantry_policy::decide;
use tenantry_policy::decision::{Decision, Outcome, Scope};
use tenantry_policy::input::{HitStanding, HitSummary, Screening};

const CUSTOMER: &[AccountRole] = &[AccountRole::Customer];

/// A company with owners, some things missing, some foreign, shares at random.
fn any_case() -> impl Strategy<Value = (Vec<u8>, Vec<u8>, bool, u8)> {
    (prop::collection::vec(0..3u8, 1..4), prop::collection::vec(1..60u8, 3), any::<bool>(), 0..9u8)
}

fn parties(owners: &[u8], us: bool, dropped: u8) -> Vec<Party> {
    let kinds = [
        FactKind::Email,
        FactKind::Telephone,
        FactKind::Payment,
        FactKind::LegalName,
        FactKind::OrganisedUnder,
    ];
    let mut customer = company(1, if us { "US-DE" } else { "DE" }, CUSTOMER);
    if let Some(kind) = kinds.get(usize::from(dropped)) {
        customer = customer.without(*kind);
    }
    let owner = |(number, what): (u8, &u8)| match what {
        0 => us_person(number, &[]),
        1 => foreign_person(number, &[]),
        _ => Party::new(number, PartyKind::Individual, &[]),
    };
    std::iter::once(customer).chain((2..).zip(owners).map(owner)).collect()
}

fn interests(shares: &[u8], owners: usize) -> Vec<tenantry_model::party::Interest> {
    (2..).zip(shares).take(owners).map(|(owner, share)| owns(owner, &share.to_string(), 1)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn replay_gives_the_same_bytes_in_any_order((owners, shares, us, dropped) in any_case(), turn in 0..4usize) {
        let pack = pack();
        let first = input(&pack, parties(&owners, us, dropped), interests(&shares, owners.len()));
        let mut second = first.clone();
        let count = second.parties.len();
        second.parties.rotate_left(turn % count);
        second.interests.reverse();
        for party in &mut second.parties {
            party.facts.reverse();
        }
        let bytes = decide(&first).to_bytes();
        prop_assert_eq!(&bytes, &decide(&second).to_bytes());
        let read: Decision = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(read.to_bytes(), bytes);
    }

    #[test]
    fn a_contradiction_never_turns_review_into_pass((owners, shares, us, dropped) in any_case()) {
        let pack = pack();
        let before = decide(&input(&pack, parties(&owners, us, dropped), interests(&shares, owners.len())));
        for contradiction in [
            FactValue::OrganisedUnder { jurisdiction: j(if us { "CY" } else { "US-NY" }) },
            FactValue::StatusClaim { claim: if us { Claim::ForeignPerson } else { Claim::UsPerson } },
        ] {
            let mut all = parties(&owners, us, dropped);
            let customer = all.remove(0).fact(contradiction, Strength::Authenticated);
            all.insert(0, customer);
            let after = decide(&input(&pack, all, interests(&shares, owners.len())));
            if before.outcome >= Outcome::Review {
                prop_assert!(after.outcome >= Outcome::Review);
            }
        }
    }

    #[test]
    fn bad_news_never_helps((owners, shares, us, dropped) in any_case(), which in 0..4usize, news in 0..4u8) {
        let pack = pack();
        let calm = input(&pack, parties(&owners, us, dropped), interests(&shares, owners.len()));
        let mut worse = calm.clone();
        let at = which % worse.parties.len();
        let hit = |standing| HitSummary { list: "l".into(), entity: "e".into(), score_per_mille: 800, hard_rule: None, standing };
        match news {
            0 => worse.parties[at].screening = Screening::Failed { what: "l".into() },
            1 => worse.parties[at].hits.push(hit(HitStanding::New)),
            2 => worse.parties[at].hits.push(hit(HitStanding::Confirmed)),
            _ => drop(worse.parties.remove(at)),
        }
        let (calm, worse) = (decide(&calm), decide(&worse));
        prop_assert!(worse.outcome >= Outcome::Review);
        prop_assert!(news == 3 || worse.outcome >= calm.outcome);
    }

    #[test]
    fn a_foreign_owner_always_pulls_in((owners, shares, _, dropped) in any_case(), share in 25..60u8) {
        let pack = pack();
        let mut all = parties(&owners, true, dropped);
        all.push(foreign_person(20, &[]));
        let mut held = interests(&shares, owners.len());
        held.push(owns(20, &share.to_string(), 1));
        prop_assert_eq!(decide(&input(&pack, all, held)).scope, Scope::InScope);
    }

    #[test]
    fn out_of_scope_means_everybody_is_shown_to_be_us((owners, shares, us, dropped) in any_case()) {
        let pack = pack();
        let decision = decide(&input(&pack, parties(&owners, us, dropped), interests(&shares, owners.len())));
        if decision.scope == Scope::OutOfScopeVerifiedUs {
            let due = decision.parties.iter().filter(|p| p.duty != tenantry_policy::decision::Duty::None);
            for party in due {
                prop_assert_eq!(party.status.status, tenantry_model::party::Status::UsPerson);
            }
        }
    }

    #[test]
    fn promise7_nationality_changes_no_outcome(country in prop::sample::select(vec!["DE", "RU", "IR", "CN", "NG", "FR", "BR", "KP"])) {
        let pack = pack();
        let of = |country: &str| {
            let person = foreign_person(1, CUSTOMER).without(FactKind::IdentityDocument).fact(passport(country), Strength::Corroborated);
            decide(&input(&pack, vec![person], vec![]))
        };
        prop_assert_eq!(of(country).to_bytes(), of("DE").to_bytes());
    }
}
