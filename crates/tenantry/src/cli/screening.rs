//! `tenantry screen` and `tenantry compare`.

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use tenantry_model::listed::Schema;
use tenantry_screening::Score;

pub(super) const SCREEN_HELP: &str = "\
Examples:
  tenantry screen --list sdn.xml < queries.jsonl > results.jsonl
  tenantry screen --list ofac/ --list un.xml --threshold 0.8 < queries.jsonl > results.jsonl

A list is a publisher's file, a packed snapshot, or a folder with the files of one list (sdn.csv, add.csv, ...); files
may be zstd-compressed. A query is one JSON object on a line, as FollowTheMoney has it:
  {\"id\": \"c-17\", \"schema\": \"Person\", \"properties\": {\"name\": [\"Ada Example\"], \"birthDate\": [\"1980-05-28\"],
   \"nationality\": [\"gb\"]}}
Each line that is not blank is answered by one line, in order: `results` (best first; `id`, `caption`, `datasets`, `score`,
`match`, `features` in bits, `explanations`), `unread` (properties that took no part), `algorithm`, `lists` (versions). A line
that cannot be screened is answered by `line` and `error` in its place, and the exit code is then 3.";

pub(super) const COMPARE_HELP: &str = "\
Examples:
  tenantry compare --pairs pairs.csv > scored.csv
  tenantry compare --tsv pairs.tsv > scored.tsv
  tenantry compare --entities pairs.jsonl --algorithm ofac > scored.jsonl

--pairs: a header with `name1` (what a customer gave) and `name2` (what a list says), in any order and any case, `schema` if
there is one, and any other columns, which are kept; `score` becomes the last column.
--tsv: two columns apart by a tab, no header, no quotes. `--tsv` beside `--pairs FILE` says the same of that file.
--entities: one JSON object on a line with `schema`, `query` and `candidate`, both with the properties of FollowTheMoney
({\"name\": \"Ada Example\", \"birthDate\": \"1980\"}, values as one text or a list); `score` becomes the last field.

Scores go from 0.000 to 1.000; from 0.700 on two are taken for the same. `ofac` is what the agency's own search tool would
show, divided by 100; it looks at names only. A schema that is not known is compared as LegalEntity, a person or an
organisation. A row without a name on both sides keeps its place with an empty score, is named on standard error, and the
exit code is then 3.";

/// `tenantry screen`.
#[derive(Debug, Args)]
pub struct Screen {
    /// List to screen against: a file or a folder; repeat for several
    #[arg(long = "list", required = true, value_name = "SNAPSHOT")]
    pub lists: Vec<PathBuf>,
    /// Least score of a result, from 0.5 to 1
    #[arg(long, value_name = "SCORE", default_value = "0.7")]
    pub threshold: Threshold,
    /// Most results per query, best first
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    pub limit: usize,
}

/// `tenantry compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// CSV file with the columns name1, name2 and, if there is one, schema; - for standard input
    #[arg(long, value_name = "FILE", conflicts_with = "entities")]
    pub pairs: Option<PathBuf>,
    /// File of two columns apart by a tab, without header; - for standard input
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with = "entities")]
    pub tsv: Option<Option<PathBuf>>,
    /// File of JSON lines with schema, query and candidate; - for standard input
    #[arg(long, value_name = "FILE")]
    pub entities: Option<PathBuf>,
    /// How to compare
    #[arg(long, value_name = "NAME", default_value = tenantry_screening::ALGORITHM)]
    pub algorithm: Algorithm,
    /// Schema of rows that name none
    #[arg(long, value_name = "SCHEMA", default_value = "Person")]
    pub schema: Schema,
}

/// Which pairs are compared.
#[derive(Debug, Clone, Copy)]
pub enum PairsIn<'a> {
    /// Names in a CSV file.
    Csv(&'a Path),
    /// Names in two columns apart by a tab.
    Tsv(&'a Path),
    /// Entities in JSON lines.
    Entities(&'a Path),
}

impl Compare {
    /// The pairs to compare.
    pub fn pairs_in(&self) -> Result<PairsIn<'_>> {
        Ok(match (&self.pairs, &self.tsv, &self.entities) {
            (Some(file), None, _) => PairsIn::Csv(file),
            (Some(file), Some(None), _) | (None, Some(Some(file)), _) => PairsIn::Tsv(file),
            (None, None, Some(file)) => PairsIn::Entities(file),
            _ => bail!("name one file, with --pairs, --tsv or --entities"),
        })
    }
}

/// An algorithm that gives scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Algorithm {
    /// Ours.
    #[value(name = tenantry_screening::ALGORITHM)]
    Tenantry,
    /// What OFAC's own search tool would show.
    Ofac,
}

/// A score from 0 to 1, with up to three decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold(pub Score);

impl FromStr for Threshold {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "is not a score from 0.5 to 1, for example 0.75".to_owned();
        let value: f64 = text.parse().map_err(|_| wrong())?;
        if (0.5..=1.0).contains(&value) {
            Ok(Self(Score::new((value * 1000.0).round() as u16)))
        } else {
            Err(wrong())
        }
    }
}
