//! API keys as a node remembers them.

use crate::console::live::world::{World, system};
use crate::harness::Time;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tenantry_model::staff::Scope;
use tenantry_register::people::NewApiKey;
use tenantry_server::http::api_key::KeyDirectory;
use tenantry_server::key_memory::KeyMemory;

/// Another node revokes a key and this one cannot read the store any more: the key ends all the same, whatever the wall clock says.
#[test]
fn a_clock_set_back_keeps_no_revoked_key_working() {
    let world = World::new();
    let new = NewApiKey { label: "gate".to_owned(), scopes: vec![Scope::Gate], reseller: None };
    let (id, _) = world.register.create_api_key(&system(), new).unwrap();
    let time = Arc::new(Time::default());
    let memory = KeyMemory::open(world.register.clone(), time.clone()).unwrap();
    world.register.revoke_api_key(&system(), id).unwrap();
    time.clock_us.store(-3_600_000_000, Ordering::Relaxed);
    time.ticks_us.store(30_000_000, Ordering::Relaxed);
    assert!(memory.find(id).unwrap().is_some(), "known until the memory is old");
    time.ticks_us.store(30_000_001, Ordering::Relaxed);
    assert!(memory.find(id).is_err(), "an old memory lets somebody in");
    memory.refresh().unwrap();
    assert!(memory.find(id).unwrap().is_none());
}

#[test]
fn a_key_counts_at_once_and_ends_at_once() {
    let world = World::new();
    let memory = KeyMemory::open(world.register.clone(), Arc::new(Time::default())).unwrap();
    let new = NewApiKey { label: "gate".to_owned(), scopes: vec![Scope::Gate], reseller: None };
    let (id, _) = world.register.create_api_key(&system(), new).unwrap();
    memory.learn(id).unwrap();
    assert!(memory.find(id).unwrap().is_some());
    world.register.revoke_api_key(&system(), id).unwrap();
    memory.forget(id);
    assert!(memory.find(id).unwrap().is_none());
    memory.learn(id).unwrap();
    assert!(memory.find(id).unwrap().is_none(), "a revoked key is learned again");
}
