//! Our side of `bench/screening.sh`: writes list and queries for the peer, and times our own search over the same queries.
//! `side_by_side FOLDER QUERIES`; `side_by_side FOLDER padding ENTITIES` writes invented entries that fill the list up to as many.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a measuring program may stop")]

#[path = "../benches/made/mod.rs"]
mod made;

use serde_json::{Map, Value, json};
use std::fs;
use std::path::PathBuf;
use tenantry_model::listed::ListedEntity;
use tenantry_screening::{Index, Options, Query};

fn lines(values: impl Iterator<Item = Value>) -> String {
    values.map(|v| v.to_string() + "\n").collect()
}

fn listed(entity: &ListedEntity) -> Value {
    let texts = |values: &Vec<tenantry_model::listed::Value>| {
        values.iter().map(|v| v.text.clone()).collect::<Vec<_>>()
    };
    // What the peer compares; its model refuses properties that a schema does not have.
    let compared = ["name", "alias", "weakAlias", "birthDate", "nationality", "country", "gender"];
    let person = entity.schema.as_str() == "Person";
    let only_people = ["birthDate", "nationality", "gender"];
    let properties: Map<String, Value> = entity
        .properties
        .iter()
        .filter(|(p, _)| compared.contains(&p.as_str()) && (person || !only_people.contains(&p.as_str())))
        .map(|(p, values)| (p.as_str().to_owned(), json!(texts(values))))
        .collect();
    json!({ "id": entity.id, "schema": entity.schema.as_str(), "properties": properties })
}

fn asked(query: &Query) -> Value {
    let mut properties = Map::new();
    properties.insert("name".to_owned(), json!([query.names[0].expose()]));
    if let Some(born) = query.birth_dates.first() {
        properties.insert("birthDate".to_owned(), json!([born.expose().to_string()]));
    }
    if !query.nationalities.is_empty() {
        let codes: Vec<String> = query.nationalities.iter().map(|c| c.as_str().to_lowercase()).collect();
        properties.insert("nationality".to_owned(), json!(codes));
    }
    json!({ "id": "query", "schema": query.schema.as_str(), "properties": properties })
}

fn main() {
    let mut args = std::env::args().skip(1);
    let folder = PathBuf::from(args.next().expect("a folder"));
    let real = made::ofac();
    let what = args.next().expect("a number of queries, or `padding`");
    if what == "padding" {
        let all = args.next().and_then(|n| n.parse().ok()).expect("a number of entries");
        let (_, entities) = made::padding(real.entities(), all);
        return fs::write(folder.join("padding.json"), lines(entities.iter().map(listed))).expect("written");
    }
    let count: usize = what.parse().expect("a number of queries");
    fs::write(folder.join("list.jsonl"), lines(real.entities().iter().map(listed))).expect("written");
    let index = Index::build(&[(real.header().clone(), real.entities())]);
    let customers: Vec<Query> = made::Customers::new(11).take(20 * count).map(|(_, q)| q).collect();
    let near = made::near_hits(real.entities(), 20 * count);
    for (label, queries) in [("customers", customers), ("near", near)] {
        let options = Options::default();
        let start = made::processor_seconds();
        let found: Vec<bool> = queries.iter().map(|q| !index.search(q, &options).is_empty()).collect();
        let per_second = queries.len() as f64 / (made::processor_seconds() - start).max(0.01);
        let hits = found.iter().take(count).filter(|f| **f).count();
        let figures = json!({ "per_second": per_second, "hits": hits });
        fs::write(folder.join(format!("{label}.json")), figures.to_string()).expect("written");
        fs::write(folder.join(format!("{label}.jsonl")), lines(queries.iter().take(count).map(asked)))
            .expect("written");
    }
}
