//! The policy engine: pack, decisions, measures, gate; tables named after requirements, snapshots, properties.

mod build;
mod decide;
mod gate;
mod measures;
mod pack;
mod properties;
