//! Every bound of the ledger formats, with its unit. A decoder checks them before it allocates.

/// Longest leaf, in bytes: an entry of a C2SP entry bundle carries a 16-bit length.
pub const LEAF_BYTES_MAX: usize = 65_535;
/// Longest producer name in a leaf, in bytes.
pub const PRODUCER_BYTES_MAX: usize = 64;
/// Most approval references, and most causes, in one leaf.
pub const REFERENCES_MAX: usize = 1_024;
/// Most fields in one body.
pub const FIELDS_MAX: usize = 1_024;
/// Longest field name, in bytes.
pub const FIELD_NAME_BYTES_MAX: usize = 64;
/// Longest field value, in bytes. Larger objects are stored as blobs and the field holds their commitment.
pub const FIELD_VALUE_BYTES_MAX: usize = 262_144;
/// Longest body with its openings, in bytes.
pub const BODY_BYTES_MAX: usize = 1_048_576;
/// Longest signed note, in bytes. Sixteen post-quantum signatures of about 5 kB in base64 fit.
pub const NOTE_BYTES_MAX: usize = 262_144;
/// Most signature lines in one note.
pub const NOTE_SIGNATURES_MAX: usize = 64;
/// Longest key name or origin, in bytes.
pub const KEY_NAME_BYTES_MAX: usize = 255;
/// Most hashes in one proof: the height of a tree of 2^63 leaves, and as many again for consistency.
pub const PROOF_HASHES_MAX: usize = 128;
/// Largest tree, in leaves.
pub const TREE_SIZE_MAX: u64 = 1 << 62;
/// Longest `extra` of a proof, in bytes.
pub const PROOF_EXTRA_BYTES_MAX: usize = 65_536;
/// Longest trust policy, in bytes.
pub const POLICY_BYTES_MAX: usize = 1_048_576;
/// Most logs, witnesses and groups, each, in one trust policy. The specification asks for 32.
pub const POLICY_LINES_MAX: usize = 256;
/// Most proof lines in a request to a witness.
pub const WITNESS_PROOF_LINES_MAX: usize = 63;
/// Most events in one batch.
pub const BATCH_EVENTS_MAX: usize = 4_096;
