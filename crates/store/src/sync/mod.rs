//! For drivers: what threads have in common, namely threads, locks, channels, atomic numbers and values of one thread.
//!
//! These are the standard library's and crossbeam's, under one roof so that tests can exchange all of them at once. With the
//! feature `interleavings` the same names belong to a scheduler that decides at every step which thread goes on, and so drives the
//! unchanged code through orders that a machine would hardly ever take. Such a build is good for nothing else.

#[cfg(feature = "interleavings")]
pub mod channel;

#[cfg(not(feature = "interleavings"))]
pub use {
    crossbeam_channel as channel,
    std::{
        sync::{Condvar, Mutex, MutexGuard, PoisonError, atomic, mpsc},
        thread, thread_local,
    },
};

#[cfg(feature = "interleavings")]
pub use shuttle::{
    self,
    sync::{Condvar, Mutex, MutexGuard, PoisonError, atomic, mpsc},
    thread, thread_local,
};
