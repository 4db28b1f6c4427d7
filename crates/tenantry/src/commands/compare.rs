//! `tenantry compare`: pairs in, the same pairs with their score out. Needs no list, no configuration and no store.
//!
//! Rows keep their order, their columns and their spelling. A row that cannot be compared keeps its place with an empty score.

use super::WrongInput;
use super::in_order::{Answer, answer_all};
use super::json_lines::{Line, lines};
use super::screen::TOO_LONG;
use crate::cli::exit::Exit;
use crate::cli::output::counting;
use crate::cli::{Algorithm, Compare, PairsIn};
use anyhow::{Context as _, Result};
use csv::{ByteRecord, ReaderBuilder, Terminator, WriterBuilder};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;
use tenantry_lists::Example;
use tenantry_model::listed::{ListedEntity, Schema};
use tenantry_screening::{Query, judge, ofac_score};

/// Most rows that could not be compared and are named on standard error.
const TROUBLES_SHOWN_MAX: usize = 20;
/// The column or field that is added.
const SCORE: &str = "score";
/// What some programs put before UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

pub(super) fn run(asked: &Compare) -> Result<Exit> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let scorer = Scorer { algorithm: asked.algorithm, assumed: asked.schema };
    let troubles = match asked.pairs_in().context(WrongInput)? {
        PairsIn::Csv(path) => csv(&scorer, open(path)?, &mut out),
        PairsIn::Tsv(path) => tsv(&scorer, open(path)?, &mut out),
        PairsIn::Entities(path) => entities(&scorer, open(path)?, &mut out),
    }?;
    drop(out);
    report(&troubles)
}

fn open(path: &Path) -> Result<Box<dyn Read>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file =
        File::open(path).with_context(|| format!("cannot read {}", path.display())).context(WrongInput)?;
    Ok(Box::new(file))
}

fn report(troubles: &Troubles) -> Result<Exit> {
    let mut err = io::stderr().lock();
    for trouble in &troubles.shown {
        writeln!(err, "{trouble}")?;
    }
    if troubles.count == 0 {
        return Ok(Exit::Yes);
    }
    writeln!(err, "{} rows could not be compared; their score is empty", troubles.count)?;
    Ok(Exit::Within)
}

/// Rows that could not be compared.
#[derive(Default)]
struct Troubles {
    count: u64,
    shown: Vec<String>,
}

impl Troubles {
    fn note(&mut self, answers: &[Answer]) {
        for trouble in answers.iter().filter_map(|a| a.trouble.as_ref()) {
            self.count += 1;
            if self.shown.len() < TROUBLES_SHOWN_MAX {
                self.shown.push(trouble.clone());
            }
        }
    }
}

struct Scorer {
    algorithm: Algorithm,
    assumed: Schema,
}

impl Scorer {
    /// The score of a pair, as text from `0.000` to `1.000`.
    fn score(&self, query: &ListedEntity, candidate: &ListedEntity) -> Result<String, &'static str> {
        let query = Query::by_example(query);
        let score = match self.algorithm {
            Algorithm::Tenantry => {
                if query.has_cut_name() || Query::by_example(candidate).has_cut_name() {
                    return Err(TOO_LONG);
                }
                judge(&query, candidate).0.to_string()
            }
            Algorithm::Ofac => {
                let listed = Query::by_example(candidate).names;
                let pairs =
                    query.names.iter().flat_map(|q| listed.iter().map(move |l| (q.expose(), l.expose())));
                let points = pairs.map(|(query, name)| ofac_score(query, name)).max().unwrap_or(0);
                format!("{}.{:02}0", points / 100, points % 100)
            }
        };
        Ok(score)
    }

    fn names(&self, schema: &str, query: &str, candidate: &str) -> Result<String, &'static str> {
        let schema = schema.trim();
        // A kind that is not known is compared with people and organisations alike.
        let schema = if schema.is_empty() {
            self.assumed
        } else {
            Example::schema(schema).unwrap_or(Schema::LegalEntity)
        };
        let query = Example::named(schema, query).map_err(|_| "the first name is missing")?;
        let candidate = Example::named(schema, candidate).map_err(|_| "the second name is missing")?;
        self.score(&query.entity, &candidate.entity)
    }

    fn sides(&self, line: &Map<String, Value>) -> Result<String, String> {
        let schema = line.get("schema").and_then(Value::as_str).map(str::trim).unwrap_or_default();
        let assumed = match schema {
            "" => self.assumed,
            word => Example::schema(word).unwrap_or(Schema::LegalEntity),
        };
        let side = |name: &str| {
            let Some(Value::Object(side)) = line.get(name) else {
                return Err(format!("`{name}` is missing or no object"));
            };
            Example::read(side, Some(assumed)).map_err(|why| format!("`{name}`: {why}"))
        };
        Ok(self.score(&side("query")?.entity, &side("candidate")?.entity)?)
    }
}

/// Rows of a CSV file with a header; `score` becomes the last column.
fn csv(scorer: &Scorer, input: impl Read, out: &mut impl Write) -> Result<Troubles> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(BufReader::new(input));
    let header = reader.byte_headers().context("the header cannot be read").context(WrongInput)?.clone();
    let header: Vec<Vec<u8>> = header
        .iter()
        .enumerate()
        .map(|(at, cell)| cell.strip_prefix(BOM).filter(|_| at == 0).unwrap_or(cell).to_vec())
        .collect();
    let place =
        |name: &str| header.iter().position(|cell| cell.trim_ascii().eq_ignore_ascii_case(name.as_bytes()));
    let (Some(query), Some(candidate)) = (place("name1"), place("name2")) else {
        let found: Vec<_> = header.iter().map(|cell| String::from_utf8_lossy(cell)).collect();
        return Err(anyhow::anyhow!(
            "the columns `name1` and `name2` are needed, found: {}",
            found.join(", ")
        ))
        .context(WrongInput);
    };
    if place(SCORE).is_some() {
        return Err(anyhow::anyhow!(
            "the file has a column `{SCORE}` already, and ours would be a second one: rename it or leave it out"
        ))
        .context(WrongInput);
    }
    let schema = place("schema");
    out.write_all(&csv_line(header.iter().map(Vec::as_slice), SCORE))?;
    let work = |row: &ByteRecord| {
        let cell =
            |at: Option<usize>| String::from_utf8_lossy(at.and_then(|at| row.get(at)).unwrap_or_default());
        let scored = if row.len() > header.len() {
            Err("the row has more cells than the header")
        } else {
            scorer.names(&cell(schema), &cell(Some(query)), &cell(Some(candidate)))
        };
        let trouble = scored.as_ref().err().map(|why| trouble(row, why));
        let missing = header.len().saturating_sub(row.len());
        let cells = row.iter().chain(std::iter::repeat_n(&b""[..], missing));
        Answer { bytes: csv_line(cells, &scored.unwrap_or_default()), trouble }
    };
    let rows = reader.byte_records().map(|row| row.context("a row cannot be read").context(WrongInput));
    compare_all(rows, |row| row.as_slice().len(), work, out)
}

fn csv_line<'a>(cells: impl Iterator<Item = &'a [u8]>, score: &'a str) -> Vec<u8> {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::Any(b'\n')).flexible(true).from_writer(Vec::new());
    // Writing to memory does not fail.
    let _ = writer.write_record(cells.chain([score.as_bytes()]));
    writer.into_inner().unwrap_or_default()
}

/// Rows of two columns apart by a tab, without header and without quotes; the score becomes the last column.
fn tsv(scorer: &Scorer, input: impl Read, out: &mut impl Write) -> Result<Troubles> {
    let mut reader = ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .delimiter(b'\t')
        .quoting(false)
        .from_reader(BufReader::new(input));
    let work = |row: &ByteRecord| {
        let cell = |at: usize| {
            let cell = row.get(at).unwrap_or_default();
            String::from_utf8_lossy(cell.strip_prefix(BOM).unwrap_or(cell))
        };
        let scored = scorer.names("", &cell(0), &cell(1));
        let trouble = scored.as_ref().err().map(|why| trouble(row, why));
        let cells: Vec<&[u8]> = row.iter().collect();
        let mut bytes = cells.join(&b'\t');
        bytes.extend_from_slice(format!("\t{}\n", scored.unwrap_or_default()).as_bytes());
        Answer { bytes, trouble }
    };
    let rows = reader.byte_records().map(|row| row.context("a row cannot be read").context(WrongInput));
    compare_all(rows, |row| row.as_slice().len(), work, out)
}

/// Lines of `{schema, query, candidate}`; `score` becomes the last field, the rest of the line stays as it was. A line that has
/// no score is kept beside the reason.
fn entities(scorer: &Scorer, input: impl Read, out: &mut impl Write) -> Result<Troubles> {
    let work = |line: &Line| {
        let scored = line.object().and_then(|object| match object.get(SCORE) {
            Some(_) => Err(format!("the line has a field `{SCORE}` already: rename it or leave it out")),
            None => scorer.sides(&object),
        });
        match scored {
            Ok(score) => {
                // The line was an object with at least two fields, so it ends in a brace and a comma has its place.
                let mut bytes =
                    line.bytes.strip_suffix(b"}").unwrap_or(&line.bytes).trim_ascii_end().to_vec();
                bytes.extend_from_slice(format!(", \"score\": {score}}}\n").as_bytes());
                Answer { bytes, trouble: None }
            }
            Err(why) => {
                let trouble = format!("line {}: {why}", line.number);
                let error = Value::String(why);
                let row = line.salvaged().map(|(row, _)| format!(", \"row\": {row}")).unwrap_or_default();
                let bytes =
                    format!("{{\"line\": {}, \"error\": {error}, \"score\": null{row}}}\n", line.number);
                Answer { bytes: bytes.into_bytes(), trouble: Some(trouble) }
            }
        }
    };
    compare_all(lines(BufReader::new(input)), |line| line.bytes.len(), work, out)
}

fn compare_all<T: Send + Sync>(
    rows: impl Iterator<Item = Result<T>>,
    size: impl Fn(&T) -> usize,
    work: impl Fn(&T) -> Answer + Sync,
    out: &mut impl Write,
) -> Result<Troubles> {
    let mut troubles = Troubles::default();
    let bar = counting("comparing");
    answer_all(rows, size, work, out, |answers| {
        troubles.note(answers);
        bar.inc(answers.len() as u64);
    })?;
    bar.finish_and_clear();
    Ok(troubles)
}

fn trouble(row: &ByteRecord, why: &str) -> String {
    format!("line {}: {why}", row.position().map_or(0, csv::Position::line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_read_whole_has_no_score() {
        let scorer = Scorer { algorithm: Algorithm::Tenantry, assumed: Schema::Person };
        let long = "Ada ".repeat(40);
        assert_eq!(scorer.names("Person", &long, "Ada"), Err(TOO_LONG));
        assert_eq!(scorer.names("Person", "Ada", &long), Err(TOO_LONG));
        assert!(scorer.names("Person", "Ada", "Ada").is_ok());
    }
}
