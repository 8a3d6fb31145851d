//! Values of fields: dates, volume types, Key IDs, in the forms that tools write.

mod date;
mod id;
mod volume;
mod volume_words;

pub(super) use date::created;
pub(crate) use date::is_date;
pub(super) use id::key_id;
pub(crate) use id::{is_key_id, little_endian};
pub(super) use volume::volume_type;
pub(crate) use volume::{is_drive, is_volume_word};

/// Whether a value may hold a GUID, a beginning of one, or a password.
pub(crate) fn may_hold_value(text: &str) -> bool {
    let mut hex = 0;
    text.len() >= 8
        && text.bytes().any(|byte| {
            hex += usize::from(byte.is_ascii_hexdigit() || !byte.is_ascii());
            hex >= 8
        })
}
