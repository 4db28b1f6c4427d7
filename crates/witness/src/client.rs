//! Showing checkpoints to witnesses over HTTP.

use std::time::Duration;
use tenantry_ledger::{
    AddCheckpoint, LedgerError, NoteSignature, PolicyWitness, SignatureCheck as _, SignedNote,
};
use tenantry_vault::NoteCheck;

/// How long one witness may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer read, in bytes.
const ANSWER_BYTES_MAX: u64 = 65_536;

/// What a witness answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submission {
    /// It cosigned: its verified signatures.
    Cosigned(Vec<NoteSignature>),
    /// It has seen another size; prove growth from there.
    OtherSize(u64),
    /// It refuses for good: its status.
    Refused(u16),
    /// It cannot be reached, or does not answer as a witness.
    Unreachable(String),
}

/// Whoever can show a checkpoint to a witness.
pub trait Witnesses: Send + Sync {
    /// Shows a checkpoint to a witness and verifies what it answers. Blocks for a few seconds at most.
    fn submit(&self, witness: &PolicyWitness, request: &AddCheckpoint) -> Submission;
}

/// Asks witnesses over HTTP.
#[derive(Debug, Clone)]
pub struct WitnessClient {
    agent: ureq::Agent,
}

impl Default for WitnessClient {
    fn default() -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .http_status_as_error(false)
            .max_redirects(0)
            .build();
        Self { agent: config.into() }
    }
}

impl Witnesses for WitnessClient {
    fn submit(&self, witness: &PolicyWitness, request: &AddCheckpoint) -> Submission {
        let Some(prefix) = &witness.url else {
            return Submission::Unreachable("the policy names no URL for it".to_owned());
        };
        let url = format!("{}/add-checkpoint", prefix.trim_end_matches('/'));
        let body = request.to_string();
        let sent =
            self.agent.post(&url).header("content-type", "text/plain; charset=utf-8").send(body.as_bytes());
        let mut response = match sent {
            Ok(response) => response,
            Err(error) => return Submission::Unreachable(error.to_string()),
        };
        let status = response.status().as_u16();
        let body = match response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string() {
            Ok(body) => body,
            Err(error) => return Submission::Unreachable(error.to_string()),
        };
        read_answer(witness, request, status, &body)
    }
}

/// What a witness's answer to `request` means. Signatures are verified.
pub fn read_answer(witness: &PolicyWitness, request: &AddCheckpoint, status: u16, body: &str) -> Submission {
    match status {
        200 => match cosignatures(witness, &request.note, body) {
            Ok(signatures) => Submission::Cosigned(signatures),
            Err(error) => Submission::Unreachable(format!("its answer does not hold: {error}")),
        },
        409 => match body.strip_suffix('\n').and_then(|size| size.parse().ok()) {
            Some(size) if size != request.old => Submission::OtherSize(size),
            // The same size and yet a conflict: it holds another root.
            _ => Submission::Refused(409),
        },
        refused @ (400 | 403 | 404 | 422) => Submission::Refused(refused),
        other => Submission::Unreachable(format!("it answered with status {other}")),
    }
}

/// The signatures by the witness's own key in its answer. Lines by keys we do not know are left out.
fn cosignatures(
    witness: &PolicyWitness,
    note: &SignedNote,
    body: &str,
) -> Result<Vec<NoteSignature>, LedgerError> {
    let answered = SignedNote::parse(format!("{}\n{body}", note.text()).as_bytes())?;
    let mut ours = Vec::new();
    for line in answered.signatures().iter().filter(|line| witness.key.matches(line)) {
        if !NoteCheck.check(&witness.key, note.text(), &line.signature) {
            return Err(LedgerError::BadSignature { key_name: witness.key.name().to_owned() });
        }
        ours.push(line.clone());
    }
    if ours.is_empty() { Err(LedgerError::NoKnownSignature) } else { Ok(ours) }
}
