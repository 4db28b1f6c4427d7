//! Searches against the real lists: who is found, and who is falsely alerted.

use crate::Row;
use crate::data::{Draws, Lists, csv};
use std::path::Path;
use tenantry_lists::country_code;
use tenantry_model::fact::Gender;
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::listed::{ListedEntity, Property};
use tenantry_model::personal::Personal;
use tenantry_model::time::PartialDate;
use tenantry_screening::{Index, Options, Query};

const NAMES: [Property; 4] = [Property::Name, Property::Alias, Property::PreviousName, Property::WeakAlias];

fn finds(index: &Index, query: &Query, id: &str) -> bool {
    index.search(query, &Options { limit: 100_000, ..Options::default() }).iter().any(|h| h.entity == id)
}

fn country(text: &str) -> Option<Jurisdiction> {
    let code = if text.len() == 2 { text } else { country_code(text)? };
    code.to_uppercase().parse().ok()
}

/// A date as loosely as customers' systems write it.
fn date(text: &str) -> Option<PartialDate> {
    let mut parts = text.split('-').map(|p| p.parse::<i16>().ok());
    let year = parts.next()??;
    let month = parts.next().flatten().and_then(|m| i8::try_from(m).ok());
    let day = parts.next().flatten().and_then(|m| i8::try_from(m).ok());
    PartialDate::new(year, month, day).ok()
}

/// Every search measure.
pub(crate) fn all(folder: &Path, lists: &Lists, verbose: bool) -> Vec<Row> {
    let ofac = Index::build(&[(lists.ofac.header().clone(), lists.ofac.entities())]);
    let un = Index::build(&[(lists.un.header().clone(), lists.un.entities())]);
    let both = Index::build(&[
        (lists.ofac.header().clone(), lists.ofac.entities()),
        (lists.un.header().clone(), lists.un.entities()),
    ]);
    let mut rows = un_persons(folder, &un, &lists.un, verbose);
    rows.push(every_name(&ofac, lists.ofac.entities(), verbose));
    rows.extend(one_edit(&ofac, lists.ofac.entities(), verbose));
    for set in ["global", "us"] {
        rows.extend(negatives(folder, &both, set, verbose));
    }
    rows
}

fn share(n: usize, of: usize) -> String {
    format!("{:.2} % ({n}/{of})", 100.0 * n as f64 / of.max(1) as f64)
}

fn person(row: &[String], attributes: bool) -> Query {
    let mut query = Query::person(&row[0]);
    if attributes {
        query.birth_date = date(&row[5]).map(Personal::new);
        query.nationalities = country(&row[7]).into_iter().collect();
    }
    query
}

fn un_persons(folder: &Path, index: &Index, un: &tenantry_lists::Snapshot, verbose: bool) -> Vec<Row> {
    let exact = csv(&folder.join("evaluation/un_persons.csv"));
    let altered = csv(&folder.join("evaluation/un_persons_altered.csv"));
    let folded = |t: &str| {
        tenantry_names::Name::analyse(t, tenantry_names::NameKind::Person)
            .forms()
            .iter()
            .map(|f| f.ascii().to_owned())
            .collect::<Vec<_>>()
    };
    let ids: Vec<Vec<&str>> = exact
        .iter()
        .map(|row| {
            let wanted = folded(&row[0]);
            un.entities()
                .iter()
                .filter(|e| NAMES.iter().any(|p| e.texts(*p).any(|t| folded(t) == wanted)))
                .map(|e| e.id.as_str())
                .collect()
        })
        .collect();
    let known = ids.iter().filter(|i| !i.is_empty()).count();
    let count = |rows: &[Vec<String>], attributes: bool| {
        let found = rows.iter().zip(&ids).filter(|(row, ids)| {
            let hit = ids.iter().any(|id| finds(index, &person(row, attributes), id));
            if verbose && !hit {
                println!("UN missed (attributes {attributes}): {row:?} {ids:?}");
            }
            hit
        });
        found.count()
    };
    vec![
        Row {
            measure: "UN persons, name as published".to_owned(),
            peer: "100 %",
            target: "100 %",
            ours: share(count(&exact, false), known),
        },
        Row {
            measure: "UN persons altered, with date and country".to_owned(),
            peer: "95.7 %",
            target: "99 %",
            ours: share(count(&altered, true), known),
        },
        Row {
            measure: "UN persons altered, name only".to_owned(),
            peer: "98.2 %",
            target: "",
            ours: share(count(&altered, false), known),
        },
    ]
}

fn every_name(index: &Index, entities: &[ListedEntity], verbose: bool) -> Row {
    let (mut found, mut all) = (0, 0);
    for entity in entities {
        for text in NAMES.iter().flat_map(|p| entity.texts(*p)) {
            all += 1;
            let hit = finds(index, &Query::new(entity.schema, text), &entity.id);
            found += usize::from(hit);
            if verbose && !hit {
                println!("SDN name missed: {text} {}", entity.id);
            }
        }
    }
    Row {
        measure: "every SDN name and alias finds its entity".to_owned(),
        peer: "-",
        target: "100 %",
        ours: share(found, all),
    }
}

fn edited(text: &str, draws: &mut Draws) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = draws.below(letters.len());
    let letter = char::from(b'a' + draws.below(26) as u8);
    match draws.below(4) {
        0 if letters.len() > 1 => {
            let at = at.min(letters.len() - 2);
            letters.swap(at, at + 1);
        }
        1 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letter),
        _ => letters[at] = letter,
    }
    letters.into_iter().collect()
}

fn one_edit(index: &Index, entities: &[ListedEntity], verbose: bool) -> Vec<Row> {
    let mut draws = Draws(7);
    let names: Vec<(&ListedEntity, &str)> =
        entities.iter().flat_map(|e| NAMES.iter().flat_map(|p| e.texts(*p)).map(move |t| (e, t))).collect();
    let (mut with, mut without, trials) = (0, 0, 3000);
    for _ in 0..trials {
        let (entity, text) = names[draws.below(names.len())];
        let mut query = Query::new(entity.schema, &edited(text, &mut draws));
        let name_only = finds(index, &query, &entity.id);
        without += usize::from(name_only);
        query.birth_date = entity.texts(Property::BirthDate).find_map(|t| t.parse().ok()).map(Personal::new);
        let places = [Property::Nationality, Property::Citizenship, Property::Country];
        query.countries = places.iter().flat_map(|p| entity.texts(*p)).filter_map(country).take(1).collect();
        let full = finds(index, &query, &entity.id);
        with += usize::from(full);
        if verbose && !full {
            println!("edit missed: {} | {text} | {}", query.names[0].expose(), entity.schema);
        } else if verbose && !name_only {
            println!("edit missed by name: {} | {text} | {}", query.names[0].expose(), entity.schema);
        }
    }
    vec![
        Row {
            measure: "one random edit, birth date and country sent".to_owned(),
            peer: "78.9 / 85.1 %",
            target: "98 %",
            ours: share(with, trials),
        },
        Row {
            measure: "one random edit, name only".to_owned(),
            peer: "-",
            target: "96 %",
            ours: share(without, trials),
        },
    ]
}

fn negatives(folder: &Path, index: &Index, set: &str, verbose: bool) -> Vec<Row> {
    let rows = csv(&folder.join(format!("evaluation/negatives_{set}.csv")));
    let count = |attributes: bool| {
        let alerts = rows.iter().filter(|row| {
            let mut query = person(row, attributes);
            query.gender = if attributes { row[4].parse::<Gender>().ok() } else { None };
            let hits = index.search(&query, &Options::default());
            if verbose && let Some(hit) = hits.first() {
                println!(
                    "alert {set} (attributes {attributes}) {}: {} | {}",
                    hit.score, row[0], hit.explanation.points[0].listed
                );
            }
            !hits.is_empty()
        });
        alerts.count()
    };
    let per_mille = |n: usize| format!("{:.2} ({n}/{})", 1000.0 * n as f64 / rows.len() as f64, rows.len());
    vec![
        Row {
            measure: format!("alerts per 1,000, {set}, with date, country, gender"),
            peer: "1.3",
            target: "0.5",
            ours: per_mille(count(true)),
        },
        Row {
            measure: format!("alerts per 1,000, {set}, name only"),
            peer: "8.7",
            target: "5",
            ours: per_mille(count(false)),
        },
    ]
}
