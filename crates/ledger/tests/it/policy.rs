//! Trust policies, with the example of the specification, and what cosignatures are computed over.

use proptest::prelude::*;
use std::fmt::Write as _;
use tenantry_ledger::{
    Checkpoint, LedgerError, NoteSigner, Quorum, SignatureType, TrustPolicy, UnixSeconds, cosigned_message,
};

use crate::hex;
use crate::toy::{ToyCheck, ToySigner};

const ORIGIN: &str = "example.com/behind-the-sofa";
const TEXT: &str = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

fn checkpoint() -> Checkpoint {
    Checkpoint::parse_text(TEXT).unwrap()
}

#[test]
fn the_message_of_the_specification() {
    let witness = ToySigner::witness("witness.example.com/w1", 1);
    let message = cosigned_message(&witness.key, TEXT, UnixSeconds(1_679_315_147)).unwrap();
    assert_eq!(String::from_utf8(message).unwrap(), format!("cosignature/v1\ntime 1679315147\n{TEXT}"));
    let extended = format!("{TEXT}extension\n");
    let message = cosigned_message(&witness.key, &extended, UnixSeconds(0)).unwrap();
    assert_eq!(String::from_utf8(message).unwrap(), format!("cosignature/v1\ntime 0\n{extended}"));
}

/// Written out by hand from the structure in the specification.
#[test]
fn the_ml_dsa_message_byte_for_byte() {
    let signer = ToySigner::new("w.example/1", SignatureType::COSIGNATURE_ML_DSA_44, 1);
    let golden = [
        "737562747265652f76310a00",
        "0b",
        "772e6578616d706c652f31",
        "0000000064185 0cb".replace(' ', "").as_str(),
        "1b",
        "6578616d706c652e636f6d2f626568696e642d7468652d736f6661",
        "0000000000000000",
        "00000000013e2dc3",
        "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62",
    ]
    .concat();
    let message = cosigned_message(&signer.key, TEXT, UnixSeconds(1_679_315_147)).unwrap();
    assert_eq!(hex(&message), golden);
    let extended = format!("{TEXT}extension\n");
    let same = cosigned_message(&signer.key, &extended, UnixSeconds(1_679_315_147)).unwrap();
    assert_eq!(same, message, "extension lines are not signed");
}

#[test]
fn only_checkpoints_are_cosigned() {
    let witness = ToySigner::witness("w", 1);
    for text in ["", "a\n", "a\n1\n", "a\n1\nnot a hash\n", TEXT.trim_end(), &format!("{TEXT}\n")] {
        assert!(cosigned_message(&witness.key, text, UnixSeconds(1)).is_err(), "{text:?}");
    }
    assert!(cosigned_message(&witness.key, TEXT, UnixSeconds(1 << 63)).is_err());
    assert!(cosigned_message(&ToySigner::log("w", 1).key, TEXT, UnixSeconds(1)).is_err());
}

/// The witnesses of the example in the specification.
fn example() -> (String, Vec<ToySigner>, ToySigner) {
    let log = ToySigner::log(ORIGIN, 9);
    let names = ["X1", "X2", "X3", "Y1", "Y2", "Y3"];
    let witnesses: Vec<ToySigner> = names
        .iter()
        .zip(20..)
        .map(|(name, seed)| ToySigner::witness(&format!("{name}.example"), seed))
        .collect();
    let mut text = format!("log {}\n\n", log.key);
    for (name, witness) in names.iter().zip(&witnesses) {
        let _infallible = writeln!(text, "witness {name} {}", witness.key);
    }
    text += "group X-witnesses 2 X1 X2 X3\n\tgroup  Y-witnesses any Y1 Y2 Y3 \n# both\n";
    text += "group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n";
    (text, witnesses, log)
}

#[test]
fn the_example_of_the_specification_over_every_set_of_witnesses() {
    let (text, witnesses, log) = example();
    let policy = TrustPolicy::parse(text.as_bytes()).unwrap();
    assert!(policy.requires_witnesses());
    for set in 0..64_u32 {
        let mut signers: Vec<&dyn NoteSigner> = vec![&log];
        signers.extend(
            witnesses
                .iter()
                .enumerate()
                .filter(|(at, _)| set >> at & 1 == 1)
                .map(|(_, w)| w as &dyn NoteSigner),
        );
        let note = checkpoint().sign(&signers).unwrap().to_string();
        let judgement = policy.judge(note.as_bytes(), &ToyCheck).unwrap();
        let enough = (set & 7).count_ones() >= 2 && set >> 3 != 0;
        assert_eq!(judgement.quorum == Quorum::Met, enough, "{set:06b}");
        assert_eq!(judgement.cosigners.len() as u32, set.count_ones());
        assert_eq!(policy.verify(note.as_bytes(), &ToyCheck).is_ok(), enough);
        assert!(judgement.cosigners.iter().all(|cosigner| cosigner.time == UnixSeconds(1_790_000_000)));
    }
}

#[test]
fn strangers_do_not_count_and_bad_signatures_of_known_keys_refuse_the_note() {
    let (text, witnesses, log) = example();
    let policy = TrustPolicy::parse(text.as_bytes()).unwrap();
    let stranger = ToySigner::witness("X1.example", 99);
    let only_witnesses =
        checkpoint().sign(&[&witnesses[0], &witnesses[1], &witnesses[3]]).unwrap().to_string();
    assert_eq!(policy.judge(only_witnesses.as_bytes(), &ToyCheck), Err(LedgerError::NoKnownSignature));
    let note = checkpoint().sign(&[&log, &stranger, &witnesses[1], &witnesses[3]]).unwrap().to_string();
    assert_eq!(policy.verify(note.as_bytes(), &ToyCheck), Err(LedgerError::NoQuorum));
    let other_log = Checkpoint { origin: "example.com/other".to_owned(), ..checkpoint() };
    let foreign = other_log.sign(&[&log]).unwrap().to_string();
    assert_eq!(policy.judge(foreign.as_bytes(), &ToyCheck), Err(LedgerError::NoKnownSignature));
    let late = ToySigner { time: UnixSeconds(1_790_000_060), key: witnesses[0].key.clone() };
    let twice = checkpoint().sign(&[&log, &witnesses[0], &late]).unwrap().to_string();
    let judgement = policy.judge(twice.as_bytes(), &ToyCheck).unwrap();
    assert_eq!(judgement.cosigners.len(), 1, "one witness is one witness");
    assert_eq!(judgement.cosigners[0].time, late.time);
    let good = checkpoint().sign(&[&log, &witnesses[0]]).unwrap().to_string();
    // A flipped digit inside the witness's signature, key id left alone.
    let at = good.trim_end().len() - 20;
    let mut bad = good.clone().into_bytes();
    bad[at] = if bad[at] == b'A' { b'B' } else { b'A' };
    assert!(policy.judge(&bad, &ToyCheck).is_err());
}

#[test]
fn quorum_none_accepts_a_checkpoint_without_witnesses() {
    let log = ToySigner::log(ORIGIN, 9);
    let policy =
        TrustPolicy::parse(format!("log {} https://log.example/\nquorum none\n", log.key).as_bytes())
            .unwrap();
    assert_eq!(policy.logs()[0].url.as_deref(), Some("https://log.example/"));
    let note = checkpoint().sign(&[&log]).unwrap().to_string();
    assert_eq!(policy.verify(note.as_bytes(), &ToyCheck).unwrap().quorum, Quorum::NotRequired);
}

#[test]
fn every_named_key_has_to_sign_when_all_are_asked_for() {
    let classic = ToySigner::log(ORIGIN, 9);
    let quantum = ToySigner::new(ORIGIN, SignatureType::COSIGNATURE_ML_DSA_44, 9);
    let keys = [classic.key.clone(), quantum.key.clone()];
    let both = checkpoint().sign(&[&classic, &quantum]).unwrap().to_string();
    assert_eq!(Checkpoint::verify_all(both.as_bytes(), &keys, &ToyCheck).unwrap(), checkpoint());
    for one in [&classic, &quantum] {
        let note = checkpoint().sign(&[one]).unwrap().to_string();
        let refused = Checkpoint::verify_all(note.as_bytes(), &keys, &ToyCheck);
        assert!(matches!(refused, Err(LedgerError::MissingSignature { .. })), "{refused:?}");
        assert!(Checkpoint::verify(note.as_bytes(), &keys, &ToyCheck).is_ok());
    }
}

#[test]
fn broken_policies_name_their_line() {
    let (good, witnesses, log) = example();
    let key = |seed| ToySigner::witness("k", seed).key.to_string();
    let cases = [
        (1, "nonsense\n".to_owned()),
        (1, "log\n".to_owned()),
        (1, format!("log {} a b\n", log.key)),
        (1, "log key\n".to_owned()),
        (2, format!("log {0}\nlog {0}\n", log.key)),
        (1, format!("witness none {}\n", key(1))),
        (1, format!("witness w {}\n", log.key)),
        (2, format!("witness w {}\nwitness w {}\n", key(1), key(2))),
        (2, format!("witness w {0}\nwitness v {0}\n", key(1))),
        (1, "group g 1\n".to_owned()),
        (1, "group g all\n".to_owned()),
        (1, "group g any unknown\n".to_owned()),
        (2, format!("witness w {}\ngroup g 0 w\n", key(1))),
        (2, format!("witness w {}\ngroup g 2 w\n", key(1))),
        (2, format!("witness w {}\ngroup g +1 w\n", key(1))),
        (2, format!("witness w {}\ngroup g any w w\n", key(1))),
        (3, format!("witness w {}\ngroup g any w\ngroup h any w\n", key(1))),
        (2, format!("witness w {}\ngroup w any w\n", key(1))),
        (2, format!("witness w {}\ngroup g any none\n", key(1))),
        (1, "quorum w\n".to_owned()),
        (2, "quorum none\nquorum none\n".to_owned()),
        (1, "quorum\n".to_owned()),
        (1, "quorum none\r\n".to_owned()),
        (0, "quorum none".to_owned()),
        (0, format!("log {}\n", log.key)),
        (0, String::new()),
    ];
    for (line, text) in cases {
        let refused = TrustPolicy::parse(text.as_bytes());
        assert!(
            matches!(refused, Err(LedgerError::Policy { line: at, .. }) if at == line),
            "{text:?}: {refused:?}"
        );
    }
    assert_eq!(TrustPolicy::parse(good.as_bytes()).unwrap().witnesses().len(), witnesses.len());
    assert!(TrustPolicy::parse(b"# \xff\xfe is opaque\nquorum none\n").is_ok());
    assert!(TrustPolicy::parse(&vec![b'#'; 2_000_000]).is_err());
}

proptest! {
    #[test]
    fn foreign_policies_never_panic(bytes: Vec<u8>, text in "(log|witness|group|quorum| |\t|any|all|none|[a-c1-3]|\n){0,40}") {
        let _either = (TrustPolicy::parse(&bytes), TrustPolicy::parse(text.as_bytes()));
    }
}
