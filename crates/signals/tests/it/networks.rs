//! Networks: what is one, and which addresses lie in it.

use crate::list_of;
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use tenantry_signals::{Entries, Network, SignalList, SignalsError};

fn list(networks: &[&str]) -> SignalList {
    list_of(Entries::Networks(networks.iter().map(|text| text.parse().unwrap()).collect()))
}

#[test]
fn an_entry_is_an_address_or_a_network_and_has_one_way_to_be_written() {
    for (text, written) in [
        ("198.51.100.7", "198.51.100.7/32"),
        ("198.51.100.0/24", "198.51.100.0/24"),
        ("2001:DB8::1", "2001:db8::1/128"),
        ("2001:0db8:0::/32", "2001:db8::/32"),
        ("::ffff:198.51.100.0/120", "198.51.100.0/24"),
        ("::ffff:198.51.100.7", "198.51.100.7/32"),
        ("10.0.0.0/8", "10.0.0.0/8"),
    ] {
        let network: Network = text.parse().unwrap();
        assert_eq!(network.to_string(), written, "{text}");
        assert_eq!(written.parse(), Ok(network), "{written}");
    }
}

#[test]
fn what_is_no_network_or_may_be_meant_otherwise_is_refused() {
    use SignalsError::{HostBits, NotANetwork, TooWide};
    for (text, why) in [
        ("", NotANetwork),
        ("example.org", NotANetwork),
        ("198.51.100", NotANetwork),
        ("198.51.100.0/33", NotANetwork),
        ("198.51.100.0/", NotANetwork),
        ("198.51.100.0/+8", NotANetwork),
        ("198.51.100.0/256", NotANetwork),
        ("198.51.100.256", NotANetwork),
        ("198.51.100.01", NotANetwork),
        ("198.51.100.1-198.51.100.9", NotANetwork),
        ("2001:db8::/129", NotANetwork),
        ("198.51.100.7/24", HostBits),
        ("2001:db8::1/64", HostBits),
        ("0.0.0.0/0", TooWide { prefix_min: 8 }),
        ("198.0.0.0/7", TooWide { prefix_min: 8 }),
        ("::/0", TooWide { prefix_min: 16 }),
        ("::ffff:0.0.0.0/96", TooWide { prefix_min: 8 }),
        ("::ffff:0.0.0.0/90", TooWide { prefix_min: 104 }),
    ] {
        assert_eq!(text.parse::<Network>(), Err(why), "{text}");
    }
}

#[test]
fn an_address_lies_in_a_network_at_its_edges_and_not_beside_them() {
    let exits = list(&["198.51.100.0/24", "203.0.113.9", "2001:db8::/32", "255.255.255.255"]);
    for (address, named) in [
        ("198.51.100.0", true),
        ("198.51.100.255", true),
        ("198.51.99.255", false),
        ("198.51.101.0", false),
        ("203.0.113.9", true),
        ("203.0.113.8", false),
        ("::ffff:203.0.113.9", true),
        ("2001:db8::", true),
        ("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", true),
        ("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", false),
        ("2001:db9::", false),
        ("255.255.255.255", true),
        ("0.0.0.0", false),
        ("::", false),
        ("::c633:6407", false),
    ] {
        assert_eq!(exits.names_address(address.parse().unwrap()), named, "{address}");
    }
    // Blocks of version 6 around the mapped addresses do not name those of version 4.
    assert!(!list(&["::/16"]).names_address("203.0.113.9".parse().unwrap()));
}

/// Bit by bit, entry by entry.
fn slow(networks: &[(IpAddr, u8)], address: IpAddr) -> bool {
    let bits = |address: IpAddr| -> Vec<bool> {
        let bytes = match address.to_canonical() {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect()
    };
    let asked = bits(address);
    networks.iter().any(|(first, prefix)| {
        let first = bits(*first);
        first.len() == asked.len()
            && first.iter().zip(&asked).take(usize::from(*prefix)).all(|(one, other)| one == other)
    })
}

/// Few high bits and few low ones, so that networks meet and nest and addresses hit.
fn v4() -> impl Strategy<Value = (IpAddr, u8)> {
    (0_u32..4, 0_u32..32, 8_u8..=32).prop_map(|(high, low, prefix)| {
        let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
        (IpAddr::V4(Ipv4Addr::from((high << 24 | 0xf0 << 8 | low << 3) & mask)), prefix)
    })
}

fn v6() -> impl Strategy<Value = (IpAddr, u8)> {
    (0_u128..4, 0_u128..32, 16_u8..=128).prop_map(|(high, low, prefix)| {
        let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
        (IpAddr::V6(Ipv6Addr::from((0x2001 << 112 | high << 108 | low << 3) & mask)), prefix)
    })
}

proptest! {
    #[test]
    fn the_look_up_finds_what_the_slow_one_finds(
        networks in prop::collection::vec(prop_oneof![v4(), v6()], 0..40),
        near in prop::collection::vec((any::<prop::sample::Index>(), -9_i64..=9), 1..40),
        mapped in any::<bool>(),
    ) {
        let entries = networks.iter().map(|(first, prefix)| format!("{first}/{prefix}").parse().unwrap()).collect();
        let list = list_of(Entries::Networks(entries));
        for (of, by) in near {
            // At and around the edges of the networks, which is where a mistake would be.
            let Some((first, prefix)) = networks.get(of.index(networks.len().max(1))) else { continue };
            let address = match first {
                IpAddr::V4(first) => {
                    let size = u32::MAX.checked_shr(u32::from(*prefix)).unwrap_or(0);
                    let edge = if by % 2 == 0 { u32::from(*first) } else { u32::from(*first).saturating_add(size) };
                    let address = Ipv4Addr::from(edge.saturating_add_signed(i32::try_from(by).unwrap()));
                    if mapped { IpAddr::V6(address.to_ipv6_mapped()) } else { IpAddr::V4(address) }
                }
                IpAddr::V6(first) => {
                    let size = u128::MAX.checked_shr(u32::from(*prefix)).unwrap_or(0);
                    let edge = if by % 2 == 0 { u128::from(*first) } else { u128::from(*first).saturating_add(size) };
                    IpAddr::V6(Ipv6Addr::from(edge.saturating_add_signed(i128::from(by))))
                }
            };
            prop_assert_eq!(list.names_address(address), slow(&networks, address), "{}", address);
        }
    }

    #[test]
    fn no_text_panics_and_what_is_read_is_written_the_same(text in "[0-9a-f.:/ ]{0,40}") {
        if let Ok(network) = text.parse::<Network>() {
            prop_assert_eq!(network.to_string().parse::<Network>(), Ok(network));
        }
    }
}
