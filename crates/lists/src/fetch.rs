//! Downloads from the publishers: conditional, bounded and checked. The only module of this crate that touches the network.
//!
//! A download goes to a writer of the caller, who reads it with the parsers and moves it into place only when
//! [`acceptable`](crate::acceptable) agrees. A body shorter than announced, longer than the limit or with another
//! checksum than expected is an error. Redirects are followed; anything but `https` is refused except on loopback.

use sha2::{Digest, Sha256};
use std::io::{self, Read, Write};
use std::time::Duration;
use thiserror::Error;
use ureq::http::{HeaderMap, StatusCode};

/// Largest download accepted unless told otherwise, in bytes.
pub const DOWNLOAD_BYTES_MAX: u64 = 1 << 30;
/// Longest download, connecting included.
pub const DOWNLOAD_TIME_MAX: Duration = Duration::from_mins(15);
/// Longest wait for a connection.
const CONNECT_TIME_MAX: Duration = Duration::from_secs(30);
/// Bytes between two reports of progress.
const CHUNK_BYTES: usize = 64 << 10;

/// A list at its publisher's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publisher {
    /// Code of the list.
    pub list: &'static str,
    /// File names and addresses, all of which make the list.
    pub files: &'static [(&'static str, &'static str)],
}

/// The lists that can be fetched without an account. The EU list needs a personal token in its address.
pub const PUBLISHERS: &[Publisher] = &[
    Publisher {
        list: "ofac-sdn",
        files: &[
            ("sdn.csv", "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/SDN.CSV"),
            ("add.csv", "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ADD.CSV"),
            ("alt.csv", "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ALT.CSV"),
            (
                "sdn_comments.csv",
                "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/SDN_COMMENTS.CSV",
            ),
        ],
    },
    Publisher {
        list: "ofac-cons",
        files: &[
            (
                "cons_prim.csv",
                "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/CONS_PRIM.CSV",
            ),
            (
                "cons_add.csv",
                "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/CONS_ADD.CSV",
            ),
            (
                "cons_alt.csv",
                "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/CONS_ALT.CSV",
            ),
            (
                "cons_comments.csv",
                "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/CONS_COMMENTS.CSV",
            ),
        ],
    },
    Publisher {
        list: "us-csl",
        files: &[(
            "consolidated.csv",
            "https://api.trade.gov/static/consolidated_screening_list/consolidated.csv",
        )],
    },
    Publisher {
        list: "un-sc",
        files: &[("consolidated.xml", "https://scsanctions.un.org/resources/xml/en/consolidated.xml")],
    },
    Publisher {
        list: "uk-sl",
        files: &[("UK-Sanctions-List.xml", "https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.xml")],
    },
];

/// What to download.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Address.
    pub url: &'a str,
    /// `ETag` of the version already held.
    pub etag: Option<&'a str>,
    /// `Last-Modified` of the version already held.
    pub last_modified: Option<&'a str>,
    /// SHA-256 the content must have, lower-case hexadecimal.
    pub sha256: Option<&'a str>,
    /// Largest content accepted, in bytes.
    pub bytes_max: u64,
}

impl<'a> Wanted<'a> {
    /// An unconditional download with the default limit.
    pub const fn new(url: &'a str) -> Self {
        Self { url, etag: None, last_modified: None, sha256: None, bytes_max: DOWNLOAD_BYTES_MAX }
    }
}

/// How a download ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The publisher has no newer version.
    NotModified,
    /// The content was written.
    Written(Written),
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// `ETag`, for the next conditional download.
    pub etag: Option<String>,
    /// `Last-Modified`, for the next conditional download.
    pub last_modified: Option<String>,
}

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes written so far.
    pub bytes: u64,
    /// Bytes announced, when the publisher says.
    pub total: Option<u64>,
}

/// Why a download failed. Nothing of it may be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The address is not `https` and not on this machine.
    #[error("`{url}` is not an https address")]
    Insecure {
        /// Address.
        url: String,
    },
    /// The publisher could not be reached or broke off.
    #[error("could not download `{url}`")]
    Transport {
        /// Address.
        url: String,
        /// What went wrong.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The publisher answered with something else than the content.
    #[error("`{url}` answered with status {status}")]
    Status {
        /// Address.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// The content is larger than the limit.
    #[error("`{url}` is larger than the limit of {limit} bytes")]
    TooLarge {
        /// Address.
        url: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The content is shorter than announced.
    #[error("`{url}` broke off after {bytes} of {announced} bytes")]
    Short {
        /// Address.
        url: String,
        /// Bytes received.
        bytes: u64,
        /// Bytes announced.
        announced: u64,
    },
    /// The content is not the one expected.
    #[error("`{url}` has the checksum {found} instead of the expected {expected}")]
    Checksum {
        /// Address.
        url: String,
        /// SHA-256 expected.
        expected: String,
        /// SHA-256 found.
        found: String,
    },
    /// The content could not be read or written on.
    #[error("could not pass on the content of `{url}`")]
    Copy {
        /// Address.
        url: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Downloads lists.
#[derive(Debug, Clone)]
pub struct Downloader {
    agent: ureq::Agent,
}

impl Downloader {
    /// A downloader that names itself with this user agent.
    pub fn new(user_agent: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .user_agent(user_agent)
            .timeout_global(Some(DOWNLOAD_TIME_MAX))
            .timeout_connect(Some(CONNECT_TIME_MAX))
            .http_status_as_error(false)
            .build();
        Self { agent: config.new_agent() }
    }

    /// Downloads into `out`, telling `progress` after every chunk.
    pub fn fetch(
        &self,
        wanted: &Wanted<'_>,
        out: &mut impl Write,
        mut progress: impl FnMut(Progress),
    ) -> Result<Fetched, FetchError> {
        let url = || wanted.url.to_owned();
        if !is_secure(wanted.url) {
            return Err(FetchError::Insecure { url: url() });
        }
        // A redirect must not lead from https to plain http.
        let https = wanted.url.starts_with("https://");
        let mut request = self.agent.get(wanted.url).config().https_only(https).build();
        if let Some(etag) = wanted.etag {
            request = request.header("If-None-Match", etag);
        }
        if let Some(date) = wanted.last_modified {
            request = request.header("If-Modified-Since", date);
        }
        let response = request
            .call()
            .map_err(|source| FetchError::Transport { url: url(), source: Box::new(source) })?;
        match response.status() {
            StatusCode::NOT_MODIFIED => return Ok(Fetched::NotModified),
            StatusCode::OK => {}
            status => return Err(FetchError::Status { url: url(), status: status.as_u16() }),
        }
        let (etag, last_modified) =
            (header(response.headers(), "etag"), header(response.headers(), "last-modified"));
        let total = response.body().content_length();
        if total.is_some_and(|total| total > wanted.bytes_max) {
            return Err(FetchError::TooLarge { url: url(), limit: wanted.bytes_max });
        }
        let body = response.into_body().into_with_config().limit(u64::MAX).reader();
        let (bytes, sha256) = copy(wanted, body, out, total, &mut progress)?;
        if let Some(announced) = total.filter(|announced| *announced != bytes) {
            return Err(FetchError::Short { url: url(), bytes, announced });
        }
        if let Some(expected) = wanted.sha256.filter(|expected| *expected != sha256) {
            return Err(FetchError::Checksum { url: url(), expected: expected.to_owned(), found: sha256 });
        }
        Ok(Fetched::Written(Written { bytes, sha256, etag, last_modified }))
    }
}

fn copy(
    wanted: &Wanted<'_>,
    mut body: impl Read,
    out: &mut impl Write,
    total: Option<u64>,
    progress: &mut impl FnMut(Progress),
) -> Result<(u64, String), FetchError> {
    use std::fmt::Write as _;
    let failed = |source| FetchError::Copy { url: wanted.url.to_owned(), source };
    let mut digest = Sha256::new();
    let mut bytes = 0_u64;
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let length = body.read(&mut chunk).map_err(failed)?;
        let Some(read) = chunk.get(..length).filter(|read| !read.is_empty()) else { break };
        bytes += length as u64;
        if bytes > wanted.bytes_max {
            return Err(FetchError::TooLarge { url: wanted.url.to_owned(), limit: wanted.bytes_max });
        }
        digest.update(read);
        out.write_all(read).map_err(failed)?;
        progress(Progress { bytes, total });
    }
    out.flush().map_err(failed)?;
    let sha256 = digest.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    Ok((bytes, sha256))
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// `https`, or plain `http` to this machine (tests, a mirror behind a local proxy).
fn is_secure(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return url.starts_with("https://") };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    matches!(host, "127.0.0.1" | "localhost" | "[::1]")
}
