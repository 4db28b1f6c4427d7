//! OFAC's legacy CSV files: the SDN list (`sdn`, `add`, `alt`, `sdn_comments`) and the consolidated non-SDN list
//! (`cons_prim`, `cons_add`, `cons_alt`, `cons_comments`), as laid down in OFAC's file specification.
//!
//! No header row; `-0- ` is null; the file ends with byte 0x1A, so a missing one means a truncated file; programmes are
//! joined with `] [`. Remarks are cut at 1,000 characters, anywhere, even inside a wallet address, and go on in the comments file:
//! they are joined before they are taken apart. Where the continuation is missing the broken value is kept, marked `cut off` and reported.

use crate::ListsError;
use crate::draft::Draft;
use crate::entry::At;
use crate::remarks::{Ending, put_remarks};
use crate::rows::{Row, Rows};
use crate::snapshot::{Gathering, NoticeKind, Reading};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use tenantry_model::listed::{Property, Schema};
use tenantry_model::time::Date;

/// Which of OFAC's two lists the files hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OfacList {
    /// Specially Designated Nationals and Blocked Persons.
    Sdn,
    /// All lists that are not the SDN list (SSI, CMIC, CAPTA, NS-MBS, NS-PLC, FSE).
    NonSdn,
}

impl OfacList {
    /// Code and title of the list, and the names of its four files.
    pub(crate) const fn facts(self) -> (&'static str, &'static str, [&'static str; 4]) {
        match self {
            Self::Sdn => (
                "ofac-sdn",
                "OFAC Specially Designated Nationals and Blocked Persons",
                ["sdn.csv", "add.csv", "alt.csv", "sdn_comments.csv"],
            ),
            Self::NonSdn => (
                "ofac-cons",
                "OFAC Consolidated Non-SDN Lists",
                ["cons_prim.csv", "cons_add.csv", "cons_alt.csv", "cons_comments.csv"],
            ),
        }
    }
}

/// The files of one version of an OFAC list.
#[derive(Debug)]
pub struct OfacFiles<R> {
    /// Which list.
    pub list: OfacList,
    /// Main file: one row per entry.
    pub primary: R,
    /// Addresses.
    pub addresses: Option<R>,
    /// Aliases.
    pub aliases: Option<R>,
    /// Continuation of remarks longer than 1,000 characters.
    pub comments: Option<R>,
    /// Date of publication: the files do not say it.
    pub published_on: Option<Date>,
}

/// Characters after which OFAC cuts remarks.
const REMARKS_CUT: usize = 1_000;

/// Reads an OFAC list from its legacy CSV files.
pub fn read_ofac<R: Read>(files: OfacFiles<R>) -> Result<Reading, ListsError> {
    let (list, title, names) = files.list.facts();
    let [primary, addresses, aliases, comments] = names;
    let mut reader = OfacReader { list, gathering: Gathering::default(), by_number: HashMap::new() };
    let mut further = BTreeMap::new();
    let comments_end =
        files.comments.map(|input| reader.comments(comments, input, &mut further)).transpose()?;
    let primary_end = reader.primary(primary, files.primary, &mut further)?;
    reader.must_be_marked(primary, primary_end);
    match comments_end {
        Some(end) => reader.comments_must_be_whole(comments, end),
        None => reader.missing(comments),
    }
    for (_, (line, _)) in further {
        reader.gathering.notice(
            comments,
            line,
            NoticeKind::SetAside,
            "no entry of the main file has this number",
        );
    }
    match files.addresses.map(|input| reader.addresses(addresses, input)).transpose()? {
        Some(end) => reader.must_be_marked(addresses, end),
        None => reader.missing(addresses),
    }
    match files.aliases.map(|input| reader.aliases(aliases, input)).transpose()? {
        Some(end) => reader.must_be_marked(aliases, end),
        None => reader.missing(aliases),
    }
    resolve_relations(&mut reader.gathering.entities);
    reader.gathering.finish(list, title, files.published_on)
}

struct OfacReader {
    list: &'static str,
    gathering: Gathering,
    by_number: HashMap<u64, usize>,
}

/// How a file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileEnd {
    /// With byte 0x1A.
    Marked,
    /// After a whole line.
    AfterLine,
    InsideLine,
}

const NOT_CONTINUED: &str =
    "the remarks are cut at 1,000 characters and the comments file does not continue them";

/// Entry number to the line and text of its further remarks.
type Further = BTreeMap<u64, (u64, String)>;

impl OfacReader {
    fn missing(&mut self, file: &str) {
        self.gathering.notice(
            file,
            0,
            NoticeKind::Doubtful,
            "this file of the set was not given: what it holds is missing",
        );
    }

    /// Hands each well-formed row of at least `columns` columns, with its number, to `each`.
    fn rows(
        &mut self,
        file: &str,
        input: impl Read,
        columns: usize,
        mut each: impl FnMut(&mut Self, At<'_>, u64, &[String]),
    ) -> Result<FileEnd, ListsError> {
        let mut rows = Rows::new(file, input, b',', false);
        while let Some(row) = rows.next()? {
            match row {
                Row::Bad { line, why } => {
                    self.gathering.records += 1;
                    self.gathering.notice(file, line, NoticeKind::SetAside, why);
                }
                Row::Fields { line, mut fields } | Row::CutOff { line, mut fields } => {
                    self.gathering.records += 1;
                    fields.iter_mut().filter(|field| field.trim() == "-0-").for_each(String::clear);
                    let number = fields.first().and_then(|number| number.trim().parse().ok());
                    match number {
                        Some(number) if fields.len() == columns => {
                            each(self, At { file, line }, number, &fields);
                        }
                        Some(_) => self.gathering.notice(
                            file,
                            line,
                            NoticeKind::SetAside,
                            format!("{} columns where there must be {columns}", fields.len()),
                        ),
                        None => self.gathering.notice(
                            file,
                            line,
                            NoticeKind::SetAside,
                            "the first column is not an entry number",
                        ),
                    }
                }
            }
        }
        Ok(if rows.end_mark {
            FileEnd::Marked
        } else if rows.ended_line {
            FileEnd::AfterLine
        } else {
            FileEnd::InsideLine
        })
    }

    /// A file without its end mark is cut off.
    fn must_be_marked(&mut self, file: &str, end: FileEnd) {
        if end != FileEnd::Marked {
            self.gathering.notice(
                file,
                0,
                NoticeKind::Truncated,
                "the mark that ends the file (byte 0x1A) is missing: it is cut off",
            );
        }
    }

    /// The comments file is nearly empty, and people drop its mark; where every cut remark is continued, it is whole.
    fn comments_must_be_whole(&mut self, file: &str, end: FileEnd) {
        let continued = !self
            .gathering
            .notices
            .iter()
            .any(|notice| notice.kind == NoticeKind::Doubtful && notice.why == NOT_CONTINUED);
        if end == FileEnd::AfterLine && continued {
            self.gathering.notice(
                file,
                0,
                NoticeKind::Doubtful,
                "the mark that ends the file (byte 0x1A) is missing",
            );
        } else {
            self.must_be_marked(file, end);
        }
    }

    fn comments(
        &mut self,
        file: &str,
        input: impl Read,
        further: &mut Further,
    ) -> Result<FileEnd, ListsError> {
        self.rows(file, input, 2, |_, at, number, fields| {
            let text = untrimmed(fields, 1).to_owned();
            further
                .entry(number)
                .and_modify(|(_, earlier)| earlier.push_str(&text))
                .or_insert((at.line, text));
        })
    }

    fn primary(
        &mut self,
        file: &str,
        input: impl Read,
        further: &mut Further,
    ) -> Result<FileEnd, ListsError> {
        self.rows(file, input, 12, |reader, at, number, fields| {
            if reader.by_number.contains_key(&number) {
                return reader.gathering.notice(
                    file,
                    at.line,
                    NoticeKind::SetAside,
                    "this entry number was used before",
                );
            }
            let id = format!("{}-{number}", reader.list);
            let more = further.remove(&number);
            let remarks = untrimmed(fields, 11);
            let cut = remarks.chars().count() >= REMARKS_CUT && more.is_none();
            let ending = if cut { Ending::CutOff } else { Ending::Whole };
            if cut {
                reader.gathering.notice(file, at.line, NoticeKind::Doubtful, NOT_CONTINUED);
            }
            let remarks = more.map_or_else(|| remarks.to_owned(), |(_, rest)| format!("{remarks}{rest}"));
            reader.by_number.insert(number, reader.gathering.entities.len());
            reader.gathering.entities.push(entry(at, id, fields, &remarks, ending));
        })
    }

    fn addresses(&mut self, file: &str, input: impl Read) -> Result<FileEnd, ListsError> {
        self.rows(file, input, 6, |reader, at, number, fields| {
            let Some(entity) = reader.entity(at, number) else { return };
            at.put_address(entity, &[field(fields, 2), field(fields, 3)], field(fields, 4));
            at.put_noted(entity, Property::Notes, field(fields, 5), "address");
        })
    }

    fn aliases(&mut self, file: &str, input: impl Read) -> Result<FileEnd, ListsError> {
        self.rows(file, input, 5, |reader, at, number, fields| {
            let Some(entity) = reader.entity(at, number) else { return };
            let property = if field(fields, 2) == "fka" { Property::PreviousName } else { Property::Alias };
            put_name(at, entity, property, field(fields, 3));
            at.put_noted(entity, Property::Notes, field(fields, 4), "alias");
        })
    }

    fn entity(&mut self, at: At<'_>, number: u64) -> Option<&mut Draft> {
        let Some(index) = self.by_number.get(&number).copied() else {
            self.gathering.notice(
                at.file,
                at.line,
                NoticeKind::SetAside,
                "no entry of the main file has this number",
            );
            return None;
        };
        self.gathering.entities.get_mut(index)
    }
}

fn entry(at: At<'_>, id: String, fields: &[String], remarks: &str, ending: Ending) -> Draft {
    let schema = match field(fields, 2).to_ascii_lowercase().as_str() {
        "individual" => Schema::Person,
        "vessel" => Schema::Vessel,
        "aircraft" => Schema::Airplane,
        _ => Schema::Organization,
    };
    let mut entity = Draft::new(id, schema);
    put_name(at, &mut entity, Property::Name, field(fields, 1));
    for program in field(fields, 3).split("] [").map(|program| program.trim_matches(['[', ']', ' '])) {
        at.put(&mut entity, Property::Program, program);
    }
    at.put(&mut entity, Property::Topic, "sanction");
    at.put(&mut entity, Property::Title, field(fields, 4));
    at.put(&mut entity, Property::CallSign, field(fields, 5));
    at.put(&mut entity, Property::Type, field(fields, 6));
    at.put(&mut entity, Property::DeadweightTonnage, field(fields, 7));
    at.put(&mut entity, Property::GrossTonnage, field(fields, 8));
    at.put_country(&mut entity, Property::Flag, field(fields, 9));
    at.relate(&mut entity, "owner", "", field(fields, 10));
    put_remarks(at, &mut entity, remarks, ending);
    entity
}

fn put_name(at: At<'_>, entity: &mut Draft, property: Property, name: &str) {
    if entity.schema == Schema::Person {
        at.put_person_name(entity, property, name);
    } else {
        at.put(entity, property, name);
    }
}

fn field(fields: &[String], index: usize) -> &str {
    untrimmed(fields, index).trim()
}

/// Remarks may be cut at a space, which must survive until they are joined.
fn untrimmed(fields: &[String], index: usize) -> &str {
    fields.get(index).map_or("", String::as_str)
}

/// Ties name the other entry by its published name; where exactly one entry has that name, its identifier is filled in.
pub(crate) fn resolve_relations(entities: &mut [Draft]) {
    let mut by_name: HashMap<String, Option<String>> = HashMap::new();
    for entity in entities.iter() {
        for name in entity.texts(Property::Name) {
            by_name
                .entry(letters(name))
                .and_modify(|known| {
                    if known.as_deref() != Some(&entity.id) {
                        *known = None;
                    }
                })
                .or_insert_with(|| Some(entity.id.clone()));
        }
    }
    for relation in entities.iter_mut().flat_map(Draft::relations_mut) {
        if relation.target.is_empty()
            && let Some(Some(id)) = by_name.get(&letters(&relation.target_name))
        {
            relation.target.clone_from(id);
        }
    }
}

/// Letters and digits of a name, sorted by word so that "FAMILY, Given" meets "Given FAMILY".
fn letters(name: &str) -> String {
    let upper = name.to_uppercase();
    let mut words: Vec<&str> = upper.split([' ', ',', '.']).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words.join(" ")
}
