//! Where things lie in a package, and the small text formats that are not C2SP's: disclosed fields, openings, the
//! completeness statement, erasures, consistency proofs, events and the text of the package signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use tenantry_ledger::batch::EVENT_BYTES;
use tenantry_ledger::{Disclosure, Entry, Field, Hash, LeafHeader};

/// Folder of the bag in the archive.
pub const BAG: &str = "bag/";
/// The file that makes a folder a bag.
pub const BAGIT: &str = "bagit.txt";
/// Who, what, when, how much.
pub const BAG_INFO: &str = "bag-info.txt";
/// SHA-256 of every file under `data/`.
pub const MANIFEST_256: &str = "manifest-sha256.txt";
/// SHA-512 of the same.
pub const MANIFEST_512: &str = "manifest-sha512.txt";
/// SHA-256 of every other file.
pub const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
/// The signature over the tag manifest.
pub const TAG_NOTE: &str = "tagmanifest.note";
/// The signed tree head that all proofs lead to.
pub const CHECKPOINT: &str = "data/trust/checkpoint";
/// The log's verifier keys, one a line.
pub const LOG_KEY: &str = "data/trust/log.vkey";
/// The same as a `tlog-policy`.
pub const POLICY: &str = "data/trust/policy";
/// Whose records are all here.
pub const STATEMENT: &str = "data/complete/statement.json";
/// What proves that nothing is missing: the index leaf, and a proof for each subject.
pub const COMPLETE: &str = "data/complete/";
/// Events behind batch leaves.
pub const EVENTS: &str = "data/events/";
/// The report for people.
pub const REPORT: &str = "data/report.pdf";
/// A draft for the person who certifies the records.
pub const CERTIFICATE: &str = "data/certificate-902-draft.pdf";
/// Tree head, keys, time-stamp tokens.
pub const TRUST: &str = "data/trust/";
/// The verifier as a page for a browser.
pub const VERIFY_HTML: &str = "verify/verify.html";
/// Instructions.
pub const README: &str = "verify/README.txt";
/// The verifier in Python.
pub const VERIFY_PY: &str = "verify/verify.py";
/// The source of the verifier in the page, compressed tar.
pub const VERIFIER_SOURCE: &str = "verify/verifier-source.tar.gz";
/// Which build of it that is, and how to make it again.
pub const BUILD: &str = "verify/BUILD.txt";
/// What was asked.
pub const REQUEST: &str = "data/request/";
/// The legal process as it was received, up to the ending of its name.
pub const PROCESS: &str = "data/request/legal-process.";
/// What a second person approved to be shown, where personal data is.
pub const SCOPE: &str = "data/request/scope.json";
/// The records handed over.
pub const RECORDS: &str = "data/records/";
/// Who looked, who approved.
pub const CUSTODY: &str = "data/custody/";
/// Entries whose content was erased.
pub const ERASED: &str = "data/erased/";
/// Content of [`BAGIT`].
pub const BAGIT_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

const OPENING: &str = "tenantry/opening@v1";
const CONSISTENCY: &str = "tenantry/consistency@v1";
const EVENT_LIST: &str = "tenantry/events@v1";
/// Fewest digits in the base name of the files of a record.
const STEM_DIGITS_MIN: usize = 6;
/// What a record consists of in its folder.
const RECORD_ENDINGS: [&str; 4] = ["leaf", "json", "open", "tlog-proof"];

/// What the package signature is over. The first line differs from every checkpoint of the log, whose first line is its origin.
pub fn package_note_text(origin: &str, tag_manifest_sha256: &str) -> String {
    format!("tenantry/evidence-package@v1\norigin {origin}\n{TAG_MANIFEST} sha256 {tag_manifest_sha256}\n")
}

/// Base name of the files of a record.
pub fn stem(log_seq: u64) -> String {
    format!("{log_seq:06}")
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// `NNNNNN.json`: what a reader sees of a record.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordJson {
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
pub struct StatementJson {
    /// Number of leaves of the checkpoint the statement speaks about.
    pub tree_size: u64,
    /// The subjects.
    pub subjects: Vec<SubjectJson>,
}

/// One subject of [`StatementJson`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectJson {
    /// Its pseudonym, hexadecimal.
    pub subject: String,
    /// How many records the ledger holds of this subject.
    pub records: u64,
}

/// `data/erased/NNNNNN.json`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureJson {
    /// Leaf index of the record that states the erasure.
    pub erased_by: u64,
    /// Rule under which it was erased.
    pub rule: String,
}

/// Reads JSON in the one way we write it: objects with every name once, nothing for what is left out.
pub(crate) fn from_json<T: Serialize + DeserializeOwned>(json: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(json).ok()?;
    // A list in the place of an object, and null, are the same to the line above.
    let same = serde_json::to_value(&read).ok()? == serde_json::from_slice::<Value>(json).ok()?;
    same.then_some(read)
}

/// The `.json` and `.open` texts of a disclosure.
pub fn write_disclosure(header: &LeafHeader, disclosure: &Disclosure) -> (RecordJson, String) {
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
    let record: RecordJson = from_json(json).ok_or("its .json file is not in the format of a record")?;
    disclosure_of(header, record, open)
}

pub(crate) fn disclosure_of(
    header: &LeafHeader,
    record: RecordJson,
    open: &[u8],
) -> Result<Disclosure, String> {
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

pub(crate) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// `NAME.consistency`: one line that says what it is, then the hashes of the proof, one a line.
pub fn write_consistency(path: &[Hash]) -> String {
    path.iter().fold(format!("{CONSISTENCY}\n"), |text, hash| text + &STANDARD.encode(hash) + "\n")
}

pub(crate) fn read_consistency(text: &str) -> Option<Vec<Hash>> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    if lines.next() != Some(CONSISTENCY) {
        return None;
    }
    lines.map(decode).collect()
}

/// `NNNNNN.events`: one line that says what it is; for each event `event`, a space and its bytes, then its sibling hashes within
/// the batch, one a line.
pub fn write_events(events: &[([u8; EVENT_BYTES], Vec<Hash>)]) -> String {
    let mut text = format!("{EVENT_LIST}\n");
    for (event, path) in events {
        text = text + "event " + &STANDARD.encode(event) + "\n";
        for hash in path {
            text = text + &STANDARD.encode(hash) + "\n";
        }
    }
    text
}

pub(crate) fn read_events(text: &str) -> Option<Vec<([u8; EVENT_BYTES], Vec<Hash>)>> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    if lines.next() != Some(EVENT_LIST) {
        return None;
    }
    let mut events = Vec::new();
    for line in lines {
        match line.strip_prefix("event ") {
            Some(event) => events.push((decode(event)?, Vec::new())),
            None => events.last_mut()?.1.push(decode(line)?),
        }
    }
    Some(events)
}

/// The numbers of the records in a folder, from the names of its files.
pub(crate) fn stems(names: Vec<&str>) -> BTreeSet<&str> {
    let of_a_record = |(stem, ending): &(&str, &str)| {
        stem.len() >= STEM_DIGITS_MIN
            && stem.bytes().all(|byte| byte.is_ascii_digit())
            && (RECORD_ENDINGS.contains(ending) || *ending == "events")
    };
    names
        .into_iter()
        .filter_map(|name| name.split_once('.'))
        .filter(of_a_record)
        .map(|(stem, _)| stem)
        .collect()
}

/// What follows the last dot of a name.
pub(crate) fn ending(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, ending)| ending)
}

/// Whether a path has a place in a package.
pub(crate) fn is_known(path: &str) -> bool {
    let fixed = [
        BAGIT,
        BAG_INFO,
        MANIFEST_256,
        MANIFEST_512,
        TAG_MANIFEST,
        TAG_NOTE,
        CHECKPOINT,
        LOG_KEY,
        POLICY,
        STATEMENT,
        REPORT,
        CERTIFICATE,
        README,
        VERIFY_PY,
        VERIFY_HTML,
        VERIFIER_SOURCE,
        BUILD,
    ];
    let record = |folder: &str, endings: &[&str]| {
        path.strip_prefix(folder).and_then(|name| name.split_once('.')).is_some_and(|(stem, ending)| {
            stem.len() >= STEM_DIGITS_MIN
                && stem.bytes().all(|byte| byte.is_ascii_digit())
                && endings.contains(&ending)
        })
    };
    let file = |folder: &str| path.strip_prefix(folder).filter(|name| !name.contains('/'));
    fixed.contains(&path)
        || file(REQUEST).is_some()
        || file(TRUST).is_some_and(|name| matches!(ending(name), "tsr" | "pem" | "head" | "consistency"))
        || record(RECORDS, &RECORD_ENDINGS)
        || record(CUSTODY, &RECORD_ENDINGS)
        || record(COMPLETE, &RECORD_ENDINGS)
        || record(ERASED, &["leaf", "json", "tlog-proof"])
        || record(EVENTS, &RECORD_ENDINGS)
        || record(EVENTS, &["events"])
        || file(COMPLETE).and_then(|name| name.strip_suffix(".proof")).is_some_and(is_pseudonym)
}

fn is_pseudonym(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
