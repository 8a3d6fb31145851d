//! What only a person can settle before keys are kept: letters read as digits, a key that nobody would have, a Key ID
//! among several, a computer's name that a file's name suggests. Nothing is assumed where nobody answers.

use std::collections::BTreeMap;

use super::sources::Sources;
use drivekey_import::{Candidate, Reading, Remark, RemarkKind};
use drivekey_record::{Guid, KeyId, LineText, RecoveryPassword};
use drivekey_vault::{Unlocked, Vault, VaultError};

/// Where a key stands among all that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyPlace {
    /// The file, by its place in [`Sources::read`].
    pub file: usize,
    /// The key, by its place among the file's.
    pub key: usize,
}

/// A key of which something is open, and which the vault does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenKey {
    /// Which.
    pub at: KeyPlace,
    /// It has the same group eight times; Windows makes no such key.
    pub is_weak: bool,
    /// The Key IDs of which one may be its own.
    pub key_ids: Vec<Guid>,
}

/// A computer that the name of a file or of a folder suggests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The computer.
    pub device: LineText,
    /// For how many keys that the vault does not have; at least one.
    pub keys: usize,
}

impl Sources {
    /// The key at a place.
    #[must_use]
    pub fn candidate(&self, at: KeyPlace) -> Option<&Candidate> {
        self.read.get(at.file)?.reading.records.get(at.key)
    }

    /// The files in which letters were read as the digits that they look like, and the result is a sound key.
    #[must_use]
    pub fn doubtful(&self) -> Vec<usize> {
        let is_doubtful = |reading: &Reading| reading.remarks.iter().any(|one| one.kind == RemarkKind::ConfirmWithUser);
        (0..self.read.len()).filter(|at| is_doubtful(&self.read[*at].reading)).collect()
    }

    /// Leaves out all keys of a file, as a person said.
    pub fn decline(&mut self, file: usize) {
        if let Some(source) = self.read.get_mut(file) {
            source.reading.records.clear();
            source.declined = true;
        }
    }

    /// The keys of which something is open; those that the vault has are not asked about again.
    ///
    /// # Errors
    /// What reading the vault meets.
    pub fn open_keys(&self, vault: Option<&mut Vault<Unlocked>>) -> Result<Vec<OpenKey>, VaultError> {
        let mut open = Vec::new();
        for (file, source) in self.read.iter().enumerate() {
            for (key, candidate) in source.reading.records.iter().enumerate() {
                let undecided = candidate.key_id == KeyId::Unknown;
                let key_ids = if undecided { candidate.key_id_candidates.clone() } else { Vec::new() };
                let is_weak = candidate.password.is_weak();
                if is_weak || !key_ids.is_empty() {
                    open.push(OpenKey { at: KeyPlace { file, key }, is_weak, key_ids });
                }
            }
        }
        if let Some(vault) = vault
            && !open.is_empty()
        {
            let passwords: Vec<&RecoveryPassword> = self.passwords(open.iter().map(|one| one.at));
            let mut known = vault.are_known(&passwords)?.into_iter();
            open.retain(|_| known.next() == Some(false));
        }
        Ok(open)
    }

    /// Notes which Key ID is a key's own; that it was open is no longer remarked.
    pub fn choose_key_id(&mut self, at: KeyPlace, key_id: Guid) {
        let Some(source) = self.read.get_mut(at.file) else { return };
        let Reading { records, remarks, members, .. } = &mut source.reading;
        let Some(candidate) = records.get_mut(at.key) else { return };
        candidate.key_id = KeyId::Full(key_id);
        candidate.key_id_candidates.clear();
        let is_of_it = |remark: &Remark| {
            let member = remark.member.and_then(|member| members.get(member));
            remark.place == Some(candidate.place) && member == candidate.inside.as_ref()
        };
        let is_about_the_id =
            |remark: &Remark| matches!(remark.kind, RemarkKind::AmbiguousPairing | RemarkKind::KeyIdNotLabelled);
        remarks.retain(|remark| !is_about_the_id(remark) || !is_of_it(remark));
    }

    /// Leaves out single keys, as a person said. Places that were given before mean other keys afterwards.
    pub fn leave_out(&mut self, keys: &[KeyPlace]) {
        for (file, source) in self.read.iter_mut().enumerate() {
            let before = source.reading.records.len();
            let mut key = 0..;
            let is_kept = |key| !keys.contains(&KeyPlace { file, key });
            source.reading.records.retain(|_| key.next().is_none_or(is_kept));
            let some_left_out = source.reading.records.len() < before;
            if some_left_out && source.reading.records.is_empty() && source.reading.refusal().is_none() {
                source.declined = true;
            }
        }
    }

    /// The computers that names of files and folders suggest for keys without one; nothing is suggested for keys that
    /// the vault has.
    ///
    /// # Errors
    /// What reading the vault meets.
    pub fn suggestions(&self, mut vault: Option<&mut Vault<Unlocked>>) -> Result<Vec<Suggestion>, VaultError> {
        let mut places: BTreeMap<LineText, Vec<KeyPlace>> = BTreeMap::new();
        for (file, source) in self.read.iter().enumerate() {
            if let Some(suggested) = source.suggested() {
                let records = source.reading.records.iter().enumerate();
                let nameless = records.filter(|(_, candidate)| candidate.device_name.is_none());
                places.entry(suggested).or_default().extend(nameless.map(|(key, _)| KeyPlace { file, key }));
            }
        }
        let mut suggestions = Vec::new();
        for (device, places) in places {
            let passwords = self.passwords(places.into_iter());
            let known = vault.as_mut().map(|vault| vault.are_known(&passwords)).transpose()?;
            let keys = known.map_or(passwords.len(), |known| known.into_iter().filter(|known| !known).count());
            if keys > 0 {
                suggestions.push(Suggestion { device, keys });
            }
        }
        Ok(suggestions)
    }

    /// Takes a suggested computer for the keys that it was suggested for.
    pub fn accept(&mut self, device: &LineText) {
        for source in &mut self.read {
            if source.suggested().as_ref() == Some(device) {
                source.suggestion = Some(device.clone());
            }
        }
    }

    fn passwords(&self, places: impl Iterator<Item = KeyPlace>) -> Vec<&RecoveryPassword> {
        places.filter_map(|at| self.candidate(at)).map(|candidate| &candidate.password).collect()
    }
}
