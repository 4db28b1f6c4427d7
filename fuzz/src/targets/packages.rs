//! Evidence packages and receipts from strangers, and from whoever holds the key and lies.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256, Sha512};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use tenantry_ledger::{LedgerError, NoteSigner, SignatureType, SignedNote, VerifierKey};
use tenantry_verifier::{Verdict, layout, verify, zip};

/// The files of a small package, without those that are computed from the others.
static SAMPLE: LazyLock<BTreeMap<String, Vec<u8>>> = LazyLock::new(|| {
    let files: BTreeMap<String, String> =
        serde_json::from_str(include_str!("../../sample/package.json")).expect("the sample is JSON");
    files
        .into_iter()
        .map(|(path, bytes)| (path, STANDARD.decode(bytes).expect("the sample is base64")))
        .collect()
});

/// The package of the sample, and the receipt that its ledger gave of it.
static PACKAGE: LazyLock<Vec<u8>> = LazyLock::new(|| signed(SAMPLE.clone()));
const RECEIPT: &[u8] = include_bytes!("../../corpus/package_receipt/receipt.json");

/// The key of the sample.
struct Key(SigningKey, VerifierKey);

impl NoteSigner for Key {
    fn verifier_key(&self) -> &VerifierKey {
        &self.1
    }

    fn sign(&self, text: &str) -> Result<Vec<u8>, LedgerError> {
        Ok(self.0.sign(text.as_bytes()).to_bytes().to_vec())
    }
}

/// Anything at all. An archive has one byte form, and whatever is not valid is not valid for a reason.
pub(crate) fn package(data: &[u8]) {
    if let Ok(files) = zip::read(data) {
        assert_eq!(zip::write(&files).as_deref(), Ok(data));
    }
    let report = verify(data, None, None);
    assert!(report.verdict == Verdict::Valid || !report.reasons.is_empty());
    assert!(report.verdict != Verdict::Valid || !report.not_checked.is_empty());
}

/// One file of the sample is another, and whoever holds the key signs the whole: every parser behind the manifests. The first byte
/// chooses the file, the rest is its content.
pub(crate) fn package_file(data: &[u8]) {
    let Some((choice, content)) = data.split_first() else { return };
    let mut files = SAMPLE.clone();
    let Some((path, bytes)) = files.iter_mut().nth(usize::from(*choice)) else { return };
    let (path, same) = (path.clone(), bytes == content);
    *bytes = content.to_vec();
    let package = signed(files);
    let report = verify(&package, None, None);
    assert!(!same || report.verdict == Verdict::Valid, "{path}: {report}");
    // Nobody can make another entry of the same ledger, whatever key he holds.
    assert!(same || !path.ends_with(".leaf") || report.verdict == Verdict::Invalid, "{path}: {report}");
}

/// Anything at all as the receipt of the sample. The log signed one later head, which has one record of this package.
pub(crate) fn package_receipt(data: &[u8]) {
    let report = verify(&PACKAGE, None, Some(data));
    assert!(data != RECEIPT || report.verdict == Verdict::Valid, "{report}");
    let leaf = |receipt: &[u8]| {
        let receipt: serde_json::Value = serde_json::from_slice(receipt).unwrap_or_default();
        receipt["leaf"].clone()
    };
    assert!(report.verdict != Verdict::Valid || leaf(data) == leaf(RECEIPT), "{report}");
}

fn signed(mut files: BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let payload = || files.iter().filter(|(path, _)| path.starts_with("data/"));
    let lines = |digest: &dyn Fn(&[u8]) -> String| {
        payload().fold(String::new(), |text, (path, bytes)| text + &digest(bytes) + "  " + path + "\n")
    };
    let short = lines(&|bytes| layout::hex(&Sha256::digest(bytes)));
    let long = lines(&|bytes| layout::hex(&Sha512::digest(bytes)));
    let oxum: usize = payload().map(|(_, bytes)| bytes.len()).sum();
    let info = format!("Payload-Oxum: {oxum}.{}\n", payload().count());
    files.insert(layout::MANIFEST_256.to_owned(), short.into_bytes());
    files.insert(layout::MANIFEST_512.to_owned(), long.into_bytes());
    files.insert(layout::BAG_INFO.to_owned(), info.into_bytes());
    let tags = files.iter().filter(|(path, _)| !path.starts_with("data/"));
    let tags = tags.fold(String::new(), |text, (path, bytes)| {
        text + &layout::hex(&Sha256::digest(bytes)) + "  " + path + "\n"
    });
    let secret = SigningKey::from_bytes(&[1; 32]);
    let public = secret.verifying_key().to_bytes();
    let origin = "provider.example/ledger";
    let key = VerifierKey::new(origin, SignatureType::ED25519, &public).expect("a valid key");
    let text = layout::package_note_text(origin, &layout::hex(&Sha256::digest(&tags)));
    let note = SignedNote::sign(&text, &[&Key(secret, key)]).expect("it signs");
    files.insert(layout::TAG_MANIFEST.to_owned(), tags.into_bytes());
    files.insert(layout::TAG_NOTE.to_owned(), note.to_string().into_bytes());
    let named: Vec<(String, Vec<u8>)> =
        files.into_iter().map(|(path, bytes)| (format!("{}{path}", layout::BAG), bytes)).collect();
    let borrowed: Vec<(&str, &[u8])> =
        named.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    zip::write(&borrowed).expect("the sample is small")
}
