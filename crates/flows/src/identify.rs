//! Identify: which drive this is, and which records of the vault may be its. Works without the vault, too.

use crate::fits::Fits;
use crate::volumes::{self, Place, Placed, Target, TargetError, TargetFailure, TargetName};
use drivekey_drives::{DriveError, Roots, attached};
use drivekey_fve::FveError;
use drivekey_vault::{Unlocked, Vault, VaultError};

/// What was looked at.
#[derive(Debug, Default)]
pub struct Looked {
    /// The drives on which there are BitLocker volumes.
    pub targets: Vec<Target>,
    /// Drives that could not be read.
    pub unread: Vec<TargetFailure>,
}

/// A volume that was identified.
#[derive(Debug)]
pub struct Identified<'a> {
    /// The volume.
    pub placed: Placed<'a>,
    /// The records that may be its; `None` without a vault.
    pub fits: Option<Fits>,
}

/// All of them.
#[derive(Debug, Default)]
pub struct AllIdentified<'a> {
    /// Those that could be read.
    pub volumes: Vec<Identified<'a>>,
    /// Those that are too damaged.
    pub damaged: Vec<TargetFailure>,
}

/// Every attached drive that is BitLocker's. What cannot be read is told apart from what is something else.
#[must_use]
pub fn look_around(roots: &Roots) -> Looked {
    let mut looked = Looked::default();
    for attached in attached(roots) {
        let Some(path) = attached.device else { continue };
        match volumes::found(&path) {
            Ok(found) => looked.targets.push(Target { name: TargetName::Drive(path), found }),
            Err(
                TargetError::Fve(FveError::NotBitLocker | FveError::Container(_))
                | TargetError::Drive(DriveError::NoMedium | DriveError::NotFound),
            ) => {}
            Err(error) => looked.unread.push(TargetFailure { place: Place::whole(&path), error }),
        }
    }
    looked
}

/// What is on these drives, and which records fit.
///
/// # Errors
/// [`VaultError`] where a record that may fit is not what was written.
pub fn identify<'a>(
    targets: &'a [Target],
    mut vault: Option<&mut Vault<Unlocked>>,
) -> Result<AllIdentified<'a>, VaultError> {
    let mut all = AllIdentified::default();
    for (target, found) in targets.iter().flat_map(|target| target.found.iter().map(move |found| (target, found))) {
        let place = target.place(found);
        match &found.volume {
            Ok(volume) => {
                let fits = vault.as_deref_mut().map(|vault| Fits::of(vault, volume)).transpose()?;
                all.volumes.push(Identified { placed: Placed::alone(place, volume), fits });
            }
            Err(error) => all.damaged.push(TargetFailure { place, error: TargetError::Fve(*error) }),
        }
    }
    Ok(all)
}
