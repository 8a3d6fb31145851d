//! The running total: one number that changes whenever a record is added, deleted or changed.

use hmac::Mac;
use serde::{Deserialize, Serialize};

use super::root::mac_bytes;
use super::sealed_record::SHA256_BYTES;
use super::stack::wiped_shallow;
use super::{Root, Tokens};
use drivekey_record::{RecordId, Revision};

const LIMBS: usize = 4;

/// A sum modulo 2^256. Its text is 64 hex digits, most significant first, because JSON readers lose precision in large
/// numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Total([u64; LIMBS]);

/// The text is not a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not 64 hex digits")]
pub struct TotalError;

impl From<Total> for String {
    fn from(total: Total) -> Self {
        let [a, b, c, d] = total.0;
        format!("{d:016x}{c:016x}{b:016x}{a:016x}")
    }
}

impl TryFrom<String> for Total {
    type Error = TotalError;

    fn try_from(text: String) -> Result<Self, TotalError> {
        let sound = text.len() == LIMBS * 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let limb = |at: usize| {
            u64::from_str_radix(&text[(LIMBS - 1 - at) * 16..(LIMBS - at) * 16], 16).map_err(|_| TotalError)
        };
        if sound { Ok(Self([limb(0)?, limb(1)?, limb(2)?, limb(3)?])) } else { Err(TotalError) }
    }
}

/// A record's contribution to the total: everything in its row.
#[derive(Debug, Clone, Copy)]
pub struct TotalItem<'a> {
    /// The record.
    pub record: RecordId,
    /// The revision in which it was written.
    pub revision: Revision,
    /// SHA-256 of the sealed record, as stored in the row.
    pub sealed_sha256: &'a [u8; SHA256_BYTES],
    /// SHA-256 of the sealed summary.
    pub summary_sha256: &'a [u8; SHA256_BYTES],
    /// The row's tokens.
    pub tokens: &'a Tokens,
}

impl Total {
    /// The sum of both totals.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let mut carry = false;
        Self(std::array::from_fn(|at| {
            let (sum, first) = self.0[at].overflowing_add(other.0[at]);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            carry = first || second;
            sum
        }))
    }

    /// The difference of both totals.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        let mut borrow = false;
        Self(std::array::from_fn(|at| {
            let (rest, first) = self.0[at].overflowing_sub(other.0[at]);
            let (rest, second) = rest.overflowing_sub(u64::from(borrow));
            borrow = first || second;
            rest
        }))
    }
}

impl Root {
    /// The contribution of one item's row to the items' total.
    #[must_use]
    pub fn total_of_item(
        &self,
        item: RecordId,
        revision: Revision,
        content_sha256: &[u8; 32],
        summary_sha256: &[u8; 32],
    ) -> Total {
        wiped_shallow(|| {
            let mut mac = self.total_mac.clone();
            // This input is shorter than any record's, so neither can replace the other.
            for part in [item.as_bytes().as_slice(), &revision.number().to_be_bytes(), content_sha256, summary_sha256] {
                mac.update(part);
            }
            total_from(mac_bytes(&mut mac))
        })
    }

    /// The contribution of one record's row to the total.
    #[must_use]
    pub fn total_of(&self, item: TotalItem<'_>) -> Total {
        wiped_shallow(|| {
            let mut mac = self.total_mac.clone();
            mac.update(item.record.as_bytes());
            mac.update(&item.revision.number().to_be_bytes());
            mac.update(item.sealed_sha256);
            mac.update(item.summary_sha256);
            let tokens = item.tokens;
            for token in [
                tokens.device,
                tokens.device_type,
                tokens.key_id,
                tokens.prefix,
                tokens.folded_prefix,
                Some(tokens.digits),
            ] {
                // A presence byte distinguishes an absent token from a token of zeros.
                mac.update(&[u8::from(token.is_some())]);
                mac.update(token.map_or([0; 16], |token| *token.as_bytes()).as_slice());
            }
            total_from(mac_bytes(&mut mac))
        })
    }
}

fn total_from(bytes: [u8; 32]) -> Total {
    Total(std::array::from_fn(|at| u64::from_le_bytes(std::array::from_fn(|byte| bytes[at * 8 + byte]))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn order_does_not_matter_and_taking_away_undoes(a in any::<[u64; 4]>(), b in any::<[u64; 4]>(), c in any::<[u64; 4]>()) {
            let (a, b, c) = (Total(a), Total(b), Total(c));
            prop_assert_eq!(a.plus(b).plus(c), c.plus(a).plus(b));
            prop_assert_eq!(a.plus(b).minus(b), a);
            prop_assert_eq!(a.minus(b).plus(b), a);
            prop_assert_eq!(Total::try_from(String::from(a)), Ok(a));
        }
    }

    #[test]
    fn the_carry_runs_through() {
        let one = Total([1, 0, 0, 0]);
        assert_eq!(Total([u64::MAX; 4]).plus(one), Total::default());
        assert_eq!(Total([u64::MAX, 0, 0, 0]).plus(one), Total([0, 1, 0, 0]));
        assert_eq!(Total::default().minus(one), Total([u64::MAX; 4]));
    }
}
