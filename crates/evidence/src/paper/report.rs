//! The report: what the package is, what was asked, every record in one table, how to check it, what no check tells.

use std::collections::BTreeMap;

use serde::Serialize;
use tenantry_ledger::{Checkpoint, Disclosure, LeafHeader};
use tenantry_verifier::{kind_of_signature, layout};

use super::instant;
use super::sheet::{Attached, Column, Sheet, TEXT_WIDTH};
use crate::limits::{REPORT_ROWS_MAX, REPORT_VALUE_LETTERS_MAX};
use crate::{EvidenceError, Package, Record};

/// What the caller knows and the records alone do not tell. No personal data beyond what the package shows anyway.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// Whom or what the package is about, as label and value.
    pub about: Vec<Line>,
    /// What was asked, by whom, on what authority.
    pub request: Vec<Line>,
    /// How what is shown was limited to what was asked: one sentence each.
    pub minimisation: Vec<String>,
    /// Further parts, for example the decisions on the account.
    pub sections: Vec<Section>,
    /// Per leaf index: what happened, and whom it is about.
    pub records: BTreeMap<u64, Line>,
}

/// Two texts that belong together.
#[derive(Debug, Clone)]
pub struct Line {
    /// Label, or what happened.
    pub label: String,
    /// Value, or whom it is about.
    pub value: String,
}

impl Line {
    /// A line from its parts.
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: value.into() }
    }
}

/// A part of the report with sentences of its own.
#[derive(Debug, Clone)]
pub struct Section {
    /// Heading.
    pub heading: String,
    /// One line each.
    pub lines: Vec<String>,
}

/// A row of the attached table, for machines.
#[derive(Serialize)]
struct Row<'a> {
    log_seq: u64,
    recorded_at: String,
    event_at: String,
    what: &'a str,
    about: &'a str,
    folder: &'static str,
    fields_shown: Vec<&'a str>,
}

pub(crate) fn report(package: &Package, checkpoint: &Checkpoint) -> Result<Vec<u8>, EvidenceError> {
    let summary = &package.summary;
    let mut sheet = Sheet::new()?;
    sheet.title(
        "Evidence package",
        &format!("{} · {}", package.source_organization, package.external_identifier),
    );
    sheet.paragraph(
        "This report describes an evidence package: records from a register in which nothing can be changed or taken out \
         unnoticed, with the proofs that let anybody check them without trusting the provider. The report is for reading; \
         the records are in the folder data/records of the package, and they decide.",
    );
    sheet.heading("At a glance");
    for line in &summary.about {
        pair(&mut sheet, line);
    }
    sheet.pair("Made on", &package.bagging_date);
    sheet.pair("Records", &counts(package));
    sheet.pair("Register", &checkpoint.origin);
    sheet.pair(
        "State of the register",
        &format!("{} records, root {}", checkpoint.size, layout::hex(&checkpoint.root)),
    );
    for key in &package.log_keys {
        let label = format!("Key fingerprint, {}", kind_of_signature(key.signature_type()));
        sheet.pair(&label, &layout::hex(&key.fingerprint()));
    }
    if !package.time_stamps.is_empty() {
        let line = format!("{}, by authorities outside the provider; data/trust", package.time_stamps.len());
        sheet.pair("Time-stamp tokens", &line);
    }
    sheet.heading("What was asked");
    if summary.request.is_empty() {
        sheet.paragraph("See data/request.");
    }
    for line in &summary.request {
        pair(&mut sheet, line);
    }
    if !summary.minimisation.is_empty() {
        sheet.heading("What is shown, and what is not");
        summary.minimisation.iter().for_each(|line| sheet.item("•", line));
    }
    for section in &summary.sections {
        sheet.heading(&section.heading);
        section.lines.iter().for_each(|line| sheet.item("•", line));
    }
    let mut rows = Vec::new();
    records(&mut sheet, package, "The records", "records", &package.records, &mut rows)?;
    if !package.custody.is_empty() {
        records(
            &mut sheet,
            package,
            "Who looked, who approved, and the ledger's keys",
            "custody",
            &package.custody,
            &mut rows,
        )?;
    }
    erased(&mut sheet, package)?;
    closing(&mut sheet, package);
    let mut table =
        serde_json::to_vec_pretty(&rows).map_err(|error| EvidenceError::build(error.to_string()))?;
    table.push(b'\n');
    let attached = vec![
        Attached {
            name: "records.json",
            media_type: "application/json",
            description: "The table of records, for machines",
            bytes: table,
        },
        Attached {
            name: "checkpoint.txt",
            media_type: "text/plain",
            description: "The signed state of the register that all proofs lead to",
            bytes: package.checkpoint.to_string().into_bytes(),
        },
    ];
    let footer = format!("Evidence package · {}", package.external_identifier);
    sheet.finish("Evidence package", &footer, &package.bagging_date, attached)
}

fn pair(sheet: &mut Sheet, line: &Line) {
    let value =
        if sheet.shows(&line.value) { &line.value } else { "in letters this report cannot print; see data" };
    sheet.pair(&line.label, value);
}

fn counts(package: &Package) -> String {
    let all = package.records.iter().chain(&package.custody);
    let shown = all.filter(|record| record.disclosure.is_some()).count();
    let events: usize = package.events.iter().map(|batch| batch.events.len()).sum();
    let events = if events > 0 {
        format!("; {events} events in {} batches", package.events.len())
    } else {
        String::new()
    };
    format!(
        "{} handed over, {} about access and approval, {} erased earlier; {shown} of them show fields{events}",
        package.records.len(),
        package.custody.len(),
        package.erased.len(),
    )
}

fn records<'a>(
    sheet: &mut Sheet,
    package: &'a Package,
    heading: &str,
    folder: &'static str,
    records: &'a [Record],
    rows: &mut Vec<Row<'a>>,
) -> Result<(), EvidenceError> {
    // Heading, explanation and the first rows stay together.
    sheet.room(150.0);
    sheet.heading(heading);
    sheet.paragraph(&format!(
        "Times are universal time (UTC) by the provider's clock. The number is the place in the register and the name of the \
         files in data/{folder}. A record without shown fields is proven to exist unchanged; its content stays sealed."
    ));
    let columns = [
        // Wide enough that an identifier stays on one line.
        Column("No.", 34.0),
        Column("Recorded at", 86.0),
        Column("What happened", 62.0),
        Column("About", 150.0),
        Column("Fields shown", TEXT_WIDTH - 332.0),
    ];
    let mut cells = Vec::new();
    for record in records {
        let header = LeafHeader::decode(&record.leaf)?;
        let (what, about) = titles(package, &header);
        if cells.len() < REPORT_ROWS_MAX {
            let shown =
                record.disclosure.as_ref().map_or_else(|| "none".to_owned(), |shown| fields(sheet, shown));
            let at = instant(header.recorded_at);
            cells.push(vec![layout::stem(header.log_seq), at, what.to_owned(), about.to_owned(), shown]);
        }
        rows.push(Row {
            log_seq: header.log_seq,
            recorded_at: instant(header.recorded_at),
            event_at: instant(header.event_at),
            what,
            about,
            folder,
            fields_shown: record
                .disclosure
                .iter()
                .flat_map(Disclosure::shown)
                .map(|f| f.name.as_str())
                .collect(),
        });
    }
    sheet.table(&columns, cells.into_iter());
    if let Some(more) = records.len().checked_sub(REPORT_ROWS_MAX).filter(|more| *more > 0) {
        sheet.paragraph(&format!(
            "{more} further records are not printed here; the attached file records.json lists every one."
        ));
    }
    Ok(())
}

fn titles<'a>(package: &'a Package, header: &LeafHeader) -> (&'a str, &'a str) {
    let line = package.summary.records.get(&header.log_seq);
    line.map_or(("Record", ""), |line| (line.label.as_str(), line.value.as_str()))
}

/// The shown fields in one line each, long or unprintable values by their size.
fn fields(sheet: &Sheet, disclosure: &Disclosure) -> String {
    let line = |name: &str, value: &[u8]| match std::str::from_utf8(value) {
        Ok(text) if text.chars().count() > REPORT_VALUE_LETTERS_MAX || text.contains(char::is_control) => {
            format!("{name}: {} bytes, see the file", value.len())
        }
        Ok(text) if sheet.shows(text) => format!("{name}: {text}"),
        Ok(_) => format!("{name}: in other letters, see the file"),
        Err(_) => format!("{name}: {} bytes, see the file", value.len()),
    };
    let lines: Vec<String> = disclosure.shown().map(|field| line(&field.name, &field.value)).collect();
    if lines.is_empty() { "none".to_owned() } else { lines.join("\n") }
}

fn erased(sheet: &mut Sheet, package: &Package) -> Result<(), EvidenceError> {
    if package.erased.is_empty() {
        return Ok(());
    }
    sheet.room(130.0);
    sheet.heading("Erased earlier");
    sheet.paragraph(
        "The content of these records was destroyed before this package was asked for, under the rule named. That each of them \
         existed, when, and which record states its erasure is still proven.",
    );
    let columns = [
        Column("No.", 60.0),
        Column("Recorded at", 110.0),
        Column("Erasure stated by", 100.0),
        Column("Rule", TEXT_WIDTH - 270.0),
    ];
    let mut cells = Vec::new();
    for record in package.erased.iter().take(REPORT_ROWS_MAX) {
        let header = LeafHeader::decode(&record.leaf)?;
        let by = layout::stem(record.erased_by);
        cells.push(vec![layout::stem(header.log_seq), instant(header.recorded_at), by, record.rule.clone()]);
    }
    sheet.table(&columns, cells.into_iter());
    Ok(())
}

fn closing(sheet: &mut Sheet, package: &Package) {
    sheet.heading("How to check it");
    sheet.paragraph("Three ways, all without a network, and none of them asks the provider:");
    sheet.item("1.", "Open verify/verify.html in a web browser and choose the package file.");
    sheet.item(
        "2.",
        "tenantry verify PACKAGE.zip --policy KEYS.txt   (its source is in verify/verifier-source.tar.gz)",
    );
    sheet.item(
        "3.",
        "python3 verify/verify.py PACKAGE.zip FINGERPRINT   (an independent program, made to be read)",
    );
    sheet.paragraph(
        "Each answers VALID, INVALID or INCOMPLETE and says what it did not check. Anybody can make a package with a key of their \
         own: get the fingerprint of the provider's key from somewhere else than this package, and compare. A forger could also \
         put a false verifier into a package: for a question that matters, use one that you obtained elsewhere.",
    );
    sheet.heading("What no check can tell");
    let complete = if package.complete.is_empty() {
        "Whether these are all records: the package makes no such claim."
    } else {
        "Whether everything that happened was recorded. All records of the stated subjects are here, as far as they were recorded."
    };
    for line in [
        "Whether what was recorded is true. The proofs show that it was recorded then and has not changed since.",
        complete,
        "The exact time. Times are the provider's word, unless a time-stamp token or a witness dates the state of the register.",
        "Whether this report describes the records well. It is a summary made by the same provider.",
    ] {
        sheet.item("•", line);
    }
}
