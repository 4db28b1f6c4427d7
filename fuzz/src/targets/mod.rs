//! The targets, by crate.

pub(crate) mod ledger;
pub(crate) mod lists;
pub(crate) mod names;
pub(crate) mod packages;
