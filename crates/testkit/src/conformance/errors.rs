//! Errors: the same error for the same mistake, with the statement's name and without anybody's data.

use tenantry_store::{ConstraintRule, StoreError, StoreExt, Tx, Value, params, query_one};

use super::{
    ADD_ENTRY, ADD_THING, NO_SUCH_TABLE, POSITIONS, READ_COUNTER, READ_THING, TestStore, append, positions,
};

/// Unique, primary, reference, check, not null.
pub fn constraints_have_types_of_their_own(test: TestStore) {
    let test = test.with_tables();
    let add = |id: u8, name: Option<&'static str>, parent: Option<u8>| {
        test.store.write(move |tx| {
            let parent = parent.map(|parent| [parent; 16]);
            tx.execute(&ADD_THING, params![[id; 16], name, Value::Null, Value::Null, parent])
        })
    };
    assert_eq!(add(1, Some("first"), None), Ok(1));
    let conflict = |answer: Result<u64, StoreError>| match answer {
        Err(StoreError::Conflict { statement, constraint }) => {
            assert!(statement.ends_with("conformance::ADD_THING"), "{statement}");
            assert!(constraint.contains("thing"), "{constraint}");
        }
        other => panic!("expected a conflict, got {other:?}"),
    };
    conflict(add(1, Some("second"), None));
    conflict(add(2, Some("first"), None));
    let rule = |answer: Result<u64, StoreError>| match answer {
        Err(StoreError::Constraint { rule, .. }) => rule,
        other => panic!("expected a broken constraint, got {other:?}"),
    };
    assert_eq!(rule(add(2, Some("second"), Some(9))), ConstraintRule::ForeignKey);
    assert_eq!(rule(add(2, None, None)), ConstraintRule::NotNull);
    assert_eq!(rule(test.store.write(|tx| tx.execute(&ADD_ENTRY, params![1, -1]))), ConstraintRule::Check);
}

/// Swallowing an error does not help: the unit is rolled back, on every database.
pub fn a_unit_does_not_go_on_after_an_error(test: TestStore) {
    let test = test.with_tables();
    let swallowed: Result<(), StoreError> = test.store.sequence(|tx| {
        let position = append(tx, 1)?;
        let _ = tx.execute(&ADD_ENTRY, params![position, 2]);
        Ok(())
    });
    assert!(
        matches!(swallowed, Err(StoreError::UnitFailed { statement }) if statement.ends_with("ADD_ENTRY")),
        "{swallowed:?}"
    );
    let carried_on: Result<i64, StoreError> = test.store.sequence(|tx| {
        let _ = tx.execute(&ADD_ENTRY, params![1, -1]);
        append(tx, 2)
    });
    assert!(matches!(carried_on, Err(StoreError::UnitFailed { .. })), "{carried_on:?}");
    assert!(positions(&*test.store).is_empty());
}

/// The read lane is guarded by the database, not by good will.
pub fn a_read_unit_cannot_change_anything(test: TestStore) {
    let test = test.with_tables();
    let changed = test.store.read(|tx| append(tx, 1));
    assert!(matches!(changed, Err(StoreError::ReadOnly { .. })), "{changed:?}");
    assert!(positions(&*test.store).is_empty());
}

/// A column of another type, a null where none can be, a column that is not there, bytes of another length.
pub fn wrong_columns_are_named(test: TestStore) {
    let test = test.with_tables();
    let added: Result<u64, StoreError> = test
        .store
        .write(|tx| tx.execute(&ADD_THING, params![[1; 16], "one", Value::Null, vec![1_u8, 2], Value::Null]));
    assert_eq!(added, Ok(1));
    let found = |read: fn(&tenantry_store::Row<'_>) -> Result<(), StoreError>| {
        let answer = test.store.read(move |tx| query_one(tx, &READ_THING, params![[1_u8; 16]], read));
        match answer {
            Err(StoreError::Column { statement, column, found, .. }) => {
                assert!(statement.ends_with("READ_THING"), "{statement}");
                (column, found)
            }
            other => panic!("expected an error of a column, got {other:?}"),
        }
    };
    assert_eq!(found(|row| row.int(1).map(drop)), (1, "a text"));
    assert_eq!(found(|row| row.text(0).map(drop)), (0, "bytes"));
    assert_eq!(found(|row| row.int(2).map(drop)), (2, "null"));
    assert_eq!(found(|row| row.int(6).map(drop)), (6, "no such column"));
    assert_eq!(found(|row| row.id16(3).map(drop)), (3, "bytes of another length"));
    let many: Result<_, StoreError> = test.store.sequence(|tx| {
        append(tx, 1)?;
        append(tx, 1)?;
        query_one(tx, &POSITIONS, params![], |row| row.int(0))
    });
    assert!(matches!(many, Err(StoreError::TooManyRows { .. })), "{many:?}");
}

/// Too few, too many, of another type, or with a character that not every database can store.
pub fn wrong_parameters_are_named(test: TestStore) {
    let test = test.with_tables();
    let position = |given: Vec<Value>| {
        let answer = test.store.read(move |tx| query_one(tx, &READ_COUNTER, &given, |row| row.int(0)));
        match answer {
            Err(StoreError::Parameter { statement, position, .. }) => {
                assert!(statement.ends_with("READ_COUNTER"), "{statement}");
                position
            }
            other => panic!("expected an error of a parameter, got {other:?}"),
        }
    };
    assert_eq!(position(vec![]), 1);
    assert_eq!(position(vec!["a".into(), 2.into()]), 2);
    assert_eq!(position(vec!["nul \0 inside".into()]), 1);
    let refused = test.store.read(|tx| query_one(tx, &NO_SUCH_TABLE, params![], |row| row.int(0)));
    let Err(StoreError::Refused { statement, reason }) = refused else { panic!("{refused:?}") };
    assert!(
        statement.ends_with("NO_SUCH_TABLE") && reason.contains("no_such_table"),
        "{statement}: {reason}"
    );
}

/// What people are called must not reach a log by way of an error.
pub fn errors_never_show_values(test: TestStore) {
    const SECRET: &str = "Ana Secret";
    let test = test.with_tables();
    let add = |tx: &mut dyn Tx, id: &[u8], name: Value, parent: Value| {
        tx.execute(&ADD_THING, &[id.into(), name, Value::Null, Value::Null, parent])
    };
    let first = test.store.write(move |tx| add(tx, &[1; 16], SECRET.into(), Value::Null));
    assert_eq!(first, Ok(1));
    let mistakes: [(&str, Mistake); 4] = [
        ("taken", Box::new(move |tx| add(tx, &[2; 16], SECRET.into(), Value::Null))),
        ("wrong type", Box::new(move |tx| add(tx, &[2; 16], SECRET.as_bytes().into(), Value::Null))),
        ("too short", Box::new(move |tx| add(tx, SECRET.as_bytes(), "x".into(), Value::Null))),
        (
            "refers to nobody",
            Box::new(move |tx| add(tx, &[2; 16], SECRET.into(), (*b"Ana Secret 12345").into())),
        ),
    ];
    for (mistake, unit) in mistakes {
        let error = test.store.write(move |tx| unit(tx)).expect_err(mistake);
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("Ana") && !shown.contains("416e61"), "{mistake}: {shown}");
    }
}

type Mistake = Box<dyn Fn(&mut dyn Tx) -> Result<u64, StoreError> + Send>;
