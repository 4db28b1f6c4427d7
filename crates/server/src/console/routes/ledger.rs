//! State of the ledger, its newest records, and one record by its position.

use super::desk::{Desk, Trouble};
use super::timeline::{Names, kind, tone};
use super::words::{grouped, when};
use crate::console::views::ledger::{Checkpoint, LeafRecord, LedgerPage, VerifyStep};
use crate::console::views::parts::{Badge, Digest, Event, Link, Tone};
use crate::console::views::shell::Section;
use crate::console::{Reply, page};
use axum::extract::Query;
use serde::Deserialize;
use tenantry_register::fsck::ScrubState;
use tenantry_register::ledger_view::{LeafView, LedgerState, RecordLine};

/// Records on one page.
const ROWS: u32 = 40;
/// Unsigned leaves from which the ledger counts as behind: a checkpoint a second keeps it far below.
const BEHIND: u64 = 10_000;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    leaf: String,
    #[serde(default)]
    before: String,
}

pub(super) async fn ledger(desk: Desk, Query(asked): Query<Asked>) -> Reply {
    desk.answer(move |desk| {
        let (register, call, now) = (desk.register(), desk.call(), desk.now());
        let state = register.ledger_state(&call)?;
        let leaf = match asked.leaf.as_str() {
            "" => None,
            text => Some(register.leaf(&call, text.parse().map_err(|_| Trouble::NotHere)?)?),
        };
        let lines = register.latest_records(&call, asked.before.parse().ok(), ROWS)?;
        let names = Names::of(desk);
        let older = lines.last().filter(|line| line.index > 0 && lines.len() == ROWS as usize);
        let (badge, summary) = scrubbed(standing(&state), &register.scrub_state());
        Ok(page(&LedgerPage {
            shell: desk.shell(Section::Ledger),
            state: badge,
            summary,
            size: grouped(state.size),
            checkpoint: state.checkpoint.as_ref().map(|checkpoint| Checkpoint {
                root: Digest::new(&checkpoint.root),
                signed: when(checkpoint.signed_at, now),
                note: checkpoint.note.clone(),
            }),
            uncovered: format!("{} records", grouped(state.unsigned)),
            origin: state.origin.clone(),
            verifier: state.verifier_key.clone(),
            fingerprint: state.fingerprint.clone(),
            verify: steps(&desk.console().state.public_url),
            leaf: leaf.map(|leaf| record(desk, &leaf, &names)),
            recent: lines.iter().map(|line| entry(desk, line, &names)).collect(),
            older: older
                .map(|line| Link::new(&format!("/console/ledger?before={}", line.index), "Older records")),
        }))
    })
    .await
}

/// What the scrubber adds to how the ledger stands.
fn scrubbed((badge, summary): (Badge, String), scrub: &ScrubState) -> (Badge, String) {
    if !scrub.findings.is_empty() {
        let count = scrub.findings.len();
        let text = format!(
            "Reading everything again found {count} things that are not as they were written; run tenantry ledger fsck."
        );
        return (Badge::new(Tone::Bad, "damaged"), text);
    }
    let Some(done) = scrub.done_at else { return (badge, summary) };
    let (leaves, day) = (grouped(scrub.checked.leaves), done.date());
    (
        badge,
        format!(
            "{summary} Everything was last read again and found sound on {day}; {leaves} records in that pass or the one under way."
        ),
    )
}

/// What witnesses say against the ledger.
fn contested(state: &LedgerState) -> Option<&str> {
    state.witnesses.as_ref()?.contested.as_deref()
}

fn standing(state: &LedgerState) -> (Badge, String) {
    match (&state.trouble, &state.checkpoint, state.unsigned) {
        (Some(_), _, _) => (
            Badge::new(Tone::Bad, "inconsistent"),
            "What is stored is not what was written. Nothing is signed any more; the operator's log says where.".to_owned(),
        ),
        (None, None, _) => (Badge::new(Tone::Info, "not signed yet"), "The first checkpoint comes within seconds.".to_owned()),
        (None, Some(_), _) if contested(state).is_some() => (
            Badge::new(Tone::Bad, "contested"),
            format!(
                "A witness contradicts this ledger without proof: {}. Ask its operator for the checkpoint it cosigned.",
                contested(state).unwrap_or_default()
            ),
        ),
        (None, Some(_), _) if state.witnesses.as_ref().is_some_and(|witnesses| witnesses.alarm) => (
            Badge::new(Tone::Warn, "not witnessed"),
            "The witnesses have not cosigned for a while. Records are kept, but no evidence package is built.".to_owned(),
        ),
        (None, Some(_), BEHIND..) => {
            (Badge::new(Tone::Warn, "behind"), "Records are written faster than they are signed.".to_owned())
        }
        (None, Some(_), 0) => {
            (Badge::new(Tone::Good, "in order"), "Every record is covered by a signed checkpoint.".to_owned())
        }
        (None, Some(_), newest) => (
            Badge::new(Tone::Good, "in order"),
            format!("Every record is covered by a signed checkpoint except the newest {}.", grouped(newest)),
        ),
    }
}

fn steps(public_url: &str) -> Vec<VerifyStep> {
    let step = |text: &str, command: String| VerifyStep { text: text.to_owned(), command };
    vec![
        step(
            "Fetch the signed checkpoint, which anybody may read",
            format!("curl {public_url}/ledger/checkpoint"),
        ),
        step(
            "Check an evidence package offline, trusting nobody here",
            "tenantry verify package.zip --policy trusted-keys.txt".to_owned(),
        ),
    ]
}

fn entry(desk: &Desk, line: &RecordLine, names: &Names) -> Event {
    let number = i64::from(line.kind);
    Event {
        at: when(line.recorded_at, desk.now()),
        kind: kind(number).to_owned(),
        tone: tone(number),
        text: line.title.to_owned(),
        actor: names.actor(&line.actor),
        link: Some(Link::new(&format!("/console/ledger?leaf={}", line.index), "record")),
        leaf: format!("#{}", grouped(line.index)),
    }
}

fn record(desk: &Desk, leaf: &LeafView, names: &Names) -> LeafRecord {
    let list = |leaves: &[u64]| leaves.iter().map(|leaf| format!("#{leaf}")).collect::<Vec<_>>().join(" ");
    let fields = [
        ("Leaf hash", leaf.hash.clone()),
        ("By", names.actor(&leaf.line.actor)),
        ("About", format!("pseudonym {}", leaf.line.subject)),
        ("Position in its chain", leaf.subject_seq.to_string()),
        ("Leaf before it", leaf.prev_subject_leaf.clone()),
        ("Caused by", list(&leaf.causes)),
        ("Approved by", list(&leaf.approvals)),
        ("Policy pack", leaf.rule_version.clone()),
        ("Commitment to what it says", leaf.commitment.clone()),
    ];
    LeafRecord {
        index: format!("#{}", grouped(leaf.line.index)),
        title: leaf.line.title.to_owned(),
        at: when(leaf.line.recorded_at, desk.now()),
        fields: fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    }
}
