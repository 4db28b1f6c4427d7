//! Versions: the same entries are the same version, and a packed one opens only as it was packed.

use crate::list_of;
use proptest::prelude::*;
use tenantry_model::signal::SignalKind;
use tenantry_signals::{Entries, Network, SignalList};

fn networks(texts: &[&str]) -> SignalList {
    list_of(Entries::Networks(texts.iter().map(|text| text.parse().unwrap()).collect()))
}

#[test]
fn a_version_is_its_entries_in_whatever_order_and_however_often_they_were_given() {
    let one = networks(&["203.0.113.0/24", "198.51.100.7", "198.51.100.7/32", "2001:db8::/32"]);
    let other = networks(&["2001:0db8::/32", "198.51.100.7", "::ffff:203.0.113.0/120"]);
    assert_eq!(one, other);
    assert_eq!((one.header().entries, one.header().kind), (3, SignalKind::AnonymousNetwork));
    assert_ne!(one.header().digest, networks(&["198.51.100.7"]).header().digest);
}

#[test]
fn a_packed_list_opens_as_it_was_and_not_after_any_byte_is_changed() {
    let mail = list_of(Entries::Domains(vec!["mail.example".parse().unwrap(), "a.example".parse().unwrap()]));
    for list in [networks(&["203.0.113.0/24", "2001:db8::/32"]), mail, networks(&[])] {
        let packed = list.pack();
        assert_eq!(SignalList::unpack(&packed).unwrap(), list);
        let header = packed.iter().position(|byte| *byte == b'\n').unwrap();
        for at in header..packed.len() {
            let mut changed = packed.clone();
            changed[at] ^= 1;
            assert!(SignalList::unpack(&changed).is_err(), "byte {at}");
        }
        for length in 0..packed.len() {
            assert!(SignalList::unpack(&packed[..length]).is_err(), "cut after {length}");
        }
    }
}

proptest! {
    #[test]
    fn whatever_is_listed_packs_and_opens(addresses in prop::collection::vec(any::<u32>(), 0..50)) {
        let entry = |address: &u32| -> Network { std::net::Ipv4Addr::from(*address).to_string().parse().unwrap() };
        let list = list_of(Entries::Networks(addresses.iter().map(entry).collect()));
        prop_assert_eq!(SignalList::unpack(&list.pack()).unwrap(), list);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = SignalList::unpack(&bytes);
    }
}
