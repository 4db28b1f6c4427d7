//! Connections: what a server must offer, what happens when it goes away, and who may use it.

use tenantry_store::{Store, StoreError, StoreExt, params, query_one};
use tenantry_store_postgres::{PostgresOptions, PostgresStore};
use tenantry_testkit::PrivatePostgres;
use tenantry_testkit::conformance::{ADD_ENTRY, COUNT_ENTRIES, MIGRATIONS};

use super::open_on;

fn add(store: &PostgresStore, position: i64) -> Result<u64, StoreError> {
    store.sequence(move |tx| tx.execute(&ADD_ENTRY, params![position, 0]))
}

fn count(store: &PostgresStore) -> Result<Option<i64>, StoreError> {
    store.read(|tx| query_one(tx, &COUNT_ENTRIES, params![], |row| row.int(0)))
}

#[test]
fn a_server_that_may_lose_records_is_refused() {
    let connection = PrivatePostgres::shared().create_database();
    let refused = PostgresStore::open(&PostgresOptions::new(connection)).unwrap_err();
    assert_eq!(refused, StoreError::Setting { setting: "fsync", wanted: "on", found: "off".to_owned() });
}

#[test]
fn a_store_without_schema_says_what_to_do() {
    let store = open_on(&PrivatePostgres::shared().create_database());
    let refused = add(&store, 1).unwrap_err();
    assert!(refused.to_string().contains("tenantry migrate"), "{refused}");
}

#[test]
fn a_restarted_server_is_found_again_and_a_missing_one_is_reported() {
    let server = PrivatePostgres::start();
    let store = open_on(&server.create_database());
    store.migrate(MIGRATIONS).unwrap();
    assert_eq!(add(&store, 1), Ok(1));
    assert_eq!(count(&store), Ok(Some(1)));

    server.crash_and_restart();
    assert_eq!(add(&store, 2), Ok(1), "a broken connection before the commit is no reason to bother anybody");
    assert_eq!(count(&store), Ok(Some(2)));

    server.crash();
    for answer in [add(&store, 3).map(drop), count(&store).map(drop), add(&store, 3).map(drop)] {
        assert!(matches!(answer, Err(StoreError::Unavailable { .. })), "{answer:?}");
    }
}

/// The server is killed between the statements of a unit and again during the commit of another: the first is simply run
/// again, the second must be reported as unknown and must not be run twice.
#[test]
fn a_commit_that_breaks_is_unknown_and_never_repeated() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use tenantry_store::statements;

    statements! {
        END_SESSION = "SELECT pg_terminate_backend(pg_backend_pid())::int::bigint";
        END_SESSION_AT_COMMIT = "SELECT set_config('test.end_session', 'yes', true)";
    }
    const TRIGGER: &str = "
        CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF current_setting('test.end_session', true) = 'yes' THEN
                PERFORM pg_terminate_backend(pg_backend_pid());
            END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON entry DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION end_session();";

    let store = open_on(&PrivatePostgres::shared().create_database());
    store.migrate(MIGRATIONS).unwrap();
    store.schema_session(&mut |schema| schema.script(TRIGGER).map(|()| tenantry_store::Ran::Keep)).unwrap();
    let runs = Arc::new(AtomicU32::new(0));

    let counted = Arc::clone(&runs);
    let broken_once = store.sequence(move |tx| {
        if counted.fetch_add(1, Ordering::Relaxed) == 0 {
            tx.query(&END_SESSION, params![], &mut |_| Ok(()))?;
        }
        tx.execute(&ADD_ENTRY, params![1, 0])
    });
    assert_eq!((broken_once, runs.swap(0, Ordering::Relaxed)), (Ok(1), 2));

    let counted = Arc::clone(&runs);
    let unknown = store.sequence(move |tx| {
        counted.fetch_add(1, Ordering::Relaxed);
        tx.query(&END_SESSION_AT_COMMIT, params![], &mut |_| Ok(()))?;
        tx.execute(&ADD_ENTRY, params![2, 0])
    });
    assert_eq!((unknown, runs.load(Ordering::Relaxed)), (Err(StoreError::OutcomeUnknown), 1));
    assert_eq!(add(&store, 3), Ok(1), "the next unit finds a new connection");
}

/// What goes wrong once the commit is done is no refusal of what was committed.
#[test]
fn an_error_behind_the_commit_does_not_take_it_back() {
    const SABOTAGE: &str = "
        CREATE FUNCTION pg_advisory_unlock(bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION 'not today';
        END $$;
        DO $$ BEGIN
            EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database());
        END $$;";
    let connection = PrivatePostgres::shared().create_database();
    let store = open_on(&connection);
    store.migrate(MIGRATIONS).unwrap();
    store.schema_session(&mut |schema| schema.script(SABOTAGE).map(|()| tenantry_store::Ran::Keep)).unwrap();
    // Sessions from now on find the function that fails before the one of the server.
    let sabotaged = open_on(&connection);
    assert_eq!(add(&sabotaged, 1), Ok(1));
    assert_eq!(
        add(&sabotaged, 2),
        Ok(1),
        "a session that cannot step down is given up, and with it the lock"
    );
    assert_eq!(count(&sabotaged), Ok(Some(2)));
}

/// Two programs share one database: their ledgers' units still have one order.
#[test]
fn two_programs_append_without_gaps() {
    use tenantry_testkit::conformance::{NEXT_POSITION, POSITIONS};
    let connection = PrivatePostgres::shared().create_database();
    let stores = [open_on(&connection), open_on(&connection)];
    stores.first().unwrap().migrate(MIGRATIONS).unwrap();
    std::thread::scope(|scope| {
        for store in stores.iter().cycle().take(16) {
            scope.spawn(move || {
                for _ in 0..10 {
                    let appended: Result<u64, StoreError> = store.sequence(|tx| {
                        let next = query_one(tx, &NEXT_POSITION, params![], |row| row.int(0))?.unwrap_or(0);
                        tx.execute(&ADD_ENTRY, params![next, 0])
                    });
                    assert_eq!(appended, Ok(1));
                }
            });
        }
    });
    let all: Result<_, StoreError> =
        stores[0].read(|tx| tenantry_store::query_all(tx, &POSITIONS, params![], |row| row.int(0)));
    assert_eq!(all, Ok((1..=160).collect::<Vec<i64>>()));
}

/// A session that leads and goes away takes its lock with it; one that is answered has given it back already.
#[test]
fn a_lost_leader_makes_room_for_the_next() {
    use std::sync::mpsc::channel;
    use tenantry_store::statements;

    statements! {
        END_LEADER = "SELECT pg_terminate_backend(pid)::int::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted \
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        LEADERS = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' \
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    }
    let connection = PrivatePostgres::shared().create_database();
    let (first, second) = (open_on(&connection), open_on(&connection));
    first.migrate(MIGRATIONS).unwrap();
    let leaders = |store: &PostgresStore| -> Result<Option<i64>, StoreError> {
        store.read(|tx| query_one(tx, &LEADERS, params![], |row| row.int(0)))
    };
    assert_eq!(add(&first, 1), Ok(1));
    assert_eq!(leaders(&second), Ok(Some(0)), "an answered unit has left the lock");
    assert_eq!(first.sequence(|_| Err::<(), _>(StoreError::DiskFull)), Err(StoreError::DiskFull));
    assert_eq!(leaders(&second), Ok(Some(0)), "and so has a refused one");

    let (inside, entered) = channel();
    let (release, released) = channel::<()>();
    std::thread::scope(|scope| {
        // The first program leads, and hangs in its unit once.
        let store = &first;
        let leading = scope.spawn(move || {
            let mut runs = 0;
            store.sequence(move |tx| {
                runs += 1;
                if runs == 1 {
                    inside.send(()).map_err(|_| StoreError::DiskFull)?;
                    let _ = released.recv();
                }
                tx.execute(&ADD_ENTRY, params![2, 0])
            })
        });
        entered.recv().unwrap();
        assert_eq!(leaders(&second), Ok(Some(1)));
        let ended: Result<Option<i64>, StoreError> =
            second.read(|tx| query_one(tx, &END_LEADER, params![], |row| row.int(0)));
        assert_eq!(ended, Ok(Some(1)));
        assert_eq!(add(&second, 3), Ok(1), "the next leads as soon as the first is gone");
        release.send(()).unwrap();
        assert_eq!(leading.join().unwrap(), Ok(1), "nothing was recorded, so the unit is run again");
    });
    assert_eq!(count(&first), Ok(Some(3)));
}
