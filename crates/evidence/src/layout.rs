//! Where things lie in a package, and the small text formats that are not C2SP's: disclosed fields, openings, the
//! completeness statement, erasures and the text of the package signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use tenantry_ledger::{Disclosure, Entry, Field, LeafHeader};

pub(crate) const BAG: &str = "bag/";
pub(crate) const BAGIT: &str = "bagit.txt";
pub(crate) const BAG_INFO: &str = "bag-info.txt";
pub(crate) const MANIFEST_256: &str = "manifest-sha256.txt";
pub(crate) const MANIFEST_512: &str = "manifest-sha512.txt";
pub(crate) const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
pub(crate) const TAG_NOTE: &str = "tagmanifest.note";
pub(crate) const CHECKPOINT: &str = "data/trust/checkpoint";
pub(crate) const LOG_KEY: &str = "data/trust/log.vkey";
pub(crate) const POLICY: &str = "data/trust/policy";
pub(crate) const STATEMENT: &str = "data/complete/statement.json";
pub(crate) const REPORT: &str = "data/report.txt";
pub(crate) const README: &str = "verify/README.txt";
pub(crate) const VERIFY_PY: &str = "verify/verify.py";
pub(crate) const REQUEST: &str = "data/request/";
pub(crate) const RECORDS: &str = "data/records/";
pub(crate) const CUSTODY: &str = "data/custody/";
pub(crate) const ERASED: &str = "data/erased/";
pub(crate) const BAGIT_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
pub(crate) const README_TEXT: &str = include_str!("../verify/README.txt");
pub(crate) const VERIFY_PY_TEXT: &str = include_str!("../verify/verify.py");

const OPENING: &str = "tenantry/opening@v1";

/// First line differs from every checkpoint of the log, whose first line is its origin.
pub(crate) fn package_note_text(origin: &str, tag_manifest_sha256: &str) -> String {
    format!("tenantry/evidence-package@v1\norigin {origin}\n{TAG_MANIFEST} sha256 {tag_manifest_sha256}\n")
}

/// Base name of the files of a record.
pub(crate) fn stem(log_seq: u64) -> String {
    format!("{log_seq:06}")
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// `NNNNNN.json`: what a reader sees of a record.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordJson {
    log_seq: u64,
    #[serde(rename = "type")]
    record_type: u16,
    schema: u16,
    fields: Vec<FieldJson>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldJson {
    position: usize,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base64: Option<String>,
}

/// `data/complete/statement.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementJson {
    /// Number of leaves of the checkpoint the statement speaks about.
    pub(crate) tree_size: u64,
    pub(crate) subjects: Vec<SubjectJson>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubjectJson {
    pub(crate) subject: String,
    /// How many records the ledger holds of this subject.
    pub(crate) records: u64,
}

/// `data/erased/NNNNNN.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ErasureJson {
    /// Leaf index of the record that states the erasure.
    pub(crate) erased_by: u64,
    /// Rule under which it was erased.
    pub(crate) rule: String,
}

/// The `.json` and `.open` texts of a disclosure.
pub(crate) fn write_disclosure(header: &LeafHeader, disclosure: &Disclosure) -> (RecordJson, String) {
    let mut fields = Vec::new();
    let mut open = format!("{OPENING}\nr {}\n", STANDARD.encode(disclosure.blinding));
    for (position, entry) in disclosure.entries.iter().enumerate() {
        match entry {
            Entry::Shown { salt, field } => {
                let text = std::str::from_utf8(&field.value).ok().map(str::to_owned);
                let base64 = if text.is_none() { Some(STANDARD.encode(&field.value)) } else { None };
                fields.push(FieldJson { position, name: field.name.clone(), text, base64 });
                open = open + "shown " + &STANDARD.encode(salt) + "\n";
            }
            Entry::Hidden { digest } => open = open + "hidden " + &STANDARD.encode(digest) + "\n",
        }
    }
    let LeafHeader { log_seq, record_type, schema, .. } = header;
    (RecordJson { log_seq: *log_seq, record_type: record_type.0, schema: *schema, fields }, open)
}

/// Reads both texts back; the error says in plain words what is wrong.
pub(crate) fn read_disclosure(header: &LeafHeader, json: &[u8], open: &[u8]) -> Result<Disclosure, String> {
    let record: RecordJson =
        serde_json::from_slice(json).map_err(|_| "its .json file is not in the format of a record")?;
    if (record.log_seq, record.record_type, record.schema)
        != (header.log_seq, header.record_type.0, header.schema)
    {
        return Err("its .json file speaks of another record than its leaf".to_owned());
    }
    let bad_open = "its .open file is not in the format of an opening";
    let open = std::str::from_utf8(open).map_err(|_| bad_open)?.strip_suffix('\n').ok_or(bad_open)?;
    let mut lines = open.split('\n');
    if lines.next() != Some(OPENING) {
        return Err(bad_open.to_owned());
    }
    let blinding = lines.next().and_then(|line| line.strip_prefix("r ")).and_then(decode).ok_or(bad_open)?;
    let mut fields = record.fields.into_iter();
    let mut entries = Vec::new();
    for (position, line) in lines.enumerate() {
        if let Some(salt) = line.strip_prefix("shown ") {
            let salt = decode(salt).ok_or(bad_open)?;
            let shown = fields.next().filter(|field| field.position == position);
            let shown = shown.ok_or("its .json and .open files do not show the same fields")?;
            entries
                .push(Entry::Shown { salt, field: Field::new(shown.name, value(shown.text, shown.base64)?) });
        } else {
            let digest = line.strip_prefix("hidden ").and_then(decode).ok_or(bad_open)?;
            entries.push(Entry::Hidden { digest });
        }
    }
    if fields.next().is_some() {
        return Err("its .json and .open files do not show the same fields".to_owned());
    }
    Ok(Disclosure { blinding, entries })
}

fn value(text: Option<String>, base64: Option<String>) -> Result<Vec<u8>, String> {
    let bad = "a field has neither or both of text and base64".to_owned();
    match (text, base64) {
        (Some(text), None) => Ok(text.into_bytes()),
        (None, Some(encoded)) => {
            STANDARD.decode(encoded).map_err(|_| "a field is not valid base64".to_owned())
        }
        _ => Err(bad),
    }
}

fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}
