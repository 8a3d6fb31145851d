//! Encrypts what the product only decrypts. Written independently of the product.

use std::collections::BTreeMap;
use std::sync::Mutex;

use aes::cipher::{
    Array, BlockCipherEncrypt, BlockModeEncrypt, BlockSizeUser, KeyInit, KeyIvInit, KeySizeUser, consts,
};
use aes::{Aes128, Aes256};
use ccm::aead::AeadInOut;
use sha2::{Digest, Sha256};

/// What Windows does.
pub const ROUNDS: u64 = 1 << 20;

/// AES-256-CCM in the order of an on-disk datum: nonce, tag, ciphertext.
pub fn ccm_seal(key: &[u8; 32], nonce: [u8; 12], payload: &[u8]) -> Vec<u8> {
    let mut text = payload.to_vec();
    let cipher = ccm::Ccm::<Aes256, consts::U16, consts::U12>::new(key.into());
    let tag = cipher.encrypt_inout_detached(&nonce.into(), &[], text.as_mut_slice().into()).unwrap();
    [nonce.as_slice(), &tag, &text].concat()
}

pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Hash of the secret, salt, rounds.
type Asked = ([u8; 32], [u8; 16], u64);

/// The stretch, from the hash of the secret; each is done once.
pub fn stretch(init: [u8; 32], salt: [u8; 16], rounds: u64) -> [u8; 32] {
    static DONE: Mutex<BTreeMap<Asked, [u8; 32]>> = Mutex::new(BTreeMap::new());
    let known = DONE.lock().unwrap().get(&(init, salt, rounds)).copied();
    known.unwrap_or_else(|| {
        let stretched = work(init, salt, rounds);
        DONE.lock().unwrap().insert((init, salt, rounds), stretched);
        stretched
    })
}

fn work(init: [u8; 32], salt: [u8; 16], rounds: u64) -> [u8; 32] {
    let mut message = [0; 88];
    message[32..64].copy_from_slice(&init);
    message[64..80].copy_from_slice(&salt);
    for count in 0..rounds {
        message[80..].copy_from_slice(&count.to_le_bytes());
        let last = Sha256::digest(message);
        message[..32].copy_from_slice(&last);
    }
    message[..32].try_into().unwrap()
}

/// Encrypts a sector as a volume with this cipher does.
pub fn encrypt_sector(cipher: u16, key: &[u8], sector: &mut [u8], offset: u64) {
    let number = u128::from(offset) / sector.len() as u128;
    match cipher {
        0x8000 => {
            diffuse::<Aes128>(&key[32..48], sector, offset);
            cbc::<Aes128>(&key[..16], sector, offset);
        }
        0x8001 => {
            diffuse::<Aes256>(&key[32..64], sector, offset);
            cbc::<Aes256>(&key[..32], sector, offset);
        }
        0x8002 => cbc::<Aes128>(key, sector, offset),
        0x8003 => cbc::<Aes256>(key, sector, offset),
        0x8004 => xts::<Aes128>(key, sector, number),
        0x8005 => xts::<Aes256>(key, sector, number),
        _ => {}
    }
}

fn cbc<C: KeyInit + KeySizeUser + BlockSizeUser<BlockSize = consts::U16> + BlockCipherEncrypt>(
    key: &[u8],
    sector: &mut [u8],
    offset: u64,
) {
    let mut iv = Array::from(u128::from(offset).to_le_bytes());
    C::new_from_slice(key).unwrap().encrypt_block(&mut iv);
    let mut mode = cbc::Encryptor::<C>::new_from_slices(key, &iv).unwrap();
    sector.chunks_exact_mut(16).for_each(|block| mode.encrypt_block(block.try_into().unwrap()));
}

fn xts<C: KeyInit + BlockSizeUser<BlockSize = consts::U16> + BlockCipherEncrypt>(
    key: &[u8],
    sector: &mut [u8],
    number: u128,
) {
    let (data, tweak) = key.split_at(key.len() / 2);
    let mode = xts_mode::Xts128::new(C::new_from_slice(data).unwrap(), C::new_from_slice(tweak).unwrap());
    mode.encrypt_sector(sector, number.to_le_bytes().into());
}

/// Sector key and diffusers, the other way round.
fn diffuse<C: KeyInit + BlockSizeUser<BlockSize = consts::U16> + BlockCipherEncrypt>(
    key: &[u8],
    sector: &mut [u8],
    offset: u64,
) {
    let cipher = C::new_from_slice(key).unwrap();
    let mut halves =
        [u128::from(offset), u128::from(offset) | 0x80 << 120].map(|number| Array::from(number.to_le_bytes()));
    for half in &mut halves {
        cipher.encrypt_block(half);
    }
    let sector_key = [halves[0], halves[1]].concat();
    sector.iter_mut().zip(sector_key.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
    let mut words: Vec<u32> = sector.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).collect();
    let count = words.len();
    for at in (0..5).flat_map(|_| (0..count).rev()) {
        let mixed =
            words[(at + count - 2) % count] ^ words[(at + count - 5) % count].rotate_left([9, 0, 13, 0][at % 4]);
        words[at] = words[at].wrapping_sub(mixed);
    }
    for at in (0..3).flat_map(|_| (0..count).rev()) {
        let mixed = words[(at + 2) % count] ^ words[(at + 5) % count].rotate_left([0, 10, 0, 25][at % 4]);
        words[at] = words[at].wrapping_sub(mixed);
    }
    sector.chunks_exact_mut(4).zip(words).for_each(|(bytes, word)| bytes.copy_from_slice(&word.to_le_bytes()));
}

/// The CRC-32 of zlib, bit by bit.
pub fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
