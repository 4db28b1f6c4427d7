//! Shares of ownership: exact parts per million, single or as a range when a registry gives bands.

use crate::ModelError;
use std::fmt;
use std::str::FromStr;

/// A share of 0 to 100 percent in whole parts per million. Written as percent, at most four decimals: `25.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u32);

impl Share {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// The whole.
    pub const WHOLE: Self = Self(1_000_000);

    /// A share from parts per million; refuses more than the whole.
    pub const fn from_ppm(ppm: u32) -> Result<Self, ModelError> {
        if ppm <= Self::WHOLE.0 { Ok(Self(ppm)) } else { Err(ModelError::Share) }
    }

    /// Parts per million.
    pub const fn ppm(self) -> u32 {
        self.0
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        let decimals = format!("{rest:04}");
        write!(f, "{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl FromStr for Share {
    type Err = ModelError;
    fn from_str(text: &str) -> Result<Self, ModelError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || decimals.len() > 4 || !digits(whole) || !digits(decimals) {
            return Err(ModelError::Share);
        }
        let whole: u32 = whole.parse().map_err(|_| ModelError::Share)?;
        let decimals: u32 = format!("{decimals:0<4}").parse().map_err(|_| ModelError::Share)?;
        Self::from_ppm(whole * 10_000 + decimals)
    }
}

crate::words::serde_by_text!(Share);

/// A share known exactly (`min == max`) or as a band.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Bounds")]
pub struct ShareRange {
    min: Share,
    max: Share,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    min: Share,
    max: Share,
}

impl TryFrom<Bounds> for ShareRange {
    type Error = ModelError;
    fn try_from(bounds: Bounds) -> Result<Self, ModelError> {
        Self::new(bounds.min, bounds.max)
    }
}

impl ShareRange {
    /// A band; refuses `min > max`.
    pub fn new(min: Share, max: Share) -> Result<Self, ModelError> {
        if min <= max { Ok(Self { min, max }) } else { Err(ModelError::Share) }
    }

    /// A share known exactly.
    pub const fn exactly(share: Share) -> Self {
        Self { min: share, max: share }
    }

    /// A fraction of the whole, exactly where it is a whole number of parts per million, and otherwise the narrowest band around it.
    ///
    /// ```
    /// use tenantry_model::share::ShareRange;
    /// let third = ShareRange::of_fraction(1, 3).unwrap();
    /// assert_eq!((third.min().ppm(), third.max().ppm()), (333_333, 333_334));
    /// let eighth = ShareRange::of_fraction(1, 8).unwrap();
    /// assert_eq!((eighth.min().ppm(), eighth.max().ppm()), (125_000, 125_000));
    /// assert!(ShareRange::of_fraction(4, 3).is_err() && ShareRange::of_fraction(0, 0).is_err());
    /// ```
    ///
    /// # Errors
    /// For more than the whole, and for a fraction of nothing.
    pub fn of_fraction(parts: u32, of: u32) -> Result<Self, ModelError> {
        let scaled = u64::from(parts) * u64::from(Share::WHOLE.0);
        let of = u64::from(of);
        let ppm = |ppm: u64| Share::from_ppm(u32::try_from(ppm).map_err(|_| ModelError::Share)?);
        match (scaled.checked_div(of), scaled.checked_rem(of)) {
            (Some(whole), Some(0)) => Ok(Self::exactly(ppm(whole)?)),
            (Some(whole), Some(_)) => Self::new(ppm(whole)?, ppm(whole + 1)?),
            _ => Err(ModelError::Share),
        }
    }

    /// Nothing is known: 0 to 100 percent.
    pub const UNKNOWN: Self = Self { min: Share::NONE, max: Share::WHOLE };

    /// The least it can be.
    pub const fn min(self) -> Share {
        self.min
    }

    /// The most it can be.
    pub const fn max(self) -> Share {
        self.max
    }
}
