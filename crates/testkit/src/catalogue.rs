//! What a store's schema really is, read from the database and put into words that both databases share.
//!
//! Compared are tables, columns with their class of type and whether they may be null, primary keys, unique keys and references.
//! Ordinary indexes, checks and defaults are not: the first may differ on purpose, the others have no common spelling.

use std::collections::{BTreeMap, BTreeSet};

use tenantry_store::{Store, StoreError, StoreExt, params, query_all, statements};

statements! {
    COLUMNS = {
        sqlite: r#"
            SELECT t.name, c.name, lower(c.type), c."notnull" OR c.pk > 0, c.pk
            FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'"#,
        postgres: "
            SELECT t.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                coalesce(array_position(k.conkey, a.attnum), 0)
            FROM pg_class t
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
            WHERE t.relkind IN ('r', 'p') AND t.relnamespace = current_schema()::regnamespace"
    };
    UNIQUE_KEYS = {
        sqlite: r#"
            SELECT t.name, i.name, i.partial, c.seqno + 1, c.name
            FROM sqlite_schema t JOIN pragma_index_list(t.name) i JOIN pragma_index_info(i.name) c
            WHERE t.type = 'table' AND i."unique" = 1 AND i.origin <> 'pk'"#,
        postgres: "
            SELECT t.relname::text, n.relname::text, i.indpred IS NOT NULL, c.position, a.attname::text
            FROM pg_index i
            JOIN pg_class t ON t.oid = i.indrelid AND t.relnamespace = current_schema()::regnamespace
            JOIN pg_class n ON n.oid = i.indexrelid
            CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY c (attribute, position)
            LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.attribute
            WHERE i.indisunique AND NOT i.indisprimary"
    };
    REFERENCES = {
        sqlite: r#"
            SELECT t.name, CAST(r.id AS TEXT), r."table", r.seq + 1, r."from", r."to", r.on_delete
            FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) r
            WHERE t.type = 'table'"#,
        postgres: "
            SELECT t.relname::text, k.conname::text, o.relname::text, c.position, a.attname::text, b.attname::text,
                CASE k.confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE'
                    WHEN 'n' THEN 'SET NULL' ELSE 'SET DEFAULT' END
            FROM pg_constraint k
            JOIN pg_class t ON t.oid = k.conrelid AND t.relnamespace = current_schema()::regnamespace
            JOIN pg_class o ON o.oid = k.confrelid
            CROSS JOIN LATERAL unnest(k.conkey, k.confkey) WITH ORDINALITY c (here, there, position)
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.here
            JOIN pg_attribute b ON b.attrelid = o.oid AND b.attnum = c.there
            WHERE k.contype = 'f'"
    };
}

/// The schema as a sorted set of lines such as `account.id: bytes, not null, key 1`.
///
/// # Panics
/// If the catalogue cannot be read.
pub fn read(store: &dyn Store) -> BTreeSet<String> {
    let read: Result<_, StoreError> = store.read(|tx| {
        let mut lines = BTreeSet::new();
        for line in query_all(tx, &COLUMNS, params![], column)? {
            lines.insert(line);
        }
        lines.extend(unique_keys(tx)?);
        lines.extend(references(tx)?);
        Ok(lines)
    });
    read.expect("the catalogue can be read")
}

fn column(row: &tenantry_store::Row<'_>) -> Result<String, StoreError> {
    let (table, name) = (row.text(0)?, row.text(1)?);
    let class = match row.text(2)? {
        "integer" | "bigint" => "integer",
        "text" => "text",
        "blob" | "bytea" => "bytes",
        other => return Ok(format!("{table}.{name}: `{other}`, which is not one of the three column types")),
    };
    let null = if row.int(3)? == 1 { "not null" } else { "may be null" };
    let key = match row.int(4)? {
        0 => String::new(),
        position => format!(", key {position}"),
    };
    Ok(format!("{table}.{name}: {class}, {null}{key}"))
}

fn unique_keys(tx: &mut dyn tenantry_store::Tx) -> Result<BTreeSet<String>, StoreError> {
    let mut keys: BTreeMap<(String, String, i64), BTreeMap<i64, String>> = BTreeMap::new();
    tx.query(&UNIQUE_KEYS, params![], &mut |row| {
        let index = (row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.int(2)?);
        let column = row.opt_text(4)?.unwrap_or("(expression)").to_owned();
        keys.entry(index).or_default().insert(row.int(3)?, column);
        Ok(())
    })?;
    let line = |((table, _, partial), columns): ((String, String, i64), BTreeMap<i64, String>)| {
        let columns: Vec<String> = columns.into_values().collect();
        let partial = if partial == 1 { ", for some rows" } else { "" };
        format!("{table}: unique ({}){partial}", columns.join(", "))
    };
    Ok(keys.into_iter().map(line).collect())
}

fn references(tx: &mut dyn tenantry_store::Tx) -> Result<BTreeSet<String>, StoreError> {
    type Reference = (String, String, String, String);
    let mut found: BTreeMap<Reference, BTreeMap<i64, (String, String)>> = BTreeMap::new();
    tx.query(&REFERENCES, params![], &mut |row| {
        let text = |column| row.text(column).map(str::to_owned);
        let pair = (text(4)?, row.opt_text(5)?.unwrap_or("(the key)").to_owned());
        found.entry((text(0)?, text(1)?, text(2)?, text(6)?)).or_default().insert(row.int(3)?, pair);
        Ok(())
    })?;
    let line = |((table, _, other, on_delete), pairs): (Reference, BTreeMap<i64, (String, String)>)| {
        let (here, there): (Vec<String>, Vec<String>) = pairs.into_values().unzip();
        format!(
            "{table}: ({}) refers to {other} ({}), on delete {on_delete}",
            here.join(", "),
            there.join(", ")
        )
    };
    Ok(found.into_iter().map(line).collect())
}
