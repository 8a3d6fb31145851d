//! The derivation of 64 secret bytes from a passphrase: Argon2id 1.3 (RFC 9106), its cost, and the limits of the cost.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use rayon::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::stack;

/// Bytes of the output: 32 for the slot's identity, 32 for its check value.
pub(super) const OUTPUT_BYTES: usize = 64;

/// The cost of one derivation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfCost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over it (RFC 9106: t).
    pub passes: u32,
    /// Lanes computed in parallel (RFC 9106: p).
    pub lanes: u32,
}

impl KdfCost {
    /// The larger of the two in each parameter.
    #[must_use]
    pub fn at_least(self, other: Self) -> Self {
        self.of_each(other, u32::max)
    }

    /// The smaller of the two in each parameter.
    #[must_use]
    pub fn at_most(self, other: Self) -> Self {
        self.of_each(other, u32::min)
    }

    fn of_each(self, other: Self, choose: fn(u32, u32) -> u32) -> Self {
        Self {
            memory_kib: choose(self.memory_kib, other.memory_kib),
            passes: choose(self.passes, other.passes),
            lanes: choose(self.lanes, other.lanes),
        }
    }
}

/// The lowest and the highest accepted cost. A file that asks for any other cost is refused before any work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KdfLimits {
    /// The lowest accepted value of each parameter.
    pub floor: KdfCost,
    /// The highest accepted value of each parameter.
    pub ceiling: KdfCost,
}

/// Why no bytes were derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KdfError {
    /// The cost is below the floor.
    #[error("the key derivation is too cheap")]
    BelowFloor(KdfCost),
    /// The cost is above the ceiling.
    #[error("the key derivation is too dear")]
    AboveCeiling(KdfCost),
    /// The machine does not have this much free memory.
    #[error("{memory_kib} KiB of memory could not be had")]
    OutOfMemory {
        /// The memory that was asked for.
        memory_kib: u32,
    },
}

impl KdfLimits {
    /// The limits of this program. The floor is the second recommended option of RFC 9106, with 64 MiB.
    pub const PRODUCT: Self = Self {
        floor: KdfCost { memory_kib: 64 * 1024, passes: 3, lanes: 4 },
        ceiling: KdfCost { memory_kib: 1024 * 1024, passes: 16, lanes: 16 },
    };

    /// Checks that a cost is within the limits.
    ///
    /// # Errors
    /// [`KdfError::BelowFloor`] or [`KdfError::AboveCeiling`].
    pub fn check(&self, cost: KdfCost) -> Result<(), KdfError> {
        let any = |limit: KdfCost, worse: fn(u32, u32) -> bool| {
            worse(cost.memory_kib, limit.memory_kib)
                || worse(cost.passes, limit.passes)
                || worse(cost.lanes, limit.lanes)
        };
        if any(self.floor, |asked, floor| asked < floor) {
            return Err(KdfError::BelowFloor(cost));
        }
        if any(self.ceiling, |asked, ceiling| asked > ceiling) {
            return Err(KdfError::AboveCeiling(cost));
        }
        Ok(())
    }
}

/// Normalises the passphrase to NFKC and applies Argon2id.
pub(super) fn derive(
    passphrase: &SecretString,
    salt: &[u8],
    cost: KdfCost,
    limits: KdfLimits,
) -> Result<Box<Zeroizing<[u8; OUTPUT_BYTES]>>, KdfError> {
    limits.check(cost)?;
    // EXPOSE: the passphrase is the input of the derivation.
    let typed = passphrase.expose_secret();
    // NFKC can make a text up to eighteen times longer. With this capacity the buffer never moves and leaves no copy.
    let mut normal = Zeroizing::new(String::with_capacity(typed.len() * 18));
    normal.extend(typed.nfkc());
    let output = hash(normal.as_bytes(), salt, cost);
    stack::wipe_pool_stacks();
    output
}

fn hash(password: &[u8], salt: &[u8], cost: KdfCost) -> Result<Box<Zeroizing<[u8; OUTPUT_BYTES]>>, KdfError> {
    let mut memory = memory_of(cost)?;
    let mut output = Box::new(Zeroizing::new([0; OUTPUT_BYTES]));
    hash_within(&mut memory, password, salt, cost, output.as_mut_slice())?;
    Ok(output)
}

pub(super) fn hash_within(
    memory: &mut [Block],
    password: &[u8],
    salt: &[u8],
    cost: KdfCost,
    output: &mut [u8],
) -> Result<(), KdfError> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params(cost)?);
    argon2.hash_password_into_with_memory(password, salt, output, memory).map_err(|_| KdfError::AboveCeiling(cost))
}

fn params(cost: KdfCost) -> Result<Params, KdfError> {
    Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(OUTPUT_BYTES)).map_err(|_| KdfError::AboveCeiling(cost))
}

/// Allocates the memory of one derivation. All cores touch it first, because the system maps each page at that moment.
/// On one core this would take a fifth of the time of the derivation.
pub(super) fn memory_of(cost: KdfCost) -> Result<Vec<Block>, KdfError> {
    let count = params(cost)?.block_count();
    let mut memory = Vec::new();
    memory.try_reserve_exact(count).map_err(|_| KdfError::OutOfMemory { memory_kib: cost.memory_kib })?;
    (0..count).into_par_iter().map(|_| Block::new()).collect_into_vec(&mut memory);
    Ok(memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: KdfLimits = KdfLimits {
        floor: KdfCost { memory_kib: 64, passes: 1, lanes: 1 },
        ceiling: KdfCost { memory_kib: 4096, passes: 4, lanes: 4 },
    };

    #[test]
    fn the_same_passphrase_in_another_unicode_form_gives_the_same_bytes() {
        let bytes =
            |text: &str| derive(&SecretString::from(text.to_owned()), &[7; 16], CHEAP.floor, CHEAP).map(|out| *out);
        assert_eq!(bytes("Schl\u{fc}ssel"), bytes("Schlu\u{308}ssel"));
        assert_ne!(bytes("Schl\u{fc}ssel"), bytes("Schlussel"));
    }

    #[test]
    fn what_a_file_asks_for_is_bounded() {
        let product = KdfLimits::PRODUCT;
        assert_eq!(product.check(product.floor), Ok(()));
        assert_eq!(product.check(product.ceiling), Ok(()));
        for cheap in [
            KdfCost { memory_kib: 65535, ..product.floor },
            KdfCost { passes: 2, ..product.floor },
            KdfCost { lanes: 3, ..product.floor },
            KdfCost { memory_kib: 8, passes: 16, lanes: 16 },
        ] {
            assert_eq!(product.check(cheap), Err(KdfError::BelowFloor(cheap)));
        }
        for dear in [
            KdfCost { memory_kib: u32::MAX, ..product.floor },
            KdfCost { passes: 17, ..product.floor },
            KdfCost { lanes: 17, ..product.floor },
        ] {
            assert_eq!(product.check(dear), Err(KdfError::AboveCeiling(dear)));
        }
    }

    /// The output of the C reference implementation for these inputs (t=3, m=64 KiB, p=4, 64 bytes, Argon2id 1.3). It
    /// pins the variant, the version and the order of the parameters.
    #[test]
    fn a_known_answer() {
        let out = hash(b"password", b"somesaltsomesalt", KdfCost { memory_kib: 64, passes: 3, lanes: 4 }).unwrap();
        let hex = out.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        assert_eq!(
            hex,
            "aa5ee67f11ed756134a6356eb91f4c604f3587769d54ff8dcae18e269aa3071a8027ac96ef5ed97ad3ae640cdc65a81091ee92da4ba2f9696b4850b14485b147"
        );
    }
}
