//! An entry while it is being filled: each value once, and no more values than an entry may have.
//!
//! One record may name a hundred thousand aliases, and one identifier may stand on as many rows of a CSV file. Looking through all
//! earlier values for each new one would take time with the square of their number, so that from a few values on there is an
//! index of them. It goes when the reading ends; what is kept is the plain [`ListedEntity`].

use crate::ListsError;
use crate::limits::{TIES_PER_ENTRY_MAX, VALUES_PER_ENTRY_MAX};
use std::collections::HashSet;
use std::ops::Deref;
use tenantry_model::listed::{ListedEntity, Origin, Property, Relation, Schema, Value};

/// Between a file and the entity in it that gave a value to another.
pub(crate) const GIVER: char = '#';
/// Values or ties of one entry up to which they are looked through instead of being indexed.
const FEW: usize = 32;

/// The entity that gave a value or tie to another.
pub(crate) fn giver(origin: &Origin) -> Option<&str> {
    origin.file.split_once(GIVER).map(|(_, giver)| giver)
}

/// An entry that is being filled.
#[derive(Debug)]
pub(crate) struct Draft {
    entity: ListedEntity,
    values: usize,
    /// What is there already, once that is more than a few.
    known: Option<HashSet<Key>>,
    over: Option<Over>,
}

/// What an entry has too many of.
#[derive(Debug, Clone, Copy)]
enum Over {
    Values,
    Ties,
}

/// What makes two values or ties the same: an equal one that another entity gave is another, because one of them may go alone.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key {
    Value(Property, String, String, String),
    Tie(String, String),
}

impl Key {
    fn value(property: Property, value: &Value) -> Self {
        let giver = giver(&value.origin).unwrap_or_default().to_owned();
        Self::Value(property, value.text.clone(), value.note.clone(), giver)
    }

    fn tie(tie: &Relation) -> Self {
        Self::Tie(tie.kind.clone(), tie.target_name.clone())
    }
}

impl Draft {
    pub(crate) fn new(id: String, schema: Schema) -> Self {
        ListedEntity::new(id, schema).into()
    }

    /// The entry is of another kind than was said first.
    pub(crate) fn is_a(&mut self, schema: Schema) {
        self.entity.schema = schema;
    }

    /// Adds a value unless it is empty or already there.
    pub(crate) fn push(&mut self, property: Property, value: Value) {
        // The first value of a property is taken in any case: without its name the entry would be set aside instead of refused.
        let first = !self.entity.properties.contains_key(&property);
        if value.text.is_empty() || (self.over.is_some() && !first) || self.has(property, &value) {
            return;
        }
        if self.values >= VALUES_PER_ENTRY_MAX {
            self.over = Some(Over::Values);
            if !first {
                return;
            }
        }
        self.values += 1;
        self.entity.properties.entry(property).or_default().push(value);
    }

    /// Adds a tie unless one of this kind to this name is already there.
    pub(crate) fn relate(&mut self, tie: Relation) {
        if self.over.is_none() && !self.has_tie(&tie) {
            self.add_tie(tie);
        }
    }

    /// Adds a tie that an entity of its own states, even where another states an equal one.
    pub(crate) fn add_tie(&mut self, tie: Relation) {
        if self.entity.relations.len() >= TIES_PER_ENTRY_MAX {
            self.over = Some(Over::Ties);
        }
        if self.over.is_none() {
            self.entity.relations.push(tie);
        }
    }

    pub(crate) fn relations_mut(&mut self) -> &mut [Relation] {
        &mut self.entity.relations
    }

    /// The entry, or that it is larger than one may be.
    pub(crate) fn finish(self) -> Result<ListedEntity, ListsError> {
        let (what, limit) = match self.over {
            None => return Ok(self.entity),
            Some(Over::Values) => ("values", VALUES_PER_ENTRY_MAX),
            Some(Over::Ties) => ("ties", TIES_PER_ENTRY_MAX),
        };
        Err(ListsError::EntryTooLarge { entry: self.entity.id, what, limit: limit as u64 })
    }

    /// Whether a value is there; if not, it is known from now on.
    fn has(&mut self, property: Property, value: &Value) -> bool {
        if let Some(known) = self.index() {
            return !known.insert(Key::value(property, value));
        }
        let same = |other: &Value| {
            other.text == value.text
                && other.note == value.note
                && giver(&other.origin) == giver(&value.origin)
        };
        self.entity.properties.get(&property).is_some_and(|values| values.iter().any(same))
    }

    fn has_tie(&mut self, tie: &Relation) -> bool {
        if let Some(known) = self.index() {
            return !known.insert(Key::tie(tie));
        }
        let same = |other: &Relation| other.kind == tie.kind && other.target_name == tie.target_name;
        self.entity.relations.iter().any(same)
    }

    /// The index, made when the entry has more than a few values or ties.
    fn index(&mut self) -> Option<&mut HashSet<Key>> {
        if self.known.is_none() && self.values + self.entity.relations.len() > FEW {
            let values = self.entity.properties.iter();
            let values =
                values.flat_map(|(property, values)| values.iter().map(|v| Key::value(*property, v)));
            let ties = self.entity.relations.iter().map(Key::tie);
            self.known = Some(values.chain(ties).collect());
        }
        self.known.as_mut()
    }
}

impl From<ListedEntity> for Draft {
    fn from(entity: ListedEntity) -> Self {
        let values = entity.properties.values().map(Vec::len).sum();
        Self { entity, values, known: None, over: None }
    }
}

impl Deref for Draft {
    type Target = ListedEntity;

    fn deref(&self) -> &ListedEntity {
        &self.entity
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, file: &str) -> Value {
        Value::new(text, Origin { file: file.to_owned(), line: 1 })
    }

    fn tie(name: &str) -> Relation {
        let origin = Origin { file: "x".to_owned(), line: 1 };
        Relation { kind: "owner".to_owned(), target: String::new(), target_name: name.to_owned(), origin }
    }

    /// The same with few values, which are looked through, and with many, which are indexed.
    #[test]
    fn each_value_and_tie_is_kept_once() {
        for many in [2, FEW * 4] {
            let mut draft = Draft::new("x-1".to_owned(), Schema::Company);
            for _ in 0..3 {
                for number in 0..many {
                    draft.push(Property::Alias, value(&format!("Name {number}"), "x"));
                    draft.relate(tie(&format!("Owner {number}")));
                }
                draft.push(Property::Alias, value("Name 0", "x#giver"));
                draft.push(Property::Name, value("Name 0", "y"));
                draft.push(Property::Name, value("", "y"));
            }
            let entity = draft.finish().unwrap();
            assert_eq!(entity.properties[&Property::Alias].len(), many + 1);
            assert_eq!(entity.properties[&Property::Name].len(), 1);
            assert_eq!(entity.relations.len(), many);
        }
    }

    #[test]
    fn an_entry_at_its_limit_is_taken_and_one_beyond_it_is_refused_by_name() {
        let filled = |values: usize| {
            let mut draft = Draft::new("x-1".to_owned(), Schema::Company);
            // What comes twice does not count.
            (0..values).chain(0..values.min(10)).for_each(|number| {
                draft.push(Property::Alias, value(&format!("Name {number}"), "x"));
            });
            draft.finish()
        };
        assert!(filled(VALUES_PER_ENTRY_MAX).is_ok());
        let error = filled(VALUES_PER_ENTRY_MAX + 1).unwrap_err().to_string();
        assert!(error.contains("`x-1`") && error.contains("10000"), "{error}");

        let tied = |ties: usize| {
            let mut draft = Draft::new("x-1".to_owned(), Schema::Company);
            (0..ties).for_each(|number| draft.relate(tie(&format!("Owner {number}"))));
            draft.finish()
        };
        assert!(tied(TIES_PER_ENTRY_MAX).is_ok());
        assert!(tied(TIES_PER_ENTRY_MAX + 1).is_err());
    }
}
