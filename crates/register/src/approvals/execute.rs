//! What is done once a second person has approved, and what is given back when they do not: one arm per [`Pending`].

use super::{Pending, disclosure};
use crate::RegisterError;
use crate::apply::GateNews;
use crate::reassess::{Prepared, Reassessed};
use crate::unit::Unit;

/// What executing a request did to an account.
#[derive(Default)]
pub(crate) struct Executed {
    pub(crate) account: Option<Reassessed>,
    pub(crate) news: Option<GateNews>,
}

impl Unit<'_> {
    /// Whether the object of a request is still as it was when somebody asked.
    pub(super) fn is_as_requested(
        &mut self,
        pending: &Pending,
        prepared: Option<&Prepared>,
    ) -> Result<bool, RegisterError> {
        match pending {
            Pending::ApproveMeasure { measure, content } => self.is_proposed(*measure, *content),
            Pending::LiftMeasure { measure, content } | Pending::ExtendMeasure { measure, content, .. } => {
                self.is_approved(*measure, *content)
            }
            Pending::DecideCase { case, verdict, concern, .. } => {
                self.is_case_as_decided(*case, *verdict, *concern, prepared)
            }
            Pending::Disclose { .. } | Pending::RotateKeys { .. } => Ok(true),
            Pending::AdoptPack { content, .. } => self.is_pack_kept(*content),
            Pending::AddStaff { staff, role, content } => self.is_invited(*staff, *role, *content),
            Pending::LoginLink { staff, role } => self.is_active(*staff, *role),
            Pending::MakeKey { reseller, .. } => self.is_there(*reseller),
            Pending::ReleaseHold { hold, content } => self.is_hold_as_requested(*hold, *content),
            Pending::Erase { erasure, content } => self.is_erasure_as_requested(*erasure, *content),
        }
    }

    /// Does what was approved.
    pub(super) fn execute(
        &mut self,
        pending: &Pending,
        prepared: Option<&Prepared>,
    ) -> Result<Executed, RegisterError> {
        match pending {
            Pending::ApproveMeasure { measure, .. } => {
                self.put_measure_into_force(*measure)?;
                Ok(Executed::default())
            }
            Pending::LiftMeasure { measure, .. } => {
                self.end_measure(*measure)?;
                Ok(Executed::default())
            }
            Pending::ExtendMeasure { measure, until, notice, noticed_on, .. } => {
                self.put_off_end(*measure, *until, notice, *noticed_on)?;
                Ok(Executed::default())
            }
            Pending::DecideCase { case, confirmed, .. } => self.conclude_case(*case, confirmed, prepared),
            Pending::Disclose { disclosure, content } => {
                disclosure::note_approved(self, *disclosure, *content)?;
                Ok(Executed::default())
            }
            Pending::ReleaseHold { hold, .. } => {
                self.release_hold(*hold)?;
                Ok(Executed::default())
            }
            // Carried out by whoever holds the machine, see `rotation`, or by the one who asked, see `people`.
            Pending::RotateKeys { .. } | Pending::LoginLink { .. } | Pending::MakeKey { .. } => {
                Ok(Executed::default())
            }
            Pending::AdoptPack { content, .. } => {
                self.adopt_pack(*content)?;
                Ok(Executed::default())
            }
            Pending::AddStaff { staff, .. } => {
                self.admit(*staff)?;
                Ok(Executed::default())
            }
            Pending::Erase { erasure, .. } => {
                self.approve_erasure(*erasure)?;
                Ok(Executed::default())
            }
        }
    }

    /// Puts the object of a rejected or void request back to where it stood.
    pub(super) fn give_back(&mut self, pending: &Pending) -> Result<(), RegisterError> {
        match pending {
            Pending::ApproveMeasure { measure, .. } => self.reject_measure(*measure),
            Pending::DecideCase { case, .. } => self.return_case(*case),
            Pending::Erase { erasure, .. } => self.return_erasure(*erasure),
            Pending::AddStaff { staff, .. } => self.return_invitation(*staff),
            Pending::LoginLink { staff, .. } => self.return_link(*staff),
            Pending::LiftMeasure { .. }
            | Pending::ExtendMeasure { .. }
            | Pending::Disclose { .. }
            | Pending::ReleaseHold { .. }
            | Pending::AdoptPack { .. }
            | Pending::MakeKey { .. }
            | Pending::RotateKeys { .. } => Ok(()),
        }
    }
}
