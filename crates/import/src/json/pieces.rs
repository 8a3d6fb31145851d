//! Texts that chat programs split into pieces, each with its look: `["ID ", {"type": "code", "text": "…"}]`. They are one
//! text again.

use zeroize::Zeroizing;

use super::tree::Builder;
use crate::entry::{Entry, Field, folded};
use crate::source_text::Text;

/// What stands beside the text of a piece.
const BESIDE: &[&str] =
    &["type", "text", "href", "language", "userid", "documentid", "marks", "style", "bold", "italic", "code"];

/// Whether an object is a piece of a text: its text, its look, and little else.
pub(super) fn is_piece(entry: &Entry<'_>) -> bool {
    entry.has("type")
        && entry.has("text")
        && entry.fields.iter().all(|field| BESIDE.contains(&folded(&field.name).as_str()))
}

/// One piece, where it is kept.
#[derive(Clone, Copy)]
enum Piece {
    /// A string, among the fields of the entry around the list.
    Field(usize),
    /// An object.
    Entry(usize),
}

/// The elements of a list, as long as they are pieces of a text.
pub(super) struct Pieces {
    found: Vec<Piece>,
    entries: usize,
    fields: usize,
    /// Whether all were pieces so far.
    all: bool,
}

impl Pieces {
    /// Before the first element of a list in this entry.
    pub(super) fn at(builder: &Builder<'_>, parent: usize) -> Self {
        let (entries, fields) = (builder.entries.len(), builder.entries[parent].fields.len());
        Self { found: Vec::new(), entries, fields, all: true }
    }

    /// Behind one more element.
    pub(super) fn next(&mut self, builder: &Builder<'_>, parent: usize) {
        let (entries, fields) = (builder.entries.len(), builder.entries[parent].fields.len());
        match (entries - self.entries, fields.checked_sub(self.fields)) {
            (0, Some(1)) => self.found.push(Piece::Field(self.fields)),
            (1, Some(0)) if is_piece(&builder.entries[self.entries]) => self.found.push(Piece::Entry(self.entries)),
            _ => self.all = false,
        }
        (self.entries, self.fields) = (entries, fields);
    }

    /// Joins them to one field; otherwise the objects among them are closed as usual. At least one piece must have a
    /// look: a list of strings is a list.
    pub(super) fn join(self, builder: &mut Builder<'_>, parent: usize, name: &Text<'_>) -> bool {
        let objects: Vec<usize> =
            self.found.iter().filter_map(|piece| if let Piece::Entry(at) = piece { Some(*at) } else { None }).collect();
        if !self.all || objects.is_empty() {
            // From the last, so that those before keep their places.
            for at in objects.into_iter().rev() {
                builder.close(at);
            }
            return false;
        }
        let text_of = |piece: &Piece| match piece {
            Piece::Field(at) => builder.entries[parent].fields.get(*at),
            Piece::Entry(at) => builder.entries[*at].fields.iter().find(|field| folded(&field.name) == "text"),
        };
        let parts: Vec<&str> = self.found.iter().filter_map(text_of).map(|field| &*field.value).collect();
        let mut whole = Zeroizing::new(String::with_capacity(parts.iter().map(|part| part.len()).sum()));
        for part in parts {
            whole.push_str(part);
        }
        let first = self.found.iter().find_map(|piece| if let Piece::Field(at) = piece { Some(*at) } else { None });
        if let Some(first) = first {
            builder.entries[parent].fields.truncate(first);
        }
        builder.entries.truncate(objects[0]);
        builder.entries[parent].fields.push(Field::new(Text::copy(name), Text::Owned(whole)));
        true
    }
}
