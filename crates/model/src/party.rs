//! Parties: individuals and organisations, and the interests one holds in another.

use crate::id::PartyId;
use crate::share::ShareRange;
use crate::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// What a party is.
    pub enum PartyKind as "kind of party" {
        /// A human being.
        Individual = "individual",
        /// Anything else that can contract or own: company, trust, public body.
        Organisation = "organisation",
    }
}

words! {
    /// Status under the order (DEF-05, DEF-06). Derived from facts, never stored as a fact; *undetermined* is
    /// treated as foreign.
    pub enum Status as "status" {
        /// Shown to be a US person, with no contradiction left open.
        UsPerson = "us_person",
        /// Shown to be a foreign person.
        ForeignPerson = "foreign_person",
        /// Facts are missing or contradict each other.
        Undetermined = "undetermined",
    }
}

words! {
    /// How an owner controls, other than by holding a share (DEF-07, second prong).
    pub enum Control as "kind of control" {
        /// Directs the organisation in fact.
        SubstantialControl = "substantial_control",
        /// Holds or directs votes beyond the share held.
        VotingRights = "voting_rights",
        /// Appoints or removes the board.
        BoardAppointment = "board_appointment",
        /// Chief executive, general counsel, or a role with like authority.
        SeniorOfficer = "senior_officer",
        /// Trustee, settlor, protector or beneficiary of a trust.
        TrustRole = "trust_role",
        /// Holds for somebody else.
        Nominee = "nominee",
    }
}

/// What one party holds in another: a share, a kind of control, or both. Share and control are independent
/// prongs of the beneficial-owner test, so neither implies the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interest {
    /// Who holds.
    pub owner: PartyId,
    /// What is held.
    pub owned: PartyId,
    /// Share of ownership; `None` when only control is stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<ShareRange>,
    /// Kinds of control, in declaration order, without repeats.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub control: Vec<Control>,
}
