//! `tenantry lists import-signals`.

use clap::Args;
use std::path::PathBuf;
use tenantry_lists::Part;
use tenantry_model::signal::SignalKind;
use tenantry_model::time::Date;

pub(super) const HELP: &str = "\
Examples:
  tenantry lists import-signals exits.txt --code tor-exits --kind anonymous_network --source https://lists.example.org/exits.txt
  tenantry lists import-signals vpn4.txt vpn6.txt --code vpn --kind anonymous_network --published-on 2026-11-30
  tenantry lists import-signals domains.txt --code throw-away-mail --kind disposable_email

One address, network (203.0.113.0/24, 2001:db8::/32) or domain a line, comments behind #. From the next assessment on, who signs up
from such a network or with such an address is flagged as the policy pack says; nobody is assessed again for it. A file that is cut
off, malformed or suddenly much smaller is refused and the version in force stays. docs/operating.md says where such lists are.";

/// Files of one version of a signal list.
#[derive(Debug, Args)]
pub struct SignalFiles {
    /// Text files, together one version of the list
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Code of the list, for example tor-exits
    #[arg(long, value_name = "CODE")]
    pub code: String,
    /// What its entries are: anonymous_network or disposable_email
    #[arg(long, value_name = "KIND")]
    pub kind: SignalKind,
    /// Where it was published [default: the names of the files]
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
    /// Date of the version
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub published_on: Option<Date>,
    /// Take the list although it is much smaller than the version in force: entries
    #[arg(long, value_name = "PART")]
    pub without: Vec<Part>,
}
