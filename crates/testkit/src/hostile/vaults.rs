//! The sound vault that hostile ones are made from, new in each process, and the questions that a hostile one must
//! answer in the same way or refuse. Its root is known, so that what is read behind a seal can be hostile, too.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::pedantic,
    reason = "each target uses a part; what fails here is what is sought"
)]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::OnceLock;

use bech32::primitives::decode::CheckedHrpstring;
use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{Key, KeyInit, Tag, XChaCha20Poly1305, XNonce};
use drivekey_record::{AttachmentKind, CopyKind, Guid, VaultId};
use drivekey_vault::reveal::{reveal, reveal_attachment};
use drivekey_vault::seal::{
    KdfCost, KitIdentity, PassphraseSlot, Root, SlotBody, SlotKind, SlotOpening, slot_checksum,
};
use drivekey_vault::{CopyDraft, Intake, Machine, NewAttachment, Taking, Unlocked, Vault};
use hkdf::Hkdf;
use rusqlite::{Connection, params};
use secrecy::ExposeSecret;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::house::{
    Class, House, Known, LIMITS, Outcome, PASSPHRASE, ask_everything, create, everything, handle, known_incoming, now,
    secret, text,
};

const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;

pub struct Base {
    pub bytes: Vec<u8>,
    /// The same with tables that take any value; [`tighten`] puts their text right again.
    pub loose: Vec<u8>,
    tables: Vec<(String, String)>,
    pub known: Known,
    pub attachment: Vec<u8>,
    pub vault: [u8; 16],
    pub kit: KitIdentity,
    pub root: Box<Root>,
    pub recipient: age::x25519::Recipient,
    pub identity: age::x25519::Identity,
    keys: BTreeMap<&'static str, [u8; 32]>,
    /// A write that was broken off: the vault as it lies, and its journal.
    pub torn: (Vec<u8>, Vec<u8>),
}

pub fn base() -> &'static Base {
    static BASE: OnceLock<Base> = OnceLock::new();
    BASE.get_or_init(make)
}

fn make() -> Base {
    let house = House::empty();
    create(&house.path(), &Machine::new(None));
    let attachment = vec![7; 5000];
    let kit = KitIdentity::make();
    let mut vault = open(&house, PASSPHRASE);
    let key_package = NewAttachment {
        kind: AttachmentKind::KeyPackage,
        guid: Guid::from_bytes([9; 16]),
        key_ids: Vec::new(),
        bytes: Zeroizing::new(attachment.clone()),
        device_name: None,
        volume_label: None,
        file_name: None,
        created: None,
    };
    let intake = Intake {
        records: (0..4).map(known_incoming).collect(),
        attachments: vec![key_package],
        origin: Some(text("E:\\")),
    };
    vault.import(intake, now(), Taking::Keep, |_| {}).unwrap();
    let records = [handle(1), handle(2)].into_iter().collect();
    vault
        .register_copy(CopyDraft { kind: CopyKind::Stick, name: None, place: text("E:\\"), records, slot: None }, now())
        .unwrap();
    vault.add_kit(&kit, None).unwrap();
    let known = Known::of(&mut vault).brief();
    drop(vault);
    let bytes = house.bytes();

    let connection = house.stranger();
    let id: [u8; 16] = connection.query_row("SELECT vault_id FROM vault", [], |row| row.get(0)).unwrap();
    let tables = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'").unwrap();
    let tables = { tables }.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    let slots = slots(&connection);
    let (slot, checksum) = slots.iter().find(|(slot, _)| slot.0 == SlotKind::Passphrase.number()).unwrap();
    let slot = PassphraseSlot { id: slot.1, body: slot.2.clone() };
    let Ok(SlotOpening::Opened(root)) = slot.open(VaultId::from_bytes(id), &secret(PASSPHRASE), checksum, LIMITS)
    else {
        panic!()
    };
    let (kit_slot, _) = slots.iter().find(|(slot, _)| slot.0 == SlotKind::Kit.number()).unwrap();
    let opener: age::x25519::Identity = kit.text().expose_secret().parse().unwrap();
    let file = String::from_utf8(age_open(&opener, &kit_slot.2.wrapped)).unwrap();
    let identity_text = file.lines().find(|line| !line.starts_with('#')).unwrap();
    let identity: age::x25519::Identity = identity_text.parse().unwrap();
    let secret: Vec<u8> = CheckedHrpstring::new::<bech32::Bech32>(identity_text).unwrap().byte_iter().collect();
    let key = |purpose: &'static str| {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(Some(&id), &secret).expand(format!("drivekey/1/{purpose}").as_bytes(), &mut key).unwrap();
        (purpose, key)
    };
    let keys = ["state", "summary", "item"].map(key).into_iter().collect();
    drop(connection);
    let (loose, torn) = (loosen(&house, &bytes), tear(&house, &bytes));
    let recipient = identity.to_public();
    Base { bytes, loose, tables, known, attachment, vault: id, kit, root, recipient, identity, keys, torn }
}

fn open(house: &House, passphrase: &str) -> Vault<Unlocked> {
    crate::house::unlock(&house.path(), Machine::new(None), passphrase).unwrap()
}

fn loosen(house: &House, bytes: &[u8]) -> Vec<u8> {
    house.put(bytes);
    let connection = house.stranger();
    let sql = "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE type = \
               'table'";
    connection.execute_batch(sql).unwrap();
    drop(connection);
    house.bytes()
}

/// Pages are written before the commit, because the cache is too small.
fn tear(house: &House, bytes: &[u8]) -> (Vec<u8>, Vec<u8>) {
    house.put(bytes);
    let connection = house.stranger();
    connection
        .execute_batch("PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE record SET summary = randomblob(3000)")
        .unwrap();
    connection
        .execute_batch("UPDATE sealed SET age = randomblob(3000); UPDATE content SET age = randomblob(90000)")
        .unwrap();
    let torn = (house.bytes(), std::fs::read(house.folder().join("vault.drivekey-journal")).unwrap());
    connection.execute_batch("ROLLBACK").unwrap();
    assert!(torn.0 != bytes && torn.1.len() > 8000);
    torn
}

/// A slot's kind, name and body, and the checksum that was kept.
pub type Slot = ((u32, drivekey_record::SlotId, SlotBody), [u8; 32]);

/// The slots whose rows have the form of one.
pub fn slots(connection: &Connection) -> Vec<Slot> {
    let sql =
        "SELECT kind, slot_id, memory_kib, passes, lanes, salt, check_value, wrapped, checksum FROM slot NOT INDEXED";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        let cost = KdfCost { memory_kib: row.get(2)?, passes: row.get(3)?, lanes: row.get(4)? };
        let body = SlotBody { cost, salt: row.get(5)?, check_value: row.get(6)?, wrapped: row.get(7)? };
        Ok(((row.get(0)?, drivekey_record::SlotId::from_bytes(row.get(1)?), body), row.get(8)?))
    });
    rows.unwrap().filter_map(Result::ok).collect()
}

/// The checksum that this slot would have, had it been written so.
pub fn checksum(slot: &Slot) -> [u8; 32] {
    let (kind, id, body) = &slot.0;
    slot_checksum(SlotKind::from_number(*kind), VaultId::from_bytes(base().vault), *id, body)
}

impl Base {
    /// Any bytes, sealed as a state, a summary or an item for one place.
    pub fn seal(&self, purpose: &str, text: &[u8], place: &[u8]) -> Vec<u8> {
        let cipher = XChaCha20Poly1305::new(&Key::from(self.keys[purpose]));
        let mut sealed = [&[7; NONCE_BYTES][..], text].concat();
        let body = sealed[NONCE_BYTES..].as_mut();
        let tag = cipher.encrypt_inout_detached(&XNonce::from([7; NONCE_BYTES]), place, body.into()).unwrap();
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// What the sound vault has there.
    pub fn unseal(&self, purpose: &str, sealed: &[u8], place: &[u8]) -> Vec<u8> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>().unwrap();
        let (body, tag) = rest.split_last_chunk::<TAG_BYTES>().unwrap();
        let mut text = body.to_vec();
        let cipher = XChaCha20Poly1305::new(&Key::from(self.keys[purpose]));
        cipher
            .decrypt_inout_detached(&XNonce::from(*nonce), place, text.as_mut_slice().into(), &Tag::from(*tag))
            .unwrap();
        text
    }

    pub fn digits_of(&self, handle: drivekey_record::Handle) -> Option<&str> {
        let at = self.known.entries.iter().position(|entry| entry.handle == handle)?;
        Some(&self.known.digits[at])
    }
}

pub fn age_open(identity: &age::x25519::Identity, sealed: &[u8]) -> Vec<u8> {
    let decryptor = age::Decryptor::new(sealed).unwrap();
    let mut plain = Vec::new();
    decryptor.decrypt(std::iter::once(identity as &dyn age::Identity)).unwrap().read_to_end(&mut plain).unwrap();
    plain
}

pub fn age_seal(recipient: &age::x25519::Recipient, plain: &[u8]) -> Vec<u8> {
    age::encrypt(recipient, plain).unwrap()
}

/// A connection to a loose vault that leaves no journal.
pub fn stranger(house: &House) -> Connection {
    let connection = house.stranger();
    connection
        .execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA ignore_check_constraints = ON")
        .unwrap();
    connection
}

/// The tables' text as it must be; what stands in them stays.
pub fn tighten(connection: Connection) {
    connection.execute_batch("PRAGMA writable_schema = ON").unwrap();
    for (name, sql) in &base().tables {
        connection
            .execute("UPDATE sqlite_schema SET sql = ?2 WHERE type = 'table' AND name = ?1", params![name, sql])
            .unwrap();
    }
}

/// Asks everything that was known: nothing may be said that is neither the known answer nor a refusal that has a name,
/// and nothing may be written. The kit must do no more than the passphrase.
pub fn ask(house: &House, machine: &Machine) {
    let before = (house.bytes(), names(house));
    for step in ask_everything(&house.path(), machine.clone(), PASSPHRASE, &base().known) {
        let said = match &step.outcome {
            Outcome::Same | Outcome::Fewer(_) => true,
            // The cost of a derivation is read from the file; beyond the limits it is named.
            Outcome::Caught(Class::Failed, what) => what.starts_with("Kdf("),
            Outcome::Caught(class, _) => !matches!(class, Class::Busy | Class::Gone | Class::Unwritable),
            Outcome::Lie(_) => false,
        };
        assert!(said, "{step:?}");
    }
    if let Ok(locked) = Vault::open(&house.path(), LIMITS, machine.clone())
        && let Ok(mut vault) = locked.unlock_with_kit(&base().kit)
    {
        look(&mut vault, true);
    }
    assert!(before == (house.bytes(), names(house)), "reading changed the file or its folder");
}

/// Everything that a vault shows; the digits of a known record must be its own.
pub fn look(vault: &mut Vault<Unlocked>, digits_are_known: bool) {
    let entries = vault.list(&everything()).map(|listing| listing.entries).unwrap_or_default();
    for entry in entries {
        let revealed = reveal(vault, &entry);
        if let (true, Ok(revealed)) = (digits_are_known, revealed) {
            assert_eq!(Some(revealed.key.as_str()), base().digits_of(entry.handle), "wrong digits");
        }
    }
    for attached in vault.attachments().into_iter().flat_map(|found| found.items) {
        let bytes = reveal_attachment(vault, &attached);
        assert!(bytes.is_err() || *bytes.unwrap() == base().attachment, "another attachment");
    }
    let _ =
        (vault.copies(), vault.last_import(), vault.slots(), vault.find(&["r1".to_owned()]), vault.resolve("9E3779B1"));
    let _ = vault.verify(|_, _| {});
}

/// What lies beside the vault.
pub fn names(house: &House) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(house.folder()).unwrap().map(|item| item.unwrap().path()).collect();
    names.retain(|path| !path.ends_with("state"));
    names.sort();
    names
}
