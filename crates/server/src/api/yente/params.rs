//! What stands in the query string. Names that are not known are passed over, as yente does; values that cannot be read are
//! refused.

use super::lists_of;
use crate::http::problem::{Code, Problem};
use std::str::FromStr;
use tenantry_lists::Example;
use tenantry_model::listed::Schema;
use tenantry_model::time::Date;
use tenantry_register::matching::{Filter, Lists, Matcher};
use tenantry_screening::{ALGORITHM, Score};

/// Most identifiers of entities that do not count, and most values of any other parameter.
const VALUES_MAX: usize = 500;
/// Results on a page when the caller does not say, and at most.
const RESULTS_DEFAULT: usize = 10;
const RESULTS_MAX: usize = 500;
/// How far a caller may page.
const OFFSET_MAX: usize = 9_999;

/// The parameters of a request, as sent.
pub(super) struct Params(pub(super) Vec<(String, String)>);

/// Which part of the results is asked for.
#[derive(Clone, Copy)]
pub(super) struct Page {
    /// Most results on it.
    pub(super) limit: usize,
    /// How many come before.
    pub(super) offset: usize,
}

impl Page {
    /// The results that stand on it.
    pub(super) fn of<T>(self, all: Vec<T>) -> impl Iterator<Item = T> {
        all.into_iter().skip(self.offset).take(self.limit)
    }
}

impl Params {
    pub(super) fn page(&self) -> Result<Page, Problem> {
        Ok(Page {
            limit: self.number("limit", 0, RESULTS_MAX, RESULTS_DEFAULT)?,
            offset: self.number("offset", 0, OFFSET_MAX, 0)?,
        })
    }

    pub(super) fn all(&self, name: &str) -> Result<Vec<String>, Problem> {
        let values: Vec<String> = self.0.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect();
        if values.len() > VALUES_MAX {
            return Err(wrong(name, &format!("has more than {VALUES_MAX} values")));
        }
        Ok(values)
    }

    pub(super) fn last(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// A number from `least` to `most`.
    pub(super) fn number<T>(&self, name: &str, least: T, most: T, otherwise: T) -> Result<T, Problem>
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        let Some(text) = self.last(name) else { return Ok(otherwise) };
        let number = text.parse().ok().filter(|number| *number >= least && *number <= most);
        number.ok_or_else(|| wrong(name, &format!("must be a number from {least} to {most}")))
    }

    pub(super) fn score(&self, name: &str, otherwise: Score) -> Result<Score, Problem> {
        let otherwise = super::result::unit(otherwise);
        let value: f64 = self.number(name, 0.0, 1.0, otherwise)?;
        Ok(Score::new((value * 1000.0).round() as u16))
    }

    pub(super) fn yes(&self, name: &str) -> bool {
        matches!(self.last(name), Some("true" | "1" | "True"))
    }

    pub(super) fn matcher(&self) -> Result<(Matcher, &'static str), Problem> {
        match self.last("algorithm") {
            None | Some("best" | "default" | ALGORITHM) => Ok((Matcher::Ours, ALGORITHM)),
            Some("ofac") => Ok((Matcher::Ofac, "ofac")),
            Some(_) => Err(wrong("algorithm", &format!("must be best, {ALGORITHM} or ofac"))),
        }
    }

    /// Which entities count, of a dataset.
    pub(super) fn filter(&self, lists: &Lists, dataset: &str) -> Result<Filter, Problem> {
        let mut chosen = lists_of(lists, dataset)?;
        for extra in self.all("include_dataset")?.into_iter().chain(self.all("datasets")?) {
            chosen.extend(lists_of(lists, &extra)?);
        }
        let since = self.last("changed_since").map(|text| {
            let date: Option<Date> = text.get(..10).and_then(|day| day.parse().ok());
            date.ok_or_else(|| wrong("changed_since", "must begin with a date such as 2026-02-27"))
        });
        Ok(Filter {
            lists: chosen,
            except_lists: self.all("exclude_dataset")?,
            except_schemas: schemas("exclude_schema", &self.all("exclude_schema")?)?,
            topics: self.all("topics")?,
            except_entities: self.all("exclude_entity_ids")?,
            changed_since: since.transpose()?,
        })
    }

    /// The schema searched for.
    pub(super) fn schema(&self, otherwise: Schema) -> Result<Schema, Problem> {
        match self.last("schema") {
            None | Some("") => Ok(otherwise),
            Some(word) => Example::schema(word).ok_or_else(|| unknown_schema("schema")),
        }
    }
}

fn schemas(name: &str, words: &[String]) -> Result<Vec<Schema>, Problem> {
    words.iter().map(|word| Example::schema(word).ok_or_else(|| unknown_schema(name))).collect()
}

fn unknown_schema(name: &str) -> Problem {
    let known: Vec<&str> = Schema::ALL.iter().map(|schema| schema.as_str()).collect();
    wrong(name, &format!("must be one of {}", known.join(", ")))
}

fn wrong(name: &str, why: &str) -> Problem {
    Problem::new(Code::QueryInvalid).detail(format!("`{name}` {why}"))
}
