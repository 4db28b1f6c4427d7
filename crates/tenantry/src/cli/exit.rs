//! Exit codes: one table for all commands, shown by `--help` and in the documentation.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or the answer is yes.
    Yes,
    /// The answer is no.
    No,
    /// What was asked cannot be answered as asked.
    Asked,
    /// Yes within limits, or not before a person has decided.
    Within,
    /// It could not be done.
    Failed,
}

impl Exit {
    /// Every code, in order.
    pub const ALL: [Self; 5] = [Self::Yes, Self::No, Self::Asked, Self::Within, Self::Failed];

    /// The number.
    pub const fn number(self) -> u8 {
        match self {
            Self::Yes => 0,
            Self::No => 1,
            Self::Asked => 2,
            Self::Within => 3,
            Self::Failed => 4,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

/// The table as help text.
pub const HELP: &str = "\
Exit codes:
  0  done, or the answer is yes: VALID, allow, open
  1  the answer is no: INVALID, deny, refused, differs, migration due, not as it was written
  2  wrong usage, configuration or input; an evidence package that is INCOMPLETE
  3  not without more: allowed within restrictions, a person must decide first, or some lines could
     not be screened or compared
  4  it could not be done: store, key, file or network failed";
