//! Searches against the real lists: who is found, and who is falsely alerted.

use crate::data::{Draws, Lists, csv};
use crate::overlap::Overlap;
use crate::peer::{Party, Peer};
use crate::{Row, Run};
use std::path::Path;
use tenantry_lists::country_code;
use tenantry_model::fact::Gender;
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::listed::{ListedEntity, Property, Schema};
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
pub(crate) fn all(folder: &Path, lists: &Lists, run: &mut Run) -> Vec<Row> {
    let ofac = Index::build(&[(lists.ofac.header().clone(), lists.ofac.entities())]);
    let un = Index::build(&[(lists.un.header().clone(), lists.un.entities())]);
    let both = Index::build(&[
        (lists.ofac.header().clone(), lists.ofac.entities()),
        (lists.un.header().clone(), lists.un.entities()),
    ]);
    let mut rows = un_persons(folder, &un, &lists.un, run);
    rows.push(every_name(&ofac, lists.ofac.entities(), run));
    rows.extend(one_edit(&ofac, lists.ofac.entities(), run));
    let overlap = Overlap::of(lists.ofac.entities().iter().chain(lists.un.entities()), &mut run.peer);
    for set in ["global", "us"] {
        rows.extend(negatives(folder, &both, &overlap, set, run));
    }
    rows
}

fn share(n: usize, of: usize) -> String {
    format!("{:.2} % ({n}/{of})", 100.0 * n as f64 / of.max(1) as f64)
}

fn person(row: &[String], attributes: bool) -> Query {
    let mut query = Query::person(&row[0]);
    if attributes {
        query.birth_dates = date(&row[5]).map(Personal::new).into_iter().collect();
        query.nationalities = country(&row[7]).into_iter().collect();
    }
    query
}

/// The same as the peer is asked.
fn party(row: &[String], attributes: bool) -> Party {
    let (birth, country) =
        (date(&row[5]).map(|d| d.to_string()), country(&row[7]).map(|c| c.as_str().to_lowercase()));
    let mut values = vec![(Property::Name, row[0].as_str())];
    if attributes {
        values.extend(birth.as_deref().map(|d| (Property::BirthDate, d)));
        values.extend(country.as_deref().map(|c| (Property::Nationality, c)));
        values.push((Property::Gender, row[4].as_str()));
    }
    Party::new(Schema::Person, &values)
}

/// The share of scores that reach the peer's threshold.
fn reached(scores: &[u16]) -> String {
    share(scores.iter().filter(|s| **s >= Peer::threshold()).count(), scores.len())
}

fn un_persons(folder: &Path, index: &Index, un: &tenantry_lists::Snapshot, run: &mut Run) -> Vec<Row> {
    let rows = |file: &str| -> Vec<_> {
        csv(&folder.join("evaluation").join(file)).into_iter().step_by(run.step).collect()
    };
    let (exact, altered) = (rows("un_persons.csv"), rows("un_persons_altered.csv"));
    let folded = |t: &str| {
        let name = tenantry_names::Name::analyse(t, tenantry_names::NameKind::Person);
        name.forms().iter().map(|f| f.ascii().to_owned()).collect::<Vec<_>>()
    };
    let bearers: Vec<Vec<&ListedEntity>> = exact
        .iter()
        .map(|row| {
            let wanted = folded(&row[0]);
            let bears = |e: &&ListedEntity| NAMES.iter().any(|p| e.texts(*p).any(|t| folded(t) == wanted));
            un.entities().iter().filter(bears).collect()
        })
        .collect();
    let known = bearers.iter().filter(|b| !b.is_empty()).count();
    let mut row = |measure: &str, target, rows: &[Vec<String>], attributes: bool| {
        let found = rows.iter().zip(&bearers).filter(|(row, bearers)| {
            let hit = bearers.iter().any(|e| finds(index, &person(row, attributes), &e.id));
            if run.verbose && !hit && !bearers.is_empty() {
                println!("UN missed (attributes {attributes}): {}", row[0]);
            }
            hit
        });
        let ours = share(found.count(), known);
        let pairs: Vec<_> = rows
            .iter()
            .zip(&bearers)
            .filter_map(|(row, bearers)| Some((party(row, attributes), Party((*bearers.first()?).clone()))))
            .collect();
        let peer = run.peer.scores(measure, &pairs).map(|scores| reached(&scores));
        Row { measure: measure.to_owned(), peer, target, ours }
    };
    vec![
        row("UN persons, name as published", "100 %", &exact, false),
        row("UN persons altered, with date and country", "99 %", &altered, true),
        row("UN persons altered, name only", "", &altered, false),
    ]
}

fn every_name(index: &Index, entities: &[ListedEntity], run: &Run) -> Row {
    let (mut found, mut all) = (0, 0);
    for entity in entities.iter().step_by(run.step) {
        for text in NAMES.iter().flat_map(|p| entity.texts(*p)) {
            all += 1;
            let hit = finds(index, &Query::new(entity.schema, text), &entity.id);
            found += usize::from(hit);
            if run.verbose && !hit {
                println!("SDN name missed: {text} {}", entity.id);
            }
        }
    }
    Row {
        measure: "every SDN name and alias finds its entity".to_owned(),
        peer: None,
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

fn one_edit(index: &Index, entities: &[ListedEntity], run: &mut Run) -> Vec<Row> {
    let mut draws = Draws(7);
    let names: Vec<(&ListedEntity, &str)> =
        entities.iter().flat_map(|e| NAMES.iter().flat_map(|p| e.texts(*p)).map(move |t| (e, t))).collect();
    let (mut with, mut without, trials) = (0, 0, 3000 / run.step);
    let (mut full_pairs, mut name_pairs) = (Vec::new(), Vec::new());
    for _ in 0..trials {
        let (entity, text) = names[draws.below(names.len())];
        let edited = edited(text, &mut draws);
        let mut query = Query::new(entity.schema, &edited);
        let name_only = finds(index, &query, &entity.id);
        without += usize::from(name_only);
        let birth = entity.texts(Property::BirthDate).find(|t| t.parse::<PartialDate>().is_ok());
        query.birth_dates = birth.and_then(|t| t.parse().ok()).map(Personal::new).into_iter().collect();
        let places = [Property::Nationality, Property::Citizenship, Property::Country];
        query.countries = places.iter().flat_map(|p| entity.texts(*p)).filter_map(country).take(1).collect();
        let full = finds(index, &query, &entity.id);
        with += usize::from(full);
        let code = query.countries.first().map(|c| c.as_str().to_lowercase());
        let mut values = vec![(Property::Name, edited.as_str())];
        values.extend(birth.map(|b| (Property::BirthDate, b)));
        values.extend(code.as_deref().map(|c| (Property::Country, c)));
        full_pairs.push((Party::new(entity.schema, &values), Party(entity.clone())));
        name_pairs.push((Party::named(entity.schema, &edited), Party(entity.clone())));
        if run.verbose && !full {
            println!("edit missed: {edited} | {text} | {}", entity.schema);
        } else if run.verbose && !name_only {
            println!("edit missed by name: {edited} | {text} | {}", entity.schema);
        }
    }
    let mut row = |measure: &str, target, found, pairs: &[(Party, Party)]| Row {
        measure: measure.to_owned(),
        peer: run.peer.scores(measure, pairs).map(|scores| reached(&scores)),
        target,
        ours: share(found, trials),
    };
    vec![
        row("one random edit, birth date and country sent", "98 %", with, &full_pairs),
        row("one random edit, name only", "96 %", without, &name_pairs),
    ]
}

fn negatives(folder: &Path, index: &Index, overlap: &Overlap, set: &str, run: &mut Run) -> Vec<Row> {
    let rows: Vec<_> =
        csv(&folder.join(format!("evaluation/negatives_{set}.csv"))).into_iter().step_by(run.step).collect();
    let per_mille = |n: usize| format!("{:.2} ({n}/{})", 1000.0 * n as f64 / rows.len() as f64, rows.len());
    let mut row = |what: &str, target, attributes: bool| {
        let measure = format!("alerts per 1,000, {set}, {what}");
        let alerts = rows.iter().filter(|row| {
            let mut query = person(row, attributes);
            query.gender = if attributes { row[4].parse::<Gender>().ok() } else { None };
            let hits = index.search(&query, &Options::default());
            if run.verbose
                && let Some(hit) = hits.first()
            {
                println!(
                    "alert {set} (attributes {attributes}) {}: {} | {}",
                    hit.score, row[0], hit.explanation.points[0].listed
                );
            }
            !hits.is_empty()
        });
        let ours = per_mille(alerts.count());
        let asked = rows.iter().map(|row| (party(row, attributes), row[0].as_str()));
        let peer = overlap.alerts(&measure, asked, &mut run.peer).map(per_mille);
        Row { measure, peer, target, ours }
    };
    vec![row("with date, country, gender", "0.5", true), row("name only", "5", false)]
}
