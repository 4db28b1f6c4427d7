//! Searching: every candidate is scored on its best name and its other attributes; what reaches the threshold is a
//! hit. The exhaustive search defines the answer, the indexed one must give the same.

use crate::build::whole_names;
use crate::calibrate::{ALGORITHM, calibration, name_bits, required_bits, similarity_for};
use crate::entity::{self, Attributes, name_of};
use crate::evidence::{Asked, RANGES};
use crate::groups::text_key;
use crate::hit::{Attribute, Decisive, Direction, Explanation, Hit, NameDetail, Note, Point, Score};
use crate::index::Index;
use crate::query::{Options, Query};
use crate::tables::{EntityRecord, View};
use crate::whole;
use std::cmp::Reverse;
use tenantry_model::listed::{ListedEntity, Property};
use tenantry_names::{Name, Reading, Weighed, Weighing, compare, similarity};

/// Names less alike than this are not the same, whatever else agrees; only a hard rule brings such a pair up.
const SIMILARITY_FLOOR: u16 = 550;

impl Index {
    /// Every listed entity whose evidence reaches the threshold or that a hard rule names; best first, ties by list
    /// and identifier. Never cuts before ranking.
    pub fn search(&self, query: &Query, options: &Options) -> Vec<Hit> {
        let hits = self.search_own(query, options);
        match &self.beside {
            Some(beside) => together(hits, beside.search(query, options), options.limit),
            None => hits,
        }
    }

    fn search_own(&self, query: &Query, options: &Options) -> Vec<Hit> {
        let view = &self.view();
        let asked = Asked::of(query);
        let names = analysed(query, &asked);
        let least = required_bits(options.threshold.max(Score::FLOOR));
        let floor = similarity_for(least - asked.best_case()).max(SIMILARITY_FLOOR);
        let mut found = Vec::new();
        let mut best: Vec<Best> = Vec::new();
        for (asked_name, AskedName { name, .. }) in names.iter().enumerate() {
            found.clear();
            self.candidates(view, name, query.schema, floor, &mut found);
            whole::candidates(view, name, query.schema, floor, &mut found);
            best.extend(found.iter().map(|c| Best::of(asked_name, c.name, c.entity, c.weighed)));
        }
        best.sort_unstable_by_key(|b| (b.entity, Reverse(b.bits), b.asked_name, b.name));
        best.dedup_by_key(|b| b.entity);
        let mut judged: Vec<Judged> =
            best.into_iter().filter_map(|b| judged(view, &asked, b, least)).collect();
        hard_hits(view, &asked, query, &names, &mut judged);
        self.explained(view, &asked, &names, judged, options.limit)
    }

    /// The same answer, found by comparing the query with every entity: the oracle of the tests.
    pub fn search_exhaustive(&self, query: &Query, options: &Options) -> Vec<Hit> {
        let hits = self.search_own_exhaustive(query, options);
        match &self.beside {
            Some(beside) => together(hits, beside.search_exhaustive(query, options), options.limit),
            None => hits,
        }
    }

    fn search_own_exhaustive(&self, query: &Query, options: &Options) -> Vec<Hit> {
        let view = &self.view();
        let asked = Asked::of(query);
        let names = analysed(query, &asked);
        let least = required_bits(options.threshold.max(Score::FLOOR));
        let mut found: Vec<Judged> = Vec::new();
        for (entity, kept) in view.entities.iter().enumerate() {
            if entity::comparable(query.schema, kept.schema())
                && let Some(best) = best_exhaustive(view, &names, entity as u32, kept)
            {
                found.extend(judged(view, &asked, best, least));
            }
        }
        self.explained(view, &asked, &names, found, options.limit)
    }

    /// Ranks, cuts, and only then explains.
    fn explained(
        &self,
        view: &View,
        asked: &Asked,
        names: &[AskedName],
        mut judged: Vec<Judged>,
        limit: usize,
    ) -> Vec<Hit> {
        judged.sort_by(|a, b| {
            let key = |j: &Judged| (Reverse(j.hard), Reverse(j.total));
            let place = |j: &Judged| {
                let kept = view.entities.get(j.best.entity as usize)?;
                Some((self.list(kept.list), view.text(kept.id), kept.given))
            };
            key(a).cmp(&key(b)).then_with(|| place(a).cmp(&place(b)))
        });
        judged.truncate(limit);
        judged.iter().filter_map(|j| self.hit(view, asked, names, j)).collect()
    }

    fn hit(&self, view: &View, asked: &Asked, names: &[AskedName], judged: &Judged) -> Option<Hit> {
        let best = &judged.best;
        let kept = view.entities.get(best.entity as usize)?;
        let record = view.name(best.name)?;
        let listed = judged.attributes.name(view.text(record.text), record.reading(), kept.schema())?;
        let name = NamePoint::of(names.get(best.asked_name)?, record.property(), &listed);
        let name = name.settled(asked, &judged.attributes);
        let explanation = explain(asked, Some(name), &judged.attributes);
        Some(Hit {
            list: self.list(kept.list).to_owned(),
            entity: view.text(kept.id).to_owned(),
            caption: view.text(kept.caption).to_owned(),
            score: calibration(explanation.total),
            explanation,
        })
    }
}

/// The hits of two indexes, ranked as those of one.
fn together(mut hits: Vec<Hit>, more: Vec<Hit>, limit: usize) -> Vec<Hit> {
    hits.extend(more);
    let key = |h: &Hit| (Reverse(!h.explanation.hard_rules.is_empty()), Reverse(h.explanation.total));
    hits.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| (&a.list, &a.entity).cmp(&(&b.list, &b.entity))));
    hits.truncate(limit);
    hits
}

/// An entity that is a hit.
struct Judged {
    best: Best,
    attributes: Attributes,
    total: i32,
    /// Whether a hard rule holds.
    hard: bool,
}

/// Decides on an entity by its best name and its attributes.
fn judged(view: &View, asked: &Asked, best: Best, least: i32) -> Option<Judged> {
    let kept = view.entities.get(best.entity as usize)?;
    let attributes = Attributes::decoded(view.attributes(kept));
    let best = if asked.elsewhere(&attributes) { best.elsewhere() } else { best };
    let total = best.bits + asked.bits(&attributes);
    let hard = !asked.hard_rules(&attributes).is_empty();
    let reaches = best.weighed.similarity >= SIMILARITY_FLOOR && total >= least;
    (reaches || hard).then_some(Judged { best, attributes, total, hard })
}

/// Hits by hard rules that the names alone did not bring up.
fn hard_hits(view: &View, asked: &Asked, query: &Query, names: &[AskedName], found: &mut Vec<Judged>) {
    let keys = asked.exact.iter().map(|(_, _, normal)| text_key(0, normal));
    let mut entities: Vec<u32> = keys.flat_map(|key| view.exact.get(key)).collect();
    entities.sort_unstable();
    entities.dedup();
    for entity in entities {
        let Some(kept) = view.entities.get(entity as usize) else { continue };
        if entity::comparable(query.schema, kept.schema())
            && !found.iter().any(|j| j.best.entity == entity)
            && !asked.hard_rules(&Attributes::decoded(view.attributes(kept))).is_empty()
            && let Some(best) = best_exhaustive(view, names, entity, kept)
        {
            found.extend(judged(view, asked, best, i32::MAX));
        }
    }
}

/// The best of all pairs of names, each listed name taken apart anew.
fn best_exhaustive(view: &View, names: &[AskedName], entity: u32, kept: &EntityRecord) -> Option<Best> {
    let mut work = Weighing::default();
    let mut best: Option<Best> = None;
    let attributes = Attributes::decoded(view.attributes(kept));
    for (asked_name, AskedName { name, .. }) in names.iter().enumerate() {
        for number in kept.names[0]..kept.names[1] {
            let record = view.name(number)?;
            let listed = attributes.name(view.text(record.text), record.reading(), kept.schema())?;
            let pair = Best::of(asked_name, number, entity, similarity(&mut work, name, &listed));
            if best.as_ref().is_none_or(|b| pair.bits > b.bits) {
                best = Some(pair);
            }
        }
    }
    best
}

/// The pair of names that says most for an entity.
struct Best {
    entity: u32,
    name: u32,
    asked_name: usize,
    weighed: Weighed,
    bits: i32,
}

impl Best {
    fn of(asked_name: usize, name: u32, entity: u32, weighed: Weighed) -> Self {
        let bits = name_bits(weighed.similarity, weighed.matched);
        Self { entity, name, asked_name, weighed, bits }
    }

    /// The same, known to be of another country than the query.
    fn elsewhere(self) -> Self {
        Self::of(self.asked_name, self.name, self.entity, self.weighed.elsewhere())
    }
}

/// A name of the query in one reading.
struct AskedName {
    /// Its place among the query's names.
    query_name: usize,
    name: Name,
}

fn analysed(query: &Query, asked: &Asked) -> Vec<AskedName> {
    let families = || query.family_names.iter().map(|f| f.expose().as_str());
    let name = |text: &str, r: Reading| name_of(text, r, query.schema, asked.countries(), families());
    let mut out = Vec::with_capacity(query.names.len());
    for (query_name, text) in query.names.iter().enumerate() {
        let read = |reading| Some(AskedName { query_name, name: name(text.expose(), reading)? });
        out.extend(Reading::ALL.into_iter().filter_map(read));
    }
    out
}

fn explain(asked: &Asked, name: Option<Point>, listed: &Attributes) -> Explanation {
    let mut points: Vec<Point> = name.into_iter().collect();
    points.extend(asked.points(listed));
    let total = points.iter().map(|p| p.bits).sum();
    let hard_rules = asked.hard_rules(listed);
    let decisive = decisive(asked, listed, total);
    Explanation { algorithm: ALGORITHM.to_owned(), points, total, hard_rules, decisive }
}

/// Judges one query against one entity without an index or threshold: what `tenantry compare` prints per row.
pub fn judge(query: &Query, entity: &ListedEntity) -> (Score, Explanation) {
    let asked = Asked::of(query);
    let attributes = Attributes::of(entity);
    let mut best: Option<NamePoint> = None;
    let names = analysed(query, &asked);
    for name in &names {
        for (property, _, listed) in whole_names(entity, &attributes) {
            let point = NamePoint::of(name, property, &listed);
            if best.as_ref().is_none_or(|b| point.bits() > b.bits()) {
                best = Some(point);
            }
        }
    }
    let best = best.map(|point| point.settled(&asked, &attributes));
    let explanation = explain(&asked, best, &attributes);
    (calibration(explanation.total), explanation)
}

/// Evidence of two names, before it is known whether the parties are of different countries.
struct NamePoint {
    weighed: Weighed,
    detail: NameDetail,
    listed: String,
}

impl NamePoint {
    fn of(asked: &AskedName, property: Property, listed: &Name) -> Self {
        let AskedName { query_name, name } = asked;
        let weighed = similarity(&mut Weighing::default(), name, listed);
        let detail = NameDetail { query_name: *query_name, property, comparison: compare(name, listed) };
        Self { weighed, detail, listed: listed.text().to_owned() }
    }

    fn bits(&self) -> i32 {
        name_bits(self.weighed.similarity, self.weighed.matched)
    }

    fn settled(mut self, asked: &Asked, listed: &Attributes) -> Point {
        if asked.elsewhere(listed) {
            self.weighed = self.weighed.elsewhere();
            self.detail.comparison.similarity = self.weighed.similarity;
        }
        let bits = self.bits();
        let note = match self.weighed.similarity {
            1000 => Note::NameSame,
            700.. => Note::NameClose,
            _ => Note::NameDifferent,
        };
        let direction = if bits > 0 { Direction::For } else { Direction::Against };
        let (listed, names) = (self.listed, Some(self.detail));
        Point { attribute: Attribute::Name, direction, bits, note, listed, names }
    }
}

/// Which fact the query lacks and the list has would move the score most.
fn decisive(asked: &Asked, listed: &Attributes, total: i32) -> Option<Decisive> {
    let known = |attribute: Attribute| match attribute {
        Attribute::BirthDate => !listed.births.is_empty(),
        Attribute::Country => !listed.countries.is_empty(),
        _ => listed.female.is_some(),
    };
    let open = RANGES.iter().filter(|(a, _, _)| asked.lacks(*a) && known(*a));
    let (attribute, same, different) = open.max_by_key(|(_, same, different)| same - different)?;
    Some(Decisive {
        attribute: *attribute,
        if_same: calibration(total + same),
        if_different: calibration(total + different),
    })
}
