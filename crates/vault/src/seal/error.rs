//! Errors of sealing and unsealing. They contain no key, plaintext or algorithm.

use super::RandomError;

/// A blob could not be sealed or unsealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The bytes are not what this vault sealed: damaged, forged, or sealed for another purpose.
    #[error("the sealed bytes do not open")]
    DoesNotOpen,
    /// They open, but belong to another vault, record or revision.
    #[error("the sealed bytes belong elsewhere")]
    BelongsElsewhere,
    /// They open, but hold no valid record.
    #[error("the sealed bytes hold something else")]
    Malformed,
    /// The plaintext is larger than a record may be.
    #[error("too large to seal")]
    TooLarge,
    /// The operating system gave no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}
