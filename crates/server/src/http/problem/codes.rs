//! The one table of problem codes: what the API can answer instead of a result.
//!
//! A code is a promise: once published it keeps its meaning and its status. Texts may be improved.

use axum::http::StatusCode;

macro_rules! codes {
    ($($(#[$meta:meta])* $name:ident = $code:literal, $status:literal, $title:literal, $help:literal;)+) => {
        /// What went wrong, as a stable word.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $title] $name,)+ }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable word: last part of the problem's `type`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// One line that does not change from case to case.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// What it means and what the caller can do.
            pub const fn help(self) -> &'static str {
                match self { $(Self::$name => $help,)+ }
            }

            const fn status_number(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }
        }
    };
}

codes! {
    BodyNotJson = "body-not-json", 400, "The body is not JSON",
        "The body breaks the JSON grammar of RFC 8259, is empty, or goes on after the value has ended. The detail names the line and column.";
    BodyNotUtf8 = "body-not-utf8", 400, "The body is not UTF-8",
        "JSON exchanged between systems is UTF-8. Convert the text before sending it; the detail names the first wrong byte.";
    BodyDuplicateKey = "body-duplicate-key", 400, "A key occurs twice in one object",
        "Readers disagree on which of two equal keys counts, so neither is taken. The pointer names the key.";
    BodyTooDeep = "body-too-deep", 400, "The body is nested too deeply",
        "No body of this interface needs more than 32 levels of arrays and objects.";
    BodyTooLarge = "body-too-large", 413, "The body is too large",
        "Bodies are read up to 1 MiB. Split the request.";
    BodyTypeUnsupported = "body-type-unsupported", 415, "The body's media type is not supported",
        "Send `Content-Type: application/json` (UTF-8) and no `Content-Encoding`.";
    BodyInvalid = "body-invalid", 422, "The body does not have the expected shape",
        "The body is JSON, but a field is missing, unknown or of the wrong kind. `errors` names each place by JSON pointer.";
    ValueInvalid = "value-invalid", 422, "A value is not acceptable",
        "Every field has the right shape, but a value cannot be: a date that does not exist, an unknown country, a birth in the future. `errors` names each place by JSON pointer.";
    PathInvalid = "path-invalid", 400, "A part of the path is not valid",
        "An identifier in the path cannot be read. Identifiers are passed on exactly as this interface issued them.";
    QueryInvalid = "query-invalid", 400, "A query parameter is not valid",
        "A parameter is unknown, occurs twice or cannot be read. The detail names it.";
    CursorInvalid = "cursor-invalid", 400, "The cursor is not valid here",
        "Pass on `next` of the previous page unchanged, to the same route. Cursors are not to be built or kept for long.";
    HeaderInvalid = "header-invalid", 400, "A request header is not valid",
        "The detail names the header and the form it must have.";
    CredentialsMissing = "credentials-missing", 401, "No API key was presented",
        "Send `Authorization: Bearer tnt_…`.";
    CredentialsMalformed = "credentials-malformed", 401, "The API key is damaged",
        "The text is not a whole API key: its checksum does not fit. It was cut or mistyped on the way; copy it again.";
    CredentialsUnknown = "credentials-unknown", 401, "The API key is not known",
        "The key is well formed, but this deployment has not issued it or has forgotten it.";
    CredentialsEnded = "credentials-ended", 401, "The API key is no longer valid",
        "The key was revoked or has expired. Ask for a new one.";
    ScopeMissing = "scope-missing", 403, "The API key lacks a scope",
        "The detail names the scope that this action needs. Use a key that has it.";
    Forbidden = "forbidden", 403, "This is not yours to do",
        "The caller is known, but its role or its place in the reseller chain does not allow the action.";
    NotFound = "not-found", 404, "There is nothing here",
        "The path is unknown, or what it names does not exist or is not visible to the caller.";
    MethodNotAllowed = "method-not-allowed", 405, "The method does not fit the path",
        "The `Allow` header lists the methods that do.";
    Conflict = "conflict", 409, "The present state does not allow this",
        "The detail says which state is in the way and what would change it.";
    IdempotencyKeyMissing = "idempotency-key-missing", 400, "An Idempotency-Key is required",
        "This request changes something, so it must carry `Idempotency-Key: \"…\"`, one fresh value per intended change, repeated on retry.";
    IdempotencyKeyReused = "idempotency-key-reused", 422, "The Idempotency-Key was used for another request",
        "The key came before with a different path or body. Nothing was done. Use a fresh key for a new request.";
    IdempotencyInProgress = "idempotency-in-progress", 409, "The first request with this key is still running",
        "Ask again shortly with the same key to get the answer of the first request.";
    VersionMissing = "version-missing", 428, "If-Match is required",
        "Send `If-Match` with the `ETag` of the version you looked at, so that nothing is decided on what you have not seen.";
    VersionOutdated = "version-outdated", 412, "It has changed since you looked",
        "The version in `If-Match` is not the current one. Read it again and decide on what it says now.";
    Duplicate = "duplicate", 409, "There is one already",
        "Something with the same unique field exists. The detail names the field; read what exists, or choose another value.";
    Erased = "erased", 410, "The personal data was erased",
        "What was asked for held personal data that has been destroyed. Its record in the ledger remains.";
    ListRefused = "list-refused", 422, "The list was refused",
        "The file is not a list that can come into force: it is cut, in an unknown format, or much smaller than the snapshot in force, which stays. The detail says which.";
    ReasonMissing = "reason-missing", 422, "A reason is required",
        "Say why in the header `Tenantry-Reason`: 10 to 1000 characters of UTF-8. It is recorded, sealed.";
    ApprovalRequired = "approval-required", 409, "A second person must approve",
        "The request is recorded and waits for approval by a different person. The detail names the approval.";
    RateLimited = "rate-limited", 429, "Too many requests",
        "Wait for the seconds in `Retry-After`. `RateLimit` and `RateLimit-Policy` tell how much is left.";
    Internal = "internal", 500, "Something is wrong on our side",
        "The request was not carried out because of a fault in the software. Report the request id; the log holds the rest.";
    Unavailable = "unavailable", 503, "Not available now",
        "Something this request needs does not answer. Nothing was done. Ask again after the seconds in `Retry-After`.";
    StoreFull = "store-full", 503, "The disk of the store is full",
        "Nothing can be recorded, so nothing was done; reading and the gate go on. The operator makes room and starts again. Then repeat with the same Idempotency-Key.";
    Timeout = "timeout", 504, "The request took too long",
        "The answer did not come in time; the change may or may not have been made. Repeat with the same Idempotency-Key to find out.";
}

impl Code {
    /// The HTTP status that always goes with the code.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.status_number()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The code a word names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == word)
    }

    /// The relative URL that serves as the problem's `type` and answers with its explanation.
    pub fn type_url(self) -> String {
        format!("/problems/{}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_unique_kebab_words_with_error_statuses_and_texts() {
        let words: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!(code.as_str().bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            assert_eq!(code.status().as_u16(), code.status_number());
            assert!(code.status().is_client_error() || code.status().is_server_error());
            assert!(!code.title().ends_with('.') && code.help().ends_with('.'), "{}", code.as_str());
            assert_eq!(Code::parse(code.as_str()), Some(*code));
        }
    }

    #[test]
    fn the_published_table_changes_only_on_purpose() {
        let table: Vec<_> = Code::ALL
            .iter()
            .map(|c| format!("{} {} {}", c.status().as_u16(), c.as_str(), c.title()))
            .collect();
        insta::assert_snapshot!(table.join("\n"));
    }
}
