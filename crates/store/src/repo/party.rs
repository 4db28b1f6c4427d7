//! Parties, their facts and evidence, the interests between them, and the tokens of what identifies them.

use super::convert::{at, limit, opt_at, word};
use crate::{Row, StoreError, Tx, params, query_all, query_one, statements};
use tenantry_model::fact::{FactKind, Source, Strength};
use tenantry_model::id::{AccountId, EvidenceId, FactId, PartyId};
use tenantry_model::party::{PartyKind, Status};
use tenantry_model::time::Timestamp;

statements! {
    ADD = "INSERT INTO party (id, kind, subject, created_at, version, status, screened_with, screened_at) \
        VALUES ($1, $2, $3, $4, 1, $5, $6, $7)";
    FIND = "SELECT id, kind, subject, created_at, version, status, screened_with, screened_at FROM party WHERE id = $1";
    PAGE = "SELECT id, kind, subject, created_at, version, status, screened_with, screened_at FROM party WHERE id > $1 ORDER BY id LIMIT $2";
    TOUCH = "UPDATE party SET version = version + 1, status = $2, screened_with = $3, screened_at = $4 WHERE id = $1";
    SCREENED = "UPDATE party SET screened_with = $2, screened_at = $3 WHERE id = $1";
    // From those who are behind down to what they own, so that the work grows with their number.
    UNSCREENED = "WITH RECURSIVE behind (party, node) AS ( \
            SELECT id, id FROM party WHERE screened_with <> $1 \
            UNION SELECT b.party, i.owned FROM behind b JOIN interest i ON i.owner = b.node AND i.ended_at IS NULL) \
        SELECT COUNT(DISTINCT b.party) FROM behind b \
        JOIN account_role r ON r.party = b.node AND r.ended_at IS NULL JOIN account a ON a.id = r.account \
        WHERE a.state <> 'closed'";
    ACTIVE = "WITH RECURSIVE active (id) AS ( \
            SELECT r.party FROM account a JOIN account_role r ON r.account = a.id AND r.ended_at IS NULL WHERE a.state <> 'closed' \
            UNION SELECT i.owner FROM active x JOIN interest i ON i.owned = x.id AND i.ended_at IS NULL) \
        SELECT COUNT(*) FROM active";
    ADD_FACT = "INSERT INTO fact (id, party, kind, source, strength, evidence, stated_at, recorded_at, superseded_at, sealed) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL, $9)";
    FACTS = "SELECT id, party, kind, source, strength, evidence, stated_at, recorded_at, superseded_at, sealed FROM fact \
        WHERE party = $1 ORDER BY recorded_at, id";
    SUPERSEDE = "UPDATE fact SET superseded_at = $2 WHERE id = $1 AND superseded_at IS NULL";
    ADD_EVIDENCE = "INSERT INTO evidence_item (id, party, method, result, checked_at, recorded_at, sealed) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    EVIDENCE = "SELECT id, method, result, checked_at, recorded_at, sealed FROM evidence_item WHERE party = $1 ORDER BY id";
    ADD_INTEREST = "INSERT INTO interest (owner, owned, content, since) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (owner, owned) DO UPDATE SET content = excluded.content, since = excluded.since, ended_at = NULL";
    END_INTEREST = "UPDATE interest SET ended_at = $3 WHERE owner = $1 AND owned = $2 AND ended_at IS NULL";
    INTERESTS_EVER_IN = "SELECT content, since, ended_at FROM interest WHERE owned = $1 ORDER BY owner";
    ADD_TOKEN = "INSERT INTO token (kind, digest, account, party) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (kind, digest, account, party) DO NOTHING";
    HOLDERS = "SELECT DISTINCT account FROM token WHERE kind = $1 AND digest = $2 ORDER BY account LIMIT $3";
    TOKENS_OF = "SELECT kind, digest FROM token WHERE account = $1 ORDER BY kind, digest";
}

/// What one party holds or held in another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterestRow {
    /// The interest as JSON.
    pub content: String,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None` while it holds.
    pub ended_at: Option<Timestamp>,
}

/// A party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyRow {
    /// Identifier.
    pub id: PartyId,
    /// What it is.
    pub kind: PartyKind,
    /// Pseudonym in the ledger; random, unrelated to the identifier.
    pub subject: [u8; 16],
    /// When it was recorded.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
    /// Status as last determined.
    pub status: Status,
    /// Digest of the set of snapshots it was last screened against.
    pub screened_with: [u8; 32],
    /// When it was last screened.
    pub screened_at: Timestamp,
}

/// A fact, its value sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactRow {
    /// Identifier.
    pub id: FactId,
    /// Whom it is about.
    pub party: PartyId,
    /// What kind.
    pub kind: FactKind,
    /// Where it comes from.
    pub source: Source,
    /// How strongly it is supported.
    pub strength: Strength,
    /// What supports it.
    pub evidence: Option<EvidenceId>,
    /// When it was said or observed.
    pub stated_at: Timestamp,
    /// When the register learned it.
    pub recorded_at: Timestamp,
    /// When a later fact took its place.
    pub superseded_at: Option<Timestamp>,
    /// The sealed value.
    pub sealed: Vec<u8>,
}

/// A check that was made, its description sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRow {
    /// Identifier.
    pub id: EvidenceId,
    /// Method, a word of the model.
    pub method: String,
    /// Result, a word of the model.
    pub result: String,
    /// When the check was made.
    pub checked_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The sealed description.
    pub sealed: Vec<u8>,
}

/// Adds a party.
pub fn add(tx: &mut dyn Tx, party: &PartyRow) -> Result<(), StoreError> {
    let params = params![
        party.id,
        party.kind.as_str(),
        party.subject,
        party.created_at,
        party.status.as_str(),
        party.screened_with,
        party.screened_at
    ];
    tx.execute(&ADD, params).map(|_| ())
}

/// A party by its identifier.
pub fn find(tx: &mut dyn Tx, id: PartyId) -> Result<Option<PartyRow>, StoreError> {
    query_one(tx, &FIND, params![id], party)
}

/// Parties after `after` in order of identifier.
pub fn page(tx: &mut dyn Tx, after: PartyId, rows_max: u32) -> Result<Vec<PartyRow>, StoreError> {
    query_all(tx, &PAGE, params![after, limit(rows_max)], party)
}

/// Records a change: new status, new screening, next version.
pub fn touch(
    tx: &mut dyn Tx,
    id: PartyId,
    status: Status,
    screened_with: &[u8; 32],
    screened_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&TOUCH, params![id, status.as_str(), screened_with, screened_at]).map(|_| ())
}

/// Records that a party was screened and nothing else changed.
pub fn screened(
    tx: &mut dyn Tx,
    id: PartyId,
    with: &[u8; 32],
    screened_at: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&SCREENED, params![id, with, screened_at]).map(|_| ())
}

/// How many active parties (on an account that is not closed, or behind one that is) were last screened against another set
/// of snapshots.
pub fn count_unscreened(tx: &mut dyn Tx, with: &[u8; 32]) -> Result<i64, StoreError> {
    Ok(query_one(tx, &UNSCREENED, params![with], |row| row.int(0))?.unwrap_or(0))
}

/// How many parties are on an account that is not closed, or own one that is.
pub fn count_active(tx: &mut dyn Tx) -> Result<i64, StoreError> {
    Ok(query_one(tx, &ACTIVE, &[], |row| row.int(0))?.unwrap_or(0))
}

fn party(row: &Row<'_>) -> Result<PartyRow, StoreError> {
    Ok(PartyRow {
        id: PartyId::from_bytes(row.id16(0)?),
        kind: word(row, 1, "party.kind")?,
        subject: row.id16(2)?,
        created_at: at(row, 3)?,
        version: row.int(4)?,
        status: word(row, 5, "party.status")?,
        screened_with: row.digest32(6)?,
        screened_at: at(row, 7)?,
    })
}

/// Adds a fact.
pub fn add_fact(tx: &mut dyn Tx, fact: &FactRow) -> Result<(), StoreError> {
    let params = params![
        fact.id,
        fact.party,
        fact.kind.as_str(),
        fact.source.as_str(),
        fact.strength.as_str(),
        fact.evidence,
        fact.stated_at,
        fact.recorded_at,
        &fact.sealed
    ];
    tx.execute(&ADD_FACT, params).map(|_| ())
}

/// All facts of a party, superseded ones included, oldest first.
pub fn facts(tx: &mut dyn Tx, party: PartyId) -> Result<Vec<FactRow>, StoreError> {
    query_all(tx, &FACTS, params![party], |row| {
        Ok(FactRow {
            id: FactId::from_bytes(row.id16(0)?),
            party: PartyId::from_bytes(row.id16(1)?),
            kind: word(row, 2, "fact.kind")?,
            source: word(row, 3, "fact.source")?,
            strength: word(row, 4, "fact.strength")?,
            evidence: row.opt_id16(5)?.map(EvidenceId::from_bytes),
            stated_at: at(row, 6)?,
            recorded_at: at(row, 7)?,
            superseded_at: opt_at(row, 8)?,
            sealed: row.bytes(9)?.to_vec(),
        })
    })
}

/// Marks a fact as superseded. Answers whether it was in force.
pub fn supersede(tx: &mut dyn Tx, fact: FactId, superseded_at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(&SUPERSEDE, params![fact, superseded_at])? > 0)
}

/// Adds a check.
pub fn add_evidence(tx: &mut dyn Tx, party: PartyId, evidence: &EvidenceRow) -> Result<(), StoreError> {
    let params = params![
        evidence.id,
        party,
        &evidence.method,
        &evidence.result,
        evidence.checked_at,
        evidence.recorded_at,
        &evidence.sealed
    ];
    tx.execute(&ADD_EVIDENCE, params).map(|_| ())
}

/// All checks of a party, oldest first.
pub fn evidence(tx: &mut dyn Tx, party: PartyId) -> Result<Vec<EvidenceRow>, StoreError> {
    query_all(tx, &EVIDENCE, params![party], |row| {
        Ok(EvidenceRow {
            id: EvidenceId::from_bytes(row.id16(0)?),
            method: row.text(1)?.to_owned(),
            result: row.text(2)?.to_owned(),
            checked_at: at(row, 3)?,
            recorded_at: at(row, 4)?,
            sealed: row.bytes(5)?.to_vec(),
        })
    })
}

/// Adds or replaces what one party holds in another; `content` is the interest as JSON.
pub fn put_interest(
    tx: &mut dyn Tx,
    owner: PartyId,
    owned: PartyId,
    content: &str,
    since: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(&ADD_INTEREST, params![owner, owned, content, since]).map(|_| ())
}

/// Ends what one party holds in another. Answers whether it held anything.
pub fn end_interest(
    tx: &mut dyn Tx,
    owner: PartyId,
    owned: PartyId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(&END_INTEREST, params![owner, owned, at])? == 1)
}

/// The interests that are or were held in a party.
pub fn interests_ever_in(tx: &mut dyn Tx, owned: PartyId) -> Result<Vec<InterestRow>, StoreError> {
    query_all(tx, &INTERESTS_EVER_IN, params![owned], |row| {
        Ok(InterestRow { content: row.text(0)?.to_owned(), since: at(row, 1)?, ended_at: opt_at(row, 2)? })
    })
}

/// Adds a token of an identifying value.
pub fn add_token(
    tx: &mut dyn Tx,
    kind: &str,
    digest: &[u8; 32],
    account: AccountId,
    party: PartyId,
) -> Result<(), StoreError> {
    tx.execute(&ADD_TOKEN, params![kind, digest, account, party]).map(|_| ())
}

/// Accounts that hold a token, in order of identifier.
pub fn holders(
    tx: &mut dyn Tx,
    kind: &str,
    digest: &[u8; 32],
    rows_max: u32,
) -> Result<Vec<AccountId>, StoreError> {
    query_all(tx, &HOLDERS, params![kind, digest, limit(rows_max)], |row| {
        Ok(AccountId::from_bytes(row.id16(0)?))
    })
}

/// The tokens of an account.
pub fn tokens_of(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<(String, [u8; 32])>, StoreError> {
    query_all(tx, &TOKENS_OF, params![account], |row| Ok((row.text(0)?.to_owned(), row.digest32(1)?)))
}
