//! The server as its callers meet it: requests in, answers out, in process and over sockets of the loopback.

mod bad_input;
mod credentials;
mod docs;
mod edge;
mod harness;
mod sockets;
mod webhooks;
