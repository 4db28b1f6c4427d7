//! Evidence: how a fact was checked and what came of it (CIP-10 to CIP-12, REC-02, REC-03).
//!
//! The register keeps a description of what was examined, never a copy of it.

use crate::words::words;

words! {
    /// How something was checked.
    pub enum CheckMethod as "method of a check" {
        /// A document was examined, by eye or by machine.
        DocumentExamined = "document_examined",
        /// A document's or credential's signature was verified.
        SignatureVerified = "signature_verified",
        /// A public or commercial registry was asked.
        RegistryLookup = "registry_lookup",
        /// A bank confirmed a payment or an account holder.
        BankConfirmation = "bank_confirmation",
        /// A code sent to an address or number came back.
        ContactConfirmed = "contact_confirmed",
        /// An identity provider vouched.
        FederatedLogin = "federated_login",
        /// A verification vendor reported.
        VendorReport = "vendor_report",
        /// A reviewer examined what there was and wrote a note.
        ReviewerNote = "reviewer_note",
    }
}

impl CheckMethod {
    /// Whether the method is documentary in the sense of 7.302(d)(2)(i), else non-documentary.
    pub const fn is_documentary(self) -> bool {
        matches!(self, Self::DocumentExamined | Self::SignatureVerified)
    }
}

words! {
    /// What came of a check. A check that could not be made is not one that failed.
    pub enum CheckResult as "result of a check" {
        /// It confirms.
        Pass = "pass",
        /// It contradicts.
        Fail = "fail",
        /// It could not be made or says nothing.
        Inconclusive = "inconclusive",
    }
}
