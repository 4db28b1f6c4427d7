//! Why a pack was refused.

use thiserror::Error;

/// A pack that cannot be used. Packs are public text, so messages may repeat what they say.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PackError {
    /// Not TOML, or not the shape of a pack: a missing, unknown or mistyped key.
    #[error("line {line}, column {column}: {problem}")]
    Shape {
        /// Line, counted from 1.
        line: usize,
        /// Column in characters, counted from 1.
        column: usize,
        /// What is wrong there.
        problem: String,
    },
    /// Larger than a pack may be.
    #[error("the pack has {length} bytes; at most {length_max} are read")]
    TooLarge {
        /// Its length in bytes.
        length: usize,
        /// The limit in bytes.
        length_max: usize,
    },
    /// A rule the engine needs is not in the pack.
    #[error("rule `{code}` is missing; add a [[rules]] entry with its text, requirement and citation")]
    RuleMissing {
        /// Its code.
        code: &'static str,
    },
    /// Something is said twice.
    #[error("{what} `{name}` is there twice; keep one")]
    Twice {
        /// What, for example `rule`.
        what: &'static str,
        /// Which.
        name: String,
    },
    /// A rule with a consequence the engine does not allow.
    #[error("rule `{code}` has effect `{effect}`; it must lie between `{least}` and `{most}`")]
    Effect {
        /// Its code.
        code: &'static str,
        /// The effect given.
        effect: &'static str,
        /// The weakest allowed.
        least: &'static str,
        /// The strongest allowed.
        most: &'static str,
    },
    /// A value outside its range, or an entry that says nothing.
    #[error("{what}: {problem}")]
    Value {
        /// Which entry, for example `thresholds.match_review`.
        what: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}
