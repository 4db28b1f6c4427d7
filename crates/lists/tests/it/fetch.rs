//! Downloads against a server on loopback that answers as it is told.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::{JoinHandle, spawn};
use tenantry_lists::fetch::{Downloader, FetchError, Fetched, PUBLISHERS, Wanted, Written};

/// Answers one request with these bytes and gives back the request.
fn server(answer: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/list.csv", listener.local_addr().unwrap());
    let served = spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = String::new();
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        while lines.read_line(&mut request).unwrap() > 2 {}
        stream.write_all(answer.as_bytes()).unwrap();
        request.to_ascii_lowercase()
    });
    (url, served)
}

fn fetch(wanted: &Wanted<'_>) -> (Result<Fetched, FetchError>, Vec<u8>, Vec<u64>) {
    let (mut out, mut seen) = (Vec::new(), Vec::new());
    let fetched =
        Downloader::new("tenantry-test").fetch(wanted, &mut out, |progress| seen.push(progress.bytes));
    (fetched, out, seen)
}

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"v2\"\r\nLast-Modified: Mon, 02 Feb 2026 00:00:00 GMT\r\nConnection: close\r\n\r\nhello";
const HELLO_SHA256: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

#[test]
fn a_new_version_is_written_with_what_the_next_request_needs() {
    let (url, served) = server(HELLO);
    let (fetched, out, seen) = fetch(&Wanted { sha256: Some(HELLO_SHA256), ..Wanted::new(&url) });
    let expected = Written {
        bytes: 5,
        sha256: HELLO_SHA256.to_owned(),
        etag: Some("\"v2\"".to_owned()),
        last_modified: Some("Mon, 02 Feb 2026 00:00:00 GMT".to_owned()),
    };
    assert_eq!(fetched.unwrap(), Fetched::Written(expected));
    assert_eq!((out.as_slice(), seen.last()), (b"hello".as_slice(), Some(&5)));
    assert!(!served.join().unwrap().contains("if-none-match"));
}

#[test]
fn a_version_already_held_is_not_sent_again() {
    let (url, served) = server("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
    let wanted = Wanted {
        etag: Some("\"v2\""),
        last_modified: Some("Mon, 02 Feb 2026 00:00:00 GMT"),
        ..Wanted::new(&url)
    };
    let (fetched, out, _) = fetch(&wanted);
    assert_eq!(fetched.unwrap(), Fetched::NotModified);
    assert!(out.is_empty());
    let request = served.join().unwrap();
    assert!(
        request.contains("if-none-match: \"v2\"") && request.contains("if-modified-since: mon, 02 feb 2026"),
        "{request}"
    );
}

#[test]
fn what_is_wrong_is_an_error() {
    let check = |answer, wanted: fn(&str) -> Wanted<'_>, expected: &str| {
        let (url, served) = server(answer);
        let (fetched, ..) = fetch(&wanted(&url));
        let error = fetched.unwrap_err();
        let name = format!("{error:?}").split([' ', '{', '(']).next().unwrap().to_owned();
        assert_eq!(name, expected, "{error}");
        served.join().unwrap();
    };
    check(
        "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        |url| Wanted::new(url),
        "Status",
    );
    check(HELLO, |url| Wanted { bytes_max: 4, ..Wanted::new(url) }, "TooLarge");
    check(
        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello, this has no length",
        |url| Wanted { bytes_max: 4, ..Wanted::new(url) },
        "TooLarge",
    );
    check(HELLO, |url| Wanted { sha256: Some("00"), ..Wanted::new(url) }, "Checksum");
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\nhello";
    check(short, |url| Wanted::new(url), "Copy");
}

#[test]
fn only_https_leaves_this_machine() {
    for url in [
        "http://example.org/",
        "ftp://example.org/",
        "http://127.0.0.1.example.org/",
        "http://localhost@example.org/",
    ] {
        let (fetched, ..) = fetch(&Wanted::new(url));
        assert!(matches!(fetched, Err(FetchError::Insecure { .. })), "{url}");
    }
    assert!(PUBLISHERS.iter().flat_map(|list| list.files).all(|(_, url)| url.starts_with("https://")));
}
