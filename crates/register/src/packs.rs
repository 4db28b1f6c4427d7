//! Adopting a policy pack: what everybody is decided by changes only when two people agree on the exact text (ENF-02).
//!
//! The text is kept for ever, because decisions made under it are replayed from it. From the moment of the approval whoever applies is
//! decided under the new pack; the next pass of the job that screens again decides on everybody else.

use crate::access::{Action, authorise};
use crate::approvals::{ContentHash, Pending};
use crate::call::Call;
use crate::reassess::delta;
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use crate::world::{self, PACK};
use crate::{Register, RegisterError};
use serde::Serialize;
use tenantry_model::id::ApprovalId;
use tenantry_model::random::draw;
use tenantry_policy::pack::Pack;
use tenantry_store::repo::setting;
use tenantry_store::{StoreExt, Tx};

/// Setting that holds the pack that was adopted last, after the one the deployment was set up with.
const ADOPTED: &str = "pack_adopted";

/// A policy pack as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackView {
    /// Identifier.
    pub id: String,
    /// Version of the file.
    pub version: String,
    /// Title.
    pub title: String,
    /// Whether its regime is in force, in its own words.
    pub status: String,
    /// SHA-256 of the text.
    pub hash: ContentHash,
    /// The text.
    pub text: String,
}

impl PackView {
    fn of(pack: &Pack, text: String) -> Self {
        let header = &pack.header;
        Self {
            id: header.id.clone(),
            version: header.version.clone(),
            title: header.title.clone(),
            status: header.status.clone(),
            hash: ContentHash::from_bytes(pack.hash()),
            text,
        }
    }
}

impl Register {
    /// The pack in force.
    pub fn pack_in_force(&self, call: &Call) -> Result<PackView, RegisterError> {
        let hash = self.core.world().pack_hash();
        self.pack(call, ContentHash::from_bytes(hash))
    }

    /// A pack that is or was in force, or was proposed.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`] for one nobody proposed.
    pub fn pack(&self, call: &Call, hash: ContentHash) -> Result<PackView, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        let text = self.core.store.read(move |tx| {
            let text = setting::find_pack(tx, &hash.bytes())?;
            text.ok_or(RegisterError::NotFound { what: "policy pack" })
        })?;
        Ok(PackView::of(&world::parse_pack(&text)?, text))
    }

    /// Asks for a pack to be adopted; a second person approves the exact text.
    ///
    /// # Errors
    /// [`RegisterError::Invalid`] says what is wrong with the text, and where; [`RegisterError::State`] for the pack that is in force.
    pub fn propose_pack(&self, call: &Call, text: String) -> Result<ApprovalId, RegisterError> {
        authorise(&call.actor, Action::AdoptPack)?;
        let pack = Pack::parse(&text).map_err(|error| RegisterError::invalid("/text", error.to_string()))?;
        let hash = pack.hash();
        if hash == self.core.reload_world()?.pack_hash() {
            return Err(RegisterError::State {
                what: "policy pack",
                state: "in force".to_owned(),
                hint: "change its text and give it another version",
            });
        }
        let pending = Pending::AdoptPack {
            pack: pack.header.id.clone(),
            version: pack.header.version.clone(),
            content: ContentHash::from_bytes(hash),
        };
        self.core.change(call, Action::AdoptPack, &("adopt", hash), move |unit| {
            setting::add_pack(unit.tx, &hash, &pack.header.id, &text, unit.now)?;
            let subject: [u8; 16] = draw(&*unit.core.entropy);
            let reason = unit.call.reason.as_ref().map(|r| r.expose().to_owned()).unwrap_or_default();
            unit.request_approval(&pending, subject, &reason)
        })
    }

    /// Whether a pack was adopted and a pass under it has not ended yet.
    pub fn pack_waits(&self, call: &Call) -> Result<bool, RegisterError> {
        authorise(&call.actor, Action::Read)?;
        self.core.store.read(|tx| {
            let Some(adopted) = adopted(tx)? else { return Ok(false) };
            Ok(delta::decided_under(tx)? != Some(adopted))
        })
    }
}

impl Unit<'_> {
    /// Whether the text is there that was proposed.
    pub(crate) fn is_pack_kept(&mut self, content: ContentHash) -> Result<bool, RegisterError> {
        let text = setting::find_pack(self.tx, &content.bytes())?;
        Ok(text.is_some_and(|text| Pack::parse(&text).is_ok_and(|pack| pack.hash() == content.bytes())))
    }

    /// Puts a pack into force.
    pub(crate) fn adopt_pack(&mut self, content: ContentHash) -> Result<(), RegisterError> {
        let text = setting::find_pack(self.tx, &content.bytes())?;
        let pack = world::parse_pack(&text.ok_or(RegisterError::NotFound { what: "policy pack" })?)?;
        let before = self.core.world().pack_hash();
        setting::put(self.tx, PACK, &content.bytes())?;
        setting::put(self.tx, ADOPTED, &content.bytes())?;
        world::raise_generation(self.tx)?;
        let record = Record::new(RecordType::PackAdopted, self.core.deployment, Retention::DecisionEvidence)
            .text("pack", &pack.header.id)
            .text("version", &pack.header.version)
            .bytes("pack_hash", &content.bytes())
            .bytes("before", &before);
        self.record(record)?;
        Ok(())
    }
}

fn adopted(tx: &mut dyn Tx) -> Result<Option<[u8; 32]>, RegisterError> {
    Ok(setting::find(tx, ADOPTED)?.and_then(|hash| hash.try_into().ok()))
}
