//! Values: what went in comes out, the same on every database.

use tenantry_store::{StoreError, StoreExt, Value, params, query_all, query_one};

use super::{
    ADD_REMARK, ADD_THING, CLAIM_COUNTERS, EXISTS_ENTRY, READ_THING, SET_COUNTER, SUBTRACT, THING_NAMES,
    TestStore, append,
};

/// Extremes of every type, nothing, and everything at once.
pub fn every_value_comes_back_as_it_went(test: TestStore) {
    let test = test.with_tables();
    let long_text = "Zoë 李小龍 Владимир \u{1f600} ".repeat(40_000);
    let long_bytes: Vec<u8> =
        (0..8 * 1024 * 1024_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    let cases: Vec<(String, Option<i64>, Option<Vec<u8>>)> = vec![
        ("nothing else".to_owned(), None, None),
        (String::new(), Some(0), Some(Vec::new())),
        ("least".to_owned(), Some(i64::MIN), Some(vec![0])),
        ("most".to_owned(), Some(i64::MAX), Some((0..=255).collect())),
        ("e\u{301} is not \u{e9}".to_owned(), Some(-1), Some(vec![0xff, 0xfe])),
        ("\u{10ffff}\u{202e}\u{feff} '; DROP TABLE thing; --\r\n\t".to_owned(), Some(1), None),
        (long_text, Some(1 << 53), Some(long_bytes)),
    ];
    for ((remark, amount, picture), number) in cases.into_iter().zip(0_u8..) {
        let id = [number; 16];
        let parent = number.checked_sub(1).map(|before| [before; 16]);
        let expected = (id, remark.clone(), amount, picture.clone(), parent);
        let added: Result<u64, StoreError> = test.store.sequence(move |tx| {
            let name = number.to_string();
            tx.execute(&ADD_THING, params![id, name, amount, picture.clone(), parent])?;
            tx.execute(&ADD_REMARK, params![id, &remark])
        });
        assert_eq!(added, Ok(1), "case {number}");
        let read: Result<_, StoreError> = test.store.read(move |tx| {
            query_one(tx, &READ_THING, params![id], |row| {
                let picture = row.opt_bytes(3)?.map(<[u8]>::to_vec);
                Ok((row.id16(0)?, row.text(5)?.to_owned(), row.opt_int(2)?, picture, row.opt_id16(4)?))
            })
        });
        assert!(read == Ok(Some(expected)), "case {number} came back changed");
    }
}

/// `$2` before `$1`, and twice: the number decides, not the place.
pub fn parameters_go_by_their_number(test: TestStore) {
    let test = test.with_tables();
    let difference: Result<_, StoreError> =
        test.store.read(|tx| query_one(tx, &SUBTRACT, params![1, 10], |row| Ok((row.int(0)?, row.int(1)?))));
    assert_eq!(difference, Ok(Some((9, 10))));
    let claimed: Result<_, StoreError> = test.store.write(|tx| {
        tx.execute(&SET_COUNTER, params!["a", 5])?;
        query_all(tx, &CLAIM_COUNTERS, params!["a", 37], |row| Ok((row.text(0)?.to_owned(), row.int(1)?)))
    });
    assert_eq!(claimed, Ok(vec![("a".to_owned(), 42)]));
}

/// `EXISTS` answers 0 or 1.
pub fn truth_is_an_integer(test: TestStore) {
    let test = test.with_tables();
    let exists: Result<_, StoreError> = test.store.sequence(|tx| {
        append(tx, 1)?;
        let mut exists = |position| query_one(tx, &EXISTS_ENTRY, params![position], |row| row.int(0));
        Ok((exists(1)?, exists(2)?))
    });
    assert_eq!(exists, Ok((Some(1), Some(0))));
}

/// The order of text is the same everywhere, whatever language the server's operating system speaks.
pub fn text_is_ordered_byte_by_byte(test: TestStore) {
    let test = test.with_tables();
    let names = ["", "B", "Z", "a", "a b", "a-b", "ab", "z", "Ä", "ä", "李", "\u{ffff}", "\u{10000}"];
    let added: Result<(), StoreError> = test.store.write(move |tx| {
        for (name, number) in names.iter().rev().zip(0_u8..) {
            tx.execute(&ADD_THING, params![[number; 16], *name, Value::Null, Value::Null, Value::Null])?;
        }
        Ok(())
    });
    assert_eq!(added, Ok(()));
    let read: Result<Vec<String>, StoreError> =
        test.store.read(|tx| query_all(tx, &THING_NAMES, params![], |row| Ok(row.text(0)?.to_owned())));
    assert_eq!(read.expect("the names can be read"), names);
}
