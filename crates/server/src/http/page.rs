//! Pages of a list: `?limit=…&cursor=…`, answered with `next` until the end.
//!
//! A cursor is the position of the last row shown, as base64url of JSON: opaque to callers, typed here. It is
//! not signed, because it gives no right: the rows behind it are authorised each time. Positions are made of
//! identifiers, instants and counts; never of names, since URLs end up in logs.

use super::limits::{CURSOR_CHARS_MAX, PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX};
use super::problem::{Code, Problem};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Which page is wanted. `P` is the position type of the list; the same route always uses the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest<P> {
    /// Most rows to return, 1 to 199.
    pub limit: u16,
    /// Rows after this position; from the start when absent.
    pub after: Option<P>,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Cursor of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page from up to `limit + 1` rows: the further row only tells that there is more.
    pub fn from_rows<P: Serialize>(mut rows: Vec<T>, limit: u16, position: impl FnOnce(&T) -> P) -> Self {
        let limit = usize::from(limit);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|last| encode(&position(last)));
        Self { items: rows, next }
    }
}

/// The query parameters of a page, for the OpenAPI document and as a part of a route's own parameters.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Most rows to return, 1 to 199; 50 when absent.
    #[param(minimum = 1, maximum = 199, default = 50)]
    pub limit: Option<u16>,
    /// `next` of the previous page.
    pub cursor: Option<String>,
}

impl PageQuery {
    /// Checks the bounds and opens the cursor.
    pub fn read<P: DeserializeOwned>(&self) -> Result<PageRequest<P>, Problem> {
        let limit = self.limit.unwrap_or(PAGE_ROWS_DEFAULT);
        if !(1..=PAGE_ROWS_MAX).contains(&limit) {
            return Err(
                Problem::new(Code::QueryInvalid).detail(format!("`limit` must be 1 to {PAGE_ROWS_MAX}"))
            );
        }
        let after = self.cursor.as_deref().map(decode).transpose()?;
        Ok(PageRequest { limit, after })
    }
}

impl<P: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for PageRequest<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let super::Query(query) = super::Query::<PageQuery>::from_request_parts(parts, state).await?;
        query.read()
    }
}

/// A cursor of this position.
pub(crate) fn encode<P: Serialize>(position: &P) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(position).unwrap_or_default())
}

fn decode<P: DeserializeOwned>(cursor: &str) -> Result<P, Problem> {
    Some(cursor)
        .filter(|text| text.len() <= CURSOR_CHARS_MAX)
        .and_then(|text| URL_SAFE_NO_PAD.decode(text).ok())
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| Problem::new(Code::CursorInvalid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Position = (i64, String);

    fn read(limit: Option<u16>, cursor: Option<&str>) -> Result<PageRequest<Position>, Code> {
        PageQuery { limit, cursor: cursor.map(str::to_owned) }.read().map_err(|p| p.code())
    }

    #[test]
    fn bounds_and_malformed_cursors_are_refused() {
        assert_eq!(read(None, None), Ok(PageRequest { limit: PAGE_ROWS_DEFAULT, after: None }));
        assert!(read(Some(1), None).is_ok() && read(Some(PAGE_ROWS_MAX), None).is_ok());
        for limit in [0, PAGE_ROWS_MAX + 1] {
            assert_eq!(read(Some(limit), None), Err(Code::QueryInvalid));
        }
        let other_list = encode(&7_u64);
        let huge = "A".repeat(CURSOR_CHARS_MAX + 1);
        for cursor in ["", "!", "AAAA", "eyJ9", &other_list, &huge] {
            assert_eq!(read(None, Some(cursor)), Err(Code::CursorInvalid), "{cursor}");
        }
    }

    proptest! {
        /// Walking the pages shows every row once and in order, whatever the page size.
        #[test]
        fn pages_cover_the_list(total in 0_u32..60, limit in 1_u16..20) {
            let all: Vec<u32> = (0..total).collect();
            let (mut seen, mut after) = (Vec::<u32>::new(), None::<u32>);
            loop {
                let rows: Vec<u32> =
                    all.iter().copied().filter(|r| after.is_none_or(|a| *r > a)).take(usize::from(limit) + 1).collect();
                let page = Page::from_rows(rows, limit, |row| *row);
                prop_assert!(page.items.len() <= usize::from(limit));
                seen.extend(&page.items);
                let Some(next) = page.next else { break };
                after = decode(&next).ok();
            }
            prop_assert_eq!(seen, all);
        }
    }
}
