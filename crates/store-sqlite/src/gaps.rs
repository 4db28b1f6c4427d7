//! The bytes of a page that belong to no row.
//!
//! When SQLite divides the rows of a full page among several, it packs those that stay at the page's end and leaves what lay between
//! as it was: copies of rows that moved elsewhere. `secure_delete` overwrites a row where it lies when it is deleted, never such
//! a copy, and a destroyed key would stay in the file. So these gaps are overwritten too: within one transaction and through
//! SQLite itself (`sqlite_dbpage`), which sees to readers, log and cache. Only the gap is touched, by the documented format of
//! a page (<https://www.sqlite.org/fileformat2.html#b_tree_pages>).

use std::ops::Range;

use rusqlite::{Connection, params};
use tenantry_store::repo::erasure::LEGIBLE_TABLES;

/// The first page has the file's head before its own.
const FILE_HEAD_BYTES: usize = 100;
/// Of a page's head: its kind, how many rows it has, where the first of them begins.
const KIND: usize = 0;
const ROWS: usize = 3;
const CONTENT: usize = 5;
const TABLE_LEAF: u8 = 13;
const INDEX_LEAF: u8 = 10;
const TABLE_BRANCH: u8 = 5;
const INDEX_BRANCH: u8 = 2;
const LEAF_HEAD_BYTES: usize = 8;
const BRANCH_HEAD_BYTES: usize = 12;
const POINTER_BYTES: usize = 2;
/// What stands for 65,536, which two bytes cannot say.
const WHOLE: usize = 1 << 16;

/// Overwrites the gaps in all pages of the tables that can be read without a key, and of their indexes.
pub(crate) fn overwrite(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let overwritten = overwrite_all(connection);
    connection.execute_batch(if overwritten.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
    overwritten
}

fn overwrite_all(connection: &Connection) -> rusqlite::Result<()> {
    let mut trees =
        connection.prepare("SELECT name FROM sqlite_schema WHERE tbl_name = ?1 AND rootpage > 0")?;
    for table in LEGIBLE_TABLES {
        let names = trees.query_map((table,), |row| row.get::<_, String>(0))?;
        for name in names.collect::<Result<Vec<_>, _>>()? {
            overwrite_tree(connection, &name)?;
        }
    }
    Ok(())
}

/// The pages of one table or index, and nothing else: what is a gap in them may be content in a page of another kind.
fn overwrite_tree(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    let mut pages = connection.prepare_cached(
        "SELECT pageno FROM dbstat WHERE schema = 'main' AND name = ?1 AND pagetype <> 'overflow'",
    )?;
    let numbers = pages.query_map((name,), |row| row.get::<_, i64>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut read = connection.prepare_cached("SELECT data FROM sqlite_dbpage WHERE pgno = ?1")?;
    let mut write = connection.prepare_cached("UPDATE sqlite_dbpage SET data = ?2 WHERE pgno = ?1")?;
    for number in numbers {
        let mut page: Vec<u8> = read.query_row((number,), |row| row.get(0))?;
        let head = if number == 1 { FILE_HEAD_BYTES } else { 0 };
        let gap = gap(&page, head).and_then(|range| page.get_mut(range)).ok_or_else(|| damaged(number))?;
        if gap.iter().any(|byte| *byte != 0) {
            gap.fill(0);
            write.execute(params![number, page])?;
        }
    }
    Ok(())
}

/// What lies between the pointers to a page's rows and the first of the rows.
fn gap(page: &[u8], head: usize) -> Option<Range<usize>> {
    let number = |at: usize| {
        let (two, _) = page.get(head + at..)?.split_first_chunk()?;
        Some(usize::from(u16::from_be_bytes(*two)))
    };
    let head_bytes = match *page.get(head + KIND)? {
        TABLE_LEAF | INDEX_LEAF => LEAF_HEAD_BYTES,
        TABLE_BRANCH | INDEX_BRANCH => BRANCH_HEAD_BYTES,
        _ => return None,
    };
    let from = head + head_bytes + POINTER_BYTES * number(ROWS)?;
    let until = match number(CONTENT)? {
        0 => WHOLE,
        content => content,
    };
    (from <= until && until <= page.len()).then_some(from..until)
}

fn damaged(number: i64) -> rusqlite::Error {
    let error = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    rusqlite::Error::SqliteFailure(
        error,
        Some(format!("page {number} of the database is not what its table says")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(kind: u8, rows: u8, content: u16) -> Vec<u8> {
        let mut page = vec![7; 512];
        let [high, low] = content.to_be_bytes();
        page[..8].copy_from_slice(&[kind, 0, 0, 0, rows, high, low, 0]);
        page
    }

    #[test]
    fn a_gap_lies_between_pointers_and_rows() {
        assert_eq!(gap(&page(TABLE_LEAF, 3, 400), 0), Some(14..400));
        assert_eq!(gap(&page(INDEX_BRANCH, 3, 400), 0), Some(18..400));
        assert_eq!(gap(&page(INDEX_LEAF, 0, 512), 0), Some(8..512));
        let mut first = vec![0; FILE_HEAD_BYTES];
        first.extend(page(TABLE_LEAF, 1, 600));
        assert_eq!(gap(&first, FILE_HEAD_BYTES), Some(110..600));
    }

    #[test]
    fn a_page_that_is_none_has_no_gap() {
        assert_eq!(gap(&[], 0), None);
        assert_eq!(gap(&page(3, 3, 400), 0), None, "no such kind");
        assert_eq!(gap(&page(TABLE_LEAF, 3, 13), 0), None, "rows within the pointers");
        assert_eq!(gap(&page(TABLE_LEAF, 3, 513), 0), None, "rows behind the page");
        assert_eq!(gap(&page(TABLE_LEAF, 3, 0), 0), None, "a page is not so long");
    }
}
