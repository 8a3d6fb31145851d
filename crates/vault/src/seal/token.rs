//! Keyed tokens: an index of them finds a device, a volume type, a Key ID or digits without revealing them. A token is
//! only a hint. Whoever finds a row by one recomputes it from the opened summary.

use hmac::Mac;
use serde::{Deserialize, Serialize};

use super::Root;
use super::root::mac_bytes;
use super::stack::wiped_shallow;
use drivekey_record::{
    AttachmentInfo, Details, Guid, KeyId, KeyKind, RecordId, RecoveryPassword, Secret, VolumeType, fold_look_alikes,
    normalise,
};

/// Bytes of a token: the first 128 bits of the HMAC.
pub const TOKEN_BYTES: usize = 16;

/// One keyed token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Token([u8; TOKEN_BYTES]);

/// All tokens of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tokens {
    /// Token of the device name; `None` if it is not known.
    pub device: Option<Token>,
    /// Token of the device name and the volume type together; `None` if the name is not known.
    pub device_type: Option<Token>,
    /// Token of the complete Key ID.
    pub key_id: Option<Token>,
    /// Token of the first eight characters of the Key ID.
    pub prefix: Option<Token>,
    /// Token of the first eight characters of the Key ID, with look-alikes folded.
    pub folded_prefix: Option<Token>,
    /// Token of the digits.
    pub digits: Token,
}

/// Characters of a Key ID that a recovery screen shows. The prefix tokens cover them.
const PREFIX_CHARS: usize = 8;

/// What a token is for. The number is the first byte of the MAC's input.
#[derive(Clone, Copy)]
enum TokenPurpose {
    Device = 1,
    DeviceType = 2,
    KeyId = 3,
    Prefix = 4,
    FoldedPrefix = 5,
    Digits = 6,
    Attachment = 7,
}

impl Token {
    /// Makes it from bytes in a store.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; TOKEN_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes for a store.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; TOKEN_BYTES] {
        &self.0
    }
}

impl TryFrom<String> for Token {
    type Error = drivekey_record::GuidError;

    fn try_from(hex: String) -> Result<Self, Self::Error> {
        // Sixteen bytes in hex are parsed like a GUID.
        hex.parse::<Guid>().map(|bytes| Self(*bytes.as_bytes()))
    }
}

impl From<Token> for String {
    fn from(token: Token) -> Self {
        Guid::from_bytes(token.0).compact().to_ascii_lowercase()
    }
}

impl Root {
    fn token(&self, purpose: TokenPurpose, parts: &[&[u8]]) -> Token {
        wiped_shallow(|| {
            let mut mac = self.index_mac.clone();
            mac.update(&[purpose as u8]);
            for part in parts {
                mac.update(part);
            }
            Token(mac_bytes(&mut mac))
        })
    }

    /// The token of a device name, equal for all spellings.
    #[must_use]
    pub fn device_token(&self, name: &str) -> Token {
        self.token(TokenPurpose::Device, &[normalise(name).as_bytes()])
    }

    /// The token of a device name, equal for all spellings, and a volume type. There is no token of a type alone: it
    /// has few values, and the frequency of each token would reveal which is which.
    #[must_use]
    pub fn device_type_token(&self, name: &str, volume_type: VolumeType) -> Token {
        // No name contains a zero byte.
        self.token(TokenPurpose::DeviceType, &[normalise(name).as_bytes(), b"\0", volume_type.name().as_bytes()])
    }

    /// The token of a complete Key ID.
    #[must_use]
    pub fn key_id_token(&self, guid: &Guid) -> Token {
        self.token(TokenPurpose::KeyId, &[guid.as_bytes()])
    }

    /// The token of the first eight characters of a Key ID; `None` for fewer.
    #[must_use]
    pub fn prefix_token(&self, hex: &str) -> Option<Token> {
        Some(self.token(TokenPurpose::Prefix, &[hex.get(..PREFIX_CHARS)?.to_ascii_uppercase().as_bytes()]))
    }

    /// The token of the first eight characters with look-alikes folded. Accepts typed text that is not hex.
    #[must_use]
    pub fn folded_prefix_token(&self, typed: &str) -> Option<Token> {
        Some(self.token(TokenPurpose::FoldedPrefix, &[fold_look_alikes(typed.get(..PREFIX_CHARS)?).as_bytes()]))
    }

    /// The token of a recovery password's digits.
    #[must_use]
    pub fn digits_token(&self, password: &RecoveryPassword) -> Token {
        // EXPOSE: duplicates are found by a keyed token of the digits.
        self.token_of_key(KeyKind::BitLocker, password.expose_secret().as_str())
    }

    /// The token of a key of any kind, from its unchanged text.
    #[must_use]
    pub fn key_token(&self, kind: KeyKind, secret: &Secret) -> Token {
        // EXPOSE: duplicates are found by a keyed token of the key.
        self.token_of_key(kind, secret.expose_secret().as_str())
    }

    fn token_of_key(&self, kind: KeyKind, text: &str) -> Token {
        // No kind's name contains a zero byte.
        self.token(TokenPurpose::Digits, &[kind.name().as_bytes(), b"\0", text.as_bytes()])
    }

    /// The ID of an attachment's row, derived from its bytes and its protector, so that a duplicate is found without
    /// reading the others.
    #[must_use]
    pub fn attachment_id(&self, info: &AttachmentInfo) -> RecordId {
        let parts: [&[u8]; 4] =
            [info.attachment.name().as_bytes(), b"\0", info.guid.as_bytes(), info.sha256.as_bytes()];
        RecordId::from_bytes(self.token(TokenPurpose::Attachment, &parts).0)
    }

    /// All tokens of a record, from its details and the token of its digits.
    #[must_use]
    pub fn tokens(&self, details: &Details, digits: Token) -> Tokens {
        let hex = details.key_id.known_hex();
        let name = details.device_name.as_ref().map(drivekey_record::LineText::as_str);
        Tokens {
            device: name.map(|name| self.device_token(name)),
            device_type: name.map(|name| self.device_type_token(name, details.volume_type)),
            key_id: match &details.key_id {
                KeyId::Full(guid) => Some(self.key_id_token(guid)),
                KeyId::Prefix(_) | KeyId::Unknown => None,
            },
            prefix: hex.as_deref().and_then(|hex| self.prefix_token(hex)),
            folded_prefix: hex.as_deref().and_then(|hex| self.folded_prefix_token(hex)),
            digits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivekey_record::{SecretText, VaultId, Word};

    #[test]
    fn spellings_share_a_token_and_kinds_do_not() {
        let root = Root::make(VaultId::from_bytes([1; 16])).unwrap();
        assert_eq!(root.device_token("Annas  Laptop"), root.device_token("annas laptop"));
        assert_eq!(root.folded_prefix_token("7EDB30ED"), root.folded_prefix_token("7edb3oeo"));
        assert_eq!(root.prefix_token("7edb30ed-1234"), root.prefix_token("7EDB30ED"));
        assert_ne!(root.prefix_token("7EDB30ED"), root.folded_prefix_token("7EDB30ED"));
        assert_eq!(root.prefix_token("7EDB"), None);
        let other = Root::make(VaultId::from_bytes([1; 16])).unwrap();
        assert_ne!(root.device_token("x"), other.device_token("x"));
    }

    #[test]
    fn a_volume_type_has_no_token_without_a_device_and_another_for_each() {
        let root = Root::make(VaultId::from_bytes([1; 16])).unwrap();
        let of = |name: Option<&str>, volume_type| {
            let device_name = name.and_then(|name| name.parse().ok());
            root.tokens(&Details { device_name, volume_type, ..Details::default() }, Token::from_bytes([0; 16]))
        };
        let later = VolumeType::Other(Word::new("swapVolume").unwrap());
        for volume_type in VolumeType::KNOWN.into_iter().chain([later]) {
            assert_eq!(of(None, volume_type).device_type, None);
            assert_eq!(of(Some("a  PC"), volume_type).device_type, of(Some("A pc"), volume_type).device_type);
            assert_ne!(of(Some("PC"), volume_type).device_type, of(Some("PC2"), volume_type).device_type);
        }
        assert_ne!(of(Some("PC"), VolumeType::Data).device_type, of(Some("PC"), later).device_type);
    }

    #[test]
    fn a_keys_token_is_of_its_kind_and_of_every_byte_of_its_text() {
        let root = Root::make(VaultId::from_bytes([1; 16])).unwrap();
        let kind = |name| KeyKind::named(Word::new(name).unwrap());
        let of = |name, text| root.key_token(kind(name), &Secret::Text(SecretText::new(text)));
        assert_eq!(of("luks2", "a b"), of("luks2", "a b"));
        for (name, text) in
            [("luks1", "a b"), ("luks2", "A b"), ("luks2", "a  b"), ("luks2", "a b\n"), ("luks", "2\0a b")]
        {
            assert_ne!(of("luks2", "a b"), of(name, text), "{name} {text:?}");
        }
        let password = RecoveryPassword::parse(&["000011"; 8].join("-")).unwrap();
        let digits = root.digits_token(&password);
        assert_eq!(root.key_token(KeyKind::BitLocker, &password.into()), digits);
        assert_ne!(of("luks2", &["000011"; 8].join("-")), digits);
    }
}
