//! `tenantry lists fetch` against a publisher on this machine.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

/// What a publisher answers to each name: the content, or a status.
type Answers = BTreeMap<String, Result<Vec<u8>, u16>>;

/// A publisher that knows validators: a file that is asked for with its own tag is not sent again.
struct Publisher {
    address: String,
    answers: Arc<Mutex<Answers>>,
    /// Names of files that were sent, in order.
    sent: Arc<Mutex<Vec<String>>>,
}

impl Publisher {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/lists", listener.local_addr().unwrap());
        let answers = Arc::new(Mutex::new(Answers::new()));
        let sent = Arc::new(Mutex::new(Vec::new()));
        let (known, log) = (Arc::clone(&answers), Arc::clone(&sent));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = String::new();
                let mut lines = BufReader::new(stream.try_clone().unwrap());
                while lines.read_line(&mut request).unwrap() > 2 {}
                let path = request.split(' ').nth(1).unwrap();
                let name = path.rsplit('/').next().unwrap().to_owned();
                let (head, body) = match known.lock().unwrap().get(&name) {
                    Some(Ok(content)) => {
                        let tag = format!(
                            "\"{}-{}\"",
                            content.len(),
                            content.iter().map(|b| u64::from(*b)).sum::<u64>()
                        );
                        if request.contains(&tag) {
                            ("HTTP/1.1 304 Not Modified\r\n".to_owned(), Vec::new())
                        } else {
                            log.lock().unwrap().push(name);
                            let length = content.len();
                            (
                                format!("HTTP/1.1 200 OK\r\nETag: {tag}\r\nContent-Length: {length}\r\n"),
                                content.clone(),
                            )
                        }
                    }
                    Some(Err(status)) => {
                        (format!("HTTP/1.1 {status} Sorry\r\nContent-Length: 0\r\n"), Vec::new())
                    }
                    None => ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n".to_owned(), Vec::new()),
                };
                let _ = stream.write_all(format!("{head}Connection: close\r\n\r\n").as_bytes());
                let _ = stream.write_all(&body);
            }
        });
        Self { address, answers, sent }
    }

    fn answer(&self, name: &str, with: Result<Vec<u8>, u16>) {
        self.answers.lock().unwrap().insert(name.to_owned(), with);
    }

    fn sent(&self) -> Vec<String> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }
}

const NAMES: [&str; 4] = ["sdn.csv", "add.csv", "alt.csv", "sdn_comments.csv"];

fn fixture(name: &str) -> Vec<u8> {
    let path: PathBuf = [env!("CARGO_MANIFEST_DIR"), "../lists/tests/fixtures/ofac", name].iter().collect();
    std::fs::read(path).unwrap()
}

fn fetch(folder: &Path, publisher: &Publisher, more: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tenantry"))
        .args(["lists", "fetch", "ofac-sdn", "--folder", "lists", "--mirror", &publisher.address])
        .args(more)
        .current_dir(folder)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

#[test]
fn only_what_is_newer_whole_and_sound_takes_the_place_of_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let publisher = Publisher::start();
    for name in NAMES {
        publisher.answer(name, Ok(fixture(name)));
    }
    let there = || {
        let file = |name: &&str| std::fs::read(folder.path().join("lists/ofac-sdn").join(name)).unwrap();
        NAMES.iter().map(file).collect::<Vec<_>>()
    };

    let (code, said) = fetch(folder.path(), &publisher, &[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("new version") && said.contains("ofac-sdn"), "{said}");
    assert_eq!(publisher.sent(), NAMES);
    assert_eq!(there(), NAMES.map(fixture));

    let (code, said) = fetch(folder.path(), &publisher, &[]);
    assert_eq!((code, said.contains("unchanged")), (0, true), "{said}");
    assert_eq!(publisher.sent(), Vec::<String>::new());

    // A newer file that is cut off: the publisher's length is right, the list is not.
    let whole = fixture("sdn.csv");
    publisher.answer("sdn.csv", Ok(whole[..whole.len() / 2].to_vec()));
    let (code, said) = fetch(folder.path(), &publisher, &[]);
    assert_eq!((code, said.contains("REFUSED, what was there stays")), (1, true), "{said}");
    assert_eq!(publisher.sent(), ["sdn.csv"]);
    assert_eq!(there(), NAMES.map(fixture));

    publisher.answer("sdn.csv", Err(503));
    let (code, said) = fetch(folder.path(), &publisher, &["--json"]);
    assert_eq!((code, said.contains(r#""outcome":"failed""#)), (4, true), "{said}");
    assert_eq!(there(), NAMES.map(fixture));
    let left: Vec<_> = std::fs::read_dir(folder.path().join("lists")).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing half is left behind: {left:?}");

    // A newer version of one file: only that one is sent, and the set is whole again.
    publisher.answer("sdn.csv", Ok(fixture("sdn.csv")));
    let newer = String::from_utf8(fixture("alt.csv")).unwrap().replacen("aka", "fka", 1);
    publisher.answer("alt.csv", Ok(newer.clone().into_bytes()));
    let (code, said) = fetch(folder.path(), &publisher, &[]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(publisher.sent(), ["alt.csv"]);
    assert_eq!(there()[2], newer.into_bytes());
}

/// A set of many entries, each with an alias and an address.
fn long_set() -> [Vec<u8>; 4] {
    let rows = |row: fn(u32) -> String| {
        let rows: Vec<String> = (1..=60).map(row).collect();
        format!("{}\r\n\u{1a}", rows.join("\r\n")).into_bytes()
    };
    let null = "-0- ";
    [
        rows(|n| {
            let null = ["-0- "; 8].join(",");
            format!("{n},\"EXAMPLE {n}\",-0- ,\"CUBA\",{null}")
        }),
        rows(|n| format!("{n},{n},\"{n} Example Street\",\"Havana\",\"Cuba\",-0- ")),
        rows(|n| format!("{n},{n},\"aka\",\"SAMPLE {n}\",-0- ")),
        format!("1,\"{null}\"\r\n\u{1a}").into_bytes(),
    ]
}

/// The first rows of a file with the mark that ends it: a file that looks whole.
fn gutted(file: &[u8]) -> Vec<u8> {
    let rows: Vec<&[u8]> = file.split_inclusive(|byte| *byte == b'\n').take(3).collect();
    [rows.concat().as_slice(), b"\x1a"].concat()
}

/// From a review: `alt.csv` and `add.csv` of three rows were taken, because the list had as many entries as before.
#[test]
fn a_set_whose_aliases_or_addresses_are_nearly_gone_is_refused_unless_that_is_waived() {
    let folder = tempfile::tempdir().unwrap();
    let publisher = Publisher::start();
    let set = long_set();
    for (name, content) in NAMES.iter().zip(&set) {
        publisher.answer(name, Ok(content.clone()));
    }
    let (code, said) = fetch(folder.path(), &publisher, &[]);
    assert_eq!(code, 0, "{said}");
    for (name, part, at) in [("alt.csv", "aliases", 2), ("add.csv", "addresses", 1)] {
        publisher.answer(name, Ok(gutted(&set[at])));
        let (code, said) = fetch(folder.path(), &publisher, &[]);
        let told = format!("the list has 3 {part} and the version in force 60");
        assert_eq!((code, said.contains(&told)), (1, true), "{said}");
        let there = std::fs::read(folder.path().join("lists/ofac-sdn").join(name)).unwrap();
        assert_eq!(there, set[at], "what was there stays");
        publisher.answer(name, Ok(set[at].clone()));
    }
    publisher.answer("alt.csv", Ok(gutted(&set[2])));
    let (code, said) = fetch(folder.path(), &publisher, &["--without", "addresses"]);
    assert_eq!(code, 1, "only what is named is waived: {said}");
    let (code, said) = fetch(folder.path(), &publisher, &["--without", "alt"]);
    assert_eq!(code, 0, "{said}");
}

/// A run that was stopped between its two renames left the old files aside: they are still what is compared with.
#[test]
fn a_run_that_was_stopped_while_it_put_files_in_place_forgets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let publisher = Publisher::start();
    let set = long_set();
    for (name, content) in NAMES.iter().zip(&set) {
        publisher.answer(name, Ok(content.clone()));
    }
    assert_eq!(fetch(folder.path(), &publisher, &[]).0, 0);
    let (there, aside) = (folder.path().join("lists/ofac-sdn"), folder.path().join("lists/ofac-sdn.old"));
    for remembered in [true, false] {
        std::fs::rename(&there, &aside).unwrap();
        if !remembered {
            // What was noted about them may be lost as well.
            std::fs::write(aside.join("fetched.json"), "").unwrap();
        }
        publisher.answer("alt.csv", Ok(gutted(&set[2])));
        let (code, said) = fetch(folder.path(), &publisher, &[]);
        assert_eq!((code, said.contains("REFUSED")), (1, true), "{said}");
        assert_eq!(std::fs::read(there.join("alt.csv")).unwrap(), set[2]);
        assert!(!aside.exists());
    }
    publisher.answer("alt.csv", Ok(set[2].clone()));
    assert_eq!(fetch(folder.path(), &publisher, &[]).0, 0);
}

/// What the register refuses is refused, with its exit code, and not a failure; the folder is as empty as before.
#[test]
fn what_may_not_follow_the_list_in_force_is_refused_at_import() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("tenantry.toml"), tenantry::config::EXAMPLE).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_tenantry"))
            .args(arguments)
            .current_dir(here)
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(said).unwrap())
    };
    let init = ["init", "--admin", "ada@example.org", "--name", "Ada", "--origin", "ledger.example.org/t"];
    assert_eq!(run(&init).0, 0);
    let set = long_set();
    for (name, content) in NAMES.iter().zip(&set) {
        std::fs::write(here.join(name), content).unwrap();
    }
    // Alone, the main file is refused unless what it lacks is named.
    let (code, said) = run(&["lists", "import", "sdn.csv"]);
    assert_eq!(
        (code, said.contains("lack `alt.csv` (aliases) and `add.csv` (addresses)")),
        (2, true),
        "{said}"
    );
    let import = [&["lists", "import"], NAMES.as_slice()].concat();
    let (code, said) = run(&import);
    assert_eq!(code, 0, "{said}");
    let (code, said) = run(&["lists", "import", "sdn.csv", "add.csv", "--without", "addresses"]);
    assert_eq!(code, 2, "{said}");

    let publisher = Publisher::start();
    for (name, content) in NAMES.iter().zip(&set) {
        publisher.answer(name, Ok(content.clone()));
    }
    publisher.answer("alt.csv", Ok(gutted(&set[2])));
    let (code, said) = fetch(here, &publisher, &["--import"]);
    assert_eq!((code, said.contains("REFUSED") && said.contains("3 aliases")), (1, true), "{said}");
    assert!(!here.join("lists/ofac-sdn").exists());
    // The same on the command line, and what is waived there comes into force.
    std::fs::write(here.join("alt.csv"), gutted(&set[2])).unwrap();
    let (code, said) = run(&import);
    assert_eq!((code, said.contains("--without aliases")), (2, true), "{said}");
    let (code, said) = run(&[import.as_slice(), &["--without", "aliases"]].concat());
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_list_that_nobody_publishes_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_tenantry"))
        .args(["lists", "fetch", "nobodys"])
        .current_dir(folder.path())
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("`nobodys` cannot be fetched; these can: ofac-sdn, ofac-cons, us-csl, un-sc, uk-sl; others with their address in --url"),
        "{said}"
    );
}

/// From a review: the EU list, the Denied Persons List and `OpenSanctions` could not be fetched.
#[test]
fn a_list_at_an_address_of_ones_own_is_fetched_and_its_token_is_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let publisher = Publisher::start();
    std::fs::write(folder.path().join("eu.token"), "s3cret-n0b0dy\n").unwrap();
    let url = format!("{}/content?token={{token}}", publisher.address);
    let run = |url: &str, list: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_tenantry"))
            .args(["lists", "fetch", "--url", url, "--list", list, "--token-file", "eu.token", "--json"])
            .current_dir(folder.path())
            .env_clear()
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!said.contains("s3cret"), "{said}");
        (output.status.code().unwrap(), said)
    };
    let line = r#"{"id":"p","schema":"Person","properties":{"name":["Ada Example"]}}"#;
    let file = "content?token=s3cret-n0b0dy";
    publisher.answer(file, Ok(format!("{line}\n").into_bytes()));
    let (code, said) = run(&url, "os-mine");
    assert_eq!((code, said.contains(r#""outcome":"new""#)), (0, true), "{said}");
    assert!(folder.path().join("lists/os-mine/content").is_file());
    let (code, said) = run(&url, "os-mine");
    assert_eq!((code, said.contains(r#""outcome":"unchanged""#)), (0, true), "{said}");
    let remembered = std::fs::read_to_string(folder.path().join("lists/os-mine/fetched.json")).unwrap();
    assert!(!remembered.contains("s3cret"), "{remembered}");

    publisher.answer(file, Err(403));
    let (code, said) = run(&url, "os-mine");
    assert_eq!((code, said.contains("{token}")), (4, true), "{said}");
    let (code, said) = run("http://lists.example.org/content?token={token}", "os-mine");
    assert_eq!((code, said.contains("is not an https address")), (4, true), "{said}");
    // A list that says itself which it is, under another code; and a code that is a place.
    let un =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../lists/tests/fixtures/un.xml")).unwrap();
    publisher.answer(file, Ok(un));
    let (code, said) = run(&url, "eu-fsf");
    assert_eq!((code, said.contains("is the list `un-sc`, not `eu-fsf`")), (1, true), "{said}");
    assert_eq!(run(&url, "../eu").0, 2);
}
