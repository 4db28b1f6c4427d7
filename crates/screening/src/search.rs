//! Searching: every candidate is scored on its best name and its other attributes; what reaches the threshold is a
//! hit. The exhaustive search defines the answer, the indexed one must give the same.

use crate::build::whole_names;
use crate::calibrate::{ALGORITHM, SIMILARITY_FLOOR, name_bits, required_bits, score, similarity_for};
use crate::decisive::{NamesByCountry, Standing, decisive};
use crate::entity::{self, Attributes, name_of};
use crate::evidence::Asked;
use crate::groups::text_key;
use crate::hit::{Attribute, Cap, Direction, Explanation, Hit, NameDetail, Note, Point, Score};
use crate::index::Index;
use crate::query::{Options, Query};
use crate::tables::{EntityRecord, View};
use crate::whole;
use std::cmp::Reverse;
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::listed::{ListedEntity, Property, Schema};
use tenantry_names::{Name, Reading, Weighed, Weighing, compare, similarity};

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
        let names = analysed(query, asked.countries());
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
        self.explained(view, query, &asked, &names, judged, options.limit)
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
        let names = analysed(query, asked.countries());
        let least = required_bits(options.threshold.max(Score::FLOOR));
        let mut found: Vec<Judged> = Vec::new();
        for (entity, kept) in view.entities.iter().enumerate() {
            let pairs = exhaustive(view, query, &names, entity as u32, kept);
            let attributes = Attributes::decoded(view.attributes(kept));
            if entity::comparable(query.schema, kept.schema()) || asked.same_wallet(&attributes) {
                found.extend(settled(&asked, entity as u32, &pairs, attributes, least));
            }
        }
        self.explained(view, query, &asked, &names, found, options.limit)
    }

    /// Ranks, cuts, and only then explains.
    fn explained(
        &self,
        view: &View,
        query: &Query,
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
        judged.iter().filter_map(|j| self.hit(view, query, asked, names, j)).collect()
    }

    fn hit(
        &self,
        view: &View,
        query: &Query,
        asked: &Asked,
        names: &[AskedName],
        judged: &Judged,
    ) -> Option<Hit> {
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
        let by_country = || {
            let best = judged.best?;
            let most = |names: &[AskedName], bits: fn(&Best) -> i32| {
                let pairs = exhaustive(view, query, names, judged.entity, kept);
                pairs.iter().map(bits).max().unwrap_or(best.bits)
            };
            let home = named_at_home(query, &judged.attributes);
            Some(NamesByCountry {
                same: home.map_or(best.bits, |names| most(&names, |pair| pair.bits)),
                // A pair that does not suppose one country says the same of two.
                different: if best.weighed.home { most(names, |p| p.elsewhere().bits) } else { best.bits },
            })
        };
        let explanation = explain(asked, name, &judged.attributes, by_country);
        Some(Hit {
            list: self.list(kept.list).to_owned(),
            entity: view.text(kept.id).to_owned(),
            caption: caption.to_owned(),
            score: score(explanation.total, explanation.capped),
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

/// The names of a query of these countries.
fn analysed(query: &Query, countries: &[Jurisdiction]) -> Vec<AskedName> {
    let families = || query.family_names.iter().map(|f| f.expose().as_str());
    let name = |text: &str, r: Reading| name_of(text, r, query.schema, countries, families());
    let mut out = Vec::with_capacity(query.names.len());
    for (query_name, text) in query.names.iter().enumerate() {
        let read = |reading| Some(AskedName { query_name, name: name(text.expose(), reading)? });
        out.extend(Reading::ALL.into_iter().filter_map(read));
    }
    out
}

/// The names of the query as they are read when it is known to be of the countries of the listed entity, where that makes a
/// difference.
fn named_at_home(query: &Query, listed: &Attributes) -> Option<Vec<AskedName>> {
    if query.schema == Schema::Person {
        return None;
    }
    let names = analysed(query, &listed.countries);
    names.iter().any(|asked| asked.name.tokens().iter().any(|t| t.home)).then_some(names)
}

fn explain(
    asked: &Asked,
    name: Option<Point>,
    listed: &Attributes,
    by_country: impl FnOnce() -> Option<NamesByCountry>,
) -> Explanation {
    let similarity = name.as_ref().and_then(|p| p.names.as_ref()).map(|n| n.comparison.similarity);
    let names = name.as_ref().map_or(0, |p| p.bits);
    let mut points: Vec<Point> = name.into_iter().collect();
    points.extend(asked.points(listed));
    let total = points.iter().map(|p| p.bits).sum();
    let hard_rules = asked.hard_rules(listed);
    let apart = similarity.is_none_or(|s| s < SIMILARITY_FLOOR);
    let capped = (apart && hard_rules.is_empty()).then_some(Cap::NamesApart);
    let standing = Standing { asked, listed, total, names, apart };
    let decisive = if hard_rules.is_empty() { decisive(&standing, by_country) } else { None };
    Explanation { algorithm: ALGORITHM.to_owned(), points, total, capped, hard_rules, decisive }
}

/// Judges one query against one entity without an index or threshold: what `tenantry compare` prints per row. A search finds
/// exactly the entities whose score here reaches its threshold or that a hard rule names.
pub fn judge(query: &Query, entity: &ListedEntity) -> (Score, Explanation) {
    let asked = Asked::of(query);
    let attributes = Attributes::of(entity);
    let kinds_apart = !entity::comparable(query.schema, entity.schema);
    // A wallet's name is not its owner's.
    let apart = kinds_apart && asked.same_wallet(&attributes);
    let names = analysed(query, asked.countries());
    let listed = whole_names(entity, &attributes);
    let elsewhere = asked.elsewhere(&attributes);
    let best = if apart { None } else { best_of(&names, &listed, elsewhere) };
    let by_country = || {
        let best = best.as_ref()?;
        let most = |names: &[AskedName], elsewhere| {
            best_of(names, &listed, elsewhere).map_or(best.bits(), |best| best.bits())
        };
        let home = named_at_home(query, &attributes);
        Some(NamesByCountry {
            same: home.map_or(best.bits(), |names| most(&names, false)),
            different: most(&names, true),
        })
    };
    let caption = (!listed.is_empty()).then(|| entity.caption());
    let name = best.as_ref().map(NamePoint::point).or_else(|| no_name(&names, caption));
    let mut explanation = explain(&asked, name, &attributes, by_country);
    if kinds_apart && !apart {
        (explanation.capped, explanation.decisive) = (Some(Cap::KindsApart), None);
        explanation.hard_rules.clear();
    }
    (score(explanation.total, explanation.capped), explanation)
}

/// The pair of names that says most.
fn best_of(names: &[AskedName], listed: &[(Property, Reading, Name)], elsewhere: bool) -> Option<NamePoint> {
    let mut best: Option<NamePoint> = None;
    for name in names {
        for (property, _, listed) in listed {
            let point = NamePoint::of(name, *property, listed, elsewhere);
            if best.as_ref().is_none_or(|b| point.bits() > b.bits()) {
                best = Some(point);
            }
        }
    }
    best
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

    fn point(&self) -> Point {
        let bits = self.bits();
        let note = match self.weighed.similarity {
            1000 => Note::NameSame,
            700.. => Note::NameClose,
            _ => Note::NameDifferent,
        };
        let direction = if bits > 0 { Direction::For } else { Direction::Against };
        let (listed, names) = (self.listed.clone(), Some(self.detail.clone()));
        Point { attribute: Attribute::Name, direction, bits, note, listed, names }
    }
}
