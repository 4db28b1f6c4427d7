//! Verification of a token: content, signature, certificate of the signer, chain to a trusted root.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{Int, ObjectIdentifier, OctetString};
use der::oid::db::rfc5912 as oids;
use der::{Decode as _, Encode as _};
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, SubjectKeyIdentifier};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::schema::{self, SigningCertificateV2, TstInfo};
use crate::{TOKEN_BYTES_MAX, TimestampError, time};

/// Certificates on the way from the signer to the root.
const CHAIN_LENGTH_MAX: usize = 6;

/// How a signature was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RSA, PKCS #1 v1.5, SHA-256.
    RsaSha256,
    /// RSA, PKCS #1 v1.5, SHA-384.
    RsaSha384,
    /// RSA, PKCS #1 v1.5, SHA-512.
    RsaSha512,
    /// ECDSA with SHA-256, signature in DER.
    EcdsaSha256,
    /// ECDSA with SHA-384, signature in DER.
    EcdsaSha384,
    /// ECDSA with SHA-512, signature in DER.
    EcdsaSha512,
}

/// A public key as its certificate holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicKey<'a> {
    /// `RSAPublicKey` in DER, PKCS #1.
    Rsa(&'a [u8]),
    /// An uncompressed point of P-256.
    P256(&'a [u8]),
    /// An uncompressed point of P-384.
    P384(&'a [u8]),
}

/// Verifies signatures. Implemented with whatever cryptography the caller has.
pub trait KeyCheck {
    /// Whether the signature is good. `false` for what is not supported.
    fn check(&self, scheme: Scheme, key: PublicKey<'_>, message: &[u8], signature: &[u8]) -> bool;
}

/// Certificates that are trusted to date things.
#[derive(Debug, Clone)]
pub struct Trust(Vec<Certificate>);

impl Trust {
    /// Reads root certificates in PEM, one after the other; text between them is left aside.
    ///
    /// # Errors
    /// When there is none or one cannot be read.
    pub fn from_pem(text: &str) -> Result<Self, TimestampError> {
        const END: &str = "-----END CERTIFICATE-----";
        let mut roots = Vec::new();
        let mut rest = text;
        while let Some((_, from)) = rest.split_once("-----BEGIN CERTIFICATE-----") {
            let (body, after) = from
                .split_once(END)
                .ok_or(TimestampError::Invalid { what: "a certificate in PEM has an end" })?;
            let digits: String = body.split_ascii_whitespace().collect();
            let der = STANDARD.decode(digits);
            let der =
                der.map_err(|_| TimestampError::Invalid { what: "a certificate in PEM is in base64" })?;
            roots.push(Certificate::from_der(&der)?);
            rest = after;
        }
        if roots.is_empty() {
            return Err(TimestampError::Invalid { what: "there is a root certificate in PEM" });
        }
        Ok(Self(roots))
    }
}

/// What a good token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// When, in microseconds since 1970-01-01T00:00:00Z.
    pub time_us: i64,
    /// How far off the authority says it may be, in microseconds; `None` when it does not say.
    pub accuracy_us: Option<i64>,
    /// Subject of the signer's certificate, RFC 4514.
    pub authority: String,
    /// Policy under which it was given.
    pub policy: String,
    /// Serial number in lower-case hexadecimal.
    pub serial: String,
    /// The trusted certificate that the chain ended at, DER.
    pub root: Vec<u8>,
}

/// A certificate as PEM, as [`Trust::from_pem`] reads it.
pub fn to_pem(certificate: &[u8]) -> String {
    const LINE: usize = 64;
    let digits = STANDARD.encode(certificate);
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for (place, digit) in digits.chars().enumerate() {
        text.push(digit);
        if place % LINE == LINE - 1 {
            text.push('\n');
        }
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}

/// Verifies a token over a SHA-256 digest. `nonce` is that of the request, where it is still known.
///
/// # Errors
/// The first rule that does not hold.
pub fn verify_token(
    token: &[u8],
    digest: &[u8; 32],
    nonce: Option<u64>,
    trust: &Trust,
    check: &dyn KeyCheck,
) -> Result<Stamp, TimestampError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(TimestampError::TooLarge { found: token.len() });
    }
    let outer = ContentInfo::from_der(token)?;
    require(outer.content_type == schema::SIGNED_DATA, "a token is CMS signed data")?;
    let signed: SignedData = outer.content.decode_as()?;
    require(signed.encap_content_info.econtent_type == schema::TST_INFO, "it holds a TSTInfo")?;
    let content = signed.encap_content_info.econtent.as_ref();
    let content = content.ok_or(TimestampError::Invalid { what: "it holds a TSTInfo" })?;
    let content: OctetString = content.decode_as()?;
    let info = TstInfo::from_der(content.as_bytes())?;
    check_info(&info, digest, nonce)?;
    let [signer] = signed.signer_infos.0.as_slice() else {
        return Err(TimestampError::Invalid { what: "it has one signer" });
    };
    let certificates: Vec<&Certificate> = signed
        .certificates
        .iter()
        .flat_map(|set| set.0.iter())
        .filter_map(|choice| match choice {
            CertificateChoices::Certificate(certificate) => Some(certificate),
            CertificateChoices::Other(_) => None,
        })
        .collect();
    let certificate = certificates.iter().copied().find(|certificate| is_of(&signer.sid, certificate));
    let certificate =
        certificate.ok_or(TimestampError::Invalid { what: "its signer's certificate is with it" })?;
    check_signature(signer, certificate, content.as_bytes(), check)?;
    check_purpose(certificate)?;
    let time_us = time::micros(&info.gen_time)?;
    let root = check_chain(certificate, &certificates, trust, time_us, check)?.to_der()?;
    let accuracy_us = info.accuracy.as_ref().map(|accuracy| {
        i64::from(accuracy.seconds.unwrap_or(0)) * 1_000_000
            + i64::from(accuracy.millis.unwrap_or(0)) * 1_000
            + i64::from(accuracy.micros.unwrap_or(0))
    });
    Ok(Stamp {
        time_us,
        accuracy_us,
        authority: certificate.tbs_certificate().subject().to_string(),
        policy: info.policy.to_string(),
        serial: info
            .serial_number
            .as_bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .concat(),
        root,
    })
}

fn check_info(info: &TstInfo, digest: &[u8; 32], nonce: Option<u64>) -> Result<(), TimestampError> {
    require(info.version == 1, "its version is 1")?;
    let imprint = &info.message_imprint;
    if imprint.hash_algorithm.oid != oids::ID_SHA_256 || imprint.hashed_message.as_bytes() != digest {
        return Err(TimestampError::OtherContent);
    }
    if let Some(nonce) = nonce {
        let given = info.nonce.as_ref().map(Int::as_bytes);
        let given = given.and_then(|bytes| {
            bytes.iter().try_fold(0_u128, |n, byte| n.checked_mul(256)?.checked_add(u128::from(*byte)))
        });
        require(given == Some(u128::from(nonce)), "its nonce is that of the request")?;
    }
    Ok(())
}

fn is_of(signer: &SignerIdentifier, certificate: &Certificate) -> bool {
    let tbs = certificate.tbs_certificate();
    match signer {
        SignerIdentifier::IssuerAndSerialNumber(name) => {
            name.issuer == *tbs.issuer() && name.serial_number == *tbs.serial_number()
        }
        SignerIdentifier::SubjectKeyIdentifier(id) => tbs
            .get_extension::<SubjectKeyIdentifier>()
            .is_ok_and(|found| found.is_some_and(|(_, own)| own == *id)),
    }
}

/// The signature is over the signed attributes, which name the content's type and digest and the signer's certificate.
fn check_signature(
    signer: &SignerInfo,
    certificate: &Certificate,
    content: &[u8],
    check: &dyn KeyCheck,
) -> Result<(), TimestampError> {
    let attributes = signer.signed_attrs.as_ref();
    let attributes = attributes.ok_or(TimestampError::Invalid { what: "its attributes are signed" })?;
    let value = |oid: ObjectIdentifier, what: &'static str| {
        let mut found = attributes.iter().filter(|attribute| attribute.oid == oid);
        let (Some(attribute), None) = (found.next(), found.next()) else {
            return Err(TimestampError::Invalid { what });
        };
        match attribute.values.as_slice() {
            [value] => Ok(value),
            _ => Err(TimestampError::Invalid { what }),
        }
    };
    let content_type: ObjectIdentifier =
        value(schema::CONTENT_TYPE, "the type of its content is signed")?.decode_as()?;
    require(content_type == schema::TST_INFO, "the type of its content is signed")?;
    let stated: OctetString =
        value(schema::MESSAGE_DIGEST, "the digest of its content is signed")?.decode_as()?;
    require(
        hash(&signer.digest_alg, content)? == stated.as_bytes(),
        "the digest of its content is the one signed",
    )?;
    let ids: SigningCertificateV2 =
        value(schema::SIGNING_CERTIFICATE_V2, "its signer's certificate is named by SHA-2 (RFC 5816)")?
            .decode_as()?;
    let id =
        ids.certs.first().ok_or(TimestampError::Invalid { what: "its signer's certificate is named" })?;
    let algorithm = id.hash_algorithm.clone().unwrap_or_else(schema::sha256);
    require(
        hash(&algorithm, &certificate.to_der()?)? == id.cert_hash.as_bytes(),
        "its signer's certificate is the one named",
    )?;
    let scheme = scheme(&signer.signature_algorithm, Some(&signer.digest_alg))?;
    let key = certificate.tbs_certificate().subject_public_key_info();
    let good = check.check(scheme, public_key(key)?, &attributes.to_der()?, signer.signature.as_bytes());
    require(good, "its signature is good")
}

/// The certificate is for time-stamping and nothing else, RFC 3161 section 2.3.
fn check_purpose(certificate: &Certificate) -> Result<(), TimestampError> {
    let usage = certificate.tbs_certificate().get_extension::<ExtendedKeyUsage>()?;
    let right = usage.is_some_and(|(critical, usage)| critical && usage.0 == [schema::TIME_STAMPING]);
    require(right, "its signer's certificate is for time-stamping only")
}

/// The trusted certificate at the end of the chain.
fn check_chain<'c>(
    signer: &'c Certificate,
    given: &[&'c Certificate],
    trust: &'c Trust,
    time_us: i64,
    check: &dyn KeyCheck,
) -> Result<&'c Certificate, TimestampError> {
    let mut certificate = signer;
    for _ in 0..CHAIN_LENGTH_MAX {
        require(is_valid_at(certificate, time_us), "its certificates were valid at the time it states")?;
        if trust.0.contains(certificate) {
            return Ok(certificate);
        }
        let roots = trust.0.iter();
        let issuer = roots.chain(given.iter().copied()).find(|issuer| issued(issuer, certificate, check));
        certificate = issuer.ok_or(TimestampError::Untrusted)?;
    }
    Err(TimestampError::Untrusted)
}

fn issued(issuer: &Certificate, certificate: &Certificate, check: &dyn KeyCheck) -> bool {
    let (above, below) = (issuer.tbs_certificate(), certificate.tbs_certificate());
    if above.subject() != below.issuer() || issuer == certificate {
        return false;
    }
    let authority = above.get_extension::<BasicConstraints>();
    if !authority.is_ok_and(|found| found.is_some_and(|(_, constraints)| constraints.ca)) {
        return false;
    }
    let (Ok(scheme), Ok(key), Ok(message)) = (
        scheme(certificate.signature_algorithm(), None),
        public_key(above.subject_public_key_info()),
        below.to_der(),
    ) else {
        return false;
    };
    certificate.signature().as_bytes().is_some_and(|signature| check.check(scheme, key, &message, signature))
}

fn is_valid_at(certificate: &Certificate, time_us: i64) -> bool {
    let validity = certificate.tbs_certificate().validity();
    let seconds =
        |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    (seconds(validity.not_before)..=seconds(validity.not_after)).contains(&time_us.div_euclid(1_000_000))
}

fn hash(algorithm: &AlgorithmIdentifierOwned, bytes: &[u8]) -> Result<Vec<u8>, TimestampError> {
    if algorithm.oid == oids::ID_SHA_256 {
        Ok(Sha256::digest(bytes).to_vec())
    } else if algorithm.oid == oids::ID_SHA_384 {
        Ok(Sha384::digest(bytes).to_vec())
    } else if algorithm.oid == oids::ID_SHA_512 {
        Ok(Sha512::digest(bytes).to_vec())
    } else {
        Err(TimestampError::Invalid { what: "its hashes are SHA-256, SHA-384 or SHA-512" })
    }
}

fn scheme(
    algorithm: &AlgorithmIdentifierOwned,
    digest: Option<&AlgorithmIdentifierOwned>,
) -> Result<Scheme, TimestampError> {
    let schemes = [
        (oids::SHA_256_WITH_RSA_ENCRYPTION, Scheme::RsaSha256),
        (oids::SHA_384_WITH_RSA_ENCRYPTION, Scheme::RsaSha384),
        (oids::SHA_512_WITH_RSA_ENCRYPTION, Scheme::RsaSha512),
        (oids::ECDSA_WITH_SHA_256, Scheme::EcdsaSha256),
        (oids::ECDSA_WITH_SHA_384, Scheme::EcdsaSha384),
        (oids::ECDSA_WITH_SHA_512, Scheme::EcdsaSha512),
    ];
    // In CMS the key's own identifier may stand for the scheme; the digest is named beside it.
    let by_digest = [
        (oids::ID_SHA_256, Scheme::RsaSha256),
        (oids::ID_SHA_384, Scheme::RsaSha384),
        (oids::ID_SHA_512, Scheme::RsaSha512),
    ];
    let found = match digest {
        Some(digest) if algorithm.oid == oids::RSA_ENCRYPTION => {
            by_digest.into_iter().find(|(oid, _)| *oid == digest.oid)
        }
        _ => schemes.into_iter().find(|(oid, _)| *oid == algorithm.oid),
    };
    let unsupported =
        TimestampError::Invalid { what: "its signatures are RSA (PKCS #1 v1.5) or ECDSA with SHA-2" };
    found.map(|(_, scheme)| scheme).ok_or(unsupported)
}

fn public_key(info: &SubjectPublicKeyInfoOwned) -> Result<PublicKey<'_>, TimestampError> {
    let unsupported = TimestampError::Invalid { what: "its keys are RSA, P-256 or P-384" };
    let bytes = info.subject_public_key.as_bytes().ok_or(unsupported.clone())?;
    if info.algorithm.oid == oids::RSA_ENCRYPTION {
        return Ok(PublicKey::Rsa(bytes));
    }
    let curve = info.algorithm.parameters.as_ref().filter(|_| info.algorithm.oid == oids::ID_EC_PUBLIC_KEY);
    let curve: ObjectIdentifier = curve.ok_or(unsupported.clone())?.decode_as()?;
    if curve == oids::SECP_256_R_1 {
        Ok(PublicKey::P256(bytes))
    } else if curve == oids::SECP_384_R_1 {
        Ok(PublicKey::P384(bytes))
    } else {
        Err(unsupported)
    }
}

fn require(holds: bool, what: &'static str) -> Result<(), TimestampError> {
    if holds { Ok(()) } else { Err(TimestampError::Invalid { what }) }
}
