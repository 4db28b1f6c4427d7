//! The read lane: one unit at a time per connection, each on one snapshot, which the server keeps from changing anything.

use tenantry_store::{Job, StoreError, Waiting, limits};

use crate::connection::Link;
use crate::transaction::{Ended, PostgresTx};

const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

pub(crate) fn serve(mut link: Link, waiting: &Waiting) {
    while let Some(batch) = waiting.batch(1) {
        for mut job in batch {
            let outcome = settle(&mut link, &mut job);
            job.finish(outcome);
        }
    }
}

/// Runs a unit until the connection holds to its end. Reading twice does no harm.
fn settle(link: &mut Link, job: &mut Job) -> Result<(), StoreError> {
    for _ in 0..limits::UNIT_RUNS_MAX {
        let connection = link.connection()?;
        if connection.client.batch_execute(BEGIN).is_err() {
            link.discard();
            continue;
        }
        let mut tx = PostgresTx::new(connection);
        job.run(&mut tx);
        let ended = tx.ended;
        let rolled_back = connection.client.batch_execute("ROLLBACK");
        if rolled_back.is_err() {
            link.discard();
        }
        match ended {
            None => return Ok(()),
            Some(Ended::Collided) => {}
            Some(Ended::Lost) => link.discard(),
        }
    }
    Err(StoreError::Contention { runs: limits::UNIT_RUNS_MAX })
}
