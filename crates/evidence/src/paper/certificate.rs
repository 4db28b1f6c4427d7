//! A draft for the person who certifies the records, in our own words. It states what the software can know, leaves blank what
//! only a person can, and says that it is a draft. Federal Rules of Evidence 902(11), 902(13), 902(14); 28 USC 1746.

use tenantry_ledger::{Checkpoint, LeafHeader};
use tenantry_verifier::layout;

use super::instant;
use super::sheet::Sheet;
use crate::{EvidenceError, Package};

/// Beyond this, a record counts as not made at or near the time of the event, in nanoseconds.
const NEAR_NS: u64 = 24 * 3_600 * 1_000_000_000;
/// Most late records named one by one.
const LATE_NAMED_MAX: usize = 20;

pub(crate) fn certificate(package: &Package, checkpoint: &Checkpoint) -> Result<Vec<u8>, EvidenceError> {
    let mut headers = Vec::with_capacity(package.records.len());
    for record in &package.records {
        headers.push(LeafHeader::decode(&record.leaf)?);
    }
    let mut sheet = Sheet::new()?;
    sheet.title(
        "Certification of records",
        "Fed. R. Evid. 902(11), 902(13) and 902(14) · declaration under 28 U.S.C. § 1746",
    );
    sheet.notice(
        "DRAFT. Not signed, and worth nothing until it is. Software wrote this text; only a qualified person can vouch for it. \
         Read every statement, strike what is not so, fill the blanks, and have counsel look at it before it is served.",
    );
    who(&mut sheet);
    sheet.heading("2. The records and the practice they come from · 902(11), 803(6)");
    sheet.pair("Package", &package.external_identifier);
    sheet.pair("From", &package.source_organization);
    sheet.pair("Records", &span(&headers));
    sheet.item("a)", "Each record was made at or near the time of the event it describes, by a person with knowledge of the event, \
        from information that such a person passed on, or by a system of the provider that registers such events.");
    sheet.item("b)", "The records are kept in the course of a regularly conducted activity of the provider: admitting, reviewing and \
        restricting accounts, and recording what was done.");
    sheet.item(
        "c)",
        "Making these records is a regular practice of that activity; they were not made for the proceeding.",
    );
    late(&mut sheet, &headers);
    sheet.blank("Exceptions to a) to c)");
    process(&mut sheet, checkpoint);
    sheet.heading("4. The copy · 902(14)");
    sheet.paragraph(
        "The package file is a copy of data in the provider's register. Its SHA-256 was computed when it was made and recorded in the \
         register. I computed the SHA-256 of the file that is handed over, compared it with the recorded one, and found them equal:",
    );
    sheet.blank("SHA-256 of the file");
    sheet.blank("Record that holds it (No.)");
    sheet.blank("Computed with, by, on");
    sheet.heading("5. What this does not say");
    sheet.paragraph(
        "I do not state that what third parties told the provider is true, nor that events outside the provider's systems are complete. \
         This text speaks to how the records are authenticated, not to whether or for what they are admitted.",
    );
    declaration(&mut sheet);
    let footer = format!("Draft certification · {}", package.external_identifier);
    sheet.finish("Draft certification of records", &footer, &package.bagging_date, Vec::new())
}

fn who(sheet: &mut Sheet) {
    sheet.heading("1. Who I am");
    sheet.paragraph(
        "I hold the position below and am authorised to make this certification. Through my duties I know how the records described \
         here are made, kept and copied, and I could testify to it.",
    );
    for label in ["Name", "Position and employer", "Since, and how I know"] {
        sheet.blank(label);
    }
}

fn span(headers: &[LeafHeader]) -> String {
    let times = || headers.iter().map(|header| header.recorded_at);
    match (times().min(), times().max()) {
        (Some(first), Some(last)) => {
            format!("{}, recorded from {} to {} UTC", headers.len(), instant(first), instant(last))
        }
        _ => "none".to_owned(),
    }
}

fn late(sheet: &mut Sheet, headers: &[LeafHeader]) {
    let is_late = |header: &&LeafHeader| header.recorded_at.0.saturating_sub(header.event_at.0) > NEAR_NS;
    let late: Vec<String> =
        headers.iter().filter(is_late).map(|header| layout::stem(header.log_seq)).collect();
    let text = match late.len() {
        0 => "By their own dates every record was made within 24 hours of its event.".to_owned(),
        count if count > LATE_NAMED_MAX => {
            format!(
                "By their own dates {count} records were made more than 24 hours after their event; records.json in the report tells which."
            )
        }
        _ => format!(
            "By their own dates these records were made more than 24 hours after their event: {}.",
            late.join(", ")
        ),
    };
    sheet.item("d)", &text);
}

fn process(sheet: &mut Sheet, checkpoint: &Checkpoint) {
    sheet.heading("3. The process that made this package · 902(13)");
    sheet.paragraph(
        "The provider runs Tenantry. In one step that takes effect as a whole or not at all, it changes its state and appends a record \
         to a register. Each record is bound by cryptographic hashes (SHA-256, in the tree form of RFC 6962) to all before it; the state \
         of the whole is signed at short intervals, after the stored records were read back and compared. A package is assembled from \
         these records, checked with the verifier it carries, and its digest is recorded before it leaves. A changed, removed, added or \
         moved record makes that check fail.",
    );
    sheet.pair("Register", &checkpoint.origin);
    sheet.pair("Its state", &format!("{} records, root {}", checkpoint.size, layout::hex(&checkpoint.root)));
    sheet.pair("Software", concat!("tenantry ", env!("CARGO_PKG_VERSION")));
    sheet.room(80.0);
    sheet.paragraph("The process produces an accurate result. I know this from:");
    sheet.blank("Ground of knowledge");
    sheet.blank("The verifier answered, on");
}

fn declaration(sheet: &mut Sheet) {
    sheet.heading("Declaration");
    sheet.paragraph("Strike one of the two. 28 U.S.C. § 1746 asks for substantially this form.");
    sheet.item("[  ]", "Signed within the United States, its territories or possessions: I declare under penalty of perjury that the \
        foregoing is true and correct.");
    sheet.item("[  ]", "Signed elsewhere: I declare under penalty of perjury under the laws of the United States of America that the \
        foregoing is true and correct.");
    for label in ["Executed on (date)", "At (place)", "Signature", "Printed name"] {
        sheet.blank(label);
    }
    sheet.heading("Notice");
    sheet.paragraph(
        "Before trial the party offering the records gives the other side reasonable written notice and makes the records and this \
         certification available for inspection (902(11); 902(13) and (14) refer to it).",
    );
}
