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
    // The allocator asks for pages of 2 MiB, and every thread has a heap: most of each page would be cleared and never used.
    // Where the system does not know the wish, nothing is lost but memory.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    match commands::run(Cli::parse()) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            // Standard error may be closed; the exit code still tells.
            let _ = writeln!(std::io::stderr().lock(), "tenantry: {failure}");
            failure.exit.into()
        }
    }
}
