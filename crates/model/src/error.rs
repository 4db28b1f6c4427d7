//! The one error of this crate: an input that is not what it claims to be.
//!
//! No variant carries personal data. Values are repeated only where the type is public by nature (codes,
//! identifiers, dates of records).

use thiserror::Error;

/// Why a text or number was refused at the edge.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ModelError {
    /// An identifier has the wrong prefix, length or alphabet.
    #[error(
        "not a {expected} identifier, which looks like `{expected}_01h…`: 26 characters after the prefix"
    )]
    Id {
        /// Prefix that was expected, for example `acc`.
        expected: &'static str,
    },
    /// A date that does not exist or is not written `YYYY-MM-DD`.
    #[error("`{given}` is not a calendar date; write YYYY-MM-DD")]
    Date {
        /// The text as given, cut to a printable length.
        given: String,
    },
    /// A partial date that is not `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[error("not a date of birth; write YYYY, YYYY-MM or YYYY-MM-DD")]
    PartialDate,
    /// An instant that is not RFC 3339 with a zone, or out of range.
    #[error("`{given}` is not an instant; write RFC 3339 with a zone, for example 2026-11-23T07:00:00Z")]
    Instant {
        /// The text as given, cut to a printable length.
        given: String,
    },
    /// A jurisdiction code outside the table of countries, subdivisions and contested regions.
    #[error(
        "`{given}` is not a known jurisdiction; use ISO 3166-1 alpha-2, ISO 3166-2 or a code of the contested-regions table"
    )]
    Jurisdiction {
        /// The code as given, cut to a printable length.
        given: String,
    },
    /// A word that is not in a closed list.
    #[error("`{given}` is not {} {what}; use one of {allowed}", article(.what))]
    Word {
        /// What the word should have been, for example `role on an account`.
        what: &'static str,
        /// The word as given, cut to a printable length.
        given: String,
        /// The allowed words, separated by commas.
        allowed: String,
    },
    /// A text that is empty, too long, or holds control characters.
    #[error("{what} must have 1 to {length_max} characters and no control characters")]
    Text {
        /// Which text, for example `legal name`.
        what: &'static str,
        /// Longest accepted length in characters.
        length_max: usize,
    },
    /// A share outside 0 % to 100 % or with more than four decimals.
    #[error("a share lies between 0 and 100 percent with at most four decimals")]
    Share,
    /// A field that does not fit the kind of value, for example an e-mail address without `@`.
    #[error("not a valid {what}: {hint}")]
    Shape {
        /// Which value, for example `e-mail address`.
        what: &'static str,
        /// What a valid one looks like.
        hint: &'static str,
    },
}

/// The article of a word that is written as it sounds, which all of ours are but `use`.
fn article(what: &str) -> &'static str {
    let vowel = what.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O']);
    if vowel && !what.starts_with("use ") { "an" } else { "a" }
}

/// Cuts foreign text so that an error message stays one short line.
pub(crate) fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}
