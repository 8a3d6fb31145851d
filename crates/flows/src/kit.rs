//! Kit: an emergency kit, a printed page that opens the vault when nobody remembers the passphrase. Its page and its
//! keyslot come to be in such an order that neither is ever without the other.

use std::path::Path;

use chrono::{DateTime, Utc};

use zeroize::Zeroizing;

use crate::ScanReader;
use crate::gather::{self, GatherError};
use crate::new_file::{NewFileError, Unplaced};
use drivekey_record::{LineText, SlotId};
use drivekey_sheet::{Day, KitSheet, KitText, KitTextError, Page, ScanError, Scanned, html_kit, kit_page, parse_kit};
use drivekey_vault::seal::KitIdentity;
use drivekey_vault::{CopyMark, MadeKitSlot, SlotChangeError, SlotInfo, Unlocked, Vault, VaultError};

/// A kit that opens nothing yet.
pub struct Kit {
    identity: KitIdentity,
    made: MadeKitSlot,
    name: Option<LineText>,
}

/// Why there is no kit.
#[derive(Debug, thiserror::Error)]
pub enum KitError<E> {
    /// The page cannot be made; no keyslot was added.
    #[error("no page")]
    Page(#[source] NewFileError),
    /// The keyslot cannot be added; there is no page.
    #[error("no keyslot")]
    Slot(#[source] SlotChangeError),
    /// The page went nowhere after the keyslot was added.
    #[error("no page for keyslot {slot}")]
    WithoutPage {
        /// Why.
        because: E,
        /// The keyslot.
        slot: SlotId,
        /// It was removed again; otherwise it is still there, and nothing opens it.
        is_removed: bool,
    },
}

/// Why a file gives no kit.
#[derive(Debug, thiserror::Error)]
pub enum NoKit {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] GatherError),
    /// No kit stands on the scan.
    #[error("no kit on the scan")]
    NotOnScan,
    /// It is a scan that cannot be read.
    #[error("the scan cannot be read: {0:?}")]
    Scan(ScanError),
    /// It is a text, and no kit.
    #[error("no kit in the text: {0:?}")]
    Text(KitTextError),
    /// What stands there as a kit opens nothing.
    #[error("no key in the kit")]
    NoKey,
}

/// The kit in a scan, a photo, a PDF, a page for a browser or a text file.
///
/// # Errors
/// [`NoKit`].
pub fn read_kit(scans: &dyn ScanReader, path: &Path) -> Result<KitIdentity, NoKit> {
    let bytes = gather::read_file(path)?;
    match scans.read(&bytes) {
        Ok(found) => {
            let kit = found.into_iter().find_map(|one| if let Scanned::Kit(kit) = one { Some(kit) } else { None });
            identity(&kit.ok_or(NoKit::NotOnScan)?)
        }
        Err(ScanError::Format) => {
            let text = Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned());
            let text = html_kit(&text).unwrap_or(text);
            identity(&parse_kit(&text).map_err(NoKit::Text)?)
        }
        Err(error) => Err(NoKit::Scan(error)),
    }
}

/// The key that a kit's letters stand for.
///
/// # Errors
/// [`NoKit::NoKey`].
pub fn identity(kit: &KitText) -> Result<KitIdentity, NoKit> {
    KitIdentity::from_text(kit.secret()).map_err(|_| NoKit::NoKey)
}

impl Kit {
    /// Makes one, in memory only.
    ///
    /// # Errors
    /// The vault is not sound, or takes no keyslot.
    pub fn make(vault: &Vault<Unlocked>, name: Option<LineText>) -> Result<Self, VaultError> {
        let identity = KitIdentity::make();
        let made = vault.make_kit_slot(&identity, name.clone())?;
        Ok(Self { identity, made, name })
    }

    /// The keyslot that it will open.
    #[must_use]
    pub fn slot(&self) -> SlotId {
        self.made.slot()
    }

    /// Its page. `vault_name`: the vault's file name, as the page says it.
    ///
    /// # Errors
    /// What drawing a page meets.
    pub fn page(&self, vault_name: LineText, today: Day) -> Result<Page, drivekey_sheet::SheetError> {
        let text = self.identity.text();
        kit_page(&KitSheet { secret: &text, slot: self.slot(), name: self.name.clone(), vault: vault_name }, today)
    }

    /// The page is there before its keyslot, under a passing name, and gets its own after: whoever is stopped in
    /// between has no keyslot, or its page.
    ///
    /// # Errors
    /// [`KitError`].
    pub fn into_file(
        self,
        vault: &mut Vault<Unlocked>,
        path: &Path,
        document: &[u8],
    ) -> Result<SlotId, KitError<NewFileError>> {
        let mut page = Unplaced::write(path, document).map_err(KitError::Page)?;
        page.hold().map_err(KitError::Page)?;
        let slot = vault.add_kit_slot(self.made).map_err(KitError::Slot)?;
        page.place().map_err(|because| without_page(vault, slot, because))?;
        Ok(slot)
    }

    /// A page in the printer's queue cannot be called back, and one that opens nothing is worse than a keyslot that
    /// nothing opens: the keyslot comes first.
    ///
    /// # Errors
    /// [`KitError`].
    pub fn to_printer<T, E>(
        self,
        vault: &mut Vault<Unlocked>,
        print: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, KitError<E>> {
        let slot = vault.add_kit_slot(self.made).map_err(KitError::Slot)?;
        print().map_err(|because| without_page(vault, slot, because))
    }
}

/// A kit whose page went nowhere opens nothing: its keyslot is removed again.
fn without_page<E>(vault: &mut Vault<Unlocked>, slot: SlotId, because: E) -> KitError<E> {
    KitError::WithoutPage { because, slot, is_removed: vault.remove_slot(slot).is_ok() }
}

/// The keyslot by which the vault was opened. That its kit was seen whole is noted where the vault can be relied on;
/// that is worth a note, and not worth a failure.
///
/// # Errors
/// What reading the vault meets.
pub fn note_checked(vault: &mut Vault<Unlocked>, now: DateTime<Utc>) -> Result<Option<SlotInfo>, VaultError> {
    let used = vault.slots().into_iter().find(|info| info.in_use);
    if let Some(info) = &used
        && vault.doubt().is_none()
        && vault.faults().is_empty()
    {
        let slot = info.slot.to_string();
        if let Some(copy) = vault.copies()?.items.into_iter().find(|copy| copy.info.slot.as_ref() == Some(&slot)) {
            let _ = vault.mark_copy(copy.number, CopyMark::Checked(now));
        }
    }
    Ok(used)
}
