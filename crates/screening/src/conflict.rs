//! Numbers of which a bearer has one, and differs: how much that speaks against. The figures say how seldom one and the
//! same party is met with two such numbers: registered anew, published wrongly, filed under another heading.
//!
//! A number counts against only beside one of its own kind. Passports, call signs and MMSI numbers are renewed, branches
//! have D-U-N-S numbers and bank codes of their own: a different one of these says nothing.

use crate::entity::Exact;
use crate::evidence::AskedNumber;
use tenantry_model::listed::{Property, Schema, Value};

/// A ship's for the life of its hull, and an owner's; a legal entity's; a tax number, which outlives a change of register:
/// one in 256 is another.
const FOR_LIFE: i32 = -8_000;
/// One entry in one register at a time: one in 128.
const REGISTRATION: i32 = -7_000;
/// Publishers file many documents as national numbers: one in 32.
const NATIONAL: i32 = -5_000;
/// From this length on a number may be another one with a slip.
const SLIP_CHARS_MIN: usize = 6;
/// Shortest number that may be the other one with something written before or behind it.
const PART_CHARS_MIN: usize = 5;

/// From this length on a number with letters is a code, whatever its letters.
const CODE_CHARS_MIN: usize = 15;

/// Words of a publisher's label for numbers of which one party has several.
const SEVERAL: [&str; 11] = [
    "licen",
    "gazette",
    "file",
    "branch",
    "folio",
    "membership",
    "commercial code",
    "military",
    "militar",
    "document",
    "certificate",
];

/// Whether, by what its publisher calls it, a bearer has one such number.
pub(crate) fn is_single(property: Property, schema: Schema, value: &Value) -> bool {
    let of_kind = match property {
        Property::LeiCode => !matches!(schema, Schema::Person | Schema::Vessel | Schema::Airplane),
        Property::ImoNumber => true,
        Property::TaxNumber => !matches!(schema, Schema::Vessel | Schema::Airplane),
        Property::RegistrationNumber => {
            matches!(schema, Schema::Company | Schema::Organization | Schema::LegalEntity)
        }
        Property::IdNumber => schema == Schema::Person,
        _ => false,
    };
    let label = value.note.to_lowercase();
    of_kind && !SEVERAL.iter().any(|word| label.contains(word))
}

/// Kinds of numbers of which a bearer has one, and what another one says.
const KINDS: [(Property, i32); 5] = [
    (Property::ImoNumber, FOR_LIFE),
    (Property::LeiCode, FOR_LIFE),
    (Property::TaxNumber, FOR_LIFE),
    (Property::RegistrationNumber, REGISTRATION),
    (Property::IdNumber, NATIONAL),
];

/// What another number than these listed ones of one kind, clearly of their make, would say.
pub(crate) fn of_another<'l>(property: Property, listed: impl Iterator<Item = &'l Exact>) -> i32 {
    let mut normals: Vec<&str> = listed.filter(|e| e.single).map(|e| &*e.normal).collect();
    normals.sort_unstable();
    normals.dedup();
    let bits = KINDS.iter().find(|(kind, _)| *kind == property).map_or(0, |(_, bits)| *bits);
    match normals.len() {
        0 => 0,
        1 => bits,
        // Who is listed with several of the kind may well have one more.
        _ => bits / 2,
    }
}

/// The strongest contradiction between the numbers of the two sides, and the listed number. It counts once: whoever is
/// registered anew gets all numbers anew.
pub(crate) fn strongest<'l>(asked: &[AskedNumber], listed: &'l [Exact]) -> Option<(i32, &'l Exact)> {
    let of_kind = |(property, bits): (Property, i32)| {
        let mut against: Option<(i32, &Exact)> = None;
        for number in asked.iter().filter(|number| number.property == property) {
            let mut differing: Option<&Exact> = None;
            let mut several = false;
            for theirs in listed.iter().filter(|e| e.single && e.property == property) {
                match relation(number, theirs) {
                    Relation::MayBeSame => return None,
                    Relation::Open => {}
                    Relation::Different => {
                        let first = *differing.get_or_insert(theirs);
                        several |= first.normal != theirs.normal;
                    }
                }
            }
            // Who is listed with several of the kind may well have one more.
            let bits = if several { bits / 2 } else { bits };
            // The customer may have several too: the least contradiction counts.
            if let Some(differing) = differing
                && against.is_none_or(|(most, _)| bits > most)
            {
                against = Some((bits, differing));
            }
        }
        against
    };
    KINDS.into_iter().filter_map(of_kind).min_by_key(|(bits, _)| *bits)
}

#[derive(PartialEq, Eq)]
enum Relation {
    /// The same with a slip, or written with more or less around it.
    MayBeSame,
    Different,
    /// Perhaps not of the same kind, or not of the same issuer.
    Open,
}

fn relation(mine: &AskedNumber, listed: &Exact) -> Relation {
    let (a, b) = (significant(&mine.normal), significant(&listed.normal));
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let part = short.len() >= PART_CHARS_MIN && (long.ends_with(short) || long.starts_with(short));
    if part || (short.chars().count() >= SLIP_CHARS_MIN && one_slip(short, long)) {
        return Relation::MayBeSame;
    }
    let everywhere = matches!(listed.property, Property::ImoNumber | Property::LeiCode);
    if everywhere {
        return Relation::Different;
    }
    let elsewhere = !mine.countries.is_empty()
        && !listed.countries.is_empty()
        && !mine.countries.iter().any(|c| listed.countries.contains(c));
    if elsewhere {
        // A firm is in one register, wherever that is; people and taxes are numbered by each country for itself.
        let one = listed.property == Property::RegistrationNumber;
        return if one { Relation::Different } else { Relation::Open };
    }
    if of_one_make(&mine.normal, &listed.normal) { Relation::Different } else { Relation::Open }
}

/// Numbers of one register are of one make: letters and digits in the same places, the same letters around however many
/// digits, or as long as only codes are. Of different makes, they may number different things.
fn of_one_make(a: &str, b: &str) -> bool {
    let make = |text: &str| text.chars().map(|c| c.is_ascii_digit()).collect::<Vec<_>>();
    let letters = |text: &str| text.chars().filter(|c| !c.is_ascii_digit()).collect::<String>();
    let (x, y) = (letters(a), letters(b));
    make(a) == make(b)
        || make(significant(a)) == make(significant(b))
        || (x == y && !x.is_empty())
        || (a.len() == b.len() && a.len() >= CODE_CHARS_MIN)
}

/// Without the zeroes that fill a number up.
fn significant(normal: &str) -> &str {
    normal.trim_start_matches('0')
}

/// Whether one character more, less or another, or two exchanged, turns one into the other; `short` is no longer.
fn one_slip(short: &str, long: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (short.chars().collect(), long.chars().collect());
    let front = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let back = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let open = |length: usize| length.saturating_sub(front + back);
    let exchanged = || {
        let (x, y) = (a.get(front..front + 2), b.get(front..front + 2));
        x.zip(y).is_some_and(|(x, y)| x.iter().eq(y.iter().rev()))
    };
    match b.len() - a.len() {
        0 => open(b.len()) <= 1 || (open(b.len()) == 2 && exchanged()),
        1 => open(a.len()) == 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_makes_no_other_number() {
        for (a, b) in
            [("123456", "123456"), ("123456", "123465"), ("123456", "1234567"), ("123456", "12X456")]
        {
            assert!(one_slip(a, b), "{a} {b}");
        }
        for (a, b) in [("123456", "124365"), ("123456", "12345678"), ("1233456", "1244456"), ("12", "2145")] {
            assert!(!one_slip(a, b), "{a} {b}");
        }
    }

    #[test]
    fn makes_of_numbers() {
        for (a, b) in [("HRB48213", "HRB123456"), ("09113648", "12345678"), ("00123", "456")] {
            assert!(of_one_make(a, b), "{a} {b}");
        }
        for (a, b) in [("HRB48213", "48214"), ("1027700518438", "3441095273"), ("SC218840", "09113648")] {
            assert!(!of_one_make(a, b), "{a} {b}");
        }
    }
}
