//! Searching: every candidate is scored on its best name and its other attributes; what reaches the threshold is a
//! hit. The exhaustive search defines the answer, the indexed one must give the same.

use crate::calibrate::{ALGORITHM, calibration, name_bits, required_bits};
use crate::entity::{self, name_kind};
use crate::evidence::{Asked, RANGES};
use crate::hit::{Attribute, Decisive, Direction, Explanation, Hit, NameDetail, Note, Point, Score};
use crate::index::{Index, Kept};
use crate::query::{Options, Query};
use std::cmp::Reverse;
use tenantry_names::{Name, compare};

/// Names less alike than this are not the same, whatever else agrees; only a hard rule brings such a pair up.
const SIMILARITY_FLOOR: u16 = 550;

impl Index {
    /// Every listed entity whose evidence reaches the threshold or that a hard rule names; best first, ties by list
    /// and identifier. Never cuts before ranking.
    pub fn search(&self, query: &Query, options: &Options) -> Vec<Hit> {
        self.search_exhaustive(query, options)
    }

    /// The same answer, found by comparing the query with every entity: the oracle of the tests.
    pub fn search_exhaustive(&self, query: &Query, options: &Options) -> Vec<Hit> {
        let asked = Asked::of(query);
        let names: Vec<Name> =
            query.names.iter().map(|n| Name::analyse(n.expose(), name_kind(query.schema))).collect();
        let least = required_bits(options.threshold.max(Score::FLOOR));
        let mut hits: Vec<Hit> = Vec::new();
        for kept in &self.entities {
            if entity::comparable(query.schema, kept.schema) {
                hits.extend(self.judge(&asked, &names, kept, least));
            }
        }
        rank(&mut hits, options.limit);
        hits
    }

    fn judge(&self, asked: &Asked, names: &[Name], kept: &Kept, least: i32) -> Option<Hit> {
        let hard_rules = asked.hard_rules(&kept.attributes);
        let name = best_name(names, kept);
        let similarity = name.as_ref().and_then(|p| p.names.as_ref()).map_or(0, |d| d.comparison.similarity);
        let name_bits = name.as_ref().map_or(0, |p| p.bits);
        let total = name_bits + asked.bits(&kept.attributes);
        if hard_rules.is_empty() && (similarity < SIMILARITY_FLOOR || total < least) {
            return None;
        }
        let mut points: Vec<Point> = name.into_iter().collect();
        points.extend(asked.points(&kept.attributes));
        let decisive = decisive(asked, kept, total);
        Some(Hit {
            list: self.list(kept).to_owned(),
            entity: kept.id.to_string(),
            caption: kept.caption.to_string(),
            score: calibration(total),
            explanation: Explanation { algorithm: ALGORITHM.to_owned(), points, total, hard_rules, decisive },
        })
    }
}

fn rank(hits: &mut Vec<Hit>, limit: usize) {
    hits.sort_by(|a, b| {
        let key = |h: &Hit| (Reverse(!h.explanation.hard_rules.is_empty()), Reverse(h.explanation.total));
        key(a).cmp(&key(b)).then_with(|| (&a.list, &a.entity).cmp(&(&b.list, &b.entity)))
    });
    hits.truncate(limit);
}

/// The pair of names that says most, as a point.
fn best_name(names: &[Name], kept: &Kept) -> Option<Point> {
    let mut best: Option<Point> = None;
    for (query_name, name) in names.iter().enumerate() {
        for (property, listed) in &kept.names {
            let comparison = compare(name, listed);
            let bits = name_bits(comparison.similarity, comparison.matched);
            if best.as_ref().is_none_or(|b| bits > b.bits) {
                let note = match comparison.similarity {
                    1000 => Note::NameSame,
                    700.. => Note::NameClose,
                    _ => Note::NameDifferent,
                };
                let direction = if bits > 0 { Direction::For } else { Direction::Against };
                let names = Some(NameDetail { query_name, property: *property, comparison });
                best = Some(Point {
                    attribute: Attribute::Name,
                    direction,
                    bits,
                    note,
                    listed: listed.text().to_owned(),
                    names,
                });
            }
        }
    }
    best
}

/// Which fact the query lacks and the list has would move the score most.
fn decisive(asked: &Asked, kept: &Kept, total: i32) -> Option<Decisive> {
    let listed = |attribute: Attribute| match attribute {
        Attribute::BirthDate => !kept.attributes.births.is_empty(),
        Attribute::Country => !kept.attributes.countries.is_empty(),
        _ => kept.attributes.female.is_some(),
    };
    let open = RANGES.iter().filter(|(a, _, _)| asked.lacks(*a) && listed(*a));
    let (attribute, same, different) = open.max_by_key(|(_, same, different)| same - different)?;
    Some(Decisive {
        attribute: *attribute,
        if_same: calibration(total + same),
        if_different: calibration(total + different),
    })
}
