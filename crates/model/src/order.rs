//! Orders: legal process received, with the clock it starts.

use crate::words::words;

words! {
    /// What kind of legal process.
    pub enum OrderKind as "kind of order" {
        /// 18 USC 2703(f): preserve 90 days, renewable once; hold, not disclose (SCA-P).
        PreservationRequest = "preservation_request",
        /// Subpoena.
        Subpoena = "subpoena",
        /// Court order.
        CourtOrder = "court_order",
        /// Search warrant.
        Warrant = "warrant",
        /// European Production Order (EVD): 10 days.
        EuropeanProductionOrder = "european_production_order",
        /// European Preservation Order (EVD): 60 days.
        EuropeanPreservationOrder = "european_preservation_order",
        /// Emergency request: hours.
        EmergencyRequest = "emergency_request",
        /// Request of the regulator for the written programme or records (ASM-01, RES-04): 10 days.
        RegulatorRequest = "regulator_request",
    }
}
