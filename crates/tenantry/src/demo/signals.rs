//! The signal lists of the demo: our own, of addresses and domains that nobody has.

use anyhow::Result;
use std::net::Ipv4Addr;
use tenantry_lists::{SignalFile, SignalReading, read_signal_list};
use tenantry_model::signal::SignalKind;
use tenantry_signals::Naming;

/// Where the customer of chapter four comes back from.
pub(super) const HIDDEN: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 66);
/// What they write from.
pub(super) const THROW_AWAY: &str = "fresh.start@eu.gone-in-an-hour.example";

/// Networks set aside for examples that no ordinary customer of the demo comes from.
const NETWORKS: &str = "# Invented exits of an invented network\n198.51.100.0/24\n2001:db8::1:0:0/96\n";
const DOMAINS: &str = "# Invented services\ngone-in-an-hour.example\nmail-for-a-minute.example\n";

/// The lists.
pub fn lists() -> Result<[SignalReading; 2]> {
    let list = |code: &str, kind, text: &str| {
        let naming =
            Naming { list: code.to_owned(), source: "invented for this demo".to_owned(), published_on: None };
        read_signal_list(kind, naming, &[SignalFile { name: code, bytes: text.as_bytes() }])
    };
    Ok([
        list("demo-exits", SignalKind::AnonymousNetwork, NETWORKS)?,
        list("demo-throw-away", SignalKind::DisposableEmail, DOMAINS)?,
    ])
}
