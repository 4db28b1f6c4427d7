//! Every bound of the store in one place, with its unit.
//!
//! Where a scheduler explores orders of threads (see [`sync`](crate::sync)) the queue is short, so that few units fill it.

/// Units that may wait for the one writer (SQLite) or the one sequencer (PostgreSQL).
///
/// A blocking caller waits for a place; a non-blocking one is answered [`StoreError::Busy`](crate::StoreError::Busy).
pub const QUEUED_UNITS_MAX: usize = if cfg!(feature = "interleavings") { 3 } else { 1_000 };

/// Units that share one commit. More would lengthen the wait of the first without saving a flush.
pub const BATCH_UNITS_MAX: usize = if cfg!(feature = "interleavings") { 2 } else { 1_000 };

/// Times one unit of the write lane is run before contention is reported to the caller.
pub const UNIT_RUNS_MAX: u32 = 10;

/// Connections that serve reads, where the driver's options name no other number.
pub const READ_CONNECTIONS_DEFAULT: usize = 4;

/// Connections that serve the write lane on PostgreSQL, where the options name no other number.
pub const WRITE_CONNECTIONS_DEFAULT: usize = 4;

/// Prepared statements kept per connection.
pub const PREPARED_STATEMENTS_MAX: usize = 256;
