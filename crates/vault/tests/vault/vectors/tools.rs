//! Roots, slots and words that the vectors rest on.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::file::{Vector, folder, read, unhex};
use drivekey_record::{Details, SlotId};
use drivekey_vault::seal::{KdfCost, KdfError, KdfLimits, PassphraseSlot, Root, SlotBody, SlotOpening, Token};
use secrecy::SecretString;
use serde_json::Value;

/// A nonce of 24 bytes before the ciphertext, a tag of 16 after it.
pub(super) const AEAD_BYTES: usize = 40;

/// Published in libbde's format document.
pub(super) const FIRST: &str = "471207-278498-422125-177177-561902-537405-468006-693451";

/// Made up: each group is a multiple of eleven.
pub(super) const SECOND: &str = "111111-222222-333333-444444-555555-666666-000011-000022";

/// Made up likewise.
pub(super) const THIRD: &str = "720885-000000-000011-054318-123453-600006-234564-345675";

/// Of a later kind: any text.
pub(super) const LATER: &str = "a text, \"as it is\"";

/// Stands for a startup key.
pub(super) const ATTACHMENT: &[u8] = b"not a startup key, but kept as one";

pub(super) const GUID: &str = "7EDB30ED-1234-4ABC-9DEF-0123456789AB";

pub(super) fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

pub(super) fn token(text: &Value) -> Option<Token> {
    text.as_str().map(|text| Token::from_bytes(unhex(text).try_into().unwrap()))
}

/// Details stand between the place and the digits of a sealed record.
pub(super) fn details_in(plaintext: &str) -> Details {
    let mut value: Value = serde_json::from_str(plaintext).unwrap();
    for name in ["vault", "record", "revision", "handle", "key"] {
        value.as_object_mut().unwrap().remove(name);
    }
    serde_json::from_value(value).unwrap()
}

/// Opens the slots that other vectors rest on, each once.
#[derive(Default)]
pub(super) struct Roots(pub(super) BTreeMap<String, Rc<Root>>);

impl Roots {
    pub(super) fn of(&mut self, vector: &Vector) -> Rc<Root> {
        let name = vector.get("opened by");
        let open = || {
            let slot = read(&folder().join(name));
            match open_slot(&slot) {
                Ok(SlotOpening::Opened(root)) => Rc::from(root),
                other => panic!("{name}: {other:?}"),
            }
        };
        Rc::clone(self.0.entry(name.to_owned()).or_insert_with(open))
    }
}

pub(super) fn slot_in(vector: &Vector) -> PassphraseSlot {
    let cost = KdfCost {
        memory_kib: vector.number("memory_kib"),
        passes: vector.number("passes"),
        lanes: vector.number("lanes"),
    };
    let body =
        SlotBody { cost, salt: vector.bytes("salt"), check_value: vector.bytes("check_value"), wrapped: vector.blob() };
    PassphraseSlot { id: SlotId::from_bytes(vector.bytes("slot")), body }
}

pub(super) fn open_slot(vector: &Vector) -> Result<SlotOpening, KdfError> {
    let passphrase = secret(vector.get("passphrase"));
    slot_in(vector).open(vector.vault(), &passphrase, &vector.bytes("checksum"), KdfLimits::PRODUCT)
}

/// What docs/FORMAT.md says of a passphrase slot, done once more without the library.
pub(super) struct Words {
    pub(super) slot_identity: String,
    pub(super) slot_recipient: String,
    pub(super) identity_file: String,
}

impl Words {
    pub(super) fn of(vector: &Vector) -> Self {
        use unicode_normalization::UnicodeNormalization;
        let passphrase: String = vector.get("passphrase").nfkc().collect();
        let params =
            argon2::Params::new(vector.number("memory_kib"), vector.number("passes"), vector.number("lanes"), Some(64))
                .unwrap();
        let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let mut output = [0; 64];
        argon2.hash_password_into(passphrase.as_bytes(), &vector.bytes::<16>("salt"), &mut output).unwrap();
        let hrp = bech32::Hrp::parse("age-secret-key-").unwrap();
        let slot_identity = bech32::encode_upper::<bech32::Bech32>(hrp, &output[..32]).unwrap();
        let slot: age::x25519::Identity = slot_identity.parse().unwrap();
        let plain = age::decrypt(&slot, &vector.blob()).unwrap();
        Self {
            slot_recipient: slot.to_public().to_string(),
            slot_identity,
            identity_file: String::from_utf8(plain).unwrap(),
        }
    }
}

pub(super) fn identity(file: &str) -> age::x25519::Identity {
    file.lines().find(|line| !line.starts_with('#')).unwrap().parse().unwrap()
}
