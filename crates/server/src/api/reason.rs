//! The header `Tenantry-Reason`: why the caller asks for this. Recorded, sealed, because people write names into it.

use crate::http::problem::{Code, Problem};
use axum::extract::FromRequestParts;
use axum::http::HeaderName;
use axum::http::request::Parts;
use tenantry_register::Reason;

/// The header: 10 to 1000 characters of UTF-8.
pub const TENANTRY_REASON: HeaderName = HeaderName::from_static("tenantry-reason");

/// The reason given, which the route requires.
pub(super) struct Given(pub(super) Reason);

impl<S: Send + Sync> FromRequestParts<S> for Given {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(TENANTRY_REASON).iter();
        let Some(value) = values.next() else { return Err(Problem::new(Code::ReasonMissing)) };
        let invalid = |text: &'static str| Problem::new(Code::HeaderInvalid).detail(text);
        if values.next().is_some() {
            return Err(invalid("`Tenantry-Reason` occurs twice"));
        }
        let text =
            std::str::from_utf8(value.as_bytes()).map_err(|_| invalid("`Tenantry-Reason` is not UTF-8"))?;
        Reason::parse(text).map(Self).map_err(|_| {
            Problem::new(Code::ReasonMissing).detail("`Tenantry-Reason` has 10 to 1000 characters")
        })
    }
}
