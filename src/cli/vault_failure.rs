//! What is wrong with a vault, in words.

use std::fmt::Write as _;

use super::exit::Exit;
use super::failure::{Failure, short_slot};
use drivekey_vault::reveal::RevealError;
use drivekey_vault::seal::{KdfError, SealError};
use drivekey_vault::store::{BesideProblem, Damage, RefusedFile, StoreError};
use drivekey_vault::{CopyDoubt, Fault, FaultKind, SlotChangeError, VaultError};

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing => Self::new(Exit::Failed, "the folder or file does not exist", "check the path"),
            StoreError::Exists => {
                Self::refused("there is a file already; it was not touched", "choose another name with --vault FILE")
            }
            StoreError::NotAVault => Self::refused(
                "this file is not a drivekey vault; it was not touched",
                "check the path given with --vault",
            ),
            StoreError::Newer { found, known } => Self::refused(
                format!(
                    "this vault was written by a newer drivekey (its version is {found}, this program knows {known}); \
                     it was not touched"
                ),
                "use the newer program",
            ),
            StoreError::Damaged(damage) => Self::new(
                Exit::Damaged,
                format!("the vault file is damaged: {}", damage_words(&damage)),
                "it was not touched; keep it, and use a copy or backup of it",
            ),
            StoreError::Busy => {
                Self::new(Exit::Failed, "another program is using the vault", "wait a moment and try again")
            }
            StoreError::DiskFull => {
                Self::new(Exit::Failed, "the disk is full; the vault is as it was before", "make room and try again")
            }
            StoreError::ReadOnly => Self::new(
                Exit::Failed,
                "the vault cannot be written: the file, its folder or the medium is read-only; nothing was changed",
                "reading works; copy the vault to a place that can be written to change it",
            ),
            StoreError::UnfinishedWrite => Self::new(
                Exit::Failed,
                "another program's change was broken off just now; nothing was changed",
                "run the command again: the vault is then put in order first",
            ),
            StoreError::Beside(refused) => Self::new(
                Exit::OtherCopy,
                format!("nothing was changed: {}", beside_sentence(&refused)),
                "if you know where it comes from and do not need it, have it renamed with 'drivekey verify \
                 --set-aside'",
            ),
            StoreError::TwoNames => Self::refused(
                "nothing was changed: this file has a second name (a hard link), and a change under one name would \
                 not be safe under the other",
                "remove the other name, or copy the vault to a place of its own",
            ),
            StoreError::Replaced => Self::new(
                Exit::Failed,
                "another file was put in the vault's place meanwhile; nothing was changed",
                "run the command again",
            ),
            StoreError::UnfinishedOnReadOnly => Self::new(
                Exit::Failed,
                "nothing was changed: an earlier change was broken off here, and it cannot be undone where the vault \
                 lies",
                "reading works; to change the vault, copy it and the '-journal' file beside it to a place that can be \
                 written",
            ),
            StoreError::UnfinishedDamaged => Self::new(
                Exit::Damaged,
                "nothing was changed: an earlier change was broken off here, and undoing it leaves a damaged vault",
                "reading works; copy the vault and the '-journal' file beside it, then 'drivekey verify --repair' \
                 undoes that change and mends what can be mended",
            ),
            StoreError::Lost => Self::new(
                Exit::Failed,
                "the connection to the vault was lost; nothing is half done",
                "see that it can be reached, and try again",
            ),
            StoreError::NoFile => {
                Self::refused("this vault is kept in no file", "this can be done with a vault's file only")
            }
            StoreError::Io(kind) => Self::new(
                Exit::Failed,
                format!("the vault file cannot be read or written: {kind}"),
                "check the disk and the file's permissions",
            ),
            StoreError::Other(code) => Self::new(
                Exit::Failed,
                format!("the vault file could not be used (code {code})"),
                "try again; 'drivekey verify' tells more",
            ),
        }
    }
}

fn damage_words(damage: &Damage) -> String {
    match damage {
        Damage::Empty => "it is empty".to_owned(),
        Damage::Header => "its beginning is not that of a sound vault".to_owned(),
        Damage::Length { expected, found } if found < expected => {
            format!("it was cut off ({found} bytes instead of {expected})")
        }
        Damage::Length { expected, found } => {
            format!("something was appended to it ({found} bytes instead of {expected})")
        }
        Damage::Schema => "its tables are not the ones this program makes".to_owned(),
        Damage::Row | Damage::RowCount => "a row in it is missing or has a wrong form".to_owned(),
        Damage::Structure => "its pages do not fit together".to_owned(),
    }
}

impl From<KdfError> for Failure {
    fn from(error: KdfError) -> Self {
        match error {
            KdfError::BelowFloor(_) => Self::new(
                Exit::Damaged,
                "the vault asks for a weaker protection of the passphrase than any drivekey makes; someone changed it",
                "do not type the passphrase again; use a copy or backup of the vault",
            ),
            KdfError::AboveCeiling(_) => Self::new(
                Exit::Damaged,
                "the vault asks for more work on the passphrase than any drivekey makes; someone changed it",
                "use a copy or backup of the vault",
            ),
            KdfError::OutOfMemory { memory_kib } => Self::new(
                Exit::Failed,
                format!(
                    "opening the vault takes {} MiB of memory, and this machine has not that much free",
                    memory_kib / 1024
                ),
                "close other programs, or open the vault on another machine",
            ),
        }
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => error.into(),
            VaultError::Kdf(error) => error.into(),
            VaultError::Seal(SealError::Random(_)) => {
                Self::new(Exit::Failed, "the system gave no random numbers", "try again")
            }
            VaultError::Seal(SealError::TooLarge) => {
                Self::new(Exit::Failed, "the record is too large to keep", "shorten the note")
            }
            VaultError::Seal(_) => {
                Self::new(Exit::Damaged, "something in the vault is not what was written", "run 'drivekey verify'")
            }
            VaultError::WrongPassphrase => Self::new(
                Exit::WrongPassphrase,
                "wrong passphrase",
                "check Caps Lock and the keyboard's language, and try again",
            ),
            VaultError::WrongKit => Self::new(
                Exit::WrongPassphrase,
                "this kit does not open this vault: it is another vault's, or it was made void",
                "try the passphrase, another kit, or an older copy of the vault",
            ),
            VaultError::SlotDamaged => Self::new(
                Exit::Damaged,
                "the vault did not open, and the part that the passphrase opens is damaged; the passphrase may well \
                 be right",
                "try another passphrase of this vault, or a copy or backup of it",
            ),
            VaultError::SlotTampered => Self::new(
                Exit::Damaged,
                "the passphrase is right, but the part of the vault that it opens was changed by someone",
                "use a copy or backup of the vault",
            ),
            VaultError::NoSuchSlot => {
                Self::new(Exit::NotFound, "there is no such keyslot", "'drivekey keyslot list' shows them")
            }
            VaultError::SlotsNotTried { left_out } => Self::new(
                Exit::WrongPassphrase,
                format!(
                    "wrong passphrase for every keyslot that was tried; {left_out} more would take too long or were \
                     added from outside"
                ),
                "check the passphrase, choose the keyslot with --slot, or use a copy or backup of the vault",
            ),
            VaultError::ChangedMeanwhile => Self::new(
                Exit::Failed,
                "the vault was changed by another program again and again while it was read",
                "wait until that is done and try again",
            ),
            VaultError::Faults(faults) => Self::new(
                Exit::Damaged,
                faults_sentence(&faults),
                "nothing was changed; 'drivekey verify' names everything that is wrong",
            ),
            VaultError::Copy(doubt) => Self::new(
                Exit::OtherCopy,
                format!("nothing was changed: {}", doubt_sentence(doubt)),
                "if you know why, take this copy for the right one with 'drivekey verify --accept-copy'",
            ),
            VaultError::NoSuchRecord(handle) => Self::new(
                Exit::NotFound,
                format!("there is no record {handle} that this can be done to"),
                "'drivekey list --all' shows them",
            ),
            VaultError::NoSuchItem(number) => Self::new(
                Exit::NotFound,
                format!("there is no copy or attachment {number}"),
                "'drivekey copies' and 'drivekey attachment list' show them",
            ),
            VaultError::NoRecoveryPassword(handle, kind) => Self::refused(
                format!(
                    "{handle} is a key of the kind {kind}, which this version only keeps: it cannot be tried on a drive"
                ),
                format!("'drivekey show {handle}' gives it out as it is"),
            ),
            VaultError::Full => Self::new(Exit::Failed, "the vault cannot hold any more", "start another vault"),
        }
    }
}

impl From<SlotChangeError> for Failure {
    fn from(error: SlotChangeError) -> Self {
        match error {
            SlotChangeError::Vault(error) => error.into(),
            SlotChangeError::Last => Self::refused(
                "this is the only keyslot: without it nobody could open the vault again",
                "add another first: 'drivekey keyslot add'",
            ),
            SlotChangeError::TooMany => {
                Self::refused("a vault has at most 32 keyslots", "remove one first: 'drivekey keyslot remove'")
            }
        }
    }
}

impl From<RevealError> for Failure {
    fn from(error: RevealError) -> Self {
        match error {
            RevealError::Vault(error) => error.into(),
            RevealError::OtherKeyId(handle) => Self::new(
                Exit::Failed,
                format!("record {handle} was changed meanwhile and has another Key ID now"),
                "look again",
            ),
        }
    }
}

/// Why this may not be the copy that this machine knows.
pub(super) fn doubt_sentence(doubt: CopyDoubt) -> String {
    match doubt {
        CopyDoubt::ForeignRoot => {
            "this is not the vault that this machine knows under its name: another one was put in its place".to_owned()
        }
        CopyDoubt::OtherVault => "another vault lay here when this machine last looked".to_owned(),
        CopyDoubt::Older { found, known } => {
            format!(
                "this is an older copy of the vault: {} behind the one last used on this machine",
                changes(known.saturating_sub(found))
            )
        }
        CopyDoubt::Forked { found, known } => format!(
            "this copy of the vault and the one last used on this machine went separate ways (change {found} here, \
             change {known} there)"
        ),
    }
}

/// What lies beside the vault and is not taken up.
pub(super) fn beside_sentence(refused: &[RefusedFile]) -> String {
    let names: Vec<String> = refused.iter().map(|file| file.path.display().to_string()).collect();
    let why = match refused.first().map(|file| file.problem) {
        Some(BesideProblem::NeverOurs) | None => "no drivekey makes such a file",
        Some(BesideProblem::NotAFile) => "it is no ordinary file",
        Some(BesideProblem::NotAJournal) => "it is not what a broken-off change leaves",
        Some(BesideProblem::SuperJournal) => "it belongs to a change of several databases",
        Some(BesideProblem::OtherWrite) => "it was left by another change than this file's last",
        Some(BesideProblem::Disagrees) => "what it would make of the vault does not fit together",
    };
    match &names[..] {
        [one] => format!("beside the vault lies {one}, which does not belong to it: {why}"),
        _ => format!("beside the vault lie files that do not belong to it ({}): {why}", names.join(", ")),
    }
}

fn changes(count: u32) -> String {
    if count == 1 { "1 change".to_owned() } else { format!("{count} changes") }
}

/// Several faults in one sentence.
pub(super) fn faults_sentence(faults: &[Fault]) -> String {
    const SHOWN: usize = 3;
    let mut text = String::from("the vault is damaged or was tampered with: ");
    for (at, fault) in faults.iter().take(SHOWN).enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{}", if at == 0 { "" } else { "; " }, fault_words(fault));
    }
    if faults.len() > SHOWN {
        let _ = write!(text, "; and {} more", faults.len() - SHOWN);
    }
    text
}

/// One fault.
pub(super) fn fault_words(fault: &Fault) -> String {
    let of = fault.handle.map_or_else(|| "a record".to_owned(), |handle| format!("record {handle}"));
    match fault.kind {
        FaultKind::State => "the vault's own account of itself cannot be read".to_owned(),
        FaultKind::SlotChanged(slot) => format!("keyslot {} was changed", short_slot(slot)),
        FaultKind::SlotMissing(slot) => format!("keyslot {} is missing", short_slot(slot)),
        FaultKind::SlotAdded(slot) => format!("keyslot {} was added from outside or put back", short_slot(slot)),
        FaultKind::TooManySlots => "there are more keyslots than a vault can have".to_owned(),
        FaultKind::Summary => format!("{of} was changed, moved or exchanged"),
        FaultKind::Row => format!("{of} has not the form that a record has"),
        FaultKind::Handle => format!("{of} stands in another's place"),
        FaultKind::Tokens => format!("the index entries of {of} are not its own"),
        FaultKind::Revision => format!("{of} is newer than the vault"),
        FaultKind::SealedMissing => format!("the key of {of} is missing"),
        FaultKind::SealedChanged => format!("the key of {of} is not the one that was written"),
        FaultKind::Sealed => format!("the key of {of} cannot be opened"),
        FaultKind::DetailsDiffer => format!("the key of {of} says otherwise than its description"),
        FaultKind::Count { expected, found } => format!("{expected} records were written, and there are {found}"),
        FaultKind::Total => "records are missing, or older than they were".to_owned(),
        FaultKind::Item(number) => {
            format!("entry {number} of attachments, copies and imports was changed, moved or exchanged")
        }
        FaultKind::Content(number) => format!("attachment {number} is missing, or not the one that was written"),
        FaultKind::Items => "entries of attachments, copies or imports are missing, or older than they were".to_owned(),
        FaultKind::Structure => "the file's pages or indexes do not fit together".to_owned(),
    }
}
