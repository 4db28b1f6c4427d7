//! The peer on the same pairs: writes every pair that is measured to a file, and reads the peer's scores back.

use serde_json::{Value as Json, json};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use tenantry_model::listed::{ListedEntity, Origin, Property, Schema, Value};
use tenantry_model::personal::Personal;
use tenantry_screening::{Query, judge};

/// The peer's published threshold.
const PEER_THRESHOLD: f64 = 0.7;

/// What the peer is asked about, in its own vocabulary, which is also that of our lists.
const SHARED: &[Property] = &[
    Property::Name,
    Property::Alias,
    Property::WeakAlias,
    Property::PreviousName,
    Property::FirstName,
    Property::MiddleName,
    Property::FatherName,
    Property::LastName,
    Property::BirthDate,
    Property::Nationality,
    Property::Country,
    Property::Gender,
];

/// One side of a pair.
#[derive(Clone)]
pub(crate) struct Party(pub(crate) ListedEntity);

impl Party {
    pub(crate) fn new(schema: Schema, values: &[(Property, &str)]) -> Self {
        let mut out = ListedEntity::new("x".to_owned(), schema);
        for (property, text) in values.iter().filter(|(_, text)| !text.is_empty()) {
            let origin = Origin { file: String::new(), line: 0 };
            out.push(*property, Value { text: (*text).to_owned(), note: String::new(), origin });
        }
        Self(out)
    }

    pub(crate) fn named(schema: Schema, name: &str) -> Self {
        Self::new(schema, &[(Property::Name, name)])
    }

    /// The same party as a question: its names (from name parts when it has none), date, countries, gender.
    pub(crate) fn query(&self) -> Query {
        let texts = |p: Property| self.0.texts(p).map(str::to_owned);
        let names = [Property::Name, Property::Alias, Property::WeakAlias, Property::PreviousName];
        let mut names: Vec<String> = names.iter().flat_map(|p| texts(*p)).collect();
        if names.is_empty() {
            let parts = [Property::FirstName, Property::MiddleName, Property::FatherName, Property::LastName];
            names.push(parts.iter().flat_map(|p| texts(*p)).collect::<Vec<_>>().join(" "));
        }
        let mut query = Query::new(self.0.schema, "");
        query.names = names.into_iter().map(Personal::new).collect();
        query.family_names = texts(Property::LastName).map(Personal::new).collect();
        query.birth_dates =
            texts(Property::BirthDate).filter_map(|t| t.parse().ok()).map(Personal::new).collect();
        let codes = |p: Property| texts(p).filter_map(|c| c.to_uppercase().parse().ok()).collect();
        query.nationalities = codes(Property::Nationality);
        query.countries = codes(Property::Country);
        query.gender = texts(Property::Gender).find_map(|g| g.parse().ok());
        query
    }

    pub(crate) fn score(&self, listed: &Self) -> u16 {
        judge(&self.query(), &listed.0).0.per_mille()
    }

    fn json(&self, number: usize) -> Json {
        let shared = SHARED.iter().map(|p| (p.as_str(), self.0.texts(*p).collect::<Vec<_>>()));
        let properties: HashMap<_, _> = shared.filter(|(_, texts)| !texts.is_empty()).collect();
        json!({"id": format!("p{number}"), "schema": self.0.schema.as_str(), "properties": properties})
    }
}

/// Asks, tells, or is absent.
pub(crate) enum Peer {
    /// Not asked.
    Absent,
    /// Being asked: pairs are written out.
    Asked { out: BufWriter<File>, parties: usize },
    /// Has answered: scores by set.
    Told(HashMap<String, Vec<f64>>),
}

impl Peer {
    pub(crate) fn asked(file: &Path) -> Self {
        Self::Asked { out: BufWriter::new(File::create(file).expect("file of questions")), parties: 0 }
    }

    pub(crate) fn told(file: &Path) -> Self {
        let mut sets: HashMap<String, Vec<f64>> = HashMap::new();
        for line in BufReader::new(File::open(file).expect("file of answers")).lines() {
            let row: Json = serde_json::from_str(&line.expect("line")).expect("answer");
            let set = row["set"].as_str().unwrap_or_default();
            sets.entry(set.to_owned()).or_default().push(row["score"].as_f64().expect("score"));
        }
        Self::Told(sets)
    }

    /// The number of a party for [`Peer::pair`].
    pub(crate) fn party(&mut self, party: &Party) -> usize {
        let Self::Asked { out, parties } = self else { return 0 };
        writeln!(out, "{}", party.json(*parties)).expect("question");
        *parties += 1;
        *parties - 1
    }

    pub(crate) fn pair(&mut self, set: &str, query: usize, candidate: usize) {
        if let Self::Asked { out, .. } = self {
            writeln!(out, "{}", json!({"set": set, "query": query, "candidate": candidate}))
                .expect("question");
        }
    }

    /// The peer's scores of a set in thousandths, in the order of the pairs.
    pub(crate) fn scores(&mut self, set: &str, pairs: &[(Party, Party)]) -> Option<Vec<u16>> {
        if matches!(self, Self::Asked { .. }) {
            for (query, candidate) in pairs {
                let (query, candidate) = (self.party(query), self.party(candidate));
                self.pair(set, query, candidate);
            }
        }
        self.answers(set)
    }

    pub(crate) fn answers(&self, set: &str) -> Option<Vec<u16>> {
        let Self::Told(sets) = self else { return None };
        Some(sets.get(set)?.iter().map(|s| (s * 1000.0).round() as u16).collect())
    }

    pub(crate) fn threshold() -> u16 {
        (PEER_THRESHOLD * 1000.0) as u16
    }
}
