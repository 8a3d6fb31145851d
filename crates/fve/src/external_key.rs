//! Startup key files (`.BEK`): the key of one protector, in the clear.

use chrono::{DateTime, Utc};

use super::bytes::{guid_at, time_at, u32_at};
use super::datum::{Datums, kind, role};
use super::keys::SealingKey;
use drivekey_record::Guid;

/// Windows writes less than 1 KiB.
const FILE_BYTES_MAX: usize = 64 * 1024;
const HEADER_BYTES: usize = 48;
/// Version and header size, which never changed.
const VERSION_AND_HEADER_BYTES: [Option<u32>; 2] = [Some(1), Some(48)];
/// Nested datums follow the GUID and the time.
const PROPERTIES_AT: usize = 24;
/// The key follows its method and flags.
pub(super) const KEY_AT: usize = 4;

/// The key in a `.BEK` file.
pub struct ExternalKey {
    /// The GUID of the protector that it belongs to.
    pub protector: Guid,
    /// When it was made.
    pub created: Option<DateTime<Utc>>,
    pub(super) key: SealingKey,
}

/// Why a `.BEK` file could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExternalKeyError {
    /// The header is missing, or gives an impossible size.
    #[error("not a startup key file")]
    NotAKeyFile,
    /// There is a header, but no key.
    #[error("a startup key file without a key")]
    NoKey,
}

impl ExternalKey {
    /// Parses the content of a `.BEK` file.
    ///
    /// # Errors
    /// [`ExternalKeyError`].
    pub fn parse(bytes: &[u8]) -> Result<Self, ExternalKeyError> {
        let size = u32_at(bytes, 0).and_then(|size| usize::try_from(size).ok()).ok_or(ExternalKeyError::NotAKeyFile)?;
        let header = [4, 8].map(|at| u32_at(bytes, at));
        if header != VERSION_AND_HEADER_BYTES || !(HEADER_BYTES..=FILE_BYTES_MAX).contains(&size) || size > bytes.len()
        {
            return Err(ExternalKeyError::NotAKeyFile);
        }
        let mut datums = Datums::new(&bytes[HEADER_BYTES..size]);
        let external =
            datums.find(|datum| datum.is(role::EXTERNAL_KEY, kind::EXTERNAL_KEY)).ok_or(ExternalKeyError::NoKey)?;
        let mut properties = Datums::new(external.data.get(PROPERTIES_AT..).ok_or(ExternalKeyError::NoKey)?);
        let key = properties.find(|property| property.kind == kind::KEY).ok_or(ExternalKeyError::NoKey)?;
        Ok(Self {
            protector: guid_at(external.data, 0).ok_or(ExternalKeyError::NoKey)?,
            created: time_at(external.data, 16),
            key: key.data.get(KEY_AT..).and_then(SealingKey::from_slice).ok_or(ExternalKeyError::NoKey)?,
        })
    }
}

impl std::fmt::Debug for ExternalKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ExternalKey").field("protector", &self.protector).finish_non_exhaustive()
    }
}
