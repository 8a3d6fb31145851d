//! Sealing of the vault's state row.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::summary::{seal_bytes, state_aad, unseal_bytes};
use super::{Root, SealError};

const PAD_BYTES: usize = 1024;

impl Root {
    /// Seals the vault's state.
    ///
    /// # Errors
    /// [`SealError::Random`] if the system gives no nonce.
    pub fn seal_state<T: Serialize>(&self, state: &T) -> Result<Vec<u8>, SealError> {
        let text = serde_json::to_vec(state).map_err(|_| SealError::Malformed)?;
        seal_bytes(&self.state_key, text, PAD_BYTES, &state_aad(self.vault()))
    }

    /// Unseals the vault's state.
    ///
    /// # Errors
    /// [`SealError::DoesNotOpen`] if any byte differs.
    pub fn unseal_state<T: DeserializeOwned>(&self, sealed: &[u8]) -> Result<T, SealError> {
        let text = unseal_bytes(&self.state_key, sealed, &state_aad(self.vault()))?;
        serde_json::from_slice(&text).map_err(|_| SealError::Malformed)
    }
}
