//! Tests of the binary: configuration, command line, the demo's generator.

mod cli;
mod config;
mod demo;
