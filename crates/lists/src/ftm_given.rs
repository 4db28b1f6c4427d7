//! What FollowTheMoney entities say of others: ties, documents, wallets, sanctions and addresses go to whom they are about.
//!
//! A value or tie that came from an entity of its own names that entity after its file (`entities.ftm.json#passport-7`), so that
//! a delta which changes or deletes it finds everything it gave. What an entity says beside its main values is kept as a remark
//! under its schema and property (`sanction authority`). One that is about somebody who is no entry of the list is reported.

use crate::country_code;
use crate::draft::GIVER;
use crate::entry::Document;
use crate::ftm::{Made, Names};
use crate::json_lines::{text, texts};
use crate::snapshot::{Gathering, NoticeKind};
use serde_json::{Map, Value};
use std::collections::HashMap;
use tenantry_model::listed::{self, Origin, Property, Relation};

/// A wallet is an entry of its own, and a number of its holder.
pub(crate) const WALLET: &str = "CryptoWallet";
/// The property of a party that names its addresses.
pub(crate) const ADDRESS_OF: &str = "addressEntity";

/// What an entity gives to the one that its first property names.
#[derive(Clone, Copy)]
pub(crate) enum Gives {
    /// A tie of this name to the entities in the property.
    Tie(&'static str, &'static str),
    /// The number, with country, dates and, where it is kept, the type of the document.
    Document(Property, bool),
    /// Address and currency.
    Wallet,
    /// These properties as those of ours, and the rest as remarks.
    Values(&'static [(&'static str, Property)]),
    /// An address in one line. Whose it is stands in the parties that name it.
    Address,
}

impl Gives {
    /// The property that names whom it gives to, and what.
    pub(crate) fn of(schema: &str) -> Option<(&'static str, Self)> {
        const SANCTION: &[(&str, Property)] = &[
            ("program", Property::Program),
            ("programId", Property::Program),
            ("startDate", Property::ListedOn),
            ("listingDate", Property::ListedOn),
            ("sourceUrl", Property::SourceUrl),
        ];
        const SECURITY: &[(&str, Property)] =
            &[("isin", Property::Isin), ("isinCode", Property::Isin), ("ticker", Property::Ticker)];
        const ACCOUNT: &[(&str, Property)] = &[("email", Property::Email), ("phone", Property::Phone)];
        Some(match schema {
            "Ownership" => ("owner", Self::Tie("owner of", "asset")),
            "Directorship" => ("director", Self::Tie("director of", "organization")),
            "Membership" => ("member", Self::Tie("member of", "organization")),
            "Employment" => ("employee", Self::Tie("employed by", "employer")),
            "Representation" => ("agent", Self::Tie("agent of", "client")),
            "Family" => ("person", Self::Tie("family of", "relative")),
            "Associate" => ("person", Self::Tie("associate of", "associate")),
            "Succession" => ("predecessor", Self::Tie("predecessor of", "successor")),
            "UnknownLink" => ("subject", Self::Tie("linked to", "object")),
            "Payment" => ("payer", Self::Tie("paid", "beneficiary")),
            "Occupancy" => ("holder", Self::Tie("holds", "post")),
            "Passport" => ("holder", Self::Document(Property::PassportNumber, false)),
            "Identification" => ("holder", Self::Document(Property::IdNumber, true)),
            WALLET => ("holder", Self::Wallet),
            "Sanction" => ("entity", Self::Values(SANCTION)),
            "Security" => ("issuer", Self::Values(SECURITY)),
            "UserAccount" => ("owner", Self::Values(ACCOUNT)),
            "Address" => ("", Self::Address),
            _ => return None,
        })
    }
}

/// What is to be given once all parties are known.
#[derive(Default)]
pub(crate) struct Given {
    givers: Vec<(u64, Map<String, Value>)>,
    /// Places of the entries that name each address.
    naming: HashMap<String, Vec<usize>>,
    /// Addresses that are known from an earlier version.
    known: HashMap<String, Vec<listed::Value>>,
    names: Names,
}

impl Given {
    /// Takes an entity: its entry goes to the others, what it gives is kept for later.
    pub(crate) fn take(&mut self, gathering: &mut Gathering, made: Made) {
        if let Some(party) = made.party {
            for address in party.addresses {
                self.named(address, gathering.entities.len());
            }
            gathering.entities.push(party.draft);
        } else if !made.caption.is_empty() {
            self.names.insert(made.id, made.caption);
        }
        self.givers.extend(made.giver);
    }

    /// The entry at this place names this address.
    pub(crate) fn named(&mut self, address: String, place: usize) {
        self.naming.entry(address).or_default().push(place);
    }

    /// What an earlier version says: an address, and the name of what a tie leads to.
    pub(crate) fn knows_address(&mut self, address: &str, value: &listed::Value) {
        let values = self.known.entry(address.to_owned()).or_default();
        if !values.contains(value) {
            values.push(value.clone());
        }
    }

    pub(crate) fn knows_name(&mut self, id: &str, name: &str) {
        if !name.is_empty() && !self.names.contains_key(id) {
            self.names.insert(id.to_owned(), name.to_owned());
        }
    }

    /// The names of what is no entry.
    pub(crate) const fn names(&self) -> &Names {
        &self.names
    }

    /// Gives everything to whom it is about.
    pub(crate) fn put(&mut self, file: &str, gathering: &mut Gathering) {
        let entities = gathering.entities.iter().enumerate();
        let index: HashMap<String, usize> =
            entities.map(|(place, entity)| (entity.id.clone(), place)).collect();
        for (line, object) in std::mem::take(&mut self.givers) {
            let id = text(&object, "id");
            let giver = Giver {
                id,
                schema: text(&object, "schema"),
                from: Origin { file: format!("{file}{GIVER}{id}"), line },
                properties: object.get("properties").and_then(Value::as_object),
            };
            match Gives::of(giver.schema) {
                Some((_, Gives::Address)) => self.put_address(&giver, file, gathering),
                Some((to, gives)) => self.put_one(&giver, to, gives, &index, file, gathering),
                None => {}
            }
        }
        self.put_addresses_left(file, gathering);
    }

    fn put_one(
        &self,
        giver: &Giver<'_>,
        to: &str,
        gives: Gives,
        index: &HashMap<String, usize>,
        file: &str,
        gathering: &mut Gathering,
    ) {
        let receivers = giver.of(to);
        // A wallet without a holder is an entry all the same.
        if receivers.is_empty() && giver.schema != WALLET {
            let why =
                format!("`{}` ({}) does not say whom it is about and is left out", giver.id, giver.schema);
            gathering.notice(file, giver.from.line, NoticeKind::Doubtful, why);
        }
        for receiver in receivers {
            let Some(place) = index.get(&receiver).copied() else {
                let why = format!(
                    "`{}` ({}) is about `{receiver}`, which is no entry of this list: what it says is left out",
                    giver.id, giver.schema
                );
                gathering.notice(file, giver.from.line, NoticeKind::Doubtful, why);
                continue;
            };
            match gives {
                Gives::Tie(kind, others) => {
                    for target in giver.of(others) {
                        let entry = index.get(&target).and_then(|place| gathering.entities.get(*place));
                        let outside = || self.names.get(&target).map(String::as_str);
                        let name = entry.map(|entity| entity.caption()).or_else(outside);
                        let target_name = name.unwrap_or_default().to_owned();
                        let origin = giver.from.clone();
                        let tie = Relation { kind: kind.to_owned(), target, target_name, origin };
                        if let Some(entity) = gathering.entities.get_mut(place) {
                            entity.add_tie(tie);
                        }
                    }
                }
                Gives::Document(property, labelled) => {
                    giver.put_document(gathering, place, property, labelled);
                }
                Gives::Wallet => {
                    giver.put(
                        gathering,
                        place,
                        Property::Wallet,
                        "publicKey",
                        giver.first("currency").trim(),
                    );
                }
                Gives::Values(properties) => {
                    for (field, property) in properties {
                        giver.put(gathering, place, *property, field, "");
                    }
                    let told =
                        |field: &str| field == to || properties.iter().any(|(known, _)| *known == field);
                    giver.put_rest(gathering, place, told);
                }
                Gives::Address => {}
            }
        }
    }

    fn put_address(&mut self, giver: &Giver<'_>, file: &str, gathering: &mut Gathering) {
        let Some(places) = self.naming.remove(giver.id) else {
            let why = format!("no entry of this list names the address `{}`: it is left out", giver.id);
            return gathering.notice(file, giver.from.line, NoticeKind::Doubtful, why);
        };
        let lines = giver.address_lines();
        if lines.is_empty() {
            let why = format!("the address `{}` says nothing", giver.id);
            gathering.notice(file, giver.from.line, NoticeKind::Doubtful, why);
        }
        for text in lines {
            let note = country_code(&giver.first("country")).unwrap_or_default().to_owned();
            let value = listed::Value { text, note, origin: giver.from.clone() };
            for place in &places {
                if let Some(entity) = gathering.entities.get_mut(*place) {
                    entity.push(Property::Address, value.clone());
                }
            }
        }
    }

    /// Addresses that are not in the file: from an earlier version, or kept as the identifier that was named.
    fn put_addresses_left(&mut self, file: &str, gathering: &mut Gathering) {
        let mut left: Vec<(String, Vec<usize>)> = self.naming.drain().collect();
        left.sort_unstable();
        for (address, places) in left {
            let known = self.known.get(&address);
            for place in places {
                let Some(entity) = gathering.entities.get_mut(place) else { continue };
                if let Some(known) = known {
                    for value in known {
                        entity.push(Property::Address, value.clone());
                    }
                    continue;
                }
                let origin = Origin { file: file.to_owned(), line: first_line(entity) };
                let (text, note) = (address.clone(), ADDRESS_OF.to_owned());
                entity.push(Property::Notes, listed::Value { text, note, origin });
                let why = format!("`{}` names the address `{address}`, which is not in the file", entity.id);
                let line = first_line(entity);
                gathering.notice(file, line, NoticeKind::Doubtful, why);
            }
        }
    }
}

/// The line an entry stands on.
fn first_line(entity: &listed::ListedEntity) -> u64 {
    let values = entity.properties.values().flatten();
    let mut own = values.filter(|value| crate::draft::giver(&value.origin).is_none());
    own.next().map_or(0, |value| value.origin.line)
}

/// An entity that gives something to others.
struct Giver<'a> {
    id: &'a str,
    schema: &'a str,
    from: Origin,
    properties: Option<&'a Map<String, Value>>,
}

impl Giver<'_> {
    fn of(&self, field: &str) -> Vec<String> {
        self.properties.and_then(|all| all.get(field)).map(texts).unwrap_or_default()
    }

    fn first(&self, field: &str) -> String {
        self.of(field).into_iter().next().unwrap_or_default()
    }

    fn put(&self, gathering: &mut Gathering, place: usize, property: Property, field: &str, note: &str) {
        let Some(entity) = gathering.entities.get_mut(place) else { return };
        for text in self.of(field).iter().map(|text| text.trim()) {
            let (text, note) = (text.to_owned(), note.to_owned());
            entity.push(property, listed::Value { text, note, origin: self.from.clone() });
        }
    }

    fn put_document(&self, gathering: &mut Gathering, place: usize, property: Property, labelled: bool) {
        let [country, label, issued, expires] =
            ["country", "type", "startDate", "endDate"].map(|field| self.first(field));
        let label = if labelled { label } else { String::new() };
        let described =
            Document { number: "", country: &country, label: &label, issued: &issued, expires: &expires };
        self.put(gathering, place, property, "number", &described.note());
        let noted = |field: &str| match field {
            "holder" | "number" => true,
            "type" => labelled,
            // Said once, it is in the note of the number.
            "country" | "startDate" | "endDate" => self.of(field).len() == 1 && !self.of("number").is_empty(),
            _ => false,
        };
        self.put_rest(gathering, place, noted);
    }

    /// What is not told elsewhere, as remarks.
    fn put_rest(&self, gathering: &mut Gathering, place: usize, told: impl Fn(&str) -> bool) {
        for field in self.properties.into_iter().flat_map(Map::keys).filter(|field| !told(field)) {
            let note = format!("{} {field}", self.schema.to_lowercase());
            self.put(gathering, place, Property::Notes, field, &note);
        }
    }

    /// As its publisher writes it, or else its parts.
    fn address_lines(&self) -> Vec<String> {
        const PARTS: [&str; 8] =
            ["postOfficeBox", "street", "street2", "street3", "postalCode", "city", "region", "state"];
        let whole: Vec<String> = self
            .of("full")
            .iter()
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect();
        if !whole.is_empty() {
            return whole;
        }
        let parts: Vec<String> =
            PARTS.iter().flat_map(|part| self.of(part)).filter(|part| !part.trim().is_empty()).collect();
        Some(parts.join(", ")).filter(|line| !line.is_empty()).into_iter().collect()
    }
}
