//! Accounts: the unit of compliance (DEF-03), the roles parties hold on them, and what may be asked of the gate.

use crate::id::{AccountId, PartyId};
use crate::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// Where an account stands.
    pub enum AccountState as "state of an account" {
        /// Asked for; not decided.
        Applied = "applied",
        /// In the hands of a reviewer.
        InReview = "in_review",
        /// Open without restriction.
        Open = "open",
        /// Open under conditions.
        Restricted = "restricted",
        /// Stopped; nothing may be provisioned, what runs is under orders of the measure or case.
        Suspended = "suspended",
        /// Never opened.
        Refused = "refused",
        /// Ended. The retention clock runs from here or from the last access, whichever is later (REC-05).
        Closed = "closed",
    }
}

words! {
    /// What a party is to an account.
    pub enum AccountRole as "role on an account" {
        /// Contracts for the account (DEF-04).
        Customer = "customer",
        /// Owns or controls the customer (DEF-07).
        BeneficialOwner = "beneficial_owner",
        /// Uses or administers the account.
        User = "user",
        /// Pays for the account.
        Payer = "payer",
        /// May bind the customer.
        Signatory = "signatory",
        /// Sells on what the account supplies (DEF-08, DEF-09).
        Reseller = "reseller",
    }
}

words! {
    /// Why an account ends.
    pub enum Ending as "ending of an account" {
        /// The customer or the provider ends it without reproach.
        Ordinary = "ordinary",
        /// Because of what its holder did or was: who comes back is recognised (CRT-16).
        ForCause = "for_cause",
    }
}

words! {
    /// What a control plane asks the gate about, and what a condition can withhold (CIP-16).
    pub enum Capability as "action" {
        /// Create a resource.
        Provision = "provision",
        /// Make an existing resource larger.
        Scale = "scale",
        /// Use accelerators.
        Gpu = "gpu",
        /// Obtain further public addresses.
        IpAddress = "ip_address",
        /// Send mail.
        Mail = "mail",
        /// Send traffic out beyond the restricted allowance.
        Egress = "egress",
        /// Sign in and administer.
        Access = "access",
        /// Open accounts below this one.
        Resell = "resell",
    }
}

/// A party in a role on an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleOnAccount {
    /// The account.
    pub account: AccountId,
    /// The party.
    pub party: PartyId,
    /// The role.
    pub role: AccountRole,
}
