//! The file of one key on a stick: like those of Windows, where the key is one that Windows takes.

use zeroize::Zeroizing;

use super::{Item, bundle, windows_text};
use drivekey_record::KeyKind;

/// The content of the file. A key of another kind is never in Windows' layout, whatever its text looks like.
#[must_use]
pub fn key_file(item: &Item<'_>) -> Zeroizing<Vec<u8>> {
    match item.details.kind {
        KeyKind::BitLocker => windows_text::windows_text(item),
        KeyKind::Other(_) => bundle::text_of_another_kind(item),
    }
}
