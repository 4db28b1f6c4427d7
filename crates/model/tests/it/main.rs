//! The words of the register: what is read is what is written, what cannot be is refused, nothing personal prints.
#![expect(clippy::unwrap_used, reason = "a panic of a helper is the failure of its test")]

mod personal;
mod text;
mod time;
