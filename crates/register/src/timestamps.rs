//! Time-stamps over checkpoints: somebody else's word about when a tree head existed.
//!
//! Once a day each configured authority is asked for an RFC 3161 token over the SHA-256 of the newest checkpoint's text (its three
//! lines, without signatures, so that later cosignatures change nothing). A token is verified before it is kept, and kept for good:
//! a checkpoint that was dated before a key was lost stays worth something. Ledger design 4.5.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::ledger_view::{newest, stored_size};
use crate::{Register, RegisterError};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tenantry_ledger::SignedNote;
use tenantry_model::random::draw;
use tenantry_model::time::{DAY_US, Timestamp};
use tenantry_store::StoreExt;
use tenantry_store::repo::ledger::{self, TimestampRow};
use tenantry_timestamp::{Stamp, TimestampError, Trust, request, token_of_response, verify_token};
use tenantry_vault::CertificateCheck;

/// Tokens listed at once.
const LISTED_MAX: u32 = 100;

/// A question for an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StampRequest {
    /// The body of the request, `application/timestamp-query`.
    pub query: Vec<u8>,
    size: u64,
    digest: [u8; 32],
    nonce: u64,
}

/// A token that was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptStamp {
    /// Leaves of the checkpoint it dates.
    pub size: u64,
    /// Where it was fetched.
    pub authority: String,
    /// The time it states.
    pub stamped_at: Timestamp,
    /// The token, RFC 3161, DER.
    pub token: Vec<u8>,
}

impl Register {
    /// What to ask an authority, if its newest token is a day old; `None` when nothing is due or nothing was signed yet.
    ///
    /// # Errors
    /// What the store refuses.
    pub fn stamp_due(&self, call: &Call, authority: &str) -> Result<Option<StampRequest>, RegisterError> {
        authorise(&call.actor, Action::SignCheckpoints)?;
        let (core, name) = (Arc::clone(&self.core), authority.to_owned());
        let (last, newest) = self.core.store.read(move |tx| {
            Ok::<_, RegisterError>((ledger::latest_timestamp(tx, &name)?, newest(tx, &core)?))
        })?;
        let now = self.core.clock.now();
        if last.is_some_and(|last| now < last.stamped_at.plus_micros(DAY_US)) {
            return Ok(None);
        }
        let Some((row, checkpoint)) = newest else { return Ok(None) };
        let digest = Sha256::digest(SignedNote::parse(row.note.as_bytes())?.text()).into();
        let nonce = u64::from_be_bytes(draw(&*self.core.entropy));
        let query = request(&digest, nonce).map_err(refused)?;
        Ok(Some(StampRequest { query, size: checkpoint.size, digest, nonce }))
    }

    /// Verifies an authority's answer against trusted roots and keeps its token.
    ///
    /// # Errors
    /// [`RegisterError::Evaluation`] when the token does not hold; then nothing is kept.
    pub fn keep_stamp(
        &self,
        call: &Call,
        authority: &str,
        asked: &StampRequest,
        response: &[u8],
        trust: &Trust,
    ) -> Result<Stamp, RegisterError> {
        authorise(&call.actor, Action::SignCheckpoints)?;
        let token = token_of_response(response).map_err(refused)?;
        let stamp = verify_token(&token, &asked.digest, Some(asked.nonce), trust, &CertificateCheck)
            .map_err(refused)?;
        let row = TimestampRow {
            size: i64::try_from(asked.size).unwrap_or(i64::MAX),
            authority: authority.to_owned(),
            stamped_at: Timestamp::from_micros(stamp.time_us),
            token,
            root: stamp.root.clone(),
        };
        self.core.store.write(move |tx| ledger::add_timestamp(tx, &row).map_err(RegisterError::from))?;
        Ok(stamp)
    }

    /// The newest tokens, newest first.
    ///
    /// # Errors
    /// What the store refuses.
    pub fn timestamps(&self, call: &Call) -> Result<Vec<KeptStamp>, RegisterError> {
        authorise(&call.actor, Action::ReadLedger)?;
        let rows =
            self.core.store.read(|tx| ledger::timestamps(tx, LISTED_MAX).map_err(RegisterError::from))?;
        Ok(rows
            .into_iter()
            .map(|TimestampRow { size, authority, stamped_at, token, .. }| KeptStamp {
                size: stored_size(size),
                authority,
                stamped_at,
                token,
            })
            .collect())
    }
}

fn refused(error: TimestampError) -> RegisterError {
    RegisterError::Evaluation { what: format!("a time-stamp: {error}") }
}
