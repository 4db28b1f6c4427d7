//! A client of the HTTP API that knows nothing but sockets: one connection per request, an answer only when it is whole.

use serde_json::Value;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use tenantry_ledger::{Checkpoint, Hash, VerifierKey, verify_consistency, verify_inclusion};
use tenantry_vault::NoteCheck;

/// Longest wait for anything; only a program that hangs meets it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Somebody with an API key.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) address: SocketAddr,
    pub(crate) api_key: String,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("not JSON: {}\n{}", self.head, self.text()))
    }

    /// The JSON of an answer that has this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }
}

impl Client {
    /// Asks, and answers only what arrived whole.
    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Answer> {
        let mut socket = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nconnection: close\r\ncontent-length: {}\r\n",
            self.address,
            self.api_key,
            body.len()
        );
        for (name, value) in headers {
            for part in [*name, ": ", *value, "\r\n"] {
                request.push_str(part);
            }
        }
        request.push_str("\r\n");
        // A server that refuses a body may answer and close before it has read all of it.
        let sent = socket.write_all(&[request.as_bytes(), body].concat());
        read_answer(&mut socket).or_else(|error| sent.and(Err(error)))
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], &[]).unwrap()
    }

    /// Posts JSON under an idempotency key.
    pub(crate) fn try_post(&self, path: &str, key: &str, body: &[u8]) -> io::Result<Answer> {
        self.ask("POST", path, &[("content-type", "application/json"), ("idempotency-key", key)], body)
    }

    pub(crate) fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.try_post(path, key, body.to_string().as_bytes()).unwrap()
    }

    pub(crate) fn ledger_size(&self) -> u64 {
        let state = self.get("/v1/ledger/state").expect(200);
        assert_eq!(state["trouble"], Value::Null, "{state}");
        state["size"].as_u64().unwrap()
    }

    /// The key of the ledger.
    pub(crate) fn ledger_key(&self) -> String {
        self.get("/ledger/key").text().trim().to_owned()
    }

    /// The newest checkpoint, its signature checked with a key the caller knows; `None` before the first.
    pub(crate) fn checkpoint(&self, key: &str) -> io::Result<Option<Checkpoint>> {
        let answer = self.ask("GET", "/ledger/checkpoint", &[], &[])?;
        if answer.status == 404 {
            return Ok(None);
        }
        assert_eq!(answer.status, 200, "{}", answer.text());
        let key = VerifierKey::parse(key).unwrap();
        Ok(Some(Checkpoint::verify(&answer.body, &[key], &NoteCheck).unwrap()))
    }

    /// The newest checkpoint, as soon as it covers `size` leaves. One is signed every second.
    pub(crate) fn checkpoint_over(&self, key: &str, size: u64) -> Checkpoint {
        loop {
            if let Some(checkpoint) = self.checkpoint(key).unwrap()
                && checkpoint.size >= size
            {
                return checkpoint;
            }
            std::thread::yield_now();
        }
    }

    /// Checks that `new` contains all of `old`.
    pub(crate) fn check_grown(&self, old: &Checkpoint, new: &Checkpoint) {
        assert!(
            old.size <= new.size,
            "a signed checkpoint was taken back: {} leaves, now {}",
            old.size,
            new.size
        );
        let path = format!("/v1/ledger/consistency?old={}&new={}", old.size, new.size);
        let proof = self.get(&path).expect(200);
        verify_consistency(old.size, new.size, &hashes(&proof["path"]), &old.root, &new.root).unwrap();
    }

    /// Checks that a leaf is in the tree of a checkpoint. Answers its hash.
    pub(crate) fn check_included(&self, leaf: u64, checkpoint: &Checkpoint) -> Hash {
        let proof =
            self.get(&format!("/v1/ledger/inclusion?index={leaf}&size={}", checkpoint.size)).expect(200);
        let hash = hash(&proof["leaf"]);
        verify_inclusion(&hash, leaf, checkpoint.size, &hashes(&proof["path"]), &checkpoint.root).unwrap();
        hash
    }
}

fn hashes(list: &Value) -> Vec<Hash> {
    list.as_array().unwrap().iter().map(hash).collect()
}

fn hash(hex: &Value) -> Hash {
    let hex = hex.as_str().unwrap();
    let bytes: Vec<u8> = (0..hex.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(hex.get(at..at + 2).unwrap(), 16).unwrap())
        .collect();
    bytes.try_into().unwrap()
}

fn read_answer(socket: &mut TcpStream) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    let read = socket.read_to_end(&mut bytes);
    let cut = || io::Error::new(io::ErrorKind::UnexpectedEof, "the answer is not whole");
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return read.and(Err(cut()));
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let body = bytes.split_off(end + 4);
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(cut)?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
    if length != Some(body.len()) {
        return read.and(Err(cut()));
    }
    Ok(Answer { status, head, body })
}
