//! The console over a real register: pages by role, forms without scripts, and what must never leave.

mod documents;
mod facts;
mod flows;
mod given;
mod guard;
mod policy;
mod privacy;
mod roles;
pub(crate) mod world;
