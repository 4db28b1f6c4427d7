//! The targets, by crate.

pub(crate) mod http;
pub(crate) mod ledger;
pub(crate) mod lists;
pub(crate) mod names;
pub(crate) mod packages;
pub(crate) mod screening;
pub(crate) mod settings;
pub(crate) mod signing;
pub(crate) mod vault;
