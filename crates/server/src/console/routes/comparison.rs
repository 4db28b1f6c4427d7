//! From the register's explanation of a hit to the field comparison: values side by side, what lines up marked letter
//! by letter, and points that add up.

use super::desk::Desk;
use super::parties::{provenance, shown};
use super::words::{fact_label, plain, short, title};
use crate::console::views::case::{Comparison, ComparisonRow, Decider, HitView, Side, SideRow, Span, Weight};
use crate::console::views::parts::{Link, When};
use tenantry_linkage::{Agreement, TokenKind};
use tenantry_model::fact::{FactKind, FactValue};
use tenantry_model::id::PartyId;
use tenantry_model::listed::{ListedEntity, Property};
use tenantry_model::time::Timestamp;
use tenantry_register::cases::{CaseDetailView, ComparedFact};
use tenantry_screening::{Attribute, Direction, HardRule, Hit, NameDetail, Note, Point};

/// Values of one property shown.
const VALUES_MAX: usize = 12;

/// What the provider knows of the party.
pub(super) fn customer(party: PartyId, detail: &CaseDetailView, now: Timestamp) -> Side {
    let row = |fact: &ComparedFact| SideRow {
        label: fact_label(fact.kind),
        values: vec![shown(&fact.value)],
        provenance: Some(provenance(
            fact.source.as_str(),
            fact.strength,
            When::day_at(fact.stated_at.as_micros(), now.as_micros()),
        )),
    };
    Side {
        title: "Customer".to_owned(),
        link: Some(Link::new(
            &format!("/console/parties/{party}"),
            &format!("party {}", short(&party.to_string())),
        )),
        context: Vec::new(),
        rows: detail.facts.iter().filter(|fact| fact.kind != FactKind::AccessFrom).map(row).collect(),
    }
}

/// Hits with their comparisons. What is listed is read at once, because opening a list is dear.
pub(super) fn hit_views(desk: &Desk, hits: &[Hit], detail: &CaseDetailView) -> Vec<HitView> {
    let name = |hit: &Hit| (hit.list.clone(), hit.entity.clone());
    let named = hits.iter().map(name).collect();
    let entities = desk.register().listed_entities(&desk.call(), &named).unwrap_or_default();
    hits.iter().map(|hit| hit_view(hit, entities.get(&name(hit)), detail)).collect()
}

fn hit_view(hit: &Hit, entity: Option<&ListedEntity>, detail: &CaseDetailView) -> HitView {
    HitView {
        key: format!("{}/{}", hit.list, hit.entity),
        caption: hit.caption.clone(),
        comparison: Comparison {
            rows: hit.explanation.points.iter().map(|point| row(point, detail)).collect(),
            total: hit.explanation.total,
            score: hit.score.to_string(),
            hard: hit.explanation.hard_rules.iter().map(hard_rule).collect(),
            engine: hit.explanation.algorithm.clone(),
        },
        decider: hit.explanation.decisive.as_ref().map(|decisive| Decider {
            fact: title(attribute(decisive.attribute)),
            effect: format!(
                "if it agrees the score becomes {}, if it differs {}. Ask with the verdict “need information”.",
                decisive.if_same, decisive.if_different
            ),
        }),
        other: listed(hit, entity),
    }
}

fn row(point: &Point, detail: &CaseDetailView) -> ComparisonRow {
    let (left, right) = match &point.names {
        Some(names) => aligned(names, detail, &point.listed),
        None => plain_values(point, detail),
    };
    ComparisonRow {
        field: title(attribute(point.attribute)),
        left,
        right,
        relation: relation(point.note).to_owned(),
        points: point.bits,
        weight: match point.direction {
            Direction::For => Weight::For,
            Direction::Against => Weight::Against,
            Direction::Unknown => Weight::Unknown,
        },
    }
}

/// Both names cut into what lines up and what does not.
fn aligned(names: &NameDetail, detail: &CaseDetailView, listed: &str) -> (Vec<Span>, Vec<Span>) {
    let ours = detail.names.get(names.query_name).cloned().unwrap_or_default();
    let same = |pick: fn(&tenantry_names::Aligned) -> tenantry_names::Span,
                edit: fn(&tenantry_names::Edit) -> tenantry_names::Span,
                at: u16| {
        names.comparison.aligned.iter().any(|part| {
            let inside = |span: tenantry_names::Span| span.start <= at && at < span.end;
            inside(pick(part)) && !part.edits.iter().any(|e| inside(edit(e)))
        })
    };
    (
        runs(&ours, |at| same(|part| part.left, |e| e.left, at)),
        runs(listed, |at| same(|part| part.right, |e| e.right, at)),
    )
}

/// Cuts a text into runs of letters that are on both sides and runs that are not. Blanks go with what is before them.
fn runs(text: &str, same: impl Fn(u16) -> bool) -> Vec<Span> {
    let mut runs: Vec<Span> = Vec::new();
    let mut before = true;
    for (at, letter) in text.chars().enumerate() {
        let here = if letter.is_alphanumeric() { u16::try_from(at).is_ok_and(&same) } else { before };
        match runs.last_mut() {
            Some(run) if before == here => run.text.push(letter),
            _ => {
                let text = letter.to_string();
                runs.push(if here { Span::same(&text) } else { Span::differs(&text) });
            }
        }
        before = here;
    }
    runs
}

fn plain_values(point: &Point, detail: &CaseDetailView) -> (Vec<Span>, Vec<Span>) {
    let ours: Vec<String> =
        detail.facts.iter().filter_map(|fact| compared(point.attribute, &fact.value)).collect();
    let mut seen = Vec::new();
    for value in ours {
        if !seen.contains(&value) {
            seen.push(value);
        }
    }
    let span = |text: &str| match (text.is_empty(), point.direction) {
        (true, _) => Vec::new(),
        (false, Direction::Against) => vec![Span::differs(text)],
        (false, _) => vec![Span::same(text)],
    };
    (span(&seen.join("; ")), span(&point.listed))
}

/// What a fact says about an attribute that is compared.
fn compared(attribute: Attribute, value: &FactValue) -> Option<String> {
    let matches = match attribute {
        Attribute::BirthDate => matches!(value, FactValue::DateOfBirth { .. }),
        Attribute::Gender => matches!(value, FactValue::Gender { .. }),
        Attribute::Email | Attribute::Domain => matches!(value, FactValue::Email { .. }),
        Attribute::Phone => matches!(value, FactValue::Telephone { .. }),
        Attribute::Wallet => matches!(value, FactValue::Payment { .. }),
        Attribute::Address => matches!(value, FactValue::Address { .. }),
        Attribute::Identifier => matches!(
            value,
            FactValue::IdentityDocument { .. }
                | FactValue::NationalId { .. }
                | FactValue::RegistrationNumber { .. }
        ),
        Attribute::Country => {
            return match value {
                FactValue::Citizenship { jurisdiction }
                | FactValue::PermanentResidence { jurisdiction }
                | FactValue::LocatedIn { jurisdiction }
                | FactValue::OrganisedUnder { jurisdiction }
                | FactValue::Headquarters { jurisdiction }
                | FactValue::Address { jurisdiction, .. } => Some(jurisdiction.to_string()),
                _ => None,
            };
        }
        Attribute::Name => false,
    };
    matches.then(|| match value {
        FactValue::Payment { token, .. } => token.expose().to_owned(),
        FactValue::IdentityDocument { number, .. } => number.expose().to_owned(),
        other => shown(other),
    })
}

fn listed(hit: &Hit, entity: Option<&ListedEntity>) -> Side {
    const LAST: [Property; 4] =
        [Property::Notes, Property::SourceUrl, Property::ListedOn, Property::ModifiedAt];
    let value = |value: &tenantry_model::listed::Value| {
        if value.note.is_empty() { value.text.clone() } else { format!("{} ({})", value.text, value.note) }
    };
    let rows = entity.iter().flat_map(|entity| &entity.properties).filter(|(p, _)| !LAST.contains(p));
    Side {
        title: "Listed party".to_owned(),
        link: None,
        context: vec![
            hit.caption.clone(),
            format!("list {}, entry {}", hit.list, hit.entity),
            entity.map_or_else(
                || "This entry is no longer in the version in force.".to_owned(),
                |entity| entity.schema.to_string(),
            ),
        ],
        rows: rows
            .map(|(property, values)| SideRow {
                label: property_label(*property),
                values: values.iter().take(VALUES_MAX).map(value).collect(),
                provenance: None,
            })
            .collect(),
    }
}

/// `birthDate` as `Birth date`.
fn property_label(property: Property) -> String {
    let words = property.as_str().chars().fold(String::new(), |mut text, letter| {
        if letter.is_uppercase() {
            text.push(' ');
        }
        text.extend(letter.to_lowercase());
        text
    });
    title(words.trim_end_matches(" id"))
}

const fn attribute(attribute: Attribute) -> &'static str {
    match attribute {
        Attribute::Name => "name",
        Attribute::BirthDate => "date_of_birth",
        Attribute::Country => "country",
        Attribute::Gender => "gender",
        Attribute::Identifier => "identifier",
        Attribute::Wallet => "wallet",
        Attribute::Email => "e-mail address",
        Attribute::Domain => "domain",
        Attribute::Phone => "telephone",
        Attribute::Address => "address",
    }
}

const fn relation(note: Note) -> &'static str {
    match note {
        Note::NameSame => "the names agree in every part",
        Note::NameClose => "the names agree with small differences",
        Note::NameDifferent => "the names differ",
        Note::DateSame => "the same day",
        Note::DateSameMonth => "the same month; the day is not known on one side",
        Note::DateSameYear => "the same year; more is not known on one side",
        Note::DateSwapped => "day and month changed places",
        Note::DateDigit => "one digit differs",
        Note::DateOtherYear => "the same day in another year",
        Note::DateYearApart => "a year apart at most",
        Note::DateYearsApart => "a few years apart",
        Note::DateDifferent => "many years apart",
        Note::DateWithin => "within the dates that the list gives",
        Note::Same => "at least one value is the same",
        Note::Similar => "largely the same words",
        Note::Different => "nothing agrees",
        Note::MissingInQuery => "the customer’s is not known",
        Note::MissingInList => "the list does not say",
    }
}

fn hard_rule(rule: &HardRule) -> String {
    match rule {
        HardRule::SameIdentifier { listed, .. } => format!("The same identifying number: {listed}"),
        HardRule::SameWallet { listed } => format!("The same virtual-currency address: {listed}"),
        HardRule::SameEmail { listed } => format!("The same e-mail address: {listed}"),
    }
}

/// What two accounts have in common.
pub(super) fn agreement(agreement: Agreement) -> String {
    format!("the same {}; {} accounts hold it", token_word(agreement.kind), agreement.holders)
}

/// The word for a kind of value.
pub(super) fn token_word(kind: TokenKind) -> String {
    let written = serde_json::to_value(kind).ok();
    written.as_ref().and_then(serde_json::Value::as_str).map(plain).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_follow_the_letters() {
        let text = |runs: Vec<Span>| {
            let one = |run: &Span| {
                if matches!(run.run, crate::console::views::case::Run::Same) {
                    run.text.clone()
                } else {
                    format!("[{}]", run.text)
                }
            };
            runs.iter().map(one).collect::<String>()
        };
        assert_eq!(text(runs("ivan petrov", |at| at != 7)), "ivan pe[t]rov");
        assert_eq!(text(runs("", |_| true)), "");
        assert_eq!(text(runs("ab", |_| false)), "[ab]");
    }

    #[test]
    fn labels_of_properties_are_words() {
        for (property, label) in
            [(Property::BirthDate, "Birth date"), (Property::Program, "Program"), (Property::Name, "Name")]
        {
            assert_eq!(property_label(property), label);
        }
    }
}
