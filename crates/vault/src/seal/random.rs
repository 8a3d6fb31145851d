//! Random bytes from the operating system.

/// The system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system gave no random bytes")]
pub struct RandomError;

/// Sixteen random bytes: a name nobody can guess or meet twice.
///
/// # Errors
/// [`RandomError`] when the system has none to give.
pub fn make_id() -> Result<[u8; 16], RandomError> {
    make_bytes()
}

pub(super) fn make_bytes<const N: usize>() -> Result<[u8; N], RandomError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| RandomError)?;
    Ok(bytes)
}

/// A number from 0 to `bound - 1`, each as likely as the other (numbers past the last whole multiple are drawn anew).
///
/// # Errors
/// [`RandomError`] when the system has none to give.
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
