//! Status and ownership: tables named after the requirement they show, and properties.

mod ownership;
mod ownership_properties;
mod status;
