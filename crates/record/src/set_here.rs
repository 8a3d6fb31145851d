//! The fields and tags of a record that were set in this vault itself, by a person or by a trial on a drive. All others
//! came from a source, and are reverted when its import is undone.

use std::collections::BTreeSet;

use super::{Field, LineText, add_tag, has_tag, remove_tag};

/// The names of the fields, and the tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetHere {
    /// Text, so that names from a later version are kept.
    pub(super) fields: BTreeSet<String>,
    pub(super) tags: Vec<LineText>,
}

impl SetHere {
    /// Whether this field was set here.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.fields.contains(field.name())
    }

    /// Notes that a field was set here, or, if `filled` is false, that it was emptied here and has nothing to keep.
    pub fn note(&mut self, field: Field, filled: bool) {
        if filled {
            self.fields.insert(field.name().to_owned());
        } else {
            self.fields.remove(field.name());
        }
    }

    /// The tags that were set here.
    #[must_use]
    pub fn tags(&self) -> &[LineText] {
        &self.tags
    }

    /// Whether a tag was set here, in any spelling.
    #[must_use]
    pub fn has_tag(&self, tag: &LineText) -> bool {
        has_tag(&self.tags, tag)
    }

    /// Notes that a tag was set here.
    pub fn add_tag(&mut self, tag: &LineText) {
        add_tag(&mut self.tags, tag);
    }

    /// Notes that a tag was removed.
    pub fn remove_tag(&mut self, tag: &LineText) {
        remove_tag(&mut self.tags, tag);
    }
}
