//! What can be wrong with a time-stamp.

/// A time-stamp that is not to be believed, or was not given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimestampError {
    /// The bytes are not the DER they should be.
    #[error("this is not a time-stamp in DER: {0}")]
    Encoding(String),
    /// The authority did not grant a stamp.
    #[error("the authority refused with status {status}")]
    Refused {
        /// PKIStatus of RFC 3161: 2 rejection, 3 waiting, 4 and 5 revocation.
        status: u8,
    },
    /// The response or token is too long.
    #[error("a time-stamp of {found} bytes is too large")]
    TooLarge {
        /// Bytes found.
        found: usize,
    },
    /// A rule of the specifications is broken.
    #[error("the time-stamp does not hold: {what}")]
    Invalid {
        /// The rule.
        what: &'static str,
    },
    /// The stamp is over something else.
    #[error("the time-stamp is over something else")]
    OtherContent,
    /// No chain leads to a trusted certificate.
    #[error("no chain of certificates leads from the signer to a trusted root")]
    Untrusted,
}

impl From<der::Error> for TimestampError {
    fn from(error: der::Error) -> Self {
        Self::Encoding(error.to_string())
    }
}
