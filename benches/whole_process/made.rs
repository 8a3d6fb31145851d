//! Made-up keys, the same in every run, and vaults and files filled with them.

use std::fmt::Write as _;
use std::path::Path;

use drivekey_record::{Details, RecoveryPassword, SourceKind};
use drivekey_vault::seal::{KdfCost, KdfLimits, sha256};
use drivekey_vault::{Incoming, Locked, Machine, NewVault, Taking, Vault};
use secrecy::SecretString;

/// Of every vault made here.
pub(crate) const PASSPHRASE: &str = "benchmarks open nothing of value";

/// A row of made-up keys.
pub(crate) struct Made {
    seed: u64,
}

impl Made {
    /// Another seed gives other keys.
    pub(crate) const fn new(seed: u64) -> Self {
        Self { seed }
    }

    fn bytes(&self, purpose: u8, at: usize) -> [u8; 32] {
        sha256(&[&[purpose], self.seed.to_le_bytes().as_slice(), &(at as u64).to_le_bytes()].concat())
    }

    /// The Key ID of a key.
    pub(crate) fn guid(&self, at: usize) -> String {
        let bytes = self.bytes(1, at);
        drivekey_record::Guid::from_bytes(std::array::from_fn(|byte| bytes[byte])).to_string()
    }

    /// The first eight characters with every character that has one replaced by its look-alike.
    pub(crate) fn misread(&self, at: usize) -> String {
        self.guid(at)[..8].replace('0', "O").replace('1', "I").replace('5', "S").replace('8', "B")
    }

    /// The digits of a key.
    pub(crate) fn password(&self, at: usize) -> String {
        let bytes = self.bytes(2, at);
        let groups: Vec<String> = (0..8)
            .map(|group| format!("{:06}", u32::from(u16::from_le_bytes([bytes[group * 2], bytes[group * 2 + 1]])) * 11))
            .collect();
        groups.join("-")
    }

    /// Three keys a computer.
    pub(crate) fn device(at: usize) -> String {
        format!("PC-{:06}", at / 3)
    }

    /// A word that stands in one label only.
    pub(crate) fn rare_word(at: usize) -> String {
        format!("shelf{at}x")
    }

    /// Keys for a vault.
    pub(crate) fn incoming(&self, count: usize) -> Vec<Incoming> {
        let one = |at| {
            let details = Details {
                key_id: self.guid(at).parse().unwrap(),
                device_name: Self::device(at).parse().ok(),
                volume_label: Self::rare_word(at).parse().ok(),
                ..Details::default()
            };
            let password = RecoveryPassword::parse(&self.password(at)).unwrap();
            Incoming {
                secret: password.into(),
                details,
                kind: SourceKind::WindowsTxt,
                file_name: format!("BitLocker Recovery Key {}.TXT", self.guid(at)).parse().ok(),
            }
        };
        (0..count).map(one).collect()
    }

    /// One file a key, as Windows writes them.
    pub(crate) fn windows_files(&self, folder: &Path, count: usize) {
        std::fs::create_dir_all(folder).unwrap();
        for at in 0..count {
            let guid = self.guid(at);
            let text = format!(
                "\u{FEFF}BitLocker Drive Encryption recovery key\0\r\n\r\nTo verify that this is the correct recovery \
                 key, compare the start of the following identifier with the identifier value displayed on your \
                 PC.\r\n\r\nIdentifier:\r\n\r\n\t{guid}\r\n\r\nIf the above identifier matches the one displayed by \
                 your PC, then use the following key to unlock your drive.\r\n\r\nRecovery Key:\r\n\r\n\t{}\r\n\r\n",
                self.password(at)
            );
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            std::fs::write(folder.join(format!("BitLocker Recovery Key {guid}.TXT")), bytes).unwrap();
        }
    }

    /// All keys in one file.
    pub(crate) fn one_file(&self, path: &Path, count: usize) {
        let mut text = String::new();
        for at in 0..count {
            write!(
                text,
                "Computer: {}\nIdentifier: {}\nRecovery Key: {}\n\n",
                Self::device(at),
                self.guid(at),
                self.password(at)
            )
            .unwrap();
        }
        std::fs::write(path, text).unwrap();
    }
}

/// A vault with these keys.
pub(crate) fn vault(path: &Path, cost: KdfCost, incoming: Vec<Incoming>) {
    let passphrase = SecretString::from(PASSPHRASE.to_owned());
    let new = NewVault { passphrase: &passphrase, cost, limits: KdfLimits::PRODUCT };
    Vault::<Locked>::create(path, &new, &Machine::new(None)).unwrap();
    if !incoming.is_empty() {
        let locked = Vault::open(path, KdfLimits::PRODUCT, Machine::new(None)).unwrap();
        let mut vault = locked.unlock(&passphrase, None).map_err(|failure| failure.error).unwrap();
        vault.take_in(incoming, chrono::DateTime::UNIX_EPOCH, Taking::Keep, |_| {}).unwrap();
    }
}
