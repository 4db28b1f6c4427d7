//! Disclosures under dual control. Building a package takes time and is not done inside a unit: approval records that the exact
//! scope may be disclosed, and the use case that builds asks [`Register::disclosure_approved`] before it opens anything.

use super::{ContentHash, Pending};
use crate::unit::Unit;
use crate::{Register, RegisterError};
use tenantry_model::event::EventType;
use tenantry_model::id::{ApprovalId, DisclosureId};
use tenantry_store::StoreExt;
use tenantry_store::repo::approval;

/// Tells the outside that a disclosure may be built.
pub(super) fn note_approved(
    unit: &mut Unit<'_>,
    disclosure: DisclosureId,
    content: ContentHash,
) -> Result<(), RegisterError> {
    let told = serde_json::json!({ "disclosure": disclosure, "content": content });
    unit.emit(EventType::DisclosureApproved, disclosure, &told)
}

impl Register {
    /// Refuses unless a second person approved exactly this disclosure. Whoever builds a package asks before opening anything.
    ///
    /// # Errors
    /// [`RegisterError::SecondPerson`] while nobody approved; [`RegisterError::ApprovalVoid`] when something else was approved.
    pub fn disclosure_approved(
        &self,
        id: ApprovalId,
        disclosure: DisclosureId,
        content: ContentHash,
    ) -> Result<(), RegisterError> {
        let row = self.core.store.read(move |tx| approval::find(tx, id).map_err(RegisterError::from))?;
        let row = row.ok_or(RegisterError::SecondPerson)?;
        let asked = Pending::Disclose { disclosure, content };
        match row.state.as_str() {
            "approved" if Pending::read(&row)? == asked => Ok(()),
            "approved" | "void" => Err(RegisterError::ApprovalVoid),
            _ => Err(RegisterError::SecondPerson),
        }
    }
}
