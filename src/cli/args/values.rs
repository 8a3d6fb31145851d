//! Parses single values: types, states, numbers, Key IDs. Each error is a sentence for the person who typed.

use drivekey_record::{ItemNumber, KeyId, State, VolumeType};

pub(in crate::cli) fn volume_type(text: &str) -> Result<VolumeType, String> {
    text.parse().map_err(|_| "one of os, fixed, removable, data, unknown is meant".to_owned())
}

pub(super) fn key_id(text: &str) -> Result<KeyId, String> {
    text.parse().map_err(|_| "a Key ID has 32 hexadecimal digits; its beginning needs at least 4".to_owned())
}

pub(in crate::cli) fn copy_number(text: &str) -> Result<ItemNumber, String> {
    item_number(text, ['c', 'C'])
        .ok_or_else(|| "a copy is named c1, c2 and so on; 'drivekey copies' lists them".to_owned())
}

pub(super) fn attachment_number(text: &str) -> Result<ItemNumber, String> {
    item_number(text, ['a', 'A'])
        .ok_or_else(|| "an attachment is named a1, a2 and so on; 'drivekey attachment list' lists them".to_owned())
}

fn item_number(text: &str, letters: [char; 2]) -> Option<ItemNumber> {
    text.strip_prefix(letters)?.parse().ok().and_then(ItemNumber::new)
}

pub(super) fn state(text: &str) -> Result<State, String> {
    State::ALL
        .into_iter()
        .find(|state| state.word() == text)
        .ok_or_else(|| "one of current, superseded, used, retired is meant".to_owned())
}
