//! The first sector of the file system, decrypted: the last proof that a key is the volume's.
//! Reads nothing itself and keeps nothing of it but the file system's name.

use aes::cipher::{
    Array, BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt, BlockSizeUser, KeyInit, KeyIvInit, KeySizeUser,
};
use aes::{Aes128, Aes256};
use zeroize::Zeroizing;

use super::boot::Kind;
use super::cipher::Cipher;
use super::elephant;
use super::keys::VolumeKey;
use super::volume::{Volume, Warning, volume_header_offset};
use drivekey_record::LineText;

/// XTS and CBC work on whole ones.
const BLOCK_BYTES: usize = 16;
const SECTOR_BYTES_MIN: usize = 512;

/// What the first sector turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstSector {
    /// Decrypted, it is a file system's first sector, of this name.
    Decrypted(LineText),
    /// It stands on the drive in the clear (Vista; a volume that was decrypted), of this name. Proves nothing of a key.
    InClear(LineText),
    /// Decrypted, it is nothing known: overwritten, or not yet written.
    Unrecognised,
    /// It could not be read from the drive, or nothing says where it lies.
    NotRead,
    /// The cipher is not known.
    UnknownCipher,
}

/// Tries the volume key on what was read of the sector.
pub(super) fn first_sector(volume: &Volume, key: &VolumeKey) -> FirstSector {
    if let Some(name) = in_clear(volume) {
        return FirstSector::InClear(name);
    }
    let sector = &volume.parts.header_sector;
    let Some(offset) = volume_header_offset(&volume.parts.block) else { return FirstSector::NotRead };
    if sector.len() != usize::from(volume.sector_size) || sector.len() < SECTOR_BYTES_MIN {
        return FirstSector::NotRead;
    }
    let mut plain = Zeroizing::new(sector.clone());
    match decrypt(volume.cipher, key.bytes(), &mut plain, offset) {
        None => FirstSector::UnknownCipher,
        Some(()) => file_system(&plain).map_or(FirstSector::Unrecognised, FirstSector::Decrypted),
    }
}

/// The file system's name, where no key is needed to read it.
pub(super) fn in_clear(volume: &Volume) -> Option<LineText> {
    if volume.kind == Kind::Vista && !volume.warnings.contains(&Warning::BootSectorLost) {
        // Vista leaves the sector where it was, with its own signature over the name; it encrypts NTFS only.
        return "NTFS".parse().ok();
    }
    file_system(&volume.parts.header_sector)
}

/// `None` when the cipher is not known or the key not of its length.
fn decrypt(cipher: Cipher, key: &[u8], sector: &mut [u8], offset: u64) -> Option<()> {
    if Some(key.len()) != cipher.key_bytes() {
        return None;
    }
    let number = u128::from(offset) / u128::try_from(sector.len()).ok()?;
    match cipher {
        Cipher::AesCbc128 => cbc::<Aes128>(key, sector, offset),
        Cipher::AesCbc256 => cbc::<Aes256>(key, sector, offset),
        Cipher::AesXts128 => xts::<Aes128>(key, sector, number),
        Cipher::AesXts256 => xts::<Aes256>(key, sector, number),
        // The first half is the cipher's key, the second the diffuser's; of each, AES-128 uses the beginning.
        Cipher::AesCbc128Diffuser => {
            cbc::<Aes128>(key.get(..16)?, sector, offset)?;
            elephant::undo::<Aes128>(key.get(32..48)?, sector, offset)
        }
        Cipher::AesCbc256Diffuser => {
            cbc::<Aes256>(key.get(..32)?, sector, offset)?;
            elephant::undo::<Aes256>(key.get(32..)?, sector, offset)
        }
        Cipher::None | Cipher::Unknown(_) => None,
    }
}

fn cbc<C>(key: &[u8], sector: &mut [u8], offset: u64) -> Option<()>
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

fn xts<C>(key: &[u8], sector: &mut [u8], number: u128) -> Option<()>
where
    C: KeyInit + BlockSizeUser<BlockSize = aes::cipher::consts::U16> + BlockCipherEncrypt + BlockCipherDecrypt,
{
    let (data, tweak) = key.split_at(key.len() / 2);
    let mode = xts_mode::Xts128::new(C::new_from_slice(data).ok()?, C::new_from_slice(tweak).ok()?);
    mode.decrypt_sector(sector, number.to_le_bytes().into());
    Some(())
}

/// The OEM name of a first sector, if it is one.
pub(super) fn file_system(sector: &[u8]) -> Option<LineText> {
    let oem = sector.get(3..11)?;
    if oem.starts_with(b"ReFS\0") {
        return "ReFS".parse().ok();
    }
    let jumps = matches!(sector[0], 0xEB | 0xE9);
    let ends = sector.get(510..512)? == [0x55, 0xAA];
    let printable = oem.iter().all(|byte| (b' '..=b'~').contains(byte));
    if jumps && ends && printable { std::str::from_utf8(oem).ok()?.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_sector_is_known_by_jump_name_and_end() {
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
    fn a_key_of_another_length_decrypts_nothing() {
        for cipher in
            [Cipher::AesCbc128, Cipher::AesXts256, Cipher::AesCbc256Diffuser, Cipher::Unknown(7), Cipher::None]
        {
            assert_eq!(decrypt(cipher, &[0; 33], &mut [0; 512], 0), None);
        }
    }
}
