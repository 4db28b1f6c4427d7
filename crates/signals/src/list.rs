//! One version of one signal list: its entries in their one order, its header, its packed form, its look-up.

use crate::domain::levels_of;
use crate::network::Ranges;
use crate::{MailDomain, Network, SignalsError};
use sha2::{Digest, Sha256};
use std::fmt::{Display, Write as _};
use std::net::IpAddr;
use std::str::FromStr;
use tenantry_model::signal::{SignalKind, SignalListHeader};
use tenantry_model::time::Date;

/// What a list is called and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Naming {
    /// Short code.
    pub list: String,
    /// Where it was published.
    pub source: String,
    /// Date of the version, where it is known.
    pub published_on: Option<Date>,
}

/// The entries of a list, all of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entries {
    /// Networks that hide their user.
    Networks(Vec<Network>),
    /// Domains of services that give away e-mail addresses.
    Domains(Vec<MailDomain>),
}

/// One version of one list. Which order its entries were given in, and how often, is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalList {
    header: SignalListHeader,
    entries: Entries,
    ranges: Ranges,
}

impl SignalList {
    /// A list of these entries, read from a file with this SHA-256.
    pub fn new(naming: Naming, entries: Entries, file_digest: [u8; 32]) -> Self {
        let (kind, entries, ranges, number, body) = match entries {
            Entries::Networks(mut networks) => {
                networks.sort_unstable();
                networks.dedup();
                let (ranges, number, body) = (Ranges::of(&networks), networks.len(), lines(&networks));
                (SignalKind::AnonymousNetwork, Entries::Networks(networks), ranges, number, body)
            }
            Entries::Domains(mut domains) => {
                domains.sort_unstable();
                domains.dedup();
                let (number, body) = (domains.len(), lines(&domains));
                (SignalKind::DisposableEmail, Entries::Domains(domains), Ranges::default(), number, body)
            }
        };
        let header = SignalListHeader {
            list: naming.list,
            kind,
            source: naming.source,
            published_on: naming.published_on,
            entries: u64::try_from(number).unwrap_or(u64::MAX),
            digest: hex(&Sha256::digest(body)),
            file_digest: hex(&file_digest),
        };
        Self { header, entries, ranges }
    }

    /// What it says of itself.
    pub const fn header(&self) -> &SignalListHeader {
        &self.header
    }

    /// Its entries, in order.
    pub const fn entries(&self) -> &Entries {
        &self.entries
    }

    /// Whether an address lies in one of its networks. A list of domains names no address.
    pub fn names_address(&self, address: IpAddr) -> bool {
        self.ranges.hold(address)
    }

    /// Whether the domain of an e-mail address, or one above it, is one of its domains. A list of networks names none.
    pub fn names_email(&self, address: &str) -> bool {
        let Entries::Domains(domains) = &self.entries else { return false };
        let named = |level: &String| domains.binary_search_by(|domain| domain.as_str().cmp(level)).is_ok();
        levels_of(address).iter().any(named)
    }

    /// The packed form: the header as one line of JSON, then the entries, one a line.
    pub fn pack(&self) -> Vec<u8> {
        // Writing plain data to memory cannot fail; a list without its header would not open again.
        let mut packed = serde_json::to_vec(&self.header).unwrap_or_default();
        packed.push(b'\n');
        packed.extend_from_slice(
            match &self.entries {
                Entries::Networks(networks) => lines(networks),
                Entries::Domains(domains) => lines(domains),
            }
            .as_bytes(),
        );
        packed
    }

    /// Opens a packed form, and checks that it is exactly what was packed.
    ///
    /// # Errors
    /// [`SignalsError::Packed`] says what is wrong.
    pub fn unpack(packed: &[u8]) -> Result<Self, SignalsError> {
        let wrong = |why| SignalsError::Packed { why };
        let text = std::str::from_utf8(packed).map_err(|_| wrong("it is not text"))?;
        let (header, body) = text.split_once('\n').ok_or_else(|| wrong("it has no header"))?;
        let header: SignalListHeader =
            serde_json::from_str(header).map_err(|_| wrong("its header cannot be read"))?;
        let entries = match header.kind {
            SignalKind::AnonymousNetwork => Entries::Networks(read(body)?),
            SignalKind::DisposableEmail => Entries::Domains(read(body)?),
        };
        let naming = Naming {
            list: header.list.clone(),
            source: header.source.clone(),
            published_on: header.published_on,
        };
        let mut list = Self::new(naming, entries, [0; 32]);
        list.header.file_digest.clone_from(&header.file_digest);
        if list.header != header || list.pack() != packed {
            return Err(wrong("its entries are not those its header speaks of"));
        }
        Ok(list)
    }
}

fn lines(entries: &[impl Display]) -> String {
    entries.iter().fold(String::new(), |mut text, entry| {
        let _ = writeln!(text, "{entry}");
        text
    })
}

fn read<T: FromStr>(body: &str) -> Result<Vec<T>, SignalsError> {
    let wrong = SignalsError::Packed { why: "an entry cannot be read" };
    body.lines().map(|line| line.parse().map_err(|_| wrong.clone())).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
