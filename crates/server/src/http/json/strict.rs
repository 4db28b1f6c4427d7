//! The first reading of a JSON body: is it one JSON value that every reader understands the same way?
//!
//! Checks what the typed reading cannot see everywhere, since it skips unknown parts and overwrites equal map
//! keys: no object holds a key twice (after escapes are resolved), nesting stays within the bound, nothing
//! follows the value. I-JSON, RFC 7493, asks for the same.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

/// Why a body is not acceptable JSON.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The bytes are not UTF-8 from this offset on.
    NotUtf8 { offset: usize },
    /// The text breaks the grammar; the message holds nothing of the body.
    Grammar { message: String },
    /// An object holds a key twice.
    DuplicateKey { pointer: String },
    /// Too many levels.
    TooDeep { pointer: String },
}

/// Reads the whole body once, keeping nothing.
pub(super) fn check(bytes: &[u8], depth_max: usize) -> Result<&str, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|e| Fault::NotUtf8 { offset: e.valid_up_to() })?;
    let walk = RefCell::new(Walk { path: Vec::new(), depth_max, found: None });
    let mut reader = serde_json::Deserializer::from_str(text);
    let read = Value(&walk).deserialize(&mut reader).and_then(|()| reader.end());
    let Walk { path, found, .. } = walk.into_inner();
    match (found, read) {
        (Some(Found::Duplicate), _) => Err(Fault::DuplicateKey { pointer: super::pointer(&path) }),
        (Some(Found::Deep), _) => Err(Fault::TooDeep { pointer: super::pointer(&path) }),
        (None, Err(error)) => Err(Fault::Grammar { message: error.to_string() }),
        (None, Ok(())) => Ok(text),
    }
}

struct Walk {
    path: Vec<String>,
    depth_max: usize,
    found: Option<Found>,
}

enum Found {
    Duplicate,
    Deep,
}

/// One value somewhere in the body; the path stays where the walk stopped.
struct Value<'a>(&'a RefCell<Walk>);

impl Value<'_> {
    fn enter<E: serde::de::Error>(&self, step: String) -> Result<(), E> {
        let mut walk = self.0.borrow_mut();
        walk.path.push(step);
        if walk.path.len() > walk.depth_max {
            walk.found = Some(Found::Deep);
            return Err(E::custom("too deep"));
        }
        Ok(())
    }

    fn leave(&self) {
        self.0.borrow_mut().path.pop();
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        for index in 0_usize.. {
            self.enter(index.to_string())?;
            let more = items.next_element_seed(Value(self.0))?.is_some();
            self.leave();
            if !more {
                break;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        self.enter(String::new())?;
        self.leave();
        while let Some(key) = entries.next_key::<String>()? {
            self.enter(key.clone())?;
            if !seen.insert(key) {
                self.0.borrow_mut().found = Some(Found::Duplicate);
                return Err(A::Error::custom("duplicate key"));
            }
            entries.next_value_seed(Value(self.0))?;
            self.leave();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn refused(body: impl AsRef<[u8]>, expect: Fault) {
        assert_eq!(check(body.as_ref(), 4), Err(expect));
    }

    fn grammar(message: &str) -> Fault {
        Fault::Grammar { message: message.to_owned() }
    }

    fn duplicate(pointer: &str) -> Fault {
        Fault::DuplicateKey { pointer: pointer.to_owned() }
    }

    #[test]
    fn faults_are_told_apart_and_placed() {
        refused(b"{\"a\": \"\xff\"}", Fault::NotUtf8 { offset: 7 });
        refused("", grammar("EOF while parsing a value at line 1 column 0"));
        refused("{\"a\":1,}", grammar("trailing comma at line 1 column 8"));
        refused("{} x", grammar("trailing characters at line 1 column 4"));
        refused("{}{}", grammar("trailing characters at line 1 column 3"));
        refused("\u{feff}{}", grammar("expected value at line 1 column 1"));
        refused("NaN", grammar("expected value at line 1 column 1"));
        refused("1e999", grammar("number out of range at line 1 column 5"));
        refused("\"\\ud800\"", grammar("unexpected end of hex escape at line 1 column 8"));
        refused(r#"{"a":1,"a":1}"#, duplicate("/a"));
        refused(r#"{"a":1,"\u0061":2}"#, duplicate("/a"));
        refused(r#"[{"unknown":{"x/y":1,"x/y":2}}]"#, duplicate("/0/unknown/x~1y"));
        refused("[[[[[1]]]]]", Fault::TooDeep { pointer: "/0/0/0/0/0".into() });
        refused("[[[[[", Fault::TooDeep { pointer: "/0/0/0/0/0".into() });
        refused(r#"{"a":{"b":{"c":{"d":{}}}}}"#, Fault::TooDeep { pointer: "/a/b/c/d/".into() });
    }

    #[test]
    fn the_depth_bound_itself_is_allowed() {
        assert!(check(b"[[[[1]]]]", 4).is_ok());
        assert!(check(br#"{"a":{"b":{"c":{"d":null}}}}"#, 4).is_ok());
    }

    #[test]
    fn a_million_brackets_do_not_exhaust_the_stack() {
        assert!(matches!(check(&vec![b'['; 1 << 20], 32), Err(Fault::TooDeep { .. })));
    }

    proptest! {
        /// Whatever a sound writer writes is accepted, whatever the strings hold.
        #[test]
        fn written_values_are_accepted(keys in proptest::collection::btree_map(".*", ".*", 0..8)) {
            let text = serde_json::to_vec(&keys).unwrap();
            prop_assert!(check(&text, 4).is_ok());
        }

        #[test]
        fn no_input_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = check(&bytes, 8);
        }
    }
}
