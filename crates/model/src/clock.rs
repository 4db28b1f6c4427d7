//! Time as a parameter: the only way code of this workspace learns what time it is.

use crate::time::Timestamp;

/// Tells the present instant. The binary has one that asks the system; tests have one that stands still.
pub trait Clock: Send + Sync {
    /// The present instant, UTC.
    fn now(&self) -> Timestamp;
}
