//! Reads every recovery password back out of an opened volume. Each recovery protector holds its own, sealed with the
//! master key.

use super::datum::{Datums, kind, role};
use super::open::{Integrity, Opened, check_integrity};
use super::protector::{Protector, ProtectorKind};
use super::volume::Volume;
use drivekey_record::{Guid, RecoveryPassword};

const METHOD_RECOVERY_KEY: u16 = 0x1000;
/// The most recovery protectors that are read of one copy. Real volumes have a handful.
const PROTECTORS_MAX: usize = 256;

/// A recovery password that was read back.
#[derive(Debug)]
pub struct Harvested<'v> {
    /// The protector that holds it; its GUID is the Key ID.
    pub protector: &'v Protector,
    /// The digits.
    pub password: RecoveryPassword,
    /// The volume, as described by the metadata copy that lists the protector.
    pub volume: &'v Volume,
    /// Whether that copy is unchanged since Windows wrote it. If not, somebody may have swapped the Key ID.
    pub integrity: Integrity,
}

/// The recovery passwords of an opened volume.
#[derive(Debug)]
pub struct Harvest<'v> {
    /// In the order of the metadata.
    pub passwords: Vec<Harvested<'v>>,
    /// Recovery protectors whose password could not be read back.
    pub silent: Vec<Guid>,
}

impl<'v> Opened<'v> {
    /// Reads back every recovery password, with its Key ID. Those that only another copy of the metadata lists come
    /// last.
    ///
    /// Where [`Harvested::integrity`] is not [`Integrity::Intact`], a Key ID may be wrong: prove the password first.
    #[must_use]
    pub fn harvest(&self) -> Harvest<'v> {
        let mut harvest = Harvest { passwords: Vec::new(), silent: Vec::new() };
        self.harvest_copy(self.volume, self.integrity, &mut harvest);
        for copy in self.other_copies.iter().filter(|copy| copy.guid == self.volume.guid) {
            self.harvest_copy(copy, check_integrity(copy, &self.master), &mut harvest);
        }
        harvest
    }

    fn harvest_copy(&self, volume: &'v Volume, integrity: Integrity, harvest: &mut Harvest<'v>) {
        let recovery = volume
            .protectors
            .iter()
            .enumerate()
            .filter(|(_, protector)| protector.kind == ProtectorKind::RecoveryPassword);
        for (index, protector) in recovery.take(PROTECTORS_MAX) {
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

    /// Since Windows 8 the nested key has a role of its own; before, it had that of any property.
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
