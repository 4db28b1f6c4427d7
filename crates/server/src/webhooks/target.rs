//! Which endpoints may be called. The guard against server-side request forgery has two halves: the URL is
//! checked when it is registered ([`EndpointUrl::parse`]), and each address its name leads to is checked right
//! before connecting ([`TargetPolicy::admits`]), since a name may lead elsewhere tomorrow.

use super::WebhookError;
use super::limits::URL_CHARS_MAX;
use axum::http::Uri;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses endpoints may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetPolicy {
    /// `https`, ports 443 and 8443, public addresses.
    PublicOnly,
    /// Anything, `http` too. For a demo, a test, or endpoints inside the provider's own network.
    AllowPrivate,
}

impl TargetPolicy {
    /// May a connection to this address be made?
    pub fn admits(self, address: IpAddr) -> Result<(), WebhookError> {
        match (self, not_public(address)) {
            (Self::AllowPrivate, _) | (Self::PublicOnly, None) => Ok(()),
            (Self::PublicOnly, Some(why)) => Err(WebhookError::Address { address, why }),
        }
    }
}

/// Ports that public endpoints may have.
const PORTS: [u16; 2] = [443, 8443];

/// The URL of an endpoint. No user name, no fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointUrl(String);

impl EndpointUrl {
    /// Reads a URL and holds it to the policy. Does no look-up.
    pub fn parse(text: &str, policy: TargetPolicy) -> Result<Self, WebhookError> {
        let refuse = |reason| Err(WebhookError::Target { reason });
        if text.len() > URL_CHARS_MAX || text.contains('#') {
            return refuse("it is too long or has a fragment");
        }
        let Ok(uri) = text.parse::<Uri>() else { return refuse("it is not a URL") };
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return refuse("it is not absolute");
        };
        if authority.as_str().contains('@') {
            return refuse("it holds a user name");
        }
        match (policy, scheme) {
            (_, "https") | (TargetPolicy::AllowPrivate, "http") => {}
            _ => return refuse("it must be `https`"),
        }
        let port = authority.port_u16();
        if port.is_none() && authority.as_str() != authority.host() {
            return refuse("its port is not a number up to 65535");
        }
        if policy == TargetPolicy::PublicOnly && port.is_some_and(|port| !PORTS.contains(&port)) {
            return refuse("its port must be 443 or 8443");
        }
        if let Ok(address) = authority.host().trim_matches(['[', ']']).parse() {
            policy.admits(address)?;
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why an address is not one of the public Internet, after the IANA special-purpose registries.
fn not_public(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => {
            NOT_PUBLIC_V4.iter().find(|(net, bits, _)| within_v4(v4, *net, *bits)).map(|row| row.2)
        }
        IpAddr::V6(v6) => not_public_v6(v6),
    }
}

const NOT_PUBLIC_V4: [(Ipv4Addr, u32, &str); 17] = [
    (Ipv4Addr::UNSPECIFIED, 8, "unspecified"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared by a carrier's NAT"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    (Ipv4Addr::new(168, 63, 129, 16), 32, "a cloud platform's own"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "for documentation"),
    (Ipv4Addr::new(192, 31, 196, 0), 24, "reserved"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "reserved"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "for benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "for documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

const fn within_v4(address: Ipv4Addr, net: Ipv4Addr, bits: u32) -> bool {
    (address.to_bits() ^ net.to_bits()) >> (32 - bits) == 0
}

/// Only 2000::/3 is in public use; within it, ranges that lead back to IPv4 or nowhere.
fn not_public_v6(address: Ipv6Addr) -> Option<&'static str> {
    if address.to_ipv4_mapped().is_some() {
        return Some("an IPv4 address in disguise");
    }
    let within = |net: [u16; 3], bits: u32| {
        let [a, b, c] = net.map(u128::from);
        (address.to_bits() ^ (a << 112 | b << 96 | c << 80)) >> (128 - bits) == 0
    };
    let rows: [(bool, &str); 9] = [
        (address.is_unspecified(), "unspecified"),
        (address.is_loopback(), "loopback"),
        (within([0xff00, 0, 0], 8), "multicast"),
        (within([0xfe80, 0, 0], 10), "link-local"),
        (within([0xfc00, 0, 0], 7), "private"),
        (within([0x2002, 0, 0], 16), "an IPv4 address in disguise"),
        (within([0x2001, 0, 0], 23), "reserved"),
        (within([0x2001, 0xdb8, 0], 32) || within([0x3fff, 0, 0], 20), "for documentation"),
        // The translation prefix 64:ff9b::/96 lies outside too.
        (!within([0x2000, 0, 0], 3), "reserved"),
    ];
    rows.iter().find(|(hit, _)| *hit).map(|row| row.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn special_ranges_are_refused_at_both_ends_and_their_neighbours_admitted() {
        let cases = [
            ("0.0.0.0", Some("unspecified")),
            ("0.255.255.255", Some("unspecified")),
            ("1.0.0.0", None),
            ("9.255.255.255", None),
            ("10.0.0.0", Some("private")),
            ("100.63.255.255", None),
            ("100.64.0.0", Some("shared by a carrier's NAT")),
            ("100.100.100.200", Some("shared by a carrier's NAT")),
            ("100.128.0.0", None),
            ("127.0.0.1", Some("loopback")),
            ("127.255.255.254", Some("loopback")),
            ("168.63.129.16", Some("a cloud platform's own")),
            ("169.254.169.254", Some("link-local")),
            ("172.15.255.255", None),
            ("172.16.0.0", Some("private")),
            ("172.31.255.255", Some("private")),
            ("172.32.0.0", None),
            ("192.0.0.192", Some("reserved")),
            ("192.0.2.1", Some("for documentation")),
            ("192.168.1.1", Some("private")),
            ("198.17.255.255", None),
            ("198.19.255.255", Some("for benchmarks")),
            ("198.51.100.1", Some("for documentation")),
            ("203.0.113.1", Some("for documentation")),
            ("224.0.0.1", Some("multicast")),
            ("239.255.255.255", Some("multicast")),
            ("255.255.255.255", Some("reserved")),
            ("8.8.8.8", None),
            ("::", Some("unspecified")),
            ("::1", Some("loopback")),
            ("::ffff:8.8.8.8", Some("an IPv4 address in disguise")),
            ("::8.8.8.8", Some("reserved")),
            ("64:ff9b::808:808", Some("reserved")),
            ("64:ff9b:1::1", Some("reserved")),
            ("100::1", Some("reserved")),
            ("2001::1", Some("reserved")),
            ("2001:1ff::1", Some("reserved")),
            ("2001:200::1", None),
            ("2001:db8::1", Some("for documentation")),
            ("3fff:fff::1", Some("for documentation")),
            ("2002:a00:1::", Some("an IPv4 address in disguise")),
            ("2606:4700:4700::1111", None),
            ("3ffe::1", None),
            ("4000::1", Some("reserved")),
            ("fd00:ec2::254", Some("private")),
            ("fe80::1", Some("link-local")),
            ("fec0::1", Some("reserved")),
            ("ff02::1", Some("multicast")),
        ];
        for (address, expect) in cases {
            assert_eq!(not_public(address.parse().unwrap()), expect, "{address}");
        }
    }

    proptest! {
        /// The standard library knows fewer ranges than we do, but we must know all of its.
        #[test]
        fn nothing_the_standard_library_calls_special_is_admitted(bits in any::<u32>()) {
            let v4 = Ipv4Addr::from_bits(bits);
            let special = v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast()
                || v4.is_broadcast() || v4.is_documentation() || v4.is_unspecified();
            prop_assert!(!special || not_public(v4.into()).is_some());
        }
    }

    #[test]
    fn urls_are_held_to_the_policy() {
        use TargetPolicy::{AllowPrivate, PublicOnly};
        let long = format!("https://example.com/{}", "x".repeat(URL_CHARS_MAX));
        let cases = [
            ("https://example.com/hook?x=1", PublicOnly, true),
            ("https://example.com:443/", PublicOnly, true),
            ("https://example.com:8443/", PublicOnly, true),
            ("https://example.com:22/", PublicOnly, false),
            ("https://example.com:22/", AllowPrivate, true),
            ("http://example.com/", PublicOnly, false),
            ("http://127.0.0.1:9/", AllowPrivate, true),
            ("ftp://example.com/", AllowPrivate, false),
            ("https://user@example.com/", PublicOnly, false),
            ("https://example.com@127.0.0.1/", PublicOnly, false),
            ("https://10.0.0.1/", PublicOnly, false),
            ("https://[::1]/", PublicOnly, false),
            ("https://[::ffff:10.0.0.1]/", PublicOnly, false),
            ("https://[2606:4700:4700::1111]/", PublicOnly, true),
            ("https://example.com/#a", PublicOnly, false),
            ("https://example.com:99999/", PublicOnly, false),
            ("/hook", PublicOnly, false),
            ("https://", PublicOnly, false),
            ("", PublicOnly, false),
            (&long, PublicOnly, false),
        ];
        for (text, policy, fits) in cases {
            assert_eq!(EndpointUrl::parse(text, policy).is_ok(), fits, "{text}");
        }
    }
}
