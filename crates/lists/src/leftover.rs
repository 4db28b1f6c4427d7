//! What an XML record says and no reader took: nothing that is published is lost for want of a rule.
//!
//! Publishers add elements without a word. Whatever is neither empty nor one of the format's own identifiers becomes a remark under
//! the name of its element or attribute.

use crate::draft::Draft;
use crate::entry::{At, spaced};
use crate::xml::Node;
use tenantry_model::listed::Property;

/// Puts everything that is left of a record into the entry, as remarks noted by `about` and the names of element and attribute.
/// What is `structural`, by its name and text, ties the parts of a file together or orders them, and says nothing of the party.
pub(crate) fn put_left(
    at: At<'_>,
    entity: &mut Draft,
    record: &Node,
    about: &str,
    structural: &impl Fn(&str, &str) -> bool,
) {
    record.left(&mut |line, element, name, text| {
        if !structural(name, text) {
            let note: Vec<&str> =
                [about, element, name].into_iter().filter(|word| !word.is_empty()).collect();
            at.on(line).put_noted(entity, Property::Notes, &spaced(text), &note.join(" "));
        }
    });
}
