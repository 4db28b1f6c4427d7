//! Reading `multipart/form-data` (RFC 7578), the form of a page that carries a file. Only what browsers send is read: parts with a
//! name, each a short text or a file. What a browser says of a file, its name and its kind, is not looked at: a name may tell of a
//! person, and a kind is guessed.

/// Most parts of one form.
const PARTS_MAX: usize = 64;
/// Longest head of a part, in bytes.
const HEAD_BYTES_MAX: usize = 4 << 10;
/// Longest boundary (RFC 2046 5.1.1), in bytes.
const BOUNDARY_BYTES_MAX: usize = 70;

/// A part of a form.
#[derive(Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Name of the field.
    pub name: String,
    /// What it is.
    pub kind: PartKind,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// What a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// The value of a field.
    Text,
    /// A file. Of a field in which none was chosen it is empty.
    File,
}

/// The boundary that a `Content-Type` names, if it is one of forms with files.
pub fn boundary_of(content_type: &str) -> Option<&str> {
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut parameters = rest.split(';').map(str::trim);
    let value = parameters.find_map(|parameter| parameter.strip_prefix("boundary="))?;
    let value = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value);
    let fits =
        (1..=BOUNDARY_BYTES_MAX).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_graphic());
    Some(value).filter(|_| fits)
}

/// The parts of a form; `None` when it did not arrive whole or is none.
///
/// ```
/// use tenantry_server::http::form_data::parts;
/// let body = b"--b\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nsubpoena\r\n--b--\r\n";
/// assert_eq!(parts(body, "b").unwrap()[0].bytes, b"subpoena");
/// ```
pub fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let line = format!("--{boundary}");
    let between = format!("\r\n{line}");
    let mut rest = body.strip_prefix(line.as_bytes())?;
    let mut parts = Vec::new();
    loop {
        if let Some(end) = rest.strip_prefix(b"--") {
            return Some(parts).filter(|_| matches!(end, b"" | b"\r\n"));
        }
        rest = rest.strip_prefix(b"\r\n")?;
        let (head, after) = split_at(rest, b"\r\n\r\n")?;
        let (bytes, after) = split_at(after, between.as_bytes())?;
        if head.len() > HEAD_BYTES_MAX || parts.len() == PARTS_MAX {
            return None;
        }
        let (name, kind) = named(std::str::from_utf8(head).ok()?)?;
        parts.push(Part { name, kind, bytes });
        rest = after;
    }
}

/// What stands before and behind the first occurrence of a mark.
fn split_at<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|part| part == mark)?;
    Some((bytes.get(..at)?, bytes.get(at + mark.len()..)?))
}

/// The name of a part, and whether it is a file.
fn named(head: &str) -> Option<(String, PartKind)> {
    let header = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-disposition").then_some(value.trim())
    })?;
    let parameters = header.strip_prefix("form-data;")?;
    let name = parameters.split_once("name=\"")?.1.split_once('"')?.0;
    // The name comes first in what browsers send, and no field of ours has a quotation mark in its name.
    let kind = if parameters.contains("; filename") { PartKind::File } else { PartKind::Text };
    Some((name.to_owned(), kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxk";
    const BODY: &[u8] = b"------WebKitFormBoundary7MA4YWxk\r\nContent-Disposition: form-data; name=\"words\"\r\n\r\n\
        two\r\nlines\r\n------WebKitFormBoundary7MA4YWxk\r\nContent-Disposition: form-data; name=\"document\"; \
        filename=\"Ngata.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF\0\r\n------WebKitFormBoundary7MA4YWxk--\r\n";

    #[test]
    fn texts_and_files_are_told_apart_and_their_bytes_kept() {
        let parts = parts(BODY, boundary_of(TYPE).unwrap()).unwrap();
        let seen: Vec<_> = parts.iter().map(|part| (part.name.as_str(), part.kind, part.bytes)).collect();
        let words = ("words", PartKind::Text, &b"two\r\nlines"[..]);
        assert_eq!(seen, [words, ("document", PartKind::File, &b"%PDF\0"[..])]);
    }

    #[test]
    fn a_form_that_is_cut_is_none() {
        let boundary = boundary_of(TYPE).unwrap();
        for length in 0..BODY.len() - 2 {
            assert_eq!(parts(&BODY[..length], boundary), None, "cut to {length}");
        }
        assert!(parts(&[BODY, b"more"].concat(), boundary).is_none());
    }

    #[test]
    fn other_forms_have_no_boundary() {
        for other in
            ["application/x-www-form-urlencoded", "multipart/mixed; boundary=a", "multipart/form-data", ""]
        {
            assert_eq!(boundary_of(other), None, "{other}");
        }
        assert_eq!(boundary_of("multipart/form-data; boundary=\"a b\""), None);
        assert_eq!(boundary_of("Multipart/Form-Data; charset=utf-8; boundary=\"ab\""), Some("ab"));
    }
}
