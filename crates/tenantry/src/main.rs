//! The program: parses the command line, runs one command, and turns how it ended into an exit code.

use clap::Parser as _;
use std::io::Write as _;
use std::process::ExitCode;
use tenantry::cli::Cli;
use tenantry::commands;

/// Many threads allocate and free at once; what they free goes back to the system.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match commands::run(Cli::parse()) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            // Standard error may be closed; the exit code still tells.
            let _ = writeln!(std::io::stderr().lock(), "tenantry: {failure}");
            failure.exit.into()
        }
    }
}
