//! Nothing that was acknowledged is lost, and nothing is half-written, however often the program is killed while it works.

use crate::client::{Answer, Client};
use crate::people::person;
use crate::program::{Deployment, Serving};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use tenantry_ledger::{Checkpoint, Frontier, LeafHeader, TILE_WIDTH, leaf_hash, parse_entry_bundle};
use tenantry_model::random::{Entropy, draw};
use tenantry_testkit::SeededEntropy;

/// How often the program is killed.
const KILLS: u32 = 10;
/// People who apply at once.
const CLIENTS: u32 = 4;
/// Most answers that are waited for before a kill.
const ANSWERS_MAX: u32 = 40;
/// Most turns of an empty loop between an answer and the kill: about as long as a request takes.
const TURNS_MAX: u32 = 2_000_000;

/// What a client knows of its request.
enum Heard {
    /// It was answered.
    Answer(u32, Value),
    /// The connection broke.
    Nothing(u32),
}

/// What all clients know of all requests.
#[derive(Default)]
struct Memory {
    acknowledged: BTreeMap<u32, Value>,
    unanswered: Vec<u32>,
    /// Acknowledged since the last start, so not looked up yet.
    fresh: Vec<u32>,
    /// The newest checkpoint anybody saw.
    checkpoint: Option<Checkpoint>,
}

impl Memory {
    fn remember(&mut self, number: u32, applied: Value) {
        self.acknowledged.insert(number, applied);
        self.fresh.push(number);
    }
}

#[test]
fn nothing_acknowledged_is_lost_and_nothing_is_half_written() {
    let deployment = Deployment::quiet();
    let dice = SeededEntropy::new(13_984);
    let numbers = AtomicU32::new(0);
    let mut memory = Memory::default();
    let mut key = None;
    for _ in 0..KILLS {
        let serving = deployment.serve();
        let key: &String = key.get_or_insert_with(|| serving.client.ledger_key());
        check(&serving.client, key, &mut memory);
        work_until_killed(serving, key, &dice, &numbers, &mut memory);
    }
    let serving = deployment.serve();
    let key = key.unwrap();
    check(&serving.client, &key, &mut memory);
    assert!(memory.acknowledged.len() > 100, "too little was done: {}", memory.acknowledged.len());
    check_all(&serving.client, &memory);
    check_ledger(&serving.client, &key, memory.checkpoint.as_ref().unwrap());
    assert!(serving.stop().0.success());
}

fn post(client: &Client, number: u32) -> std::io::Result<Answer> {
    client.try_post("/v1/applications", &format!("key-{number}"), person(number).to_string().as_bytes())
}

/// Several people apply at once until the program is killed at a point that the dice choose.
fn work_until_killed(
    serving: Serving,
    key: &str,
    dice: &dyn Entropy,
    numbers: &AtomicU32,
    memory: &mut Memory,
) {
    let (tell, hear) = channel();
    let client = serving.client.clone();
    let working = AtomicBool::new(true);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let tell: Sender<Heard> = tell.clone();
            let client = &client;
            scope.spawn(move || apply_until_broken(client, numbers, &tell));
        }
        let watcher = scope.spawn(|| watch(&client, key, &working));
        drop(tell);
        let answers = 1 + u32::from_be_bytes(draw(dice)) % ANSWERS_MAX;
        let mut heard: Vec<Heard> = hear.iter().take(usize::try_from(answers).unwrap()).collect();
        for _ in 0..u32::from_be_bytes(draw(dice)) % TURNS_MAX {
            std::hint::spin_loop();
        }
        serving.kill();
        heard.extend(rest(&hear));
        working.store(false, Ordering::Release);
        memory.checkpoint = watcher.join().unwrap().or(memory.checkpoint.take());
        for one in heard {
            match one {
                Heard::Answer(number, applied) => memory.remember(number, applied),
                Heard::Nothing(number) => memory.unanswered.push(number),
            }
        }
    });
}

/// What else is heard until the last client has given up.
fn rest(hear: &Receiver<Heard>) -> Vec<Heard> {
    hear.iter().collect()
}

fn apply_until_broken(client: &Client, numbers: &AtomicU32, tell: &Sender<Heard>) {
    loop {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        match post(client, number) {
            Ok(answer) => tell.send(Heard::Answer(number, answer.expect(201))).unwrap(),
            Err(_) => return tell.send(Heard::Nothing(number)).unwrap(),
        }
    }
}

/// Reads checkpoints until there are none to be had. Answers the newest.
fn watch(client: &Client, key: &str, working: &AtomicBool) -> Option<Checkpoint> {
    let mut newest = None;
    while working.load(Ordering::Acquire) {
        match client.checkpoint(key) {
            Ok(checkpoint) => newest = checkpoint.or(newest),
            Err(_) => break,
        }
    }
    newest
}

/// After a start: what was acknowledged is there, what was not can be repeated, and the ledger has only grown.
fn check(client: &Client, key: &str, memory: &mut Memory) {
    client.ledger_size();
    for number in std::mem::take(&mut memory.unanswered) {
        let before = client.get(&format!("/v1/accounts/ref-{number}"));
        if before.status == 200 {
            check_whole(client, &before.json());
        } else {
            assert_eq!(before.status, 404, "{}", before.text());
        }
        let applied = post(client, number).unwrap().expect(201);
        if before.status == 200 {
            assert_eq!(
                before.json()["id"],
                applied["account"],
                "it was done before, so it is not done again"
            );
        }
        memory.remember(number, applied);
    }
    let leaves = memory.acknowledged.values().map(|applied| applied["leaf"].as_u64().unwrap());
    let Some(last) = leaves.max() else { return };
    let now = client.checkpoint_over(key, last + 1);
    if let Some(before) = &memory.checkpoint {
        client.check_grown(before, &now);
    }
    for number in std::mem::take(&mut memory.fresh) {
        check_acknowledged(client, &memory.acknowledged[&number], &now);
    }
    memory.checkpoint = Some(now);
}

fn check_acknowledged(client: &Client, applied: &Value, now: &Checkpoint) {
    let application =
        client.get(&format!("/v1/applications/{}", applied["application"].as_str().unwrap())).expect(200);
    assert_eq!(application["account"]["id"], applied["account"]);
    assert_eq!(application["account"]["reference"], applied["reference"]);
    assert_eq!(application["account"]["state"], applied["state"]);
    assert_eq!(application["decision"], applied["decision"]);
    client.check_included(applied["leaf"].as_u64().unwrap(), now);
}

/// An account that is there is there with everything: who, what was decided, and the record of it.
fn check_whole(client: &Client, account: &Value) {
    assert!(!account["decision"].is_null() && !account["roles"].as_array().unwrap().is_empty(), "{account}");
    for decision in account["decisions"].as_array().unwrap() {
        let leaf = client.get(&format!("/v1/ledger/leaves/{}", decision["leaf"])).expect(200);
        assert_eq!(leaf["title"], "Decided", "{leaf}");
    }
    let timeline =
        client.get(&format!("/v1/accounts/{}/timeline", account["id"].as_str().unwrap())).expect(200);
    let titles: Vec<&str> =
        timeline.as_array().unwrap().iter().map(|entry| entry["title"].as_str().unwrap()).collect();
    for title in ["Facts recorded", "Application received", "Decided"] {
        assert!(titles.contains(&title), "{titles:?}");
    }
}

/// At the end: repeating everything changes nothing, and there is one whole account for every request and no other.
fn check_all(client: &Client, memory: &Memory) {
    let (size, newest) = (client.ledger_size(), memory.checkpoint.as_ref().unwrap());
    for (number, applied) in &memory.acknowledged {
        check_acknowledged(client, applied, newest);
        assert_eq!(&post(client, *number).unwrap().expect(201), applied, "the first answer again");
    }
    assert_eq!(client.ledger_size(), size, "repeated requests left records");
    let mut references = Vec::new();
    let mut path = "/v1/accounts?limit=100".to_owned();
    loop {
        let page = client.get(&path).expect(200);
        for account in page["items"].as_array().unwrap() {
            let id = account["id"].as_str().unwrap();
            check_whole(client, &client.get(&format!("/v1/accounts/{id}")).expect(200));
            references.push(account["reference"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/accounts?limit=100&cursor={next}");
    }
    references.sort_unstable();
    let mut expected: Vec<String> =
        memory.acknowledged.keys().map(|number| format!("ref-{number}")).collect();
    expected.sort_unstable();
    assert_eq!(references, expected);
}

/// Reads the whole ledger as an outsider does: the leaves give the signed root, and the chain of every subject is gapless.
fn check_ledger(client: &Client, key: &str, before: &Checkpoint) {
    let now = client.checkpoint_over(key, client.ledger_size());
    client.check_grown(before, &now);
    let mut tree = Frontier::new();
    let mut chains = BTreeMap::new();
    for bundle in 0..now.size.div_ceil(TILE_WIDTH) {
        let width = (now.size - bundle * TILE_WIDTH).min(TILE_WIDTH);
        let part = if width < TILE_WIDTH { format!(".p/{width}") } else { String::new() };
        let answer = client.get(&format!("/ledger/tile/entries/{bundle:03}{part}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        for leaf in parse_entry_bundle(&answer.body).unwrap() {
            let (header, hash) = (LeafHeader::decode(leaf).unwrap(), leaf_hash(leaf));
            assert_eq!(header.log_seq, tree.size());
            let (seq, previous) =
                chains.insert(header.subject, (header.subject_seq, hash)).unwrap_or((0, [0; 32]));
            assert_eq!((header.subject_seq, header.prev_subject_leaf), (seq + 1, previous));
            tree.append(hash);
        }
    }
    assert_eq!((tree.size(), tree.root()), (now.size, now.root));
}
