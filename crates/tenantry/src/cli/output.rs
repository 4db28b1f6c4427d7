//! What commands print: answers to standard output, progress to a terminal on standard error.

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};

/// In which form answers are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// One JSON object.
    Json,
}

/// Where answers go.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    form: Form,
}

impl Output {
    /// Answers in this form.
    pub const fn new(form: Form) -> Self {
        Self { form }
    }

    /// The form of the answers.
    pub const fn form(self) -> Form {
        self.form
    }

    /// Prints one answer: `value` as one line of JSON, or `text` for people.
    pub fn answer(self, value: &impl Serialize, text: impl Display) -> io::Result<()> {
        let mut line = match self.form {
            Form::Json => serde_json::to_string(value)?,
            Form::Text => text.to_string().trim_end().to_owned(),
        };
        line.push('\n');
        self.raw(&line)
    }

    /// Prints `text` as it is, in either form. Whoever reads may have seen enough and closed the pipe: that is no failure.
    pub fn raw(self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }
}

/// A progress bar for `total` steps, drawn on standard error when that is a terminal and not otherwise.
pub fn progress(what: &'static str, total: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(total).unwrap_or(0));
    if let Ok(style) = ProgressStyle::with_template("{msg:24} {bar:40} {pos}/{len} {per_sec}") {
        bar.set_style(style);
    }
    bar.with_message(what)
}

/// A count with its rate for work whose end is not known, drawn like [`progress`]; not drawn either when answers go to the
/// same terminal.
pub fn counting(what: &'static str) -> ProgressBar {
    if io::stdout().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {human_pos} ({per_sec})") {
        bar.set_style(style);
    }
    bar.with_message(what)
}

/// A bar of bytes for a download, drawn like [`progress`].
pub fn downloading(what: String) -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg:24} {bar:40} {bytes}/{total_bytes} {bytes_per_sec}")
    {
        bar.set_style(style);
    }
    bar.with_message(what)
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
