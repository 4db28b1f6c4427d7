//! Readers that stop. A compressed file, a text node or a JSON string may claim to be of any length: what is read of one is bounded
//! before it is held, and one that goes on is an error that says which limit it met.

use crate::ListsError;
use crate::limits::{UNPACKED_BYTES_FREE, UNPACKED_BYTES_MAX, UNPACKED_RATIO_MAX};
use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// What a limit is on, and the limit, as an error of reading carries them.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("{what} is over the limit of {limit}")]
pub(crate) struct Over {
    pub(crate) what: &'static str,
    pub(crate) limit: u64,
}

impl From<Over> for io::Error {
    fn from(over: Over) -> Self {
        Self::other(over)
    }
}

/// A failure to read `file`: what met a limit is told as such.
pub(crate) fn failed(file: &str, source: io::Error) -> ListsError {
    match source.get_ref().and_then(|inner| inner.downcast_ref::<Over>()) {
        Some(over) => ListsError::TooLarge { what: over.what, limit: over.limit },
        None => ListsError::Read { file: file.to_owned(), source },
    }
}

/// Counts what is read from a file.
pub(crate) struct Counted<R> {
    inner: R,
    read: Rc<Cell<u64>>,
}

impl<R: Read> Counted<R> {
    /// The reader, and where its count stands.
    pub(crate) fn new(inner: R) -> (Self, Rc<Cell<u64>>) {
        let read = Rc::new(Cell::new(0));
        (Self { inner, read: Rc::clone(&read) }, read)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(out)?;
        self.read.set(self.read.get().saturating_add(length as u64));
        Ok(length)
    }
}

/// What comes out of a compressed file: no more than its limit in all and for each byte that went in.
pub(crate) struct Unpacked<R> {
    inner: R,
    /// Bytes that went in so far, and came out.
    packed: Rc<Cell<u64>>,
    given: u64,
}

impl<R: Read> Unpacked<R> {
    pub(crate) fn new(inner: R, packed: Rc<Cell<u64>>) -> Self {
        Self { inner, packed, given: 0 }
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(out)?;
        self.given = self.given.saturating_add(length as u64);
        within_ratio(self.packed.get(), self.given)?;
        Ok(length)
    }
}

/// Refuses more than can come of `packed` bytes of a list.
pub(crate) fn within_ratio(packed: u64, unpacked: u64) -> Result<(), Over> {
    if unpacked > UNPACKED_BYTES_MAX {
        return Err(Over { what: "content of a compressed file in bytes", limit: UNPACKED_BYTES_MAX });
    }
    if unpacked > packed.saturating_mul(UNPACKED_RATIO_MAX).saturating_add(UNPACKED_BYTES_FREE) {
        return Err(Over {
            what: "content of a compressed file for each byte of it, in bytes,",
            limit: UNPACKED_RATIO_MAX,
        });
    }
    Ok(())
}

/// A reader with so many bytes left, which its user sets anew for each piece.
pub(crate) struct Allowed<R> {
    inner: R,
    left: Rc<Cell<u64>>,
    over: Over,
}

impl<R: Read> Allowed<R> {
    /// The reader, and what it may still read.
    pub(crate) fn new(inner: R, over: Over) -> (Self, Rc<Cell<u64>>) {
        let left = Rc::new(Cell::new(over.limit));
        (Self { inner, left: Rc::clone(&left), over }, left)
    }
}

impl<R: Read> Read for Allowed<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(out)?;
        match self.left.get().checked_sub(length as u64) {
            Some(left) => self.left.set(left),
            None => return Err(self.over.into()),
        }
        Ok(length)
    }
}
