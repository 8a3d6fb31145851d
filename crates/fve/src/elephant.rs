//! The Elephant diffuser around AES-CBC, as Windows Vista and 7 used it (N. Ferguson, "AES-CBC + Elephant diffuser",
//! 2006). Decryption only.

use aes::cipher::{Array, BlockCipherEncrypt, BlockSizeUser, KeyInit, consts::U16};
use zeroize::Zeroizing;

const A_CYCLES: usize = 5;
const A_ROTATIONS: [u32; 4] = [9, 0, 13, 0];
const B_CYCLES: usize = 3;
const B_ROTATIONS: [u32; 4] = [0, 10, 0, 25];
const SECTOR_KEY_BYTES: usize = 32;
/// Each word is mixed with words up to five places away.
const WORDS_MIN: usize = 8;
/// Marks the second half of the sector key.
const SECOND_HALF: u8 = 0x80;

/// Removes the diffuser and the sector key from a sector that CBC decryption was applied to. `offset` is that of the
/// sector, in bytes. `None` when the sector is shorter than the diffuser needs or the key has the wrong length.
pub(super) fn decrypt<C>(key: &[u8], sector: &mut [u8], offset: u64) -> Option<()>
where
    C: KeyInit + BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>,
{
    let mut words: Zeroizing<Vec<u32>> = Zeroizing::new(Vec::with_capacity(sector.len() / 4));
    words.extend(sector.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])));
    let count = words.len();
    if count < WORDS_MIN {
        return None;
    }
    for at in (0..count).cycle().take(B_CYCLES * count) {
        let mixed = words[(at + 2) % count] ^ words[(at + 5) % count].rotate_left(B_ROTATIONS[at % 4]);
        words[at] = words[at].wrapping_add(mixed);
    }
    for at in (0..count).cycle().take(A_CYCLES * count) {
        let mixed = words[(at + count - 2) % count] ^ words[(at + count - 5) % count].rotate_left(A_ROTATIONS[at % 4]);
        words[at] = words[at].wrapping_add(mixed);
    }
    let sector_key = sector_key::<C>(key, offset)?;
    for (at, (bytes, word)) in sector.chunks_exact_mut(4).zip(words.iter()).enumerate() {
        for (place, (byte, plain)) in bytes.iter_mut().zip(word.to_le_bytes()).enumerate() {
            *byte = plain ^ sector_key[(at * 4 + place) % SECTOR_KEY_BYTES];
        }
    }
    Some(())
}

fn sector_key<C>(key: &[u8], offset: u64) -> Option<Zeroizing<[u8; SECTOR_KEY_BYTES]>>
where
    C: KeyInit + BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>,
{
    let cipher = C::new_from_slice(key).ok()?;
    let mut first = Array::from(u128::from(offset).to_le_bytes());
    let mut second = first;
    second[15] = SECOND_HALF;
    cipher.encrypt_block(&mut first);
    cipher.encrypt_block(&mut second);
    let mut sector_key = Zeroizing::new([0; SECTOR_KEY_BYTES]);
    sector_key[..16].copy_from_slice(&first);
    sector_key[16..].copy_from_slice(&second);
    Some(sector_key)
}
