//! The console: what a reviewer, a compliance officer, the legal desk and an operator see in a browser.
//!
//! Pages are rendered on the server from plain view structs ([`views`]); those know nothing of the register, so a page can
//! be tested from a value and a value can be read without a browser. Every control is a real link or form; the vendored
//! htmx file and our small `keys.js` only save keystrokes. The policy in [`CONTENT_SECURITY_POLICY`] forbids inline style,
//! script and event attributes as well as every foreign host; a test renders all pages and checks that none is used.
//!
//! The console decides nothing: authorisation, dual control, recording and masking happen in the register before a view is
//! filled. It shows personal data only where the register has already recorded the access.

pub mod assets;
pub mod forms;
pub mod page;
mod routes;
pub mod theme;
pub mod views;

pub use page::{CONTENT_SECURITY_POLICY, Reply, page, page_with_status};
pub use routes::{ConsoleOptions, StoryChapter, StoryPlace, StoryStep, routes};
