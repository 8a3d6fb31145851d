//! Random bytes from the operating system.

/// The operating system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random bytes")]
pub struct RandomError;

/// Sixteen random bytes: an ID that is unique and cannot be guessed.
///
/// # Errors
/// [`RandomError`] if the system gives none.
pub fn make_id() -> Result<[u8; 16], RandomError> {
    make_bytes()
}

pub(super) fn make_bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| RandomError)?;
    Ok(bytes)
}

/// A uniformly distributed number from 0 to `bound - 1`. Values beyond the last multiple of `bound` are rejected and
/// drawn again.
///
/// # Errors
/// [`RandomError`] if the system gives none.
pub fn make_number_below(bound: std::num::NonZeroU32) -> Result<u32, RandomError> {
    let bound = bound.get();
    let fair = u32::MAX - u32::MAX % bound;
    loop {
        let drawn = u32::from_le_bytes(make_bytes()?);
        if drawn < fair {
            return Ok(drawn % bound);
        }
    }
}
