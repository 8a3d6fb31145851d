//! Entries of structured files that name a key of another kind, in a form in which it is not read: their values are
//! dropped before anything looks for digits in them.

use crate::RemarkKind;
use crate::entry::{Entry, Field, Role};
use crate::source_text::Text;
use drivekey_record::{KeyKind, Word};

/// Drops what such an entry holds but for its kind; `true` where it was one.
pub(crate) fn mark(entry: &mut Entry<'_>) -> bool {
    let Some(kind) = other_kind(entry) else { return false };
    // What is no name of a kind may be anything.
    let value = Text::copy(if Word::new(kind).is_some() { kind } else { "" });
    entry.fields = vec![Field { name: Text::Borrowed("kind"), role: Role::OtherKind, value }];
    entry.name = Text::Borrowed("");
    true
}

/// The same for all of them, and for what stands inside them.
pub(crate) fn mark_all(entries: &mut [Entry<'_>]) {
    let mut is_inside = vec![false; entries.len()];
    for at in 0..entries.len() {
        if entries[at].parent.is_some_and(|parent| is_inside[parent]) {
            is_inside[at] = true;
            entries[at].fields.clear();
            entries[at].name = Text::Borrowed("");
        } else {
            is_inside[at] = remark(&entries[at]).is_some() || mark(&mut entries[at]);
        }
    }
}

/// What there is to say of a marked entry.
pub(crate) fn remark(entry: &Entry<'_>) -> Option<RemarkKind> {
    let field = entry.fields.iter().find(|field| field.role == Role::OtherKind)?;
    Some(RemarkKind::OtherKind { kind: Word::new(&field.value) })
}

/// The kind, where it has the names that only an export has side by side, and is not of the usual one. A table that has
/// a column for kinds names one in each row.
fn other_kind<'e>(entry: &'e Entry<'_>) -> Option<&'e str> {
    let field = |name: &str| entry.fields.iter().find(|field| field.name.trim().eq_ignore_ascii_case(name));
    field("handle")?;
    let kind = field("kind")?.value.trim();
    (Word::new(kind).map(KeyKind::named) != Some(KeyKind::BitLocker)).then_some(kind)
}
