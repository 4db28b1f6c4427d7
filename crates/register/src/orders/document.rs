//! Legal process as it was received: kept sealed beside the order, or only its SHA-256 and size where it may not be kept.
//!
//! The record of the order states SHA-256, size and kind, so nobody can exchange the document later. The bytes are sealed under
//! the order's own key and erased with it. They are read only after a record says who reads them and why, and a package for a
//! disclosure that rests on the order carries them. EVD, SCA-P; ledger design 4.2 and part 7.

use crate::access::{Action, authorise};
use crate::call::Call;
use crate::core::Core;
use crate::ledger_view::hex;
use crate::record::{Record, RecordType, Retention};
use crate::unit::Unit;
use crate::{Register, RegisterError, keys};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tenantry_ledger::{Body, LeafHeader};
use tenantry_model::id::OrderId;
use tenantry_model::order::{DocumentType, Keeping};
use tenantry_store::repo::blob::{self, BlobRow};
use tenantry_store::repo::ledger::LeafRow;
use tenantry_store::repo::{ledger, order};
use tenantry_store::{StoreExt, Tx};
use zeroize::Zeroizing;

/// Largest document, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 8 << 20;

/// The document as entered: its bytes, or SHA-256 and size of one that may not be kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewDocument {
    /// What it is. Told by whoever received it.
    pub media_type: DocumentType,
    /// The document itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<DocumentBytes>,
    /// SHA-256 of a document that may not be kept, 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Size of a document that may not be kept, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
}

/// The bytes of a document, base64 in JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct DocumentBytes(pub Vec<u8>);

impl std::fmt::Debug for DocumentBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}

impl Serialize for DocumentBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for DocumentBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text.as_bytes());
        bytes.map(Self).map_err(|_| serde::de::Error::custom("is not base64 in its standard form"))
    }
}

/// What the record of an order says of the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DocumentView {
    /// What it is.
    pub media_type: DocumentType,
    /// Its size, in bytes.
    pub size_bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
    /// Whether it is kept here.
    pub keeping: Keeping,
}

/// A document as it was received, and the record of this look at it.
#[derive(Clone)]
pub struct OrderDocument {
    /// Index of the record that says who read it and why.
    pub leaf: u64,
    /// What it is.
    pub media_type: DocumentType,
    /// Its bytes.
    pub bytes: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for OrderDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OrderDocument").field("leaf", &self.leaf).finish_non_exhaustive()
    }
}

/// A checked document.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) view: DocumentView,
    content: Option<DocumentBytes>,
}

impl Document {
    /// Either the bytes, or SHA-256 and size.
    pub(super) fn parse(new: &NewDocument) -> Result<Self, RegisterError> {
        let media_type = new.media_type;
        match (&new.content, &new.sha256, new.size_bytes) {
            (Some(content), None, None) => {
                if content.0.is_empty() || content.0.len() > DOCUMENT_BYTES_MAX {
                    let detail = format!(
                        "a document has 1 to {DOCUMENT_BYTES_MAX} bytes; of a larger one give SHA-256 and size"
                    );
                    return Err(RegisterError::invalid("/document/content", detail));
                }
                let sha256 = hex(&Sha256::digest(&content.0));
                let size_bytes = content.0.len() as u64;
                let view = DocumentView { media_type, size_bytes, sha256, keeping: Keeping::Kept };
                Ok(Self { view, content: Some(content.clone()) })
            }
            (None, Some(sha256), Some(size_bytes)) => {
                let sha256 = sha256.trim().to_ascii_lowercase();
                if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                    let detail = "a SHA-256 is 64 hexadecimal digits";
                    return Err(RegisterError::invalid("/document/sha256", detail));
                }
                if size_bytes == 0 {
                    return Err(RegisterError::invalid("/document/size_bytes", "an empty document is none"));
                }
                let view = DocumentView { media_type, size_bytes, sha256, keeping: Keeping::HashOnly };
                Ok(Self { view, content: None })
            }
            _ => {
                let detail = "give the content, or sha256 and size_bytes where it may not be kept";
                Err(RegisterError::invalid("/document", detail))
            }
        }
    }

    /// The record of the order, which commits to the document.
    pub(super) fn state(&self, record: Record) -> Record {
        let DocumentView { media_type, size_bytes, sha256, keeping } = &self.view;
        record
            .text("document", keeping)
            .text("document_type", media_type)
            .text("document_bytes", size_bytes)
            .text("document_sha256", sha256)
    }
}

impl Unit<'_> {
    /// Seals the bytes of a document that is kept.
    pub(super) fn keep_document(
        &mut self,
        subject: &[u8; 16],
        document: &Document,
    ) -> Result<(), RegisterError> {
        let Some(content) = &document.content else { return Ok(()) };
        let sealed = self.seal_document(subject, &content.0)?;
        let address = Sha256::digest(&sealed).into();
        Ok(blob::add(self.tx, subject, &BlobRow { address, sealed })?)
    }
}

impl Register {
    /// The document of an order, for a person who says why. The look is a record before anything is shown.
    ///
    /// # Errors
    /// [`RegisterError::NotFound`] when none is kept, [`RegisterError::Erased`] when its time was over.
    pub fn order_document(&self, call: &Call, id: OrderId) -> Result<OrderDocument, RegisterError> {
        authorise(&call.actor, Action::ReadOrders)?;
        let reason = call.reason.clone();
        let (leaf, subject) =
            self.core.change(call, Action::Reveal, &("order_document", id), move |unit| {
                let row = order::find(unit.tx, id)?.ok_or(RegisterError::NotFound { what: "order" })?;
                let view = document_of(unit.tx, unit.core, &row.subject)?;
                let view = view.filter(|view| view.keeping == Keeping::Kept);
                let view = view.ok_or(RegisterError::NotFound { what: "document of this order" })?;
                // A record about somebody whose key is gone would make a new key.
                if blob::of_subject(unit.tx, &row.subject)?.is_empty() {
                    return Err(RegisterError::Erased);
                }
                let purpose = reason.as_ref().map(|reason| reason.expose().to_owned()).unwrap_or_default();
                let record = Record::new(RecordType::Revealed, row.subject, Retention::PersonalData)
                    .text("order", id)
                    .text("actor", unit.call.actor_text())
                    .text("purpose", purpose)
                    .text("document_sha256", view.sha256);
                Ok((unit.record(record)?, row.subject))
            })?;
        let core = Arc::clone(&self.core);
        let (view, bytes) = self.core.store.read(move |tx| opened(tx, &core, &subject))?;
        Ok(OrderDocument { leaf, media_type: view.media_type, bytes })
    }
}

/// The record of an order with its body. It is the first of its kind in the order's chain.
pub(crate) fn record_of(
    tx: &mut dyn Tx,
    core: &Core,
    subject: &[u8; 16],
) -> Result<(LeafRow, Body), RegisterError> {
    let kind = i64::from(RecordType::OrderReceived.number());
    let leaf = ledger::in_chain_of_type(tx, subject, kind, -1, 1)?.pop();
    let leaf = leaf.ok_or_else(|| RegisterError::Ledger { reason: "an order has no record".to_owned() })?;
    let header = LeafHeader::decode(&leaf.bytes)?;
    let body = Body::decode(&keys::open_body(tx, &core.vault, &header, &leaf.bytes, &leaf.body)?)?;
    Ok((leaf, body))
}

/// What the record of an order says of its document, if there was one.
pub(crate) fn document_of(
    tx: &mut dyn Tx,
    core: &Core,
    subject: &[u8; 16],
) -> Result<Option<DocumentView>, RegisterError> {
    let (_, body) = record_of(tx, core, subject)?;
    Ok(stated(&body))
}

/// What the body of the record of an order says of its document.
pub(crate) fn stated(body: &Body) -> Option<DocumentView> {
    let text = |name: &str| body.get(name).and_then(|value| std::str::from_utf8(value).ok());
    Some(DocumentView {
        media_type: text("document_type")?.parse().ok()?,
        size_bytes: text("document_bytes")?.parse().ok()?,
        sha256: text("document_sha256")?.to_owned(),
        keeping: text("document")?.parse().ok()?,
    })
}

/// The document of an order, once it is exactly what its record says. Whoever asks has recorded the look.
pub(crate) fn opened(
    tx: &mut dyn Tx,
    core: &Core,
    subject: &[u8; 16],
) -> Result<(DocumentView, Zeroizing<Vec<u8>>), RegisterError> {
    let view = document_of(tx, core, subject)?.filter(|view| view.keeping == Keeping::Kept);
    let view = view.ok_or(RegisterError::NotFound { what: "document of this order" })?;
    let blob = blob::of_subject(tx, subject)?.pop().ok_or(RegisterError::Erased)?;
    let bytes = keys::open_document(tx, &core.vault, subject, &blob.sealed)?;
    if bytes.len() as u64 != view.size_bytes || hex(&Sha256::digest(&*bytes)) != view.sha256 {
        let reason = "the document of an order is not the one its record states".to_owned();
        return Err(RegisterError::Ledger { reason });
    }
    Ok((view, bytes))
}
