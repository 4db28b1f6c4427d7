//! The console: what every page must keep, checked on every invented page in every state.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests fail by panicking"
)]

mod html;
pub(crate) mod live;
mod pages;
pub(crate) mod samples;
mod style;
mod wire;
