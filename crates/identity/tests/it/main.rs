//! Status and ownership: tables named after the requirement they show, and properties.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a panic of a helper is the failure of its test"
)]

mod ownership;
mod ownership_properties;
mod status;
