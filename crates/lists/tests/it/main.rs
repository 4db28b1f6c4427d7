//! Tests of the list readers against their published files, damage and arbitrary input.

mod golden;
