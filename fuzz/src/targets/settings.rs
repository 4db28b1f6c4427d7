//! Texts that an operator or a policy maker wrote: a mistake in them is told, whatever it is.

use tenantry::config::Config;
use tenantry_policy::pack::Pack;

pub(crate) fn configuration(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Config::parse("tenantry.toml", text, &[]) {
        Ok(config) => assert!(!config.shown().is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

pub(crate) fn pack(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Pack::parse(text) {
        Ok(pack) => assert_eq!(Pack::parse(text).expect("the same text is a pack again").hash(), pack.hash()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
