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

words! {
    /// In which form legal process arrived. Whoever received it says so; it is never guessed from the bytes.
    pub enum DocumentType as "kind of document" {
        /// PDF.
        Pdf = "application/pdf",
        /// An e-mail with everything attached to it (RFC 5322).
        Email = "message/rfc822",
        /// Plain text.
        Text = "text/plain",
        /// XML, as authorities' own systems send it.
        Xml = "application/xml",
        /// A picture, PNG.
        Png = "image/png",
        /// A picture, JPEG.
        Jpeg = "image/jpeg",
        /// A scan or fax, TIFF.
        Tiff = "image/tiff",
        /// Anything else.
        Other = "application/octet-stream",
    }
}

impl DocumentType {
    /// What the name of such a file ends with, without the dot.
    ///
    /// ```
    /// use tenantry_model::order::DocumentType;
    /// assert_eq!(DocumentType::Email.ending(), "eml");
    /// ```
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Email => "eml",
            Self::Text => "txt",
            Self::Xml => "xml",
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Tiff => "tif",
            Self::Other => "bin",
        }
    }
}

words! {
    /// Whether a document is kept beside its SHA-256 and size.
    pub enum Keeping as "way to keep a document" {
        /// It is, sealed.
        Kept = "kept",
        /// It may not be: only SHA-256 and size are recorded.
        HashOnly = "hash_only",
    }
}
