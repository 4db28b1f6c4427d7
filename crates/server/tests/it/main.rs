//! The server as its callers meet it: requests in, answers out, in process and over sockets of the loopback.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    reason = "a panic of a helper is the failure of its test"
)]

mod api;
mod bad_input;
mod console;
mod credentials;
mod docs;
mod edge;
mod harness;
mod key_memory;
mod sockets;
mod webhooks;
mod witness;
