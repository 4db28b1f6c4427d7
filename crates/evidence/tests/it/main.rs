//! Tests of the evidence package: what it says, and that every changed byte is found.

mod python;
mod sample;
mod tamper;
mod verdicts;
