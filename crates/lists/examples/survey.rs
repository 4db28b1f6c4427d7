//! Prints how often each property occurs in a packed list, and the commonest remarks no rule turned into a field.

use std::collections::BTreeMap;
use tenantry_lists::Snapshot;
use tenantry_model::listed::Property;

#[expect(clippy::print_stdout, reason = "an example prints what it found")]
fn main() -> anyhow::Result<()> {
    let path =
        std::env::args().nth(1).unwrap_or_else(|| "crates/lists/data/ofac-sdn-2023-12-28.tnl".to_owned());
    let snapshot = Snapshot::unpack(&std::fs::read(path)?)?;
    let mut properties: BTreeMap<Property, usize> = BTreeMap::new();
    let mut remarks: BTreeMap<String, usize> = BTreeMap::new();
    for entity in snapshot.entities() {
        for (property, values) in &entity.properties {
            *properties.entry(*property).or_default() += values.len();
        }
        for value in entity.properties.get(&Property::Notes).into_iter().flatten() {
            let words: Vec<&str> = value.text.split(' ').take(3).collect();
            *remarks.entry(format!("[{}] {}", value.note, words.join(" "))).or_default() += 1;
        }
    }
    for (property, count) in properties {
        println!("{count:8} {property}");
    }
    let mut remarks: Vec<(String, usize)> = remarks.into_iter().collect();
    remarks.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    for (words, count) in remarks.iter().take(90) {
        println!("{count:8} remark: {words}");
    }
    let countries = [
        Property::Country,
        Property::Nationality,
        Property::Citizenship,
        Property::BirthCountry,
        Property::Flag,
        Property::PastFlag,
    ];
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    for text in snapshot
        .entities()
        .iter()
        .flat_map(|entity| countries.into_iter().flat_map(|property| entity.texts(property)))
    {
        *unknown.entry(text).or_default() += usize::from(text.len() != 2);
    }
    for (name, count) in unknown.iter().filter(|(_, count)| **count > 0) {
        println!("{count:8} country without a code: {name}");
    }
    let ties: Vec<_> = snapshot.entities().iter().flat_map(|entity| &entity.relations).collect();
    println!(
        "{:8} ties, {} of them resolved",
        ties.len(),
        ties.iter().filter(|tie| !tie.target.is_empty()).count()
    );
    Ok(())
}
