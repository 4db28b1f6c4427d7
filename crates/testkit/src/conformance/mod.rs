//! The suite that every driver has to pass: the promises of `tenantry_store`, put to the test on a real database.
//!
//! A driver's test binary writes `tenantry_testkit::store_conformance!(open);` where `open` makes a [`TestStore`] on an empty
//! database. Every case becomes a test of its own.

pub mod errors;
pub mod migrations;
pub mod units;
pub mod values;

use std::any::Any;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use tenantry_store::{Migration, Store, StoreError, StoreExt, Tx, Value, query_all, statements};

/// A store for one test, and what must outlive it, such as a temporary folder.
#[expect(
    missing_debug_implementations,
    reason = "a `dyn Store` has none, and tests print answers, not stores"
)]
pub struct TestStore {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Dropped after the store.
    pub keep: Box<dyn Any>,
}

impl TestStore {
    /// The store with the tables of the suite.
    ///
    /// # Panics
    /// If the migrations fail.
    pub fn with_tables(self) -> Self {
        self.store.migrate(MIGRATIONS).expect("the suite's migrations apply");
        self
    }
}

/// The tables of the suite.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        number: 1,
        name: "things",
        sqlite: include_str!("../../migrations/sqlite/0001_things.sql"),
        postgres: include_str!("../../migrations/postgres/0001_things.sql"),
    },
    Migration {
        number: 2,
        name: "counters",
        sqlite: include_str!("../../migrations/sqlite/0002_counters.sql"),
        postgres: include_str!("../../migrations/postgres/0002_counters.sql"),
    },
];

statements! {
    pub ADD_THING = "INSERT INTO thing (id, name, amount, picture, parent) VALUES ($1, $2, $3, $4, $5)";
    pub ADD_REMARK = "UPDATE thing SET remark = $2 WHERE id = $1";
    pub READ_THING = "SELECT id, name, amount, picture, parent, remark FROM thing WHERE id = $1";
    pub THING_NAMES = "SELECT name FROM thing ORDER BY name";
    pub ADD_ENTRY = "INSERT INTO entry (position, author) VALUES ($1, $2)";
    pub NEXT_POSITION = "SELECT COALESCE(MAX(position), 0) + 1 FROM entry";
    pub POSITIONS = "SELECT position FROM entry ORDER BY position";
    pub COUNT_ENTRIES = "SELECT COUNT(*) FROM entry";
    pub SET_COUNTER = "INSERT INTO counter (name, value) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    pub READ_COUNTER = "SELECT value FROM counter WHERE name = $1";
    pub CLAIM_COUNTERS = "UPDATE counter SET value = value + $2 WHERE name = $1 RETURNING name, value";
    pub SUBTRACT = "SELECT CAST($2 AS BIGINT) - CAST($1 AS BIGINT), CAST($2 AS BIGINT)";
    pub EXISTS_ENTRY = "SELECT EXISTS (SELECT 1 FROM entry WHERE position = $1)";
    pub NO_SUCH_TABLE = "SELECT a FROM no_such_table";
}

/// Makes one test of every case of the suite.
#[macro_export]
macro_rules! store_conformance {
    ($open:ident) => {
        $crate::store_conformance!(@ $open, units:
            a_unit_reads_its_own_writes_and_others_read_them_later,
            a_failing_unit_is_undone_alone_in_its_batch,
            sixty_four_clients_append_without_gaps,
            colliding_writes_all_get_through,
            the_lanes_together_are_serialisable,
            a_read_unit_sees_one_snapshot,
            a_full_queue_refuses_those_who_do_not_wait,
            dropping_the_store_answers_everything,
            nothing_of_a_unit_outlives_its_answer,
            the_last_owner_may_be_a_callback,
            the_last_owners_may_be_a_batch,
            a_panicking_callback_harms_nobody,
            a_unit_cannot_await_another);
        $crate::store_conformance!(@ $open, values:
            every_value_comes_back_as_it_went,
            parameters_go_by_their_number,
            truth_is_an_integer,
            text_is_ordered_byte_by_byte);
        $crate::store_conformance!(@ $open, errors:
            constraints_have_types_of_their_own,
            a_unit_does_not_go_on_after_an_error,
            a_read_unit_cannot_change_anything,
            wrong_columns_are_named,
            wrong_parameters_are_named,
            errors_never_show_values);
        $crate::store_conformance!(@ $open, migrations:
            migrations_apply_once_and_in_order,
            a_failing_migration_leaves_nothing_behind,
            foreign_schemas_are_refused,
            the_suite_s_statements_fit_its_tables);
    };
    (@ $open:ident, $module:ident: $($case:ident),+) => {
        mod $module {
            $(
                #[test]
                fn $case() {
                    $crate::conformance::$module::$case(super::$open());
                }
            )+
        }
    };
}

/// Appends an entry at the next position, as the ledger does, and answers the position.
pub(crate) fn append(tx: &mut dyn Tx, author: i64) -> Result<i64, StoreError> {
    let mut next = 0;
    tx.query(&NEXT_POSITION, &[], &mut |row| {
        next = row.int(0)?;
        Ok(())
    })?;
    tx.execute(&ADD_ENTRY, &[Value::Int(next), Value::Int(author)])?;
    Ok(next)
}

pub(crate) fn positions(store: &dyn Store) -> Vec<i64> {
    let found: Result<_, StoreError> = store.read(|tx| query_all(tx, &POSITIONS, &[], |row| row.int(0)));
    found.expect("the entries can be read")
}

/// Holds the sequencer back until told otherwise, so that units pile up behind it into one batch.
pub(crate) struct Gate {
    open: Sender<()>,
    passed: Receiver<Result<(), StoreError>>,
}

impl Gate {
    pub(crate) fn close(store: &dyn Store) -> Self {
        let (open, opened) = channel::<()>();
        let (inside, entered) = channel();
        let (done, passed) = channel();
        let unit = move |_: &mut dyn Tx| {
            let _ = inside.send(());
            let _ = opened.recv();
            Ok::<(), StoreError>(())
        };
        store.submit_sequence(unit, move |answer| drop(done.send(answer)));
        entered.recv().expect("the unit was started");
        Self { open, passed }
    }

    pub(crate) fn open(self) {
        self.open.send(()).expect("the unit is waiting");
        assert_eq!(self.passed.recv().expect("the unit is answered"), Ok(()));
    }
}
