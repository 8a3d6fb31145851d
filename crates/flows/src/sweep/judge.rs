//! Which files may be erased: those in which nothing was found that the vault does not have, each compared with what
//! the vault gives out.

use std::path::Path;

use zeroize::Zeroizing;

use super::Left;
use crate::erase::EraseError;
use crate::gather;
use crate::intake::source_text::name_of;
use drivekey_import::{Attachment, Reading, RemarkKind, read};
use drivekey_record::{AttachmentKind, ItemNumber, SourceKind};
use drivekey_vault::reveal::{RevealError, reveal_attachment};
use drivekey_vault::{Attached, Fault, Unlocked, Vault, VaultError};

/// The field that says of what kind a key is, and the list of what goes with keys, as exports write them.
const KIND: &[u8] = b"\"kind\"";
const ATTACHMENTS: &[u8] = b"\"attachments\"";
/// Larger files hold more than keys.
const KEY_FILE_BYTES: usize = 1024 * 1024;

/// Why no file may be erased.
#[derive(Debug, thiserror::Error)]
pub enum SweepError {
    /// The vault is not sound: nothing else may go.
    #[error("the vault is not sound")]
    Unsound(Vec<Fault>),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The vault does not give out what a file is compared with.
    #[error(transparent)]
    Reveal(#[from] RevealError),
}

/// Whether a file may be erased.
pub(super) enum Judgement {
    /// It may.
    Safe {
        /// What it held when it was compared.
        bytes: Zeroizing<Vec<u8>>,
        /// The startup keys in it, by their names in the vault.
        startup_keys: Vec<ItemNumber>,
    },
    Left(Left),
}

/// Reads a file again and compares all that is in it with the vault.
pub(super) fn judge(vault: &mut Vault<Unlocked>, path: &Path) -> Result<Judgement, SweepError> {
    // A root that was named may be a link; what it points to was read.
    if path.symlink_metadata().is_ok_and(|data| data.file_type().is_symlink()) {
        return Ok(Judgement::Left(Left::Refused(EraseError::Link)));
    }
    let Ok(bytes) = gather::read_file(path) else { return Ok(Judgement::Left(Left::Unreadable)) };
    let reading = read(name_of(path).as_deref(), &bytes);
    if bytes.len() > KEY_FILE_BYTES || holds_more(&reading) || names_other_kinds(&reading, &bytes) {
        return Ok(Judgement::Left(Left::MoreInside));
    }
    if !is_read_whole(&reading, &bytes) || !has_keys(vault, &reading)? {
        return Ok(Judgement::Left(Left::NotAllKnown));
    }
    let mut startup_keys = Vec::new();
    for attachment in &reading.attachments {
        let Some(number) = kept_as(vault, attachment)? else { return Ok(Judgement::Left(Left::NotAllKnown)) };
        if attachment.kind == AttachmentKind::ExternalKey {
            startup_keys.push(number);
        }
    }
    Ok(Judgement::Safe { bytes, startup_keys })
}

/// Whether it is an archive, a mail or a document around its keys, or has what no import takes in.
fn holds_more(reading: &Reading) -> bool {
    reading.package_left
        || reading.records.iter().any(|record| record.inside.is_some())
        || reading.attachments.iter().any(|attachment| attachment.inside.is_some())
}

/// Whether an export of this program names a key of another kind or an attachment: those of JSON and CSV are not
/// compared with the vault. Bundles are read whole.
fn names_other_kinds(reading: &Reading, bytes: &[u8]) -> bool {
    if reading.source == Some(SourceKind::Bundle) {
        return false;
    }
    // Letters in UTF-16 have zero bytes between them. The buffer has its full size at once, so that nothing unwiped is
    // left behind.
    let mut text = Zeroizing::new(Vec::with_capacity(bytes.len()));
    text.extend(bytes.iter().filter(|byte| **byte != 0).map(u8::to_ascii_lowercase));
    let of_json = text.windows(KIND.len()).enumerate().filter(|(_, window)| *window == KIND).any(|(at, _)| {
        let value = text[at + KIND.len()..].trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii_start);
        value.is_none_or(|value| !value.starts_with(b"\"bitlocker\""))
    });
    let head = text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let of_csv = head
        .split(|byte| matches!(byte, b',' | b';' | b'\t'))
        .any(|cell| matches!(cell.trim_ascii(), b"kind" | b"\"kind\""));
    of_json || of_csv || text.windows(ATTACHMENTS.len()).any(|window| window == ATTACHMENTS)
}

/// Whether something was found in it and nothing that was found went unread.
fn is_read_whole(reading: &Reading, bytes: &[u8]) -> bool {
    // The file itself is what is kept: there is no byte of it beside that.
    if let [only] = &reading.attachments[..]
        && reading.records.is_empty()
        && reading.other_keys.is_empty()
        && only.bytes.as_slice() == bytes
    {
        return true;
    }
    // A key of a later kind is not compared: the file stays.
    let found = reading.holds_anything() && reading.other_keys.is_empty();
    let broken = reading.remarks.iter().any(|remark| remark.kind == RemarkKind::BrokenStructure);
    found && !broken && reading.refusal().is_none() && reading.partial.is_empty()
}

/// Whether the vault has every key of it, under the Key ID that the file gives.
fn has_keys(vault: &mut Vault<Unlocked>, reading: &Reading) -> Result<bool, VaultError> {
    for record in &reading.records {
        // What is erased by it must be sure.
        let found = vault.whose(&record.password)?.sound()?;
        if !found.iter().any(|entry| entry.details.removed.is_none() && entry.details.key_id.may_equal(&record.key_id))
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The attachment of the vault that is this one byte for byte, under the same GUID and not in the trash.
fn kept_as(vault: &mut Vault<Unlocked>, attachment: &Attachment) -> Result<Option<ItemNumber>, SweepError> {
    let size = attachment.bytes.len() as u64;
    for attached in vault.attachments()?.items {
        let info = &attached.info;
        let may_be = info.attachment == attachment.kind && info.guid == attachment.guid && info.bytes == size;
        // The digest beside it would tell as much; what is compared is what would be given out.
        if may_be && info.removed_date_time.is_none() && is_whole(vault, &attached, attachment)? {
            return Ok(Some(attached.number));
        }
    }
    Ok(None)
}

/// Whether what the vault would give out is this attachment; one that no longer opens is not.
fn is_whole(vault: &mut Vault<Unlocked>, attached: &Attached, attachment: &Attachment) -> Result<bool, SweepError> {
    match reveal_attachment(vault, attached) {
        Ok(bytes) => Ok(*bytes == *attachment.bytes),
        Err(RevealError::Vault(VaultError::Faults(_))) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
