//! The two databases side by side: one schema, and statements that fit both.
#![expect(clippy::unwrap_used, reason = "a panic of a helper is the failure of its test")]

mod schema;
