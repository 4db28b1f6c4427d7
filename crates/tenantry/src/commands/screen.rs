//! `tenantry screen`: queries in, one line of results for each, against lists from files. Needs no configuration and no store.

use super::WrongInput;
use super::in_order::{Answer, answer_all};
use super::json_lines::{Line, lines};
use super::lists::{notices, tell};
use crate::cli::Screen;
use crate::cli::exit::Exit;
use crate::cli::output::counting;
use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::{Map, Value};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use tenantry_lists::{Example, Reading, read_files};
use tenantry_model::listed::Schema;
use tenantry_screening::{ALGORITHM, Hit, Index, Options, Query, Score};
use tenantry_server::api::yente::result::Evidence;

/// Why a name that was not read whole is no question: an empty answer would say nothing about the rest of it.
pub(super) const TOO_LONG: &str = "a name is too long to be compared whole, or in no writing that is known";

/// One line of the output.
#[derive(Serialize)]
struct Screened<'a> {
    line: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    results: Vec<Found<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unread: Vec<String>,
    algorithm: &'static str,
    lists: &'a [String],
}

#[derive(Serialize)]
struct Found<'a> {
    id: &'a str,
    caption: &'a str,
    schema: Schema,
    datasets: [&'a str; 1],
    #[serde(flatten)]
    evidence: Evidence,
}

/// The line that stands in place of results for a query that could not be screened.
#[derive(Serialize)]
struct Refused<'a> {
    line: u64,
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    error: &'a str,
}

pub(super) fn run(asked: &Screen) -> Result<Exit> {
    let lists = asked.lists.iter().map(|path| read(path)).collect::<Result<Vec<_>>>()?;
    let parts: Vec<_> = lists.iter().map(|r| (r.snapshot.header().clone(), r.snapshot.entities())).collect();
    let index = Index::build(&parts);
    drop(parts);
    drop(lists);
    let bench = Bench {
        versions: index.headers().iter().map(tenantry_server::api::yente::version).collect(),
        options: Options { threshold: asked.threshold.0, limit: asked.limit },
        index,
    };
    let bar = counting("screening");
    let mut refused = 0_u64;
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    answer_all(
        lines(io::stdin().lock()),
        |line| line.bytes.len(),
        |line| bench.answer(line),
        &mut out,
        |answers| {
            refused += answers.iter().filter(|a| a.trouble.is_some()).count() as u64;
            bar.inc(answers.len() as u64);
        },
    )?;
    bar.finish_and_clear();
    if refused > 0 {
        writeln!(io::stderr(), "{refused} lines could not be screened; each has an `error` in its place")?;
        return Ok(Exit::Within);
    }
    Ok(Exit::Yes)
}

struct Bench {
    index: Index,
    options: Options,
    versions: Vec<String>,
}

impl Bench {
    fn answer(&self, line: &Line) -> Answer {
        let object = match line.object() {
            Ok(object) => object,
            Err(why) => {
                let id = line.salvaged().map(|(_, object)| id(&object)).unwrap_or_default();
                return refusal(line.number, &id, why);
            }
        };
        let example = match Example::read(&object, None) {
            Ok(example) => example,
            Err(why) => return refusal(line.number, &id(&object), why.to_string()),
        };
        let query = Query::by_example(&example.entity);
        if query.has_cut_name() {
            return refusal(line.number, &example.entity.id, TOO_LONG.to_owned());
        }
        let mut unread = example.unread;
        unread.extend(Query::unread(&example.entity).iter().map(|property| property.as_str().to_owned()));
        unread.sort_unstable();
        unread.dedup();
        let hits = self.index.search(&query, &self.options);
        let screened = Screened {
            line: line.number,
            id: &example.entity.id,
            results: hits.iter().map(|hit| self.found(&query, hit)).collect(),
            unread,
            algorithm: ALGORITHM,
            lists: &self.versions,
        };
        json_line(&screened, None)
    }

    fn found<'a>(&'a self, query: &Query, hit: &'a Hit) -> Found<'a> {
        let schema = self.index.entity(&hit.entity).map_or(Schema::Thing, |entity| entity.schema);
        let evidence = Evidence::of(query, hit, self.options.threshold.max(Score::FLOOR));
        Found { id: &hit.entity, caption: &hit.caption, schema, datasets: [&hit.list], evidence }
    }
}

/// The identifier of a query, as the answer to it repeats it.
fn id(object: &Map<String, Value>) -> String {
    match object.get("id") {
        Some(Value::String(id)) => id.clone(),
        Some(Value::Number(id)) => id.to_string(),
        _ => String::new(),
    }
}

fn refusal(line: u64, id: &str, why: String) -> Answer {
    json_line(&Refused { line, id, error: &why }, Some(why.clone()))
}

/// One line of JSON.
pub(super) fn json_line(value: &impl Serialize, trouble: Option<String>) -> Answer {
    let mut bytes = serde_json::to_vec(value).unwrap_or_default();
    bytes.push(b'\n');
    Answer { bytes, trouble }
}

/// A list from a file, or from a folder that holds the files of one list. What was wrong in them is told.
pub(super) fn read(path: &Path) -> Result<Reading> {
    let mut files = vec![path.to_path_buf()];
    if path.is_dir() {
        files =
            folder(path).with_context(|| format!("cannot read {}", path.display())).context(WrongInput)?;
    }
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let reading = read_files(&files, None, None)
        .map_err(anyhow::Error::from)
        .with_context(|| format!("the list {} cannot be used", path.display()))
        .context(WrongInput)?;
    tenantry_lists::acceptable(None, &reading)
        .map_err(|refusal| anyhow::anyhow!("the list {} is refused: {refusal}", path.display()))
        .context(WrongInput)?;
    tell(path, &notices(&reading))?;
    Ok(reading)
}

fn folder(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in path.read_dir()? {
        let entry = entry?;
        if entry.file_type()?.is_file() && !entry.file_name().as_encoded_bytes().starts_with(b".") {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_not_read_whole_is_no_question() {
        let bench = Bench { index: Index::build(&[]), options: Options::default(), versions: Vec::new() };
        let asked = |name: &str, other: &str| {
            let line =
                serde_json::json!({ "id": "c-1", "schema": "Person", "name": name, "passportNumber": other });
            let line = lines(line.to_string().as_bytes()).next().unwrap().unwrap();
            bench.answer(&line)
        };
        let answer = asked(&"Ada ".repeat(40), "AB1234567");
        let expected = format!("{{\"line\":1,\"id\":\"c-1\",\"error\":\"{TOO_LONG}\"}}\n");
        assert_eq!(String::from_utf8(answer.bytes).unwrap(), expected);
        assert!(answer.trouble.is_some());
        let half = br#"{"id":"c-2","schema":"Person","name":"Ada \ud800"}"#;
        let answer = bench.answer(&lines(&half[..]).next().unwrap().unwrap());
        let told = String::from_utf8(answer.bytes).unwrap();
        assert!(told.starts_with(r#"{"line":1,"id":"c-2","error":"near byte "#), "{told}");
        let answer = asked("Ada Example", "12");
        assert!(answer.trouble.is_none());
        assert!(String::from_utf8(answer.bytes).unwrap().contains(r#""unread":["passportNumber"]"#));
    }
}
