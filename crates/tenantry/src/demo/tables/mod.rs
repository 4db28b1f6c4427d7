//! Tables from which people, companies and places of the demo are put together.
//!
//! Given names are common ones; family and company names are composed of a start and an end, so that nobody in
//! particular is meant. Places are real towns, streets are not. One table per language region; those with a script of
//! their own carry each part in that script and romanised.

mod latin;
mod scripts;

pub(super) use latin::LATIN;
pub(super) use scripts::SCRIPTS;

/// One part of a name.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Part {
    /// In Latin letters.
    pub(super) roman: &'static str,
    /// In the script of the language; empty when that is Latin.
    pub(super) native: &'static str,
}

/// A part of a language written in Latin letters.
const fn l(roman: &'static str) -> Part {
    Part { roman, native: "" }
}

/// A part of a language with a script of its own.
const fn n(roman: &'static str, native: &'static str) -> Part {
    Part { roman, native }
}

/// Which name stands first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Order {
    /// Given name, then family name.
    #[default]
    GivenFirst,
    /// Family name, then given name.
    FamilyFirst,
}

/// How the names of a region are made.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Language {
    /// Which name stands first.
    pub(super) order: Order,
    /// What separates given and family name in the native script.
    pub(super) native_space: &'static str,
    pub(super) female: &'static [Part],
    pub(super) male: &'static [Part],
    pub(super) family_starts: &'static [Part],
    pub(super) family_ends: &'static [Part],
    /// Lines of business as they appear in names of companies.
    pub(super) trades: &'static [&'static str],
    pub(super) streets: &'static [&'static str],
    pub(super) countries: &'static [Country],
}

/// A country in which a language is used.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Country {
    /// ISO 3166-1 alpha-2.
    pub(super) code: &'static str,
    /// International calling code.
    pub(super) calling: &'static str,
    /// Legal forms of companies.
    pub(super) forms: &'static [&'static str],
    /// Town and, where it matters, ISO 3166-2 subdivision; else empty.
    pub(super) towns: &'static [(&'static str, &'static str)],
    /// How many of a thousand foreign customers come from here.
    pub(super) weight: u64,
}
