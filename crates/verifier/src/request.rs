//! The legal process behind a package: the record of its receipt, and the document as it was received.
//!
//! `data/request/NNNNNN.*` is the record that the order was received. Among its shown fields are `document_sha256` and
//! `document_bytes`, and `document`: `kept`, or `hash_only` where the document may not be kept. A document that is kept lies
//! beside it as `data/request/legal-process.*`. A scope that names an order rests on the record of exactly that order.

use sha2::{Digest, Sha256};
use tenantry_ledger::{Disclosure, RecordType};

use crate::bag::Bag;
use crate::layout;
use crate::verify::{Check, Head};

/// Number of the kind of record that states that an order was received.
const ORDER_RECEIVED: RecordType = RecordType(17);
/// How a scope begins to name the order that it rests on.
const NAMED: &str = "\"order\":\"";

/// What the record of an order shows.
struct Order {
    record: u64,
    shown: Disclosure,
}

impl Order {
    fn text(&self, name: &str) -> &str {
        let field = self.shown.shown().find(|field| field.name == name);
        field.and_then(|field| std::str::from_utf8(&field.value).ok()).unwrap_or_default()
    }
}

impl Check {
    pub(crate) fn check_request(&mut self, bag: &Bag<'_>, head: &mut Head<'_>) -> Result<(), String> {
        let mut orders = Vec::new();
        for stem in layout::stems(bag.in_folder(layout::REQUEST)) {
            let about = |reason: String| format!("record {}{stem}: {reason}", layout::REQUEST);
            let (header, shown) = self.check_record(bag, layout::REQUEST, stem, head).map_err(about)?;
            let shown = shown.filter(|_| header.record_type == ORDER_RECEIVED);
            let shown =
                shown.ok_or_else(|| about("it does not show that an order was received".to_owned()))?;
            orders.push(Order { record: header.log_seq, shown });
        }
        let documents = bag.in_folder(layout::PROCESS);
        if orders.len() > 1 || documents.len() > 1 {
            return Err("the package rests on one legal process, and more than one is here".to_owned());
        }
        let order = orders.first();
        self.check_scope_of(bag, order)?;
        let document = documents.first().and_then(|ending| {
            let path = format!("{}{ending}", layout::PROCESS);
            bag.find(&path).map(|bytes| (path, bytes))
        });
        match (order, document) {
            (None, None) => {}
            (None, Some((path, _))) => {
                self.incomplete.push(format!("no record here says that `{path}` was received"));
            }
            (Some(order), Some((path, bytes))) => {
                let stated = (order.text("document_sha256"), order.text("document_bytes"));
                let found = (layout::hex(&Sha256::digest(bytes)), bytes.len().to_string());
                if stated != (&found.0, &found.1) {
                    return Err(format!("`{path}` is not the document that record {} states", order.record));
                }
                self.checked.push(format!("`{path}` is what was received, by record {}", order.record));
            }
            (Some(order), None) => self.say_absent(order),
        }
        Ok(())
    }

    /// A scope and the record of an order are about the same order.
    fn check_scope_of(&mut self, bag: &Bag<'_>, order: Option<&Order>) -> Result<(), String> {
        let Some(scope) = bag.find(layout::SCOPE) else { return Ok(()) };
        let names = |text: &str| scope.windows(text.len()).any(|part| part == text.as_bytes());
        match order {
            None if names(NAMED) => {
                let line = "data/request/scope.json rests on an order, and no record of its receipt is here";
                self.incomplete.push(line.to_owned());
            }
            None => {}
            Some(order) => {
                let id = order.text("order");
                if id.is_empty() || !names(&format!("{NAMED}{id}\"")) {
                    return Err(format!(
                        "data/request/scope.json does not rest on the order of record {}",
                        order.record
                    ));
                }
            }
        }
        Ok(())
    }

    fn say_absent(&mut self, order: &Order) {
        let (record, sha256) = (order.record, order.text("document_sha256"));
        match order.text("document") {
            "kept" => self.incomplete.push(format!(
                "the document that record {record} says was received and kept is not in the package"
            )),
            _ if sha256.is_empty() => self.not_checked.push(format!(
                "what the legal process of record {record} says: the record shows no document"
            )),
            _ => self.not_checked.push(format!(
                "the legal process of record {record}, which was not kept: compare what was served with its SHA-256 {sha256} and \
                 its size of {} bytes",
                order.text("document_bytes")
            )),
        }
    }
}
