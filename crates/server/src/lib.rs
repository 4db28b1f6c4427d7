//! The edge that speaks HTTP: the API under `/v1`, its problem documents and interactive page, health and
//! metrics, and the webhooks that leave.
//!
//! * [`http`] is everything a request meets on its way in and out: ids, tracing, limits, credentials, strict
//!   JSON, problems. It knows no use case.
//! * [`console`] draws the pages that people see; its views know nothing of the register.
//! * [`webhooks`] signs events and delivers them, in order, to endpoints that are not ours.
//!
//! Nothing here decides anything about a party or an account: handlers parse, call one function of the
//! register, and render the answer.
//!
//! ```
//! use tenantry_server::http::json::parse;
//! use tenantry_server::http::problem::Code;
//!
//! // Every JSON body is read strictly: two equal keys are refused wherever they stand.
//! let problem = parse::<serde_json::Value>(br#"{"a":[{"b":1,"b":2}]}"#).unwrap_err();
//! assert_eq!(problem.code(), Code::BodyDuplicateKey);
//! assert_eq!(problem.errors()[0].pointer, "/a/0/b");
//! ```

pub mod api;
pub mod background;
pub mod console;
pub mod deliveries;
pub mod http;
pub mod key_memory;
pub mod readiness;
pub mod server;
pub mod state;
pub mod webhooks;
pub mod witness;

pub use server::{Server, ServerError, ServerOptions};
pub use state::AppState;
