//! Whether a second person approved exactly what the package was limited to.
//!
//! `data/request/scope.json` lists what may be shown. The record of the request holds, among its shown fields, a `content`
//! that names the SHA-256 of that file, and `content_hash`, the SHA-256 of the content. The record of the answer holds the
//! same `content_hash`, the state, and two different persons. A record of any other kind neither asks nor answers.

use sha2::{Digest, Sha256};
use tenantry_ledger::{Disclosure, LeafHeader, RecordType};

use crate::bag::Bag;
use crate::layout;
use crate::verify::Check;

/// Numbers of the kinds of records that ask a second person, and that hold the answer.
const REQUESTED: RecordType = RecordType(12);
const DECIDED: RecordType = RecordType(13);

/// A shown record about an approval.
pub(crate) struct Approval {
    index: u64,
    content_hash: String,
    content: Option<Vec<u8>>,
    answer: Option<Answer>,
}

struct Answer {
    state: String,
    requested_by: String,
    decided_by: String,
}

impl Approval {
    /// What a record tells about an approval, if it does.
    pub(crate) fn told_by(header: &LeafHeader, shown: &Disclosure) -> Option<Self> {
        let bytes =
            |name: &str| shown.shown().find(|field| field.name == name).map(|field| field.value.clone());
        let text = |name: &str| bytes(name).and_then(|bytes| String::from_utf8(bytes).ok());
        let answer = || {
            let (state, requested_by) = (text("state")?, text("requested_by")?);
            Some(Answer { state, requested_by, decided_by: text("decided_by")? })
        };
        let content_hash = text("content_hash")?;
        let (content, answer) = match header.record_type {
            REQUESTED => (bytes("content"), None),
            DECIDED => (None, answer()),
            _ => return None,
        };
        Some(Self { index: header.log_seq, content_hash, content, answer })
    }

    /// Whether this record asked for exactly this scope.
    fn asks_for(&self, scope_sha256: &str) -> bool {
        self.content.as_ref().is_some_and(|content| {
            layout::hex(&Sha256::digest(content)) == self.content_hash
                && content.windows(scope_sha256.len()).any(|part| part == scope_sha256.as_bytes())
        })
    }

    /// Whether this record says that somebody else agreed to what `request` asked for.
    fn agrees_to(&self, request: &Self) -> bool {
        let agreed = |answer: &Answer| {
            let other = !answer.decided_by.is_empty() && answer.decided_by != answer.requested_by;
            answer.state == "approved" && other
        };
        self.index > request.index
            && self.content_hash == request.content_hash
            && self.answer.as_ref().is_some_and(agreed)
    }
}

impl Check {
    pub(crate) fn check_approval(&mut self, bag: &Bag<'_>) {
        let Some(scope) = bag.find(layout::SCOPE) else {
            return;
        };
        let digest = layout::hex(&Sha256::digest(scope));
        let asked = self.approvals.iter().filter(|approval| approval.asks_for(&digest));
        let agreed = asked
            .flat_map(|request| self.approvals.iter().filter(|answer| answer.agrees_to(request)))
            .map(|answer| answer.index)
            .next();
        match agreed {
            Some(index) => self.checked.push(format!(
                "a second person approved exactly the scope in data/request/scope.json, by record {index}"
            )),
            None => self.incomplete.push(
                "no record here says that a second person approved the scope in data/request/scope.json"
                    .to_owned(),
            ),
        }
    }
}
