//! Stretches a typed secret into a key by 2^20 rounds of SHA-256. This is nearly the whole cost of a proof.

use sha2::block_api::compress256;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::keys::{KEY_BYTES, SealingKey};
use drivekey_record::RecoveryPassword;

/// How many rounds Windows does.
pub(super) const ROUNDS: u64 = 0x10_0000;
pub(super) const SALT_BYTES: usize = 16;
/// FIPS 180-4, 5.3.3.
const SHA256_START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
const BLOCK_BYTES: usize = 64;
/// Last hash, first hash, salt, counter.
const MESSAGE_BYTES: usize = 32 + 32 + SALT_BYTES + 8;
const COUNT_AT: usize = SALT_BYTES;
const COUNT_END: usize = COUNT_AT + 8;

/// The hash that a stretch begins with.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Seed(Box<[u8; KEY_BYTES]>);

impl Seed {
    /// The seed of a recovery password: the hash of its 16 bytes.
    pub(super) fn from_recovery_password(password: &RecoveryPassword) -> Self {
        Self::from_key_bytes(&password.to_key_bytes())
    }

    pub(super) fn from_key_bytes(key: &[u8; 16]) -> Self {
        let mut seed = Self(Box::new([0; KEY_BYTES]));
        Sha256::new_with_prefix(key).finalize_into((&mut *seed.0).into());
        seed
    }

    /// The seed of a chosen password: UTF-16LE without terminator, hashed twice.
    pub(super) fn from_user_password(password: &str) -> Self {
        let mut wide = Zeroizing::new(Vec::with_capacity(password.len() * 2));
        wide.extend(password.encode_utf16().flat_map(u16::to_le_bytes));
        let mut once = Zeroizing::new([0; KEY_BYTES]);
        Sha256::new_with_prefix(wide.as_slice()).finalize_into((&mut *once).into());
        let mut seed = Self(Box::new([0; KEY_BYTES]));
        Sha256::new_with_prefix(once.as_slice()).finalize_into((&mut *seed.0).into());
        seed
    }
}

/// One stretch in progress. The message is padded once; each round rewrites the last hash and the counter.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(super) struct Lane {
    blocks: [[u8; BLOCK_BYTES]; 2],
    hash: [u32; 8],
    count: u64,
}

impl Lane {
    pub(super) fn new(seed: &Seed, salt: &[u8; SALT_BYTES]) -> Self {
        let mut blocks = [[0; BLOCK_BYTES]; 2];
        blocks[0][32..].copy_from_slice(&*seed.0);
        blocks[1][..SALT_BYTES].copy_from_slice(salt);
        blocks[1][COUNT_END] = 0x80;
        blocks[1][BLOCK_BYTES - 8..].copy_from_slice(&(MESSAGE_BYTES as u64 * 8).to_be_bytes());
        Self { blocks, hash: SHA256_START, count: 0 }
    }

    fn round(&mut self) {
        self.hash = SHA256_START;
        compress256(&mut self.hash, &self.blocks);
        self.feed_back();
    }

    /// The first block of a round; the second must follow.
    fn first_half(&mut self) {
        self.hash = SHA256_START;
        compress256(&mut self.hash, &self.blocks[..1]);
    }

    fn second_half(&mut self) {
        compress256(&mut self.hash, &self.blocks[1..]);
        self.feed_back();
    }

    #[inline]
    fn feed_back(&mut self) {
        let block = &mut self.blocks[0];
        let mut at = 0;
        while at < KEY_BYTES {
            // Plain stores, not iterators: a debug build spends its time here, and every test waits for it.
            [block[at], block[at + 1], block[at + 2], block[at + 3]] = self.hash[at / 4].to_be_bytes();
            at += 4;
        }
        self.count += 1;
        self.blocks[1][COUNT_AT..COUNT_END].copy_from_slice(&self.count.to_le_bytes());
    }

    pub(super) fn finish(&self, key: &mut SealingKey) {
        key.bytes_mut().copy_from_slice(&self.blocks[0][..KEY_BYTES]);
    }
}

/// How many stretches a core runs at once. The second fills the gaps in which the first waits for a result.
pub(super) const LANES: usize = 2;

/// Several stretches side by side.
pub(super) struct Lanes([Lane; LANES]);

impl Lanes {
    pub(super) fn new(begin: [(&Seed, &[u8; SALT_BYTES]); LANES]) -> Self {
        Self(begin.map(|(seed, salt)| Lane::new(seed, salt)))
    }

    pub(super) fn run(&mut self, rounds: u64) {
        for _ in 0..rounds {
            for lane in &mut self.0 {
                lane.first_half();
            }
            for lane in &mut self.0 {
                lane.second_half();
            }
        }
    }

    pub(super) fn key(&self, lane: usize) -> SealingKey {
        let mut key = SealingKey::zero();
        if let Some(lane) = self.0.get(lane) {
            lane.finish(&mut key);
        }
        key
    }
}

/// The stretched key.
pub(super) fn stretch(seed: &Seed, salt: &[u8; SALT_BYTES], rounds: u64) -> SealingKey {
    let mut lane = Lane::new(seed, salt);
    for _ in 0..rounds {
        lane.round();
    }
    let mut key = SealingKey::zero();
    lane.finish(&mut key);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of the metadata reference: published test data.
    const PASSWORD: &str = "235818-357951-253979-013365-241120-245575-342914-591910";
    const SALT: [u8; 16] =
        [0x2b, 0xa0, 0x80, 0x98, 0x9a, 0xf9, 0xb5, 0x0c, 0x20, 0x3a, 0xae, 0xbd, 0x0b, 0x40, 0xd4, 0x98];

    fn hex(bytes: &[u8]) -> String {
        use std::fmt::Write as _;
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    }

    #[test]
    fn two_lanes_give_the_same_keys_as_one_alone() {
        let seeds = [1, 2].map(|byte| Seed::from_key_bytes(&[byte; 16]));
        let mut lanes = Lanes::new([(&seeds[0], &SALT), (&seeds[1], &[9; 16])]);
        lanes.run(300);
        assert_eq!(lanes.key(0).bytes(), stretch(&seeds[0], &SALT, 300).bytes());
        assert_eq!(lanes.key(1).bytes(), stretch(&seeds[1], &[9; 16], 300).bytes());
    }

    #[test]
    fn the_worked_example_step_by_step() {
        let seed = Seed::from_recovery_password(&RecoveryPassword::parse(PASSWORD).unwrap());
        assert_eq!(hex(&*seed.0), "fdd303817e456f7a4b64a7063ae00be752a46841e57da98caf8522f136cb3411");
        let rounds = |rounds| hex(stretch(&seed, &SALT, rounds).bytes());
        assert_eq!(rounds(0), "0".repeat(64));
        assert_eq!(rounds(1), "6882fbdeb43b35f551e871a19eef17a993650f802d5ce87ed78d990c5b8af9f8");
        assert_eq!(rounds(2), "b1b3c9bd2f17c076ce92fe5c1082505c5c93415c9fa7d0cc0d00770dd8e29733");
        assert_eq!(rounds(ROUNDS), "1a39f926dab83e947fa85125b91e556e9ecc2bc5968924e03de234878d1fd4bd");
    }
}
