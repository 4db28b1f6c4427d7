//! What is measured against: the built-in OFAC list, the same padded with invented entries, and invented customers. All
//! draws come from a seed.

use tenantry_lists::{Snapshot, embedded};
use tenantry_model::jurisdiction::Jurisdiction;
use tenantry_model::listed::{ListedEntity, Origin, Property, Schema, SnapshotHeader, Value};
use tenantry_model::personal::Personal;
use tenantry_screening::Query;

/// A small generator for reproducible draws (splitmix64).
#[derive(Clone)]
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) % n.max(1) as u64) as usize
    }

    fn of<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

/// Processor time of this process, in seconds (the kernel counts in hundredths). On a machine that others use too, what a
/// rate would be on processors of its own.
pub(crate) fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().skip(11).take(2).filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// The built-in list.
pub(crate) fn ofac() -> Snapshot {
    embedded::ofac_sdn().expect("built-in list")
}

fn header(entities: usize) -> SnapshotHeader {
    SnapshotHeader {
        list: "padded".to_owned(),
        title: "Invented entries".to_owned(),
        published_on: None,
        entities: entities as u64,
        digest: String::new(),
    }
}

fn entity(id: usize, schema: Schema, name: String, draws: &mut Draws) -> ListedEntity {
    let mut out = ListedEntity::new(format!("padded-{id}"), schema);
    let mut push = |property, text: String| {
        let origin = Origin { file: "invented".to_owned(), line: id as u64 };
        out.push(property, Value::new(text, origin));
    };
    push(Property::Name, name);
    if schema == Schema::Person {
        push(
            Property::BirthDate,
            format!("19{:02}-{:02}-{:02}", 40 + draws.below(60), 1 + draws.below(12), 1 + draws.below(28)),
        );
    }
    push(Property::Country, (*draws.of(&["ru", "ir", "cn", "sy", "ve", "mx"])).to_owned());
    out
}

/// Entries whose names recombine the words of the real list's, so that `all` entities come together with it.
pub(crate) fn padding(real: &[ListedEntity], all: usize) -> (SnapshotHeader, Vec<ListedEntity>) {
    let words = |schema: fn(Schema) -> bool| -> Vec<(String, usize)> {
        let names = real.iter().filter(|e| schema(e.schema)).flat_map(|e| e.texts(Property::Name));
        names
            .flat_map(|n| {
                let count = n.split_whitespace().count();
                n.split_whitespace().map(move |w| (w.trim_matches(',').to_owned(), count)).collect::<Vec<_>>()
            })
            .collect()
    };
    let (people, others) = (words(|s| s == Schema::Person), words(|s| s != Schema::Person));
    let mut draws = Draws(1);
    let count = all.saturating_sub(real.len());
    let entities = (0..count)
        .map(|id| {
            let (schema, pool) =
                if draws.below(2) == 0 { (Schema::Person, &people) } else { (Schema::Company, &others) };
            // As many words as the name has that the first word comes from.
            let (first, length) = draws.of(pool).clone();
            let rest = (1..length).map(|_| draws.of(pool).0.clone());
            let name = std::iter::once(first).chain(rest).collect::<Vec<_>>().join(" ");
            entity(id, schema, name, &mut draws)
        })
        .collect();
    (header(count), entities)
}

const GIVEN: &str = "James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara Richard Susan Joseph \
Jessica Thomas Sarah Charles Karen Christopher Nancy Daniel Lisa Matthew Betty Anthony Margaret Mark Sandra Donald Ashley Steven \
Kimberly Paul Emily Andrew Donna Joshua Michelle Kenneth Dorothy Kevin Carol Brian Amanda George Melissa Edward Deborah Ronald \
Stephanie Timothy Rebecca Jason Sharon Jeffrey Laura Ryan Cynthia Jacob Kathleen Gary Amy Nicholas Shirley Eric Angela Jonathan \
Anna Stephen Ruth Larry Brenda Justin Pamela Scott Nicole Brandon Katherine Wei Li Fang Min Hiroshi Yuki Haruto Priya Arjun Rahul \
Ananya Sven Lars Ingrid Astrid Pierre Camille Julien Giulia Marco Paolo Lucia Carlos Sofia Diego Valentina Mateo Camila Ahmed \
Fatima Omar Layla Youssef Amina Ivan Olga Dmitri Natalia Piotr Agnieszka Kofi Ama Chinedu Ngozi Thabo Zanele Jin Seo Minh Linh";
const FAMILY: &str = "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson \
Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen \
King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez Phillips \
Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson \
Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez Wood Bennett Gray Mendoza Ruiz Hughes Price Alvarez \
Castillo Sanders Patel Myers Long Ross Foster Jimenez Tanaka Suzuki Sharma Gupta Lindqvist Norlin Dubois Lefevre Rossi Bianchi \
Haddad Mansour Petrov Sokolova Kowalski Mensah Okafor Dlamini Park Choi Tran Pham Wang Zhang Chen Muller Schneider Jansen Silva";
const STARTS: &str = "Ash Bram Cold Dun Elm Fern Gold Harrow Kings Lark Marl North Oaken Pen Quill Rook Stan Thorn Under Wind Bel Cor \
Dal Ester Fal Gar Hol Ister Kal Lom Mor Nav Ost Pal Rav Sel Tor Ulm Var Zel";
const ENDS: &str = "bury combe den field ford ham ingham ley more ridge shaw stead ton wick worth berg dorf mann stein qvist sen son ov \
ova enko uk ski icz escu idis opoulos ian yan adze vili oglu zadeh pour wala";

/// Customers of a provider: given name, often a second one, family name (one in four a rare one), birth date, nationality.
#[derive(Clone)]
pub(crate) struct Customers {
    draws: Draws,
    tables: [Vec<&'static str>; 4],
    countries: Vec<Jurisdiction>,
}

impl Customers {
    pub(crate) fn new(seed: u64) -> Self {
        let words = |text: &'static str| text.split_whitespace().collect();
        let countries = ["US", "US", "US", "DE", "FR", "IN", "CN", "BR", "NG", "GB", "MX", "KR"];
        Self {
            draws: Draws(seed),
            tables: [words(GIVEN), words(FAMILY), words(STARTS), words(ENDS)],
            countries: countries.iter().filter_map(|c| c.parse().ok()).collect(),
        }
    }
}

impl Iterator for Customers {
    type Item = (u64, Query);

    fn next(&mut self) -> Option<Self::Item> {
        let Self { draws, tables: [given, family, starts, ends], countries } = self;
        let key = draws.0;
        let mut name = (*draws.of(given)).to_owned();
        if draws.below(3) == 0 {
            name = format!("{name} {}", draws.of(given));
        }
        let name = if draws.below(4) == 0 {
            // Tens of thousands of them: what is rare was not asked before.
            format!("{name} {}{}{}", draws.of(starts), draws.of(starts).to_lowercase(), draws.of(ends))
        } else {
            format!("{name} {}", draws.of(family))
        };
        let mut query = Query::person(&name);
        let born =
            format!("19{:02}-{:02}-{:02}", 40 + draws.below(60), 1 + draws.below(12), 1 + draws.below(28));
        query.birth_dates = born.parse().ok().map(Personal::new).into_iter().collect();
        query.nationalities = vec![*draws.of(countries)];
        Some((key, query))
    }
}

/// Listed names with one letter changed, as queries.
pub(crate) fn near_hits(real: &[ListedEntity], count: usize) -> Vec<Query> {
    let mut draws = Draws(2);
    (0..count)
        .map(|_| {
            let listed = draws.of(real);
            let mut letters: Vec<char> = listed.caption().chars().collect();
            let at = draws.below(letters.len().saturating_sub(1));
            if draws.below(2) == 0 {
                let next = (at + 1).min(letters.len() - 1);
                letters.swap(at, next);
            } else {
                letters[at] = char::from(b'a' + draws.below(26) as u8);
            }
            Query::new(listed.schema, &letters.into_iter().collect::<String>())
        })
        .collect()
}
