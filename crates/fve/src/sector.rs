//! Decrypts the first sector of the file system, the last proof that a key is the volume's. Nothing of it is kept but
//! the name of the file system.

use aes::cipher::{
    Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockSizeUser, KeyInit, KeyIvInit, KeySizeUser,
};
use aes::{Aes128, Aes256};
use zeroize::Zeroizing;

use super::cipher::Cipher;
use super::elephant;
use super::keys::VolumeKey;
use drivekey_record::LineText;

/// The block size of AES.
const BLOCK_BYTES: usize = 16;
const SECTOR_BYTES_MIN: usize = 512;

/// What the first sector of the file system is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstSector {
    /// It was decrypted, and is the first sector of this file system.
    Decrypted(LineText),
    /// It is not encrypted (on Vista, and on a volume that was decrypted), and is that of this file system. This proves
    /// nothing about a key.
    InClear(LineText),
    /// It was decrypted, but is no known file system's: it was overwritten, or is not written yet.
    Unrecognised,
    /// It could not be read, or nothing says where it lies.
    NotRead,
    /// The cipher is not known.
    UnknownCipher,
}

/// Decrypts the sector that lies at `offset`, in bytes, from the start of the volume.
pub(super) fn decrypt_first_sector(cipher: Cipher, key: &VolumeKey, sector: &[u8], offset: u64) -> FirstSector {
    if sector.len() < SECTOR_BYTES_MIN {
        return FirstSector::NotRead;
    }
    let mut plain = Zeroizing::new(sector.to_vec());
    match decrypt(cipher, key.bytes(), &mut plain, offset) {
        None => FirstSector::UnknownCipher,
        Some(()) => file_system(&plain).map_or(FirstSector::Unrecognised, FirstSector::Decrypted),
    }
}

/// `None` when the cipher is not known or the key has the wrong length for it.
fn decrypt(cipher: Cipher, key: &[u8], sector: &mut [u8], offset: u64) -> Option<()> {
    if Some(key.len()) != cipher.key_bytes() {
        return None;
    }
    let number = u128::from(offset) / u128::try_from(sector.len()).ok()?;
    match cipher {
        Cipher::AesCbc128 => decrypt_cbc::<Aes128>(key, sector, offset),
        Cipher::AesCbc256 => decrypt_cbc::<Aes256>(key, sector, offset),
        Cipher::AesXts128 => decrypt_xts::<Aes128>(key, sector, number),
        Cipher::AesXts256 => decrypt_xts::<Aes256>(key, sector, number),
        // The first half is the key of the cipher, the second that of the diffuser. AES-128 uses half of each.
        Cipher::AesCbc128Diffuser => {
            decrypt_cbc::<Aes128>(key.get(..16)?, sector, offset)?;
            elephant::decrypt::<Aes128>(key.get(32..48)?, sector, offset)
        }
        Cipher::AesCbc256Diffuser => {
            decrypt_cbc::<Aes256>(key.get(..32)?, sector, offset)?;
            elephant::decrypt::<Aes256>(key.get(32..)?, sector, offset)
        }
        Cipher::None | Cipher::Unknown(_) => None,
    }
}

fn decrypt_cbc<C>(key: &[u8], sector: &mut [u8], offset: u64) -> Option<()>
where
    C: KeyInit
        + KeySizeUser
        + BlockSizeUser<BlockSize = aes::cipher::consts::U16>
        + BlockCipherEncrypt
        + BlockCipherDecrypt,
{
    let mut iv = Array::from(u128::from(offset).to_le_bytes());
    C::new_from_slice(key).ok()?.encrypt_block(&mut iv);
    let mut mode = cbc::Decryptor::<C>::new_from_slices(key, &iv).ok()?;
    for block in sector.chunks_exact_mut(BLOCK_BYTES) {
        mode.decrypt_block(block.try_into().ok()?);
    }
    Some(())
}

fn decrypt_xts<C>(key: &[u8], sector: &mut [u8], number: u128) -> Option<()>
where
    C: KeyInit + BlockSizeUser<BlockSize = aes::cipher::consts::U16> + BlockCipherEncrypt + BlockCipherDecrypt,
{
    let (data, tweak) = key.split_at(key.len() / 2);
    let mode = xts_mode::Xts128::new(C::new_from_slice(data).ok()?, C::new_from_slice(tweak).ok()?);
    mode.decrypt_sector(sector, number.to_le_bytes().into());
    Some(())
}

/// The name that a file system's first sector carries; `None` when this is not one.
pub(super) fn file_system(sector: &[u8]) -> Option<LineText> {
    let oem = sector.get(3..11)?;
    if oem.starts_with(b"ReFS\0") {
        return "ReFS".parse().ok();
    }
    let has_jump = matches!(sector[0], 0xEB | 0xE9);
    let has_signature = sector.get(510..512)? == [0x55, 0xAA];
    let printable = oem.iter().all(|byte| (b' '..=b'~').contains(byte));
    if has_jump && has_signature && printable { std::str::from_utf8(oem).ok()?.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_sector_is_known_by_jump_name_and_signature() {
        let mut sector = vec![0; 512];
        sector[..11].copy_from_slice(b"\xEB\x52\x90NTFS    ");
        assert_eq!(file_system(&sector), None);
        sector[510..].copy_from_slice(&[0x55, 0xAA]);
        assert_eq!(file_system(&sector).map(String::from).as_deref(), Some("NTFS"));
        sector[5] = 0x1B;
        assert_eq!(file_system(&sector), None);
        assert_eq!(file_system(&sector[..200]), None);
    }

    #[test]
    fn a_key_of_the_wrong_length_decrypts_nothing() {
        for cipher in
            [Cipher::AesCbc128, Cipher::AesXts256, Cipher::AesCbc256Diffuser, Cipher::Unknown(7), Cipher::None]
        {
            assert_eq!(decrypt(cipher, &[0; 33], &mut [0; 512], 0), None);
        }
    }
}
