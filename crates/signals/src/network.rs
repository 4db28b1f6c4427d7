//! A listed network: one address or a block of them.

use crate::SignalsError;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Shortest prefix of an IPv4 network: blocks of the registries are this wide.
const PREFIX_V4_MIN: u8 = 8;
/// Shortest prefix of an IPv6 network.
const PREFIX_V6_MIN: u8 = 16;
/// Bits before the IPv4 address in an IPv6 address that means one.
const MAPPED_BITS: u8 = 96;

/// One address or a block of addresses, without bits beyond its prefix. A block of IPv4 addresses written as IPv6 is the block of
/// IPv4 addresses it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Network {
    /// Of version 4.
    V4 {
        /// The first address.
        first: u32,
        /// Length of the prefix in bits.
        prefix: u8,
    },
    /// Of version 6.
    V6 {
        /// The first address.
        first: u128,
        /// Length of the prefix in bits.
        prefix: u8,
    },
}

impl FromStr for Network {
    type Err = SignalsError;

    fn from_str(text: &str) -> Result<Self, SignalsError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(length(prefix)?)),
            None => (text, None),
        };
        match address.parse().map_err(|_| SignalsError::NotANetwork)? {
            IpAddr::V4(address) => v4(address, prefix.unwrap_or(32)),
            IpAddr::V6(address) => match address.to_ipv4_mapped() {
                Some(mapped) => {
                    let wide = SignalsError::TooWide { prefix_min: MAPPED_BITS + PREFIX_V4_MIN };
                    v4(mapped, prefix.unwrap_or(128).checked_sub(MAPPED_BITS).ok_or(wide)?)
                }
                None => v6(address, prefix.unwrap_or(128)),
            },
        }
    }
}

/// Digits only: `+8` and ` 8` are no lengths.
fn length(text: &str) -> Result<u8, SignalsError> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().map_err(|_| SignalsError::NotANetwork) } else { Err(SignalsError::NotANetwork) }
}

fn v4(address: Ipv4Addr, prefix: u8) -> Result<Network, SignalsError> {
    let first = u32::from(address);
    match prefix {
        33.. => Err(SignalsError::NotANetwork),
        0..PREFIX_V4_MIN => Err(SignalsError::TooWide { prefix_min: PREFIX_V4_MIN }),
        _ if first & rest_v4(prefix) != 0 => Err(SignalsError::HostBits),
        _ => Ok(Network::V4 { first, prefix }),
    }
}

fn v6(address: Ipv6Addr, prefix: u8) -> Result<Network, SignalsError> {
    let first = u128::from(address);
    match prefix {
        129.. => Err(SignalsError::NotANetwork),
        0..PREFIX_V6_MIN => Err(SignalsError::TooWide { prefix_min: PREFIX_V6_MIN }),
        _ if first & rest_v6(prefix) != 0 => Err(SignalsError::HostBits),
        _ => Ok(Network::V6 { first, prefix }),
    }
}

/// The bits beyond a prefix.
fn rest_v4(prefix: u8) -> u32 {
    u32::MAX.checked_shr(u32::from(prefix)).unwrap_or(0)
}

fn rest_v6(prefix: u8) -> u128 {
    u128::MAX.checked_shr(u32::from(prefix)).unwrap_or(0)
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::V4 { first, prefix } => write!(f, "{}/{prefix}", Ipv4Addr::from(first)),
            Self::V6 { first, prefix } => write!(f, "{}/{prefix}", Ipv6Addr::from(first)),
        }
    }
}

/// Ranges of addresses, first and last, apart from each other and in order: one search finds the only one that can hold an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ranges {
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u128)>,
}

impl Ranges {
    pub(crate) fn of(networks: &[Network]) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for network in networks {
            match *network {
                Network::V4 { first, prefix } => v4.push((first, first | rest_v4(prefix))),
                Network::V6 { first, prefix } => v6.push((first, first | rest_v6(prefix))),
            }
        }
        Self { v4: apart(v4), v6: apart(v6) }
    }

    pub(crate) fn hold(&self, address: IpAddr) -> bool {
        match address.to_canonical() {
            IpAddr::V4(address) => holds(&self.v4, u32::from(address)),
            IpAddr::V6(address) => holds(&self.v6, u128::from(address)),
        }
    }
}

/// Networks overlap only where one lies within the other, so after sorting one look back is enough.
fn apart<T: Copy + Ord>(mut ranges: Vec<(T, T)>) -> Vec<(T, T)> {
    ranges.sort_unstable();
    let mut merged: Vec<(T, T)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match merged.last_mut() {
            Some((_, end)) if first <= *end => *end = last.max(*end),
            _ => merged.push((first, last)),
        }
    }
    merged
}

fn holds<T: Copy + Ord>(ranges: &[(T, T)], address: T) -> bool {
    let after = ranges.partition_point(|(first, _)| *first <= address);
    let before = after.checked_sub(1).and_then(|at| ranges.get(at));
    before.is_some_and(|(_, last)| address <= *last)
}
