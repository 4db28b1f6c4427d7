//! Everything of the ledger that comes from strangers. What is accepted is written back as it was read.

use tenantry_ledger::batch::{BatchStatement, Event};
use tenantry_ledger::completeness::SubjectProof;
use tenantry_ledger::{
    AddCheckpoint, Body, Checkpoint, LeafHeader, SignedNote, Tile, TlogProof, TrustPolicy, VerifierKey,
    parse_entry_bundle,
};
use tenantry_timestamp::{KeyCheck, PublicKey, Scheme, Trust, token_of_response, verify_token};

pub(crate) fn note(data: &[u8]) {
    if let Ok(note) = SignedNote::parse(data) {
        assert_eq!(note.to_string().as_bytes(), data);
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(key) = VerifierKey::parse(text)
    {
        assert_eq!(key.to_string(), text);
    }
}

pub(crate) fn checkpoint(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(checkpoint) = Checkpoint::parse_text(text) {
        assert_eq!(checkpoint.to_text(), text);
    }
    if let Ok(checkpoint) = Checkpoint::parse_any_text(text) {
        assert!(text.starts_with(&checkpoint.to_text()));
    }
}

pub(crate) fn proof(data: &[u8]) {
    if let Ok(proof) = TlogProof::parse(data) {
        assert_eq!(proof.to_string().as_bytes(), data);
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(proof) = SubjectProof::parse(text)
    {
        assert_eq!(proof.to_string(), text);
    }
}

pub(crate) fn policy(data: &[u8]) {
    if let Ok(policy) = TrustPolicy::parse(data) {
        assert!(!policy.requires_witnesses() || !policy.witnesses().is_empty());
    }
}

pub(crate) fn leaf(data: &[u8]) {
    if let Ok(leaf) = LeafHeader::decode(data) {
        assert_eq!(leaf.encode().expect("what was read can be written"), data);
    }
    if let Ok(event) = Event::decode(data) {
        assert_eq!(event.encode().expect("what was read can be written").as_slice(), data);
    }
    if let Ok(body) = Body::decode(data) {
        assert_eq!(body.encode(), data);
    }
    let _ = (BatchStatement::of(data), parse_entry_bundle(data));
}

pub(crate) fn tile(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Some(tile) = Tile::parse_path(text) {
        assert_eq!(tile.path(), text);
    }
    if let Some(tile) = Tile::parse_entries_path(text) {
        assert_eq!(tile.entries_path(), text);
    }
}

pub(crate) fn witness_request(data: &[u8]) {
    if let Ok(request) = AddCheckpoint::parse(data) {
        assert_eq!(request.to_string().as_bytes(), data);
    }
}

/// Takes every signature for good, so that what lies behind the signature is reached.
struct Gullible;

impl KeyCheck for Gullible {
    fn check(&self, _: Scheme, _: PublicKey<'_>, _: &[u8], _: &[u8]) -> bool {
        true
    }
}

pub(crate) fn timestamp(data: &[u8]) {
    let _ = token_of_response(data);
    let root = include_str!("../../corpus/ledger_timestamp/root.pem");
    let trust = Trust::from_pem(root).expect("the checked-in root is one");
    let _ = verify_token(data, &[0x5a; 32], None, &trust, &Gullible);
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Trust::from_pem(text);
    }
}
