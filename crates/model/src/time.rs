//! Time: instants in whole microseconds UTC, calendar dates that exist, and dates of birth known in part.

use crate::ModelError;
use crate::error::shown;
use std::fmt;
use std::str::FromStr;

/// An instant: microseconds since 1970-01-01T00:00:00Z. Written in RFC 3339 with `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Microseconds in a day.
pub const DAY_US: i64 = 86_400_000_000;

impl Timestamp {
    /// An instant from microseconds since 1970. Values outside the years 1..=9999 are clamped to them.
    pub const fn from_micros(micros: i64) -> Self {
        const EARLIEST: i64 = -62_135_596_800_000_000;
        const LATEST: i64 = 253_402_207_199_999_999;
        if micros < EARLIEST {
            Self(EARLIEST)
        } else if micros > LATEST {
            Self(LATEST)
        } else {
            Self(micros)
        }
    }

    /// Microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// The instant this many microseconds later (or earlier, when negative).
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self::from_micros(self.0.saturating_add(micros))
    }

    /// The instant this many calendar days of 24 hours later (UTC has no other days).
    pub const fn plus_days(self, days: u32) -> Self {
        self.plus_micros((days as i64).saturating_mul(DAY_US))
    }

    /// The same time of day this many calendar years later. 29 February becomes 1 March where there is none, so that what
    /// counts in years never ends early.
    ///
    /// ```
    /// use tenantry_model::time::Timestamp;
    /// let leap: Timestamp = "2028-02-29T12:00:00Z".parse()?;
    /// assert_eq!(leap.plus_years(2).to_string(), "2030-03-01T12:00:00Z");
    /// # Ok::<(), tenantry_model::ModelError>(())
    /// ```
    pub fn plus_years(self, years: u32) -> Self {
        let (date, time_us) = (self.date(), self.0.rem_euclid(DAY_US));
        let (year, month, day) = date.parts();
        let year = i64::from(year) + i64::from(years);
        let Ok(year) = i16::try_from(year.min(9_999)) else { return Self::from_micros(i64::MAX) };
        let later = Date::new(year, month, day).or_else(|_| Date::new(year, 3, 1));
        later.map_or(Self::from_micros(i64::MAX), |later| later.start().plus_micros(time_us))
    }

    /// The UTC calendar date of this instant.
    pub fn date(self) -> Date {
        let instant = jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Date(jiff::tz::Offset::UTC.to_datetime(instant).date())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let instant = jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        fmt::Display::fmt(&instant, f)
    }
}

impl FromStr for Timestamp {
    type Err = ModelError;
    fn from_str(text: &str) -> Result<Self, ModelError> {
        text.parse::<jiff::Timestamp>()
            .map(|instant| Self::from_micros(instant.as_microsecond()))
            .map_err(|_| ModelError::Instant { given: shown(text) })
    }
}

crate::words::serde_by_text!(Timestamp);

/// A calendar date that exists, between the years 1 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(jiff::civil::Date);

impl Date {
    /// A date from its parts; refuses days that do not exist.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, ModelError> {
        let refused = || ModelError::Date { given: format!("{year}-{month}-{day}") };
        if year < 1 {
            return Err(refused());
        }
        jiff::civil::Date::new(year, month, day).map(Self).map_err(|_| refused())
    }

    /// Year, month (1-12) and day (1-31).
    pub fn parts(self) -> (i16, i8, i8) {
        (self.0.year(), self.0.month(), self.0.day())
    }

    /// Midnight UTC at the start of this date.
    pub fn start(self) -> Timestamp {
        let midnight = jiff::tz::Offset::UTC.to_timestamp(self.0.at(0, 0, 0, 0));
        Timestamp::from_micros(midnight.map(jiff::Timestamp::as_microsecond).unwrap_or_default())
    }

    /// Calendar days from `earlier` to this date; negative when this date is the earlier one.
    pub fn days_since(self, earlier: Self) -> i64 {
        (self.start().as_micros() - earlier.start().as_micros()) / DAY_US
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.parts();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Date {
    type Err = ModelError;
    fn from_str(text: &str) -> Result<Self, ModelError> {
        match text.parse() {
            Ok(PartialDate { year, month: Some(month), day: Some(day) }) => Self::new(year, month, day),
            _ => Err(ModelError::Date { given: shown(text) }),
        }
    }
}

crate::words::serde_by_text!(Date);

/// A date of which only the year, or year and month, may be known: dates of birth on lists are often so.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
}

impl PartialDate {
    /// A partial date from its parts; a day needs a month, and a full date must exist.
    pub fn new(year: i16, month: Option<i8>, day: Option<i8>) -> Result<Self, ModelError> {
        let valid = match (month, day) {
            (None, None) => (1..=9999).contains(&year),
            (Some(month), None) => (1..=9999).contains(&year) && (1..=12).contains(&month),
            (Some(month), Some(day)) => Date::new(year, month, day).is_ok(),
            (None, Some(_)) => false,
        };
        if valid { Ok(Self { year, month, day }) } else { Err(ModelError::PartialDate) }
    }

    /// The year.
    pub const fn year(self) -> i16 {
        self.year
    }

    /// The month (1-12), when known.
    pub const fn month(self) -> Option<i8> {
        self.month
    }

    /// The day (1-31), when known.
    pub const fn day(self) -> Option<i8> {
        self.day
    }

    /// The earliest calendar date this can mean.
    pub fn earliest(self) -> Date {
        let (month, day) = (self.month.unwrap_or(1), self.day.unwrap_or(1));
        Date(jiff::civil::Date::new(self.year, month, day).unwrap_or_default())
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PartialDate {
    type Err = ModelError;
    fn from_str(text: &str) -> Result<Self, ModelError> {
        let mut parts = text.split('-');
        let year = digits(parts.next(), 4)?.ok_or(ModelError::PartialDate)?;
        let month = digits(parts.next(), 2)?.and_then(|m| i8::try_from(m).ok());
        let day = digits(parts.next(), 2)?.and_then(|d| i8::try_from(d).ok());
        if parts.next().is_some() {
            return Err(ModelError::PartialDate);
        }
        Self::new(year, month, day)
    }
}

crate::words::serde_by_text!(PartialDate);

fn digits(part: Option<&str>, length: usize) -> Result<Option<i16>, ModelError> {
    let Some(part) = part else { return Ok(None) };
    if part.len() != length || !part.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ModelError::PartialDate);
    }
    part.parse().map(Some).map_err(|_| ModelError::PartialDate)
}
