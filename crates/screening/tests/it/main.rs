//! Screening, against its own exhaustive oracle and by its promises.

mod attributes;
mod decisive;
mod image;
mod judged;
mod oracle;
mod pass;
mod promises;
mod properties;
mod weaknesses;

use tenantry_model::listed::{ListedEntity, Origin, Property, Schema, SnapshotHeader, Value};
use tenantry_screening::Index;

fn entity(id: &str, schema: Schema, values: &[(Property, &str)]) -> ListedEntity {
    let mut out = ListedEntity::new(id.to_owned(), schema);
    for (property, text) in values {
        let origin = Origin { file: "test.csv".to_owned(), line: 1 };
        out.push(*property, Value { text: (*text).to_owned(), note: String::new(), origin });
    }
    out
}

fn index(entities: &[ListedEntity]) -> Index {
    let header = SnapshotHeader {
        list: "test".to_owned(),
        title: "Test list".to_owned(),
        published_on: None,
        entities: entities.len() as u64,
        digest: String::new(),
    };
    Index::build(&[(header, entities)])
}
