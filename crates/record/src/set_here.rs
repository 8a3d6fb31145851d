//! Which fields of a record were set in this vault itself, by a person or by a trial on a drive, and which tags. The
//! rest came in with a source, and goes when that is undone.

use std::collections::BTreeSet;

use super::{Field, LineText, add_tag, has_tag, remove_tag};

/// The names of the fields, and the tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetHere {
    /// As text: a later version's names are kept.
    pub(super) fields: BTreeSet<String>,
    pub(super) tags: Vec<LineText>,
}

impl SetHere {
    /// Whether this field was set here.
    #[must_use]
    pub fn has(&self, field: Field) -> bool {
        self.fields.contains(field.name())
    }

    /// Notes that a field was set here, or, where it was emptied, that nothing in it is to be kept.
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

    /// Notes that a tag was taken away.
    pub fn remove_tag(&mut self, tag: &LineText) {
        remove_tag(&mut self.tags, tag);
    }
}
