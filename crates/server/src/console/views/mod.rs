//! View models: one struct per page, holding words and numbers ready to print.
//!
//! Rules: no type of the register or the store appears here; every text is already in plain language; masked values arrive
//! masked (the full value never reaches a view unless its access record is durable); ids are printed and used in links
//! as given. Pages derive [`askama::Template`]; small parts (a time, a badge, a hash) print themselves.

pub mod account;
pub mod accounts;
pub mod appeal;
pub mod approvals;
pub mod behind;
pub mod case;
pub mod disclosures;
pub mod error;
pub mod facts;
pub mod help;
pub mod ledger;
pub mod lists;
pub mod login;
pub mod measures;
pub mod orders;
pub mod parts;
pub mod party;
pub mod policy;
pub mod queue;
pub mod retention;
pub mod search;
pub mod shell;
pub mod staff;
pub mod story;
pub mod webhooks;

/// Gives view types a `Debug` that prints the type name only: views may hold personal data.
macro_rules! opaque_debug {
    ($($view:ty),+ $(,)?) => {$(
        impl std::fmt::Debug for $view {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(stringify!($view))
            }
        }
    )+};
}
pub(crate) use opaque_debug;
