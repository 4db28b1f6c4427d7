//! Reading and writing of length-prefixed big-endian binary, shared by the leaf and the body codec.

use crate::LedgerError;

/// Appends a label or text with a 16-bit length. The callers have checked the length.
pub(crate) fn put_short(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// A cursor that knows which format it reads, so that every error can say so.
pub(crate) struct Reader<'a> {
    format: &'static str,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(format: &'static str, bytes: &'a [u8]) -> Self {
        Self { format, rest: bytes }
    }

    pub(crate) fn take(&mut self, count: usize, part: &'static str) -> Result<&'a [u8], LedgerError> {
        let Some((head, tail)) = self.rest.split_at_checked(count) else {
            return Err(LedgerError::Truncated { format: self.format, part });
        };
        self.rest = tail;
        Ok(head)
    }

    pub(crate) fn array<const N: usize>(&mut self, part: &'static str) -> Result<[u8; N], LedgerError> {
        let Some((head, tail)) = self.rest.split_first_chunk::<N>() else {
            return Err(LedgerError::Truncated { format: self.format, part });
        };
        self.rest = tail;
        Ok(*head)
    }

    pub(crate) fn u8(&mut self, part: &'static str) -> Result<u8, LedgerError> {
        self.array::<1>(part).map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self, part: &'static str) -> Result<u16, LedgerError> {
        self.array(part).map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self, part: &'static str) -> Result<u32, LedgerError> {
        self.array(part).map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self, part: &'static str) -> Result<u64, LedgerError> {
        self.array(part).map(u64::from_be_bytes)
    }

    /// A 16-bit length and that many bytes.
    pub(crate) fn short(&mut self, limit: usize, part: &'static str) -> Result<&'a [u8], LedgerError> {
        let length = usize::from(self.u16(part)?);
        self.check(length, limit, part)?;
        self.take(length, part)
    }

    pub(crate) fn check(&self, found: usize, limit: usize, part: &'static str) -> Result<(), LedgerError> {
        if found > limit {
            return Err(LedgerError::TooLarge { format: self.format, part, found, limit });
        }
        Ok(())
    }

    pub(crate) fn label(&mut self, expected: &[u8]) -> Result<(), LedgerError> {
        if self.short(expected.len(), "label").ok() != Some(expected) {
            return Err(LedgerError::Label { format: self.format });
        }
        Ok(())
    }

    pub(crate) fn finish(self) -> Result<(), LedgerError> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(LedgerError::Trailing { format: self.format, count: self.rest.len() })
    }
}
