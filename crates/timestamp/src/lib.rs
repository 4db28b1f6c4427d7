//! RFC 3161 time-stamps: requests, tokens, and their verification without a network.
//!
//! A time-stamp authority signs the hash of a checkpoint together with its own clock. That dates the checkpoint by somebody else's
//! word, in a form courts know and `openssl ts` checks. It does not prevent a fork: that is what witnesses are for.
//!
//! The crate reads and builds DER and decides what has to hold; it contains no signature algorithm. Whoever has one implements
//! [`KeyCheck`]. Specifications: RFC 3161, RFC 5816 (`signingCertificateV2`), RFC 5652, and of RFC 5280 what a time-stamp chain
//! needs: names, validity at the time of the stamp, basic constraints, extended key usage. Revocation is **not** checked.
//!
//! ```
//! use tenantry_timestamp::{request, token_of_response};
//! let digest = [7; 32]; // SHA-256 of what is to be dated
//! let asked = request(&digest, 42).unwrap();
//! assert_eq!(asked.first(), Some(&0x30));
//! assert!(token_of_response(b"not a response").is_err());
//! ```

mod error;
mod schema;
mod time;
mod verify;

pub use error::TimestampError;
pub use verify::{KeyCheck, PublicKey, Scheme, Stamp, Trust, to_pem, verify_token};

use cms::content_info::ContentInfo;
use der::asn1::{Int, OctetString};
use der::{Decode as _, Encode as _};
use schema::{MessageImprint, TimeStampReq, TimeStampResp};

/// Longest response or token that is read, in bytes.
pub const TOKEN_BYTES_MAX: usize = 65_536;

/// The DER of a request for a stamp over a SHA-256 digest, with the certificates of the authority in the answer.
///
/// # Errors
/// Never for these inputs; the encoder's error is passed on.
pub fn request(digest: &[u8; 32], nonce: u64) -> Result<Vec<u8>, TimestampError> {
    // Positive: the highest bit of an INTEGER is its sign.
    let nonce = [&[0], nonce.to_be_bytes().as_slice()].concat();
    let significant = nonce.iter().position(|byte| *byte != 0).unwrap_or(nonce.len() - 1);
    let keep = nonce.get(significant..).unwrap_or_default();
    let signed = keep.first().is_some_and(|first| first & 0x80 != 0);
    let minimal = if signed { [&[0], keep].concat() } else { keep.to_vec() };
    let asked = TimeStampReq {
        version: 1,
        message_imprint: MessageImprint {
            hash_algorithm: schema::sha256(),
            hashed_message: OctetString::new(digest.as_slice())?,
        },
        policy: None,
        nonce: Some(Int::new(&minimal)?),
        cert_req: true,
        extensions: None,
    };
    Ok(asked.to_der()?)
}

/// The token in an authority's response, as DER, if it granted one. Nothing is verified yet.
///
/// # Errors
/// [`TimestampError::Refused`] with the authority's status, or when the bytes are not a response.
pub fn token_of_response(response: &[u8]) -> Result<Vec<u8>, TimestampError> {
    if response.len() > TOKEN_BYTES_MAX {
        return Err(TimestampError::TooLarge { found: response.len() });
    }
    let response = TimeStampResp::from_der(response)?;
    if response.status.status > 1 {
        return Err(TimestampError::Refused { status: response.status.status });
    }
    let token: ContentInfo =
        response.token.ok_or(TimestampError::Invalid { what: "a granted response has a token" })?;
    Ok(token.to_der()?)
}
