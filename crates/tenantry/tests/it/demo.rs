//! The demo's generator: same seed, same bytes; the mix it makes; the story it tells.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use tenantry::demo::story::{Chapter, Place};
use tenantry::demo::summary::{Summary, digest};
use tenantry::demo::{ACCOUNTS_MIN, History, Plan, Profile};
use tenantry_lists::embedded;
use tenantry_model::fact::{FactKind, FactValue};
use tenantry_register::intake::NewApplication;

fn history(plan: Plan) -> History {
    History::generate(&plan, &embedded::ofac_sdn().unwrap()).unwrap()
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let plan = Plan::default();
    let first = digest(&history(plan)).unwrap();
    assert_eq!(first, digest(&history(plan)).unwrap());
    assert_ne!(first, digest(&history(Plan { seed: 1, ..plan })).unwrap());
    insta::assert_snapshot!("digest", first);
}

#[test]
fn the_mix_is_as_documented() {
    insta::assert_yaml_snapshot!("summary", Summary::of(&history(Plan::default())));
}

#[test]
fn the_story_is_told_by_accounts_that_are_there() {
    let history = history(Plan::default());
    let profiles = history.profiles();
    for chapter in &history.story.chapters {
        assert!(!chapter.steps.is_empty());
        for reference in chapter.accounts() {
            assert_eq!(profiles.get(reference), Some(&Profile::Story), "{reference} in {}", chapter.title);
        }
    }
    let told: Vec<String> = history.story.chapters.iter().map(page).collect();
    insta::assert_snapshot!("story", told.join("\n"));
}

fn page(chapter: &Chapter) -> String {
    let mut page = format!("{}. {}\n{}\n", chapter.number, chapter.title, chapter.happened);
    for step in &chapter.steps {
        let place = match &step.place {
            Place::Account(reference) => format!("account {reference}"),
            Place::Case(kind, reference) => format!("case ({kind}) about {reference}"),
            Place::Order => "the order".to_owned(),
            Place::Measures => "measures".to_owned(),
            Place::Ledger => "the ledger".to_owned(),
        };
        page.push_str(&format!("  {place}: {}\n", step.look));
    }
    page.push_str(&format!("{}\nlisted: {}\n", chapter.matters, chapter.listed.join(", ")));
    page
}

#[test]
fn time_goes_forward_and_resellers_come_before_their_customers() {
    for accounts in [0, ACCOUNTS_MIN, 1_000] {
        let plan = Plan { accounts, ..Plan::default() };
        let history = history(plan);
        assert_eq!(history.openings.len(), accounts.max(ACCOUNTS_MIN));
        let mut seen = BTreeSet::new();
        for wave in history.waves() {
            let before = seen.clone();
            for opening in wave {
                assert!(opening.at <= plan.base);
                assert!(opening.under.as_ref().is_none_or(|under| before.contains(under)));
                assert!(opening.application.reseller.is_none());
                assert!(seen.insert(opening.application.reference.clone()), "a reference is there twice");
            }
        }
        assert_eq!(seen.len(), history.openings.len());
        assert!(history.openings.is_sorted_by_key(|o| o.at));
        let opened: BTreeMap<_, _> =
            history.openings.iter().map(|o| (&o.application.reference, o.at)).collect();
        assert!(history.accesses.iter().all(|a| a.at >= opened[&a.reference] && a.at <= plan.base));
        assert!(history.closures.iter().all(|c| c.at >= opened[&c.reference] && c.at <= plan.base));
        assert!(history.accesses.is_sorted_by_key(|a| a.at) && history.closures.is_sorted_by_key(|c| c.at));
    }
}

#[test]
fn what_comes_back_has_the_same_passport_and_card_and_nothing_else() {
    let history = history(Plan::default());
    let chapter = &history.story.chapters[3];
    let [first, second] = chapter.accounts()[..] else { panic!("two accounts") };
    let values = |reference: &str| -> BTreeSet<String> {
        let opening = history.openings.iter().find(|o| o.application.reference == reference).unwrap();
        let facts = opening.application.parties.iter().flat_map(|p| &p.facts);
        facts.filter_map(|f| identifying(&f.fact)).collect()
    };
    let (first, second) = (values(first), values(second));
    let shared: Vec<&String> = first.intersection(&second).collect();
    assert_eq!(shared.len(), 2, "{shared:?}");
    assert!(
        shared.iter().any(|v| v.starts_with("document")) && shared.iter().any(|v| v.starts_with("payment"))
    );
}

/// What of a fact can tell one person from another.
fn identifying(fact: &FactValue) -> Option<String> {
    Some(match fact {
        FactValue::LegalName { text } => format!("name {}", text.expose()),
        FactValue::Email { address } => format!("email {}", address.expose()),
        FactValue::Telephone { number } => format!("telephone {}", number.expose()),
        FactValue::IdentityDocument { number, .. } => format!("document {}", number.expose()),
        FactValue::Payment { token, .. } => format!("payment {}", token.expose()),
        FactValue::AccessFrom { ip, .. } => format!("ip {}", ip.expose()),
        _ => return None,
    })
}

#[test]
fn nothing_that_is_generated_reaches_anybody() {
    let history = history(Plan::default());
    for fact in history.openings.iter().flat_map(|o| &o.application.parties).flat_map(|p| &p.facts) {
        match &fact.fact {
            FactValue::Email { address } => assert!(address.expose().ends_with(".example")),
            FactValue::Telephone { number } => {
                let number = number.expose();
                let fictional =
                    if number.starts_with("+1") { number.contains("55501") } else { number.contains("000") };
                assert!(fictional, "a number that could ring");
            }
            FactValue::AccessFrom { ip, .. } => {
                assert!(set_aside(ip.expose()), "an address that could be somebody's");
            }
            _ => {}
        }
    }
}

fn set_aside(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => matches!(v4.octets(), [203, 0, 113, _] | [198, 51, 100, _] | [198, 18 | 19, _, _]),
        IpAddr::V6(v6) => v6.segments()[..2] == [0x2001, 0x0db8],
    }
}

#[test]
fn applications_have_the_shape_of_the_api() {
    let history = history(Plan { accounts: ACCOUNTS_MIN, ..Plan::default() });
    for opening in &history.openings {
        let text = serde_json::to_string(&opening.application).unwrap();
        let back: NewApplication = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
    }
    let kinds: BTreeSet<FactKind> = history
        .openings
        .iter()
        .flat_map(|o| &o.application.parties)
        .flat_map(|p| &p.facts)
        .map(|f| f.fact.kind())
        .collect();
    assert!(kinds.len() >= 18, "{kinds:?}");
}
