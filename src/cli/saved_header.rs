//! A drive header in the vault, in place of the drive. It holds no digits, and of a suspended drive its open key:
//! sealed as digits are, it comes out through the same door.

use super::exit::Exit;
use super::failure::Failure;
use super::volumes::Target;
use drivekey_fve::{Found, SavedHeaderError, Volume};
use drivekey_record::AttachmentKind;
use drivekey_vault::reveal::reveal_attachment;
use drivekey_vault::{Attached, Unlocked, Vault};

/// The header that a person means: `a3`, or the beginning of the volume's GUID or of a Key ID on it.
pub(super) fn target(vault: &mut Vault<Unlocked>, typed: &str) -> Result<Target, Failure> {
    let headers: Vec<Attached> = vault
        .attachments()?
        .into_iter()
        .filter(|one| one.info.attachment == AttachmentKind::DriveHeader && one.info.removed_date_time.is_none())
        .collect();
    let mut meant: Vec<&Attached> = headers.iter().filter(|one| is_meant(one, typed)).collect();
    // Of one drive that was saved again, the newest.
    meant.sort_by_key(|one| (one.info.guid, std::cmp::Reverse(one.number)));
    meant.dedup_by_key(|one| one.info.guid);
    meant.sort_by_key(|one| std::cmp::Reverse(one.number));
    match meant[..] {
        [one] => open(vault, one),
        [] => Err(Failure::new(
            Exit::NotFound,
            format!("no drive header in this vault is named \"{typed}\""),
            "'drivekey header save DRIVE' keeps one; name it as it was called there, such as 'a1'",
        )),
        _ => {
            let names: Vec<String> = meant.iter().map(|one| name(one)).collect();
            Err(Failure::new(
                Exit::Ambiguous,
                format!("more than one drive header fits \"{typed}\": {}", names.join(", ")),
                "name one of them",
            ))
        }
    }
}

/// As people write it.
pub(super) fn name(attached: &Attached) -> String {
    format!("a{}", attached.number)
}

fn is_meant(attached: &Attached, typed: &str) -> bool {
    let hex: String = typed.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_uppercase();
    let begins = |guid: &drivekey_record::Guid| hex.len() >= 4 && guid.compact().starts_with(&hex);
    name(attached).eq_ignore_ascii_case(typed)
        || begins(&attached.info.guid)
        || attached.info.key_ids.iter().any(begins)
}

fn open(vault: &mut Vault<Unlocked>, attached: &Attached) -> Result<Target, Failure> {
    let bytes = reveal_attachment(vault, attached)?;
    let volume = Volume::from_saved_header(&bytes).map_err(|error| failure(&name(attached), error))?;
    let found = Found { start: 0, partition: None, volume: Ok(volume) };
    Ok(Target { path: format!("the drive header {}", name(attached)).into(), found: vec![found] })
}

fn failure(name: &str, error: SavedHeaderError) -> Failure {
    match error {
        SavedHeaderError::NewerVersion { found } => Failure::refused(
            format!("the drive header {name} was saved by a newer drivekey (its version is {found})"),
            "use the newer program",
        ),
        SavedHeaderError::NotASavedHeader | SavedHeaderError::Damaged => Failure::new(
            Exit::Damaged,
            format!("the drive header {name} is damaged"),
            "save it again: 'drivekey header save DRIVE'",
        ),
    }
}
