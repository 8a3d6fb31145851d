//! Files encrypted with age among those that were read: what opens them is handed in, and what is inside is read as if
//! it had been named itself.

use std::path::PathBuf;

use secrecy::SecretString;

use super::origin::Origin;
use super::sources::{Source, Sources};
use crate::gather::{self, GatherError};
use drivekey_vault::seal::{BundleAsks, BundleError, BundleIdentity, BundleKey, KdfLimits, bundle_asks, open_bundle};

/// What is at hand to open encrypted files with.
#[derive(Clone, Copy)]
pub struct BundleKeys<'a> {
    /// Private keys.
    pub identities: &'a [BundleIdentity],
    /// A passphrase, tried on each file that asks for one.
    pub passphrase: Option<&'a SecretString>,
    /// How much work a passphrase may take.
    pub limits: KdfLimits,
}

/// An encrypted file cannot be opened, and that is not because it is somebody else's.
#[derive(Debug, thiserror::Error)]
#[error("an encrypted file stays shut")]
pub struct OpenError {
    /// Where it came from.
    pub origin: Origin,
    /// Why.
    #[source]
    pub error: BundleError,
}

/// A file has no private key to open others with.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] GatherError),
    /// Nothing in it is a private key of the kind that is understood.
    #[error("no private key in {}", .0.display())]
    NoKey(PathBuf),
}

impl Sources {
    /// Opens what can be opened with what is at hand. What is meant for somebody else stays shut and is refused when it
    /// is taken in; what asks for a passphrase waits, where none was given.
    ///
    /// # Errors
    /// [`OpenError`]: a file that was named has another passphrase, or is damaged.
    pub fn open_sealed(&mut self, keys: &BundleKeys<'_>) -> Result<(), OpenError> {
        for source in &mut self.read {
            let Some(asks) = source.sealed.as_ref().map(|sealed| bundle_asks(sealed)) else { continue };
            let (key, may_be_others) = match (asks, keys.passphrase) {
                (Some(BundleAsks::Passphrase), None) => continue,
                (Some(BundleAsks::Passphrase), Some(given)) => {
                    (BundleKey::Passphrase(given, keys.limits), !source.named)
                }
                // One among many that is for somebody else is no reason to stop.
                (Some(BundleAsks::Identity), _) => (BundleKey::Identities(keys.identities), true),
                (None, _) => {
                    source.sealed = None;
                    continue;
                }
            };
            match source.open(&key) {
                Err(BundleError::WrongKey) if may_be_others => source.sealed = None,
                // Nor is one in a folder that is damaged: it stays shut, and is refused as such.
                Err(_) if !source.named => source.sealed = None,
                opened => opened.map_err(|error| OpenError { origin: source.origin.clone(), error })?,
            }
        }
        Ok(())
    }

    /// The files that wait for a passphrase.
    #[must_use]
    pub fn waiting_for_passphrase(&self) -> Vec<usize> {
        (0..self.read.len()).filter(|at| self.read[*at].sealed.is_some()).collect()
    }
}

impl Source {
    /// Opens a file that waits for a passphrase, and reads what is in it.
    ///
    /// # Errors
    /// [`BundleError::WrongKey`]: it is another passphrase, and the file still waits. Others: it can never be opened.
    pub fn open_with_passphrase(&mut self, passphrase: &SecretString, limits: KdfLimits) -> Result<(), BundleError> {
        self.open(&BundleKey::Passphrase(passphrase, limits))
    }

    fn open(&mut self, key: &BundleKey<'_>) -> Result<(), BundleError> {
        let Some(sealed) = &self.sealed else { return Ok(()) };
        let text = open_bundle(sealed, key)?;
        self.sealed = None;
        self.unpack(&text);
        Ok(())
    }

    /// The text may be a bundle of ours, or any file that somebody encrypted.
    fn unpack(&mut self, text: &[u8]) {
        if let Some(reading) = drivekey_import::unpack_bundle(text) {
            self.reading = reading;
            return;
        }
        let name = self.origin.path().and_then(gather::file_name);
        // Its name without the ending that says that it was encrypted.
        let name = name.as_deref().map(|name| name.strip_suffix(".age").unwrap_or(name));
        self.reading = drivekey_import::read(name, text);
    }
}

/// The private keys in these files, a line each.
///
/// # Errors
/// [`IdentityError`] of the first file without one.
pub fn read_identities(files: &[PathBuf]) -> Result<Vec<BundleIdentity>, IdentityError> {
    let mut found = Vec::new();
    for path in files {
        let bytes = gather::read_file(path)?;
        let text = std::str::from_utf8(&bytes).unwrap_or_default();
        let before = found.len();
        found.extend(text.lines().filter_map(|line| line.parse::<BundleIdentity>().ok()));
        if found.len() == before {
            return Err(IdentityError::NoKey(path.clone()));
        }
    }
    Ok(found)
}
