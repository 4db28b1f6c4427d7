//! The list of measures, page by page.

use super::{MeasureView, ROWS_MAX, may_see_measures};
use crate::call::Call;
use crate::{Register, RegisterError};
use std::sync::Arc;
use tenantry_model::id::MeasureId;
use tenantry_store::StoreExt;
use tenantry_store::repo::{approval, measure};

/// Rows read at a time.
const READ_AT_ONCE: u32 = 200;

impl Register {
    /// At most `rows_max` measures before `before`, newest first, without the names of persons. One that was erased is not shown any more;
    /// its records say that it was there.
    pub fn measures_page(
        &self,
        call: &Call,
        before: Option<MeasureId>,
        rows_max: usize,
    ) -> Result<Vec<MeasureView>, RegisterError> {
        may_see_measures(call)?;
        let (vault, now) = (Arc::clone(&self.core.vault), self.core.clock.now());
        self.core.store.read(move |tx| {
            let waiting = approval::waiting(tx, ROWS_MAX)?;
            let mut before = before.unwrap_or(MeasureId::from_bytes([0xff; 16]));
            let mut views = Vec::new();
            loop {
                let rows = measure::page_before(tx, before, READ_AT_ONCE)?;
                let Some(last) = rows.last() else { return Ok(views) };
                before = last.id;
                for row in rows {
                    match MeasureView::open(tx, &vault, row, &waiting, now) {
                        Err(RegisterError::Erased) => {}
                        view => views.push(view?),
                    }
                    if views.len() == rows_max {
                        return Ok(views);
                    }
                }
            }
        })
    }
}
