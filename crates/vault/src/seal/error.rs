//! What can go wrong when sealing and unsealing. Names no key, no plaintext and no algorithm.

use super::RandomError;

/// A blob could not be sealed or unsealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The bytes are not what this vault sealed: damaged, forged, or sealed for another purpose.
    #[error("the sealed bytes do not open")]
    DoesNotOpen,
    /// They open, but say that they belong to another vault, record or revision.
    #[error("the sealed bytes belong elsewhere")]
    BelongsElsewhere,
    /// They open, but hold no record of this kind.
    #[error("the sealed bytes hold something else")]
    Malformed,
    /// More bytes than a record may have.
    #[error("too large to seal")]
    TooLarge,
    /// The system gave no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}
