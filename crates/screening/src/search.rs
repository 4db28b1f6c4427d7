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
        best.sort_unstable_by_key(|b| b.entity);
        let mut judged: Vec<Judged> = best
            .chunk_by(|a, b| a.entity == b.entity)
            .filter_map(|of_one| judged(view, &asked, of_one, least))
            .collect();
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
            let pairs = exhaustive(view, query, &names, entity as u32, kept);
            let attributes = Attributes::decoded(view.attributes(kept));
            if entity::comparable(query.schema, kept.schema()) || asked.same_wallet(&attributes) {
                found.extend(settled(&asked, entity as u32, &pairs, attributes, least));
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
                let kept = view.entities.get(j.entity as usize)?;
                Some((self.list(kept.list), view.text(kept.id), kept.given))
            };
            key(a).cmp(&key(b)).then_with(|| place(a).cmp(&place(b)))
        });
        judged.truncate(limit);
        judged.iter().filter_map(|j| self.hit(view, asked, names, j)).collect()
    }

    fn hit(&self, view: &View, asked: &Asked, names: &[AskedName], judged: &Judged) -> Option<Hit> {
        let kept = view.entities.get(judged.entity as usize)?;
        let caption = view.text(kept.caption);
        let name = match &judged.best {
            Some(best) => {
                let record = view.name(best.name)?;
                let listed =
                    judged.attributes.name(view.text(record.text), record.reading(), kept.schema())?;
                let elsewhere = asked.elsewhere(&judged.attributes);
                let asked_name = names.get(best.asked_name)?;
                Some(NamePoint::of(asked_name, record.property(), &listed, elsewhere).point())
            }
            None => no_name(names, (kept.names[0] < kept.names[1]).then_some(caption)),
        };
        let explanation = explain(asked, name, &judged.attributes);
        Some(Hit {
            list: self.list(kept.list).to_owned(),
            entity: view.text(kept.id).to_owned(),
            caption: caption.to_owned(),
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
    entity: u32,
    /// `None` when a side has no name, or what is listed is a wallet, whose name is not its owner's.
    best: Option<Best>,
    attributes: Attributes,
    total: i32,
    /// Whether a hard rule holds.
    hard: bool,
}

/// Decides on an entity by pairs of names, its own and the query's, and its attributes. Those that a hard rule names are
/// left to [`hard_hits`], which compares all of their names.
fn judged(view: &View, asked: &Asked, pairs: &[Best], least: i32) -> Option<Judged> {
    let entity = pairs.first()?.entity;
    let kept = view.entities.get(entity as usize)?;
    let settled = settled(asked, entity, pairs, Attributes::decoded(view.attributes(kept)), least)?;
    (!settled.hard).then_some(settled)
}

/// Which names say most is known only when it is known whether the two are of different countries.
fn settled(asked: &Asked, entity: u32, pairs: &[Best], attributes: Attributes, least: i32) -> Option<Judged> {
    let elsewhere = asked.elsewhere(&attributes);
    let pairs = pairs.iter().map(|pair| if elsewhere { pair.elsewhere() } else { *pair });
    let best = pairs.min_by_key(|b| (Reverse(b.bits), b.asked_name, b.name));
    let total = best.map_or(0, |b| b.bits) + asked.bits(&attributes);
    let hard = !asked.hard_rules(&attributes).is_empty();
    let reaches = best.is_some_and(|b| b.weighed.similarity >= SIMILARITY_FLOOR) && total >= least;
    (reaches || hard).then_some(Judged { entity, best, attributes, total, hard })
}

/// Hits by hard rules, whatever their names.
fn hard_hits(view: &View, asked: &Asked, query: &Query, names: &[AskedName], found: &mut Vec<Judged>) {
    let keys = asked.exact.iter().map(|(_, _, normal)| text_key(0, normal));
    let mut entities: Vec<u32> = keys.flat_map(|key| view.exact.get(key)).collect();
    entities.sort_unstable();
    entities.dedup();
    for entity in entities {
        let Some(kept) = view.entities.get(entity as usize) else { continue };
        let attributes = Attributes::decoded(view.attributes(kept));
        let concerns = entity::comparable(query.schema, kept.schema()) || asked.same_wallet(&attributes);
        if concerns && !asked.hard_rules(&attributes).is_empty() {
            let pairs = exhaustive(view, query, names, entity, kept);
            found.extend(settled(asked, entity, &pairs, attributes, i32::MAX));
        }
    }
}

/// All pairs of names, each listed name taken apart anew; none between things that cannot be one.
fn exhaustive(
    view: &View,
    query: &Query,
    names: &[AskedName],
    entity: u32,
    kept: &EntityRecord,
) -> Vec<Best> {
    let mut out = Vec::new();
    if !entity::comparable(query.schema, kept.schema()) {
        return out;
    }
    let mut work = Weighing::default();
    let attributes = Attributes::decoded(view.attributes(kept));
    for number in kept.names[0]..kept.names[1] {
        let Some(record) = view.name(number) else { continue };
        let listed = attributes.name(view.text(record.text), record.reading(), kept.schema());
        let Some(listed) = listed else { continue };
        let pairs = names.iter().enumerate().map(|(asked_name, AskedName { name, .. })| {
            Best::of(asked_name, number, entity, similarity(&mut work, name, &listed))
        });
        out.extend(pairs);
    }
    out
}

/// A pair of names and what it says for an entity.
#[derive(Clone, Copy)]
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
    fn elsewhere(&self) -> Self {
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
    let names = analysed(query, &asked);
    let elsewhere = asked.elsewhere(&attributes);
    // A wallet's name is not its owner's.
    let apart = !entity::comparable(query.schema, entity.schema) && asked.same_wallet(&attributes);
    let listed = whole_names(entity, &attributes);
    let mut best: Option<NamePoint> = None;
    for name in names.iter().filter(|_| !apart) {
        for (property, _, listed) in &listed {
            let point = NamePoint::of(name, *property, listed, elsewhere);
            if best.as_ref().is_none_or(|b| point.bits() > b.bits()) {
                best = Some(point);
            }
        }
    }
    let caption = (!listed.is_empty()).then(|| entity.caption());
    let name = best.map(NamePoint::point).or_else(|| no_name(&names, caption));
    let explanation = explain(&asked, name, &attributes);
    (calibration(explanation.total), explanation)
}

/// Nothing is known of how the names relate: a side has none, or they name different things.
fn no_name(asked: &[AskedName], listed: Option<&str>) -> Option<Point> {
    let note = match (asked.is_empty(), listed) {
        (true, None) => return None,
        (true, Some(_)) => Note::MissingInQuery,
        (false, _) => Note::MissingInList,
    };
    Some(Point {
        attribute: Attribute::Name,
        direction: Direction::Unknown,
        bits: 0,
        note,
        listed: listed.unwrap_or_default().to_owned(),
        names: None,
    })
}

/// Evidence of two names.
struct NamePoint {
    weighed: Weighed,
    detail: NameDetail,
    listed: String,
}

impl NamePoint {
    /// `elsewhere`: the parties are known to be of different countries.
    fn of(asked: &AskedName, property: Property, listed: &Name, elsewhere: bool) -> Self {
        let AskedName { query_name, name } = asked;
        let mut weighed = similarity(&mut Weighing::default(), name, listed);
        let mut comparison = compare(name, listed);
        if elsewhere {
            weighed = weighed.elsewhere();
            comparison.similarity = weighed.similarity;
        }
        let detail = NameDetail { query_name: *query_name, property, comparison };
        Self { weighed, detail, listed: listed.text().to_owned() }
    }

    fn bits(&self) -> i32 {
        name_bits(self.weighed.similarity, self.weighed.matched)
    }

    fn point(self) -> Point {
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
