//! Personal data that does not print itself.

use crate::ModelError;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A value that identifies a person. `Debug` and `Display` print `[personal]`; the value is reached only by
/// [`Personal::expose`], which is what reviewers look for.
///
/// ```
/// use tenantry_model::personal::Personal;
/// let name = Personal::new("Ada Example".to_owned());
/// assert_eq!(format!("{name} {name:?}"), "[personal] [personal]");
/// assert_eq!(name.expose(), "Ada Example");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Personal<T>(T);

impl<T> Personal<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Call it only where the value is compared, encrypted or shown after a recorded access.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// Gives the value away.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

impl<T> fmt::Display for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}

/// A line of personal text: a name, a street, a number. Trimmed, 1 to [`PersonalText::LENGTH_MAX`] characters,
/// no control characters. Prints as `[personal]`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PersonalText(String);

impl PersonalText {
    /// Longest accepted text, in characters.
    pub const LENGTH_MAX: usize = 400;

    /// Parses a text; `what` names the field in the error.
    pub fn parse(what: &'static str, text: &str) -> Result<Self, ModelError> {
        let text = text.trim();
        let length = text.chars().count();
        if length == 0 || length > Self::LENGTH_MAX || text.chars().any(char::is_control) {
            return Err(ModelError::Text { what, length_max: Self::LENGTH_MAX });
        }
        Ok(Self(text.to_owned()))
    }

    /// The text itself; see [`Personal::expose`].
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for PersonalText {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse("text", &text).map_err(serde::de::Error::custom)
    }
}

impl fmt::Debug for PersonalText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[personal]")
    }
}
