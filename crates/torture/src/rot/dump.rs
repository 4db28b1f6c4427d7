//! Everything that can be read of a database, by SQLite alone: a second opinion that knows nothing of the register.

use anyhow::Result;
use rusqlite::{Connection, OpenFlags};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Settings that stand in the file and mean something for this program. It uses neither the numbers that SQLite keeps for others
/// (`user_version`, `application_id`) nor those by which SQLite knows that its own memory is old.
const SETTINGS: [&str; 4] = ["page_size", "encoding", "auto_vacuum", "journal_mode"];

/// Cells in which no bit can flip.
const EMPTY: [&str; 3] = ["null", "text ", "blob "];
/// What is said of a place when its row is about an account whose data was erased, or about a party of one.
pub(super) const ERASED: &str = " of somebody erased";

/// Every row of every table, with the names of its columns. The schema and the settings of the file are tables, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dump(BTreeMap<String, Content>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Content {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Dump {
    /// Reads a database.
    ///
    /// # Errors
    /// When any of it cannot be read.
    pub(super) fn of(path: &Path) -> Result<Self> {
        // With its log, which SQLite reads into memory that only a writer may prepare.
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut tables = BTreeMap::new();
        for setting in SETTINGS {
            tables.insert(format!("PRAGMA {setting}"), content(&connection, &format!("PRAGMA {setting}"))?);
        }
        let schema = "SELECT type, name, tbl_name, sql FROM sqlite_schema";
        let content_of_schema = content(&connection, schema)?;
        let names: BTreeSet<String> = content_of_schema
            .rows
            .iter()
            .filter(|row| row.first().is_some_and(|kind| kind.contains("table")))
            .filter_map(|row| row.get(1).map(|name| name.trim_start_matches("text ").to_owned()))
            .collect();
        tables.insert("sqlite_schema".to_owned(), content_of_schema);
        for name in names {
            let all = format!("SELECT * FROM \"{name}\"");
            tables.insert(name, content(&connection, &all)?);
        }
        Ok(Self(tables))
    }

    /// The tables and columns in which two databases differ.
    pub(super) fn differences(&self, other: &Self) -> BTreeSet<String> {
        let (mut places, erased) = (BTreeSet::new(), self.erased());
        for name in self.0.keys().chain(other.0.keys()) {
            match (self.0.get(name), other.0.get(name)) {
                (Some(one), Some(two)) if one.columns == two.columns && one.rows.len() == two.rows.len() => {
                    for (mine, theirs) in one.rows.iter().zip(&two.rows) {
                        let columns = one.columns.iter().zip(mine.iter().zip(theirs));
                        let differ = columns.filter(|(_, (mine, theirs))| mine != theirs);
                        let about = if mine.iter().any(|cell| erased.contains(cell)) { ERASED } else { "" };
                        places.extend(differ.map(|(column, _)| format!("{name}.{column}{about}")));
                    }
                }
                (Some(one), Some(two)) if one == two => {}
                _ => drop(places.insert(format!("{name}, its rows"))),
            }
        }
        places
    }

    /// Accounts whose data was erased, and their parties, as they stand in cells.
    fn erased(&self) -> BTreeSet<String> {
        let of = |table: &str, wanted: &str| -> Vec<(String, String)> {
            let Some(content) = self.0.get(table) else { return Vec::new() };
            let place = |name: &str| content.columns.iter().position(|column| column == name);
            let key = if table == "account" { "id" } else { "account" };
            let (Some(key), Some(wanted)) = (place(key), place(wanted)) else { return Vec::new() };
            let cells =
                content.rows.iter().filter_map(|row| Some((row.get(key)?.clone(), row.get(wanted)?.clone())));
            cells.collect()
        };
        let accounts = of("account", "erased_class").into_iter().filter(|(_, class)| class != "int 0");
        let mut erased: BTreeSet<String> = accounts.map(|(id, _)| id).collect();
        let parties = of("account_role", "party").into_iter().filter(|(account, _)| erased.contains(account));
        let parties: Vec<String> = parties.map(|(_, party)| party).collect();
        erased.extend(parties);
        erased
    }

    /// Every table and column of the schema in which something stands.
    pub(super) fn columns(&self) -> Vec<(String, String)> {
        let mut columns = Vec::new();
        for (table, content) in
            self.0.iter().filter(|(table, _)| !table.starts_with("PRAGMA") && *table != "sqlite_schema")
        {
            for (place, column) in content.columns.iter().enumerate() {
                let stands =
                    |row: &Vec<String>| row.get(place).is_some_and(|cell| !EMPTY.contains(&cell.as_str()));
                if content.rows.iter().any(stands) {
                    columns.push((table.clone(), column.clone()));
                }
            }
        }
        columns
    }

    /// Whether the other is this one without its newest checkpoint: all that it lacks is the last row of that table.
    pub(super) fn lacks_only_the_newest_checkpoint(&self, other: &Self) -> bool {
        let mut without = self.clone();
        let Some(checkpoints) = without.0.get_mut("checkpoint") else { return false };
        checkpoints.rows.pop().is_some() && without == *other
    }
}

fn content(connection: &Connection, query: &str) -> Result<Content> {
    let mut statement = connection.prepare(query)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let (width, mut found, mut rows) = (columns.len(), statement.query(())?, Vec::new());
    while let Some(row) = found.next()? {
        let cells: rusqlite::Result<_> = (0..width).map(|column| Ok(cell(&row.get_ref(column)?))).collect();
        rows.push(cells?);
    }
    Ok(Content { columns, rows })
}

fn cell(value: &rusqlite::types::ValueRef<'_>) -> String {
    use rusqlite::types::ValueRef as V;
    match value {
        V::Null => "null".to_owned(),
        V::Integer(number) => format!("int {number}"),
        V::Real(number) => format!("real {number:?}"),
        V::Text(bytes) => format!("text {}", bytes.escape_ascii()),
        V::Blob(bytes) => format!("blob {}", bytes.escape_ascii()),
    }
}
