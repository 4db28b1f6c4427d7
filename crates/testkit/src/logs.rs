//! What a test process logs: everything, down to the finest level, where somebody wants to read it.
//!
//! `cargo xtask test` names a folder in [`FOLDER_VARIABLE`]; each test process then writes its log to a file of its own there, and
//! afterwards no file may hold a mark of `seeded.txt`. Every clock and every source of randomness of a test begins the log, so a test
//! that runs a register or a server cannot forget to. A test that reads its own log asks for it with [`listen`].

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Names the folder that logs are kept in.
pub const FOLDER_VARIABLE: &str = "LOGS_OF_TESTS";

static BEGUN: Once = Once::new();
static FILE: Mutex<Option<File>> = Mutex::new(None);
static LISTENING: AtomicBool = AtomicBool::new(false);
static HEARD: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Begins the log of this process if there is a folder for it.
pub(crate) fn keep() {
    if std::env::var_os(FOLDER_VARIABLE).is_some() {
        begin();
    }
}

/// Begins the log of this process and remembers from now on what is logged for operators, for [`text`].
pub fn listen() {
    LISTENING.store(true, Ordering::SeqCst);
    begin();
}

/// The whole lines heard so far, from all tests of the process, as JSON.
pub fn text() -> String {
    let bytes = HEARD.lock().expect("a test that logs does not panic meanwhile").clone();
    let text = String::from_utf8(bytes).expect("a log is text");
    text.rsplit_once('\n').map(|(whole, _)| whole.to_owned()).unwrap_or_default()
}

fn begin() {
    BEGUN.call_once(|| {
        let folder = std::env::var_os(FOLDER_VARIABLE);
        let level = if folder.is_some() { LevelFilter::TRACE } else { LevelFilter::INFO };
        if let Some(folder) = folder {
            let program = std::env::current_exe().expect("a process knows its program");
            let name =
                program.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let file = Path::new(&folder).join(format!("{name}-{}.log", std::process::id()));
            *FILE.lock().expect("nobody else yet") = Some(File::create(file).expect("the folder is there"));
        }
        // Also what libraries log through `log`, as in the program itself.
        let subscriber = tracing_subscriber::fmt().json().with_max_level(level).with_writer(Writers);
        // A process that began another log before keeps that one.
        let _ = subscriber.try_init();
    });
}

struct Writers;

/// Writes a line to the file, and into memory if it is for operators and somebody listens.
struct Writer {
    for_operators: bool,
}

impl<'a> MakeWriter<'a> for Writers {
    type Writer = Writer;

    fn make_writer(&'a self) -> Writer {
        Writer { for_operators: true }
    }

    fn make_writer_for(&'a self, meta: &tracing::Metadata<'_>) -> Writer {
        Writer { for_operators: *meta.level() <= tracing::Level::INFO }
    }
}

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Ok(mut file) = FILE.lock()
            && let Some(file) = file.as_mut()
        {
            file.write_all(bytes)?;
        }
        if self.for_operators
            && LISTENING.load(Ordering::SeqCst)
            && let Ok(mut heard) = HEARD.lock()
        {
            heard.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The marks of [`crate::applicant()`] and of every other builder: what no log may hold.
///
/// ```
/// assert!(tenantry_testkit::logs::marks().contains(&"Queen Street"));
/// ```
pub fn marks() -> Vec<&'static str> {
    include_str!("../seeded.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

/// Fails unless this value, which a test seeds as personal data, bears a mark that logs are searched for.
pub fn assert_marked(value: &str) {
    assert!(marks().iter().any(|mark| value.contains(mark)), "`{value}` bears no mark of seeded.txt");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_applicant_says_of_themselves_bears_a_mark() {
        let applicant = crate::applicant(4_321, "2026-11-23T08:00:00Z");
        let facts = applicant["parties"][0]["facts"].as_array().expect("facts");
        let of = |kind: &str, field: &str| {
            let found = facts.iter().find(|fact| fact["fact"]["kind"] == kind).expect("the fact");
            found["fact"][field].as_str().expect("text").to_owned()
        };
        for (kind, field) in [
            ("legal_name", "text"),
            ("address", "street"),
            ("email", "address"),
            ("telephone", "number"),
            ("access_from", "ip"),
        ] {
            assert_marked(&of(kind, field));
        }
    }
}
