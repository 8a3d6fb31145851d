//! Reading every recovery password back out of an opened volume: each recovery protector holds its own, sealed with
//! the master key. Must not know what becomes of them.

use super::datum::{Datums, kind, role};
use super::open::{Integrity, Opened, integrity};
use super::protector::{Protector, ProtectorKind};
use super::volume::Volume;
use drivekey_record::{Guid, RecoveryPassword};

const METHOD_RECOVERY_KEY: u16 = 0x1000;
/// Each is one small decryption; a real volume has a handful.
const HARVEST_MAX: usize = 256;

/// A recovery password of the volume.
#[derive(Debug)]
pub struct Harvested<'v> {
    /// The protector it belongs to; its GUID is the Key ID.
    pub protector: &'v Protector,
    /// The digits.
    pub password: RecoveryPassword,
    /// The volume as the copy describes it that lists the protector.
    pub volume: &'v Volume,
    /// Whether that copy is as Windows wrote it. Where it is not, the Key ID may have been exchanged.
    pub integrity: Integrity,
}

/// All that an opened volume holds.
#[derive(Debug)]
pub struct Harvest<'v> {
    /// In the order of the metadata.
    pub passwords: Vec<Harvested<'v>>,
    /// Recovery protectors that did not give theirs.
    pub silent: Vec<Guid>,
}

impl<'v> Opened<'v> {
    /// Every recovery password in the metadata, with its Key ID; last those that only another copy of them lists.
    ///
    /// Where [`Harvested::integrity`] is not intact, a Key ID may have been exchanged: prove each before believing it.
    #[must_use]
    pub fn harvest(&self) -> Harvest<'v> {
        let mut harvest = Harvest { passwords: Vec::new(), silent: Vec::new() };
        self.harvest_copy(self.volume, self.integrity, &mut harvest);
        for copy in self.other_copies.iter().filter(|copy| copy.guid == self.volume.guid) {
            self.harvest_copy(copy, integrity(copy, &self.master), &mut harvest);
        }
        harvest
    }

    fn harvest_copy(&self, volume: &'v Volume, integrity: Integrity, harvest: &mut Harvest<'v>) {
        let recovery = volume
            .protectors
            .iter()
            .enumerate()
            .filter(|(_, protector)| protector.kind == ProtectorKind::RecoveryPassword);
        for (index, protector) in recovery.take(HARVEST_MAX) {
            let is_known = harvest
                .passwords
                .iter()
                .any(|known| known.protector.guid == protector.guid && !std::ptr::eq(known.volume, volume));
            if is_known {
                continue;
            }
            if let Some(password) = self.recovery_password(volume.properties(index)) {
                harvest.silent.retain(|guid| *guid != protector.guid);
                harvest.passwords.push(Harvested { protector, password, volume, integrity });
            } else if !harvest.silent.contains(&protector.guid) {
                harvest.silent.push(protector.guid);
            }
        }
    }

    /// Windows 8 and later give the nested key a role of its own, older ones none.
    fn recovery_password(&self, properties: Datums<'_>) -> Option<RecoveryPassword> {
        let nested = properties.filter_map(|property| property.stretch_key()).flat_map(|key| key.nested);
        let sealed = nested.filter(|datum| {
            [role::NESTED_RECOVERY_KEY, role::PROPERTY].contains(&datum.role) && datum.kind == kind::AES_CCM
        });
        let payloads = sealed.filter_map(|datum| datum.sealed()).filter_map(|sealed| self.master.unseal(&sealed));
        let mut keys = payloads.filter(|payload| payload.method() == METHOD_RECOVERY_KEY);
        keys.find_map(|payload| payload.key().try_into().ok().map(RecoveryPassword::from_key_bytes))
    }
}
