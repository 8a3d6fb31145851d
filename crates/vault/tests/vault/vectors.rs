//! The known answers of the vault format: every file in `tests/vectors/` is walked, and must give what its head says.
//! One file, one scenario; docs/FORMAT.md, "Known answers", describes the files.
#![expect(clippy::unwrap_used, reason = "a test that meets what it did not expect has failed")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use chrono::DateTime;
use drivekey_record::{
    AttachmentKind, CopyKind, Details, Handle, Item, ItemNumber, KeyKind, LineText, Record, RecordId, RecoveryPassword,
    Revision, Secret, SecretText, SlotId, SourceKind, VaultId, Word,
};
use drivekey_vault::reveal::{reveal, reveal_attachment};
use drivekey_vault::seal::{
    Binding, KdfCost, KdfError, KdfLimits, KitIdentity, KitSlot, PassphraseSlot, Root, SealError, SealedItem,
    SealedRecord, SealedSummary, SlotBody, SlotOpening, Summary, Token, Tokens, Total, TotalItem, sha256,
};
use drivekey_vault::sqlite::{self, PrivateFolder};
use drivekey_vault::store::Opened;
use drivekey_vault::{
    CopyDraft, Filter, Incoming, Locked, Machine, NewAttachment, NewVault, Taking, TrashFilter, Vault,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

const TITLE: &str = "drivekey known answer";
const HEX_COLUMNS: usize = 96;
/// A nonce of 24 bytes before the ciphertext, a tag of 16 after it.
const AEAD_BYTES: usize = 40;

/// Published in libbde's format document.
const FIRST: &str = "471207-278498-422125-177177-561902-537405-468006-693451";
/// Made up: each group is a multiple of eleven.
const SECOND: &str = "111111-222222-333333-444444-555555-666666-000011-000022";
/// Made up likewise.
const THIRD: &str = "720885-000000-000011-054318-123453-600006-234564-345675";
/// Of a later kind: any text.
const LATER: &str = "a text, \"as it is\"";
/// Stands for a startup key.
const ATTACHMENT: &[u8] = b"not a startup key, but kept as one";
const GUID: &str = "7EDB30ED-1234-4ABC-9DEF-0123456789AB";

fn folder() -> PathBuf {
    drivekey_testkit::repository().join("tests/vectors")
}

/// A text file: the title, `name: value` lines, an empty line, then hex or JSON.
struct Vector {
    head: BTreeMap<String, String>,
    body: String,
}

impl Vector {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap();
        let mut lines = head.lines();
        assert_eq!(lines.next(), Some(TITLE));
        let head = lines
            .map(|line| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap())
            .collect();
        Self { head, body: body.to_owned() }
    }

    fn get(&self, name: &str) -> &str {
        self.head.get(name).map_or_else(|| panic!("no line `{name}`"), String::as_str)
    }

    fn number(&self, name: &str) -> u32 {
        self.get(name).parse().unwrap()
    }

    fn length(&self, name: &str) -> usize {
        self.get(name).parse().unwrap()
    }

    fn bytes<const N: usize>(&self, name: &str) -> [u8; N] {
        unhex(self.get(name)).try_into().unwrap()
    }

    fn blob(&self) -> Vec<u8> {
        unhex(&self.body)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn vault(&self) -> VaultId {
        VaultId::from_bytes(self.bytes("vault"))
    }

    fn handle(&self) -> Handle {
        self.get("handle").parse().unwrap()
    }

    fn binding(&self) -> Binding {
        let revision = Revision::new(self.number("revision")).unwrap();
        Binding { vault: self.vault(), record: RecordId::from_bytes(self.bytes("record")), revision }
    }
}

/// The text of a vector file.
fn text_of(head: &[(&str, String)], body: &str) -> String {
    let head = head.iter().fold(format!("{TITLE}\n"), |text, (name, value)| text + name + ": " + value + "\n");
    format!("{head}\n{body}")
}

/// Hex in lines.
fn columns(bytes: &[u8]) -> String {
    let all = hex(bytes);
    all.as_bytes().chunks(HEX_COLUMNS).fold(String::new(), |text, line| text + str::from_utf8(line).unwrap() + "\n")
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

fn token(text: &Value) -> Option<Token> {
    text.as_str().map(|text| Token::from_bytes(unhex(text).try_into().unwrap()))
}

/// Details stand between the place and the digits of a sealed record.
fn details_in(plaintext: &str) -> Details {
    let mut value: Value = serde_json::from_str(plaintext).unwrap();
    for name in ["vault", "record", "revision", "handle", "key"] {
        value.as_object_mut().unwrap().remove(name);
    }
    serde_json::from_value(value).unwrap()
}

/// Opens the slots that other vectors rest on, each once.
#[derive(Default)]
struct Roots(BTreeMap<String, Rc<Root>>);

impl Roots {
    fn of(&mut self, vector: &Vector) -> Rc<Root> {
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

fn read(path: &Path) -> Vector {
    Vector::parse(&std::fs::read_to_string(path).unwrap())
}

fn slot_in(vector: &Vector) -> PassphraseSlot {
    let cost = KdfCost {
        memory_kib: vector.number("memory_kib"),
        passes: vector.number("passes"),
        lanes: vector.number("lanes"),
    };
    let body =
        SlotBody { cost, salt: vector.bytes("salt"), check_value: vector.bytes("check_value"), wrapped: vector.blob() };
    PassphraseSlot { id: SlotId::from_bytes(vector.bytes("slot")), body }
}

fn open_slot(vector: &Vector) -> Result<SlotOpening, KdfError> {
    let passphrase = secret(vector.get("passphrase"));
    slot_in(vector).open(vector.vault(), &passphrase, &vector.bytes("checksum"), KdfLimits::PRODUCT)
}

fn check_keyslot(vector: &Vector) {
    let slot = slot_in(vector);
    let opening = open_slot(vector);
    let found = match &opening {
        Ok(SlotOpening::Opened(_)) => "opened",
        Ok(SlotOpening::WrongPassphrase) => "wrong passphrase",
        Ok(SlotOpening::Damaged) => "damaged",
        Ok(SlotOpening::Tampered) => "tampered",
        Err(KdfError::BelowFloor(_)) => "too cheap",
        Err(KdfError::AboveCeiling(_)) => "too dear",
        Err(error) => panic!("{error}"),
    };
    assert_eq!(found, vector.get("expect"));
    assert_eq!(slot.checksum(vector.vault()) == vector.bytes("checksum"), found != "damaged");
    if let Ok(SlotOpening::Opened(root)) = opening {
        assert_eq!(hex(root.fingerprint()), vector.get("fingerprint"));
        assert_eq!(root.recipient_text(), vector.get("root recipient"));
        let words = Words::of(vector);
        assert_eq!(words.slot_identity, vector.get("slot identity"));
        assert_eq!(words.slot_recipient, vector.get("slot recipient"));
        assert_eq!(words.identity_file, format!("{}\n", vector.get("identity file").replace("\\n", "\n")));
        assert_eq!(identity(&words.identity_file).to_public().to_string(), root.recipient_text());
    }
}

/// What docs/FORMAT.md says of a passphrase slot, done once more without the library.
struct Words {
    slot_identity: String,
    slot_recipient: String,
    identity_file: String,
}

impl Words {
    fn of(vector: &Vector) -> Self {
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

fn identity(file: &str) -> age::x25519::Identity {
    file.lines().find(|line| !line.starts_with('#')).unwrap().parse().unwrap()
}

fn seal_outcome<T>(result: &Result<T, SealError>) -> &'static str {
    match result {
        Ok(_) => "opened",
        Err(SealError::DoesNotOpen) => "does not open",
        Err(SealError::BelongsElsewhere) => "belongs elsewhere",
        Err(error) => panic!("{error}"),
    }
}

fn check_sealed_record(vector: &Vector, roots: &mut Roots) {
    let root = roots.of(vector);
    let sealed = SealedRecord::from_bytes(vector.blob());
    assert_eq!(hex(&sealed.sha256()), vector.get("sha256"));
    let opened = sealed.unseal(&root, vector.binding(), vector.handle());
    assert_eq!(seal_outcome(&opened), vector.get("expect"));
    if let Ok(record) = opened {
        assert_eq!(record.details, details_in(vector.get("plaintext")));
        assert_eq!(record.secret.expose_secret().as_str(), vector.get("digits"));
        let slot = Words::of(&read(&folder().join(vector.get("opened by"))));
        let plain = age::decrypt(&identity(&slot.identity_file), &vector.blob()).unwrap();
        assert_eq!(plain.len(), vector.length("padded bytes"));
        assert_eq!(String::from_utf8(plain).unwrap().trim_end_matches(' '), vector.get("plaintext"));
    }
}

fn check_summary(vector: &Vector, roots: &mut Roots) {
    let root = roots.of(vector);
    let sealed = SealedSummary::from_bytes(vector.blob());
    let opened = sealed.unseal(&root, vector.binding(), &vector.bytes("sealed_sha256"));
    assert_eq!(seal_outcome(&opened), vector.get("expect"));
    if let Ok(summary) = opened {
        let expected: Value = serde_json::from_str(vector.get("plaintext")).unwrap();
        assert_eq!(summary.handle.to_string(), expected["handle"]);
        assert_eq!(String::from(summary.digits_token), expected["digitsToken"]);
        assert_eq!(serde_json::to_value(&summary.details).unwrap(), expected["details"]);
        assert_eq!(sealed.as_bytes().len() - AEAD_BYTES, vector.length("padded bytes"));
        assert_eq!(hex(&sha256(sealed.as_bytes())), vector.get("summary_sha256"));
    }
}

/// A kit's slot; what docs/FORMAT.md says of its check value is done once more by hand.
fn check_kit(vector: &Vector) {
    use hmac::{KeyInit as _, Mac as _};
    let kit = KitIdentity::from_text(&secret(vector.get("kit"))).unwrap();
    let cost = KdfCost { memory_kib: 0, passes: 0, lanes: 0 };
    let body =
        SlotBody { cost, salt: vector.bytes("salt"), check_value: vector.bytes("check_value"), wrapped: vector.blob() };
    let slot = KitSlot { id: SlotId::from_bytes(vector.bytes("slot")), body };
    let SlotOpening::Opened(root) = slot.open(vector.vault(), &kit, &vector.bytes("checksum")).unwrap() else {
        panic!("the kit opens nothing")
    };
    assert_eq!(hex(root.fingerprint()), vector.get("fingerprint"));
    assert_eq!(hex(&slot.checksum(vector.vault())), vector.get("checksum"));
    let stock: age::x25519::Identity = vector.get("kit").parse().unwrap();
    let file = String::from_utf8(age::decrypt(&stock, &vector.blob()).unwrap()).unwrap();
    assert_eq!(file.replace('\n', "\\n"), vector.get("identity file"));
    let (_, secret) = bech32::decode(vector.get("kit")).unwrap();
    let mut key = [0; 32];
    hkdf::Hkdf::<sha2::Sha256>::new(Some(&vector.bytes::<16>("salt")), &secret)
        .expand(b"drivekey/1/kit", &mut key)
        .unwrap();
    let common = [
        &vector.bytes::<16>("vault")[..],
        &vector.bytes::<16>("slot"),
        &[0, 0, 0, 2],
        &[0; 12],
        &vector.bytes::<16>("salt"),
    ]
    .concat();
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    mac.update(b"drivekey/1/check");
    mac.update(&common);
    assert_eq!(hex(&mac.finalize().into_bytes()[..16]), vector.get("check_value"));
}

fn check_item(vector: &Vector, roots: &mut Roots) {
    let root = roots.of(vector);
    let number = ItemNumber::new(vector.number("number")).unwrap();
    let beside = vector.bytes("content_sha256");
    let opened = SealedItem::from_bytes(vector.blob()).unseal(&root, vector.binding(), &beside, number);
    assert_eq!(seal_outcome(&opened), vector.get("expect"));
    if let Ok(item) = opened {
        assert_eq!(serde_json::to_string(&item).unwrap(), vector.get("plaintext"));
        assert_eq!(vector.blob().len() - AEAD_BYTES, vector.length("padded bytes"));
        let binding = vector.binding();
        let adds = root.total_of_item(binding.record, binding.revision, &beside, &sha256(&vector.blob()));
        assert_eq!(serde_json::to_value(adds).unwrap(), vector.get("adds"));
    }
}

fn check_state(vector: &Vector, roots: &mut Roots) {
    let root = roots.of(vector);
    let state: Value = root.unseal_state(&vector.blob()).unwrap();
    assert_eq!(state, serde_json::from_str::<Value>(vector.get("plaintext")).unwrap());
    assert_eq!(vector.blob().len() - AEAD_BYTES, vector.length("padded bytes"));
}

fn check_tokens(vector: &Vector, roots: &mut Roots) {
    let root = roots.of(vector);
    let body = vector.json();
    let rows = body.as_array().unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        assert_eq!(
            make_token(&root, row["kind"].as_str().unwrap(), row["value"].as_str().unwrap()),
            row["token"],
            "{row}"
        );
    }
}

fn make_token(root: &Root, kind: &str, value: &str) -> Value {
    let token = match kind {
        "device" => Some(root.device_token(value)),
        "deviceType" => {
            let (name, volume_type) = value.split_once('/').unwrap();
            Some(root.device_type_token(name, volume_type.parse().unwrap()))
        }
        "keyId" => Some(root.key_id_token(&value.parse().unwrap())),
        "prefix" => root.prefix_token(value),
        "foldedPrefix" => root.folded_prefix_token(value),
        "digits" => Some(root.digits_token(&RecoveryPassword::parse(value).unwrap())),
        "key" => {
            let (kind, text) = value.split_once('/').unwrap();
            let kind = KeyKind::named(Word::new(kind).unwrap());
            Some(root.key_token(kind, &Secret::Text(SecretText::new(text))))
        }
        other => panic!("{other}"),
    };
    token.map_or(Value::Null, |token| hex(token.as_bytes()).into())
}

fn check_total(vector: &Vector, roots: &mut Roots) {
    let root = roots.of(vector);
    let body = vector.json();
    let mut sum = Total::default();
    for row in body["rows"].as_array().unwrap() {
        let adds = total_of(&root, row);
        assert_eq!(serde_json::to_value(adds).unwrap(), row["adds"]);
        sum = sum.plus(adds);
        assert_eq!(serde_json::to_value(sum).unwrap(), row["sum"]);
    }
    let gone = &body["rows"][0];
    assert_eq!(serde_json::to_value(sum.minus(total_of(&root, gone))).unwrap(), body["withoutTheFirst"]);
}

fn total_of(root: &Root, row: &Value) -> Total {
    let text = |name: &str| unhex(row[name].as_str().unwrap());
    let tokens = &row["tokens"];
    root.total_of(TotalItem {
        record: RecordId::from_bytes(text("record").try_into().unwrap()),
        revision: Revision::new(u32::try_from(row["revision"].as_u64().unwrap()).unwrap()).unwrap(),
        sealed_sha256: &text("sealedSha256").try_into().unwrap(),
        summary_sha256: &text("summarySha256").try_into().unwrap(),
        tokens: &Tokens {
            device: token(&tokens["device"]),
            device_type: token(&tokens["deviceType"]),
            key_id: token(&tokens["keyId"]),
            prefix: token(&tokens["prefix"]),
            folded_prefix: token(&tokens["foldedPrefix"]),
            digits: token(&tokens["digits"]).unwrap(),
        },
    })
}

fn check_padding(vector: &Vector, roots: &mut Roots) {
    let root = roots.of(vector);
    let slot = Words::of(&read(&folder().join(vector.get("opened by"))));
    let body = vector.json();
    let rows = body.as_array().unwrap();
    assert!(!rows.is_empty());
    for row in rows {
        let characters = usize::try_from(row["noteCharacters"].as_u64().unwrap()).unwrap();
        assert_eq!(padding(&root, &identity(&slot.identity_file), vector, characters), *row);
    }
}

/// The lengths of one record with a note of so many characters.
fn padding(root: &Root, root_identity: &age::x25519::Identity, place: &Vector, characters: usize) -> Value {
    let details = Details { note: "n".repeat(characters).parse().ok(), ..Details::default() };
    let record = Record { details: details.clone(), secret: RecoveryPassword::parse(FIRST).unwrap().into() };
    let digits_token = root.key_token(record.details.kind, &record.secret);
    let sealed = SealedRecord::seal(root, place.binding(), place.handle(), &record).unwrap();
    let plain = age::decrypt(root_identity, sealed.as_bytes()).unwrap();
    let text = String::from_utf8(plain).unwrap();
    let summary = Summary { handle: place.handle(), digits_token, details };
    let summary = SealedSummary::seal(root, place.binding(), &sealed.sha256(), &summary).unwrap();
    json!({
        "noteCharacters": characters,
        "recordBytes": text.trim_end_matches(' ').len(),
        "recordPaddedBytes": text.len(),
        "summaryBlobBytes": summary.as_bytes().len(),
    })
}

fn check_vault(vector: &Vector) {
    let original = folder().join(vector.get("file"));
    let work = tempfile::tempdir().unwrap();
    let path = work.path().join("vault.drivekey");
    std::fs::copy(&original, &path).unwrap();
    let machine = Machine::new(Some(work.path().join("state")));
    let wrong = Vault::open(&path, KdfLimits::PRODUCT, machine.clone()).unwrap().unlock(&secret("demopasS"), None);
    assert!(matches!(wrong.err().unwrap().error, drivekey_vault::VaultError::WrongPassphrase));
    let locked = Vault::open(&path, KdfLimits::PRODUCT, machine).unwrap();
    let mut vault = locked.unlock(&secret(vector.get("passphrase")), None).map_err(|failure| failure.error).unwrap();
    assert_eq!((vault.faults(), vault.doubt()), (&[][..], None));
    assert_eq!(vault.id().to_string(), vector.get("vault"));
    let body = vector.json();
    let expected = body.as_array().unwrap();
    let verification = vault.verify(|_, _| {}).unwrap();
    assert_eq!((usize::try_from(verification.whole).unwrap(), verification.faults), (expected.len(), Vec::new()));
    let entries = vault.list(&Filter { trash: TrashFilter::With, ..Filter::default() }).unwrap().entries;
    assert_eq!(entries.len(), expected.len());
    for (entry, expected) in entries.iter().zip(expected) {
        assert_eq!(entry.handle.to_string(), expected["handle"]);
        assert_eq!(entry.record.to_string(), expected["record"]);
        assert_eq!(entry.revision.number(), expected["revision"]);
        assert_eq!(serde_json::to_value(&entry.details).unwrap(), expected["details"]);
        assert_eq!(reveal(&mut vault, entry).unwrap().key.as_str(), expected["digits"]);
    }
    let found = vault.find(&[vector.get("finds r1").to_owned()]).unwrap();
    assert_eq!(found.entries.iter().map(|entry| entry.handle.to_string()).collect::<Vec<_>>(), ["r1"]);
    let memory = std::fs::read_to_string(work.path().join("state").join(vector.get("machine file"))).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&memory).unwrap(),
        serde_json::from_str::<Value>(vector.get("machine content")).unwrap()
    );
    let places = std::fs::read_dir(work.path().join("state")).unwrap().filter_map(|entry| {
        let path = entry.unwrap().path();
        path.extension().is_some_and(|extension| extension == "place").then(|| std::fs::read_to_string(path).unwrap())
    });
    assert_eq!(places.collect::<Vec<_>>(), [vector.get("place content")]);
    let attachments = vault.attachments().unwrap().sound().unwrap();
    assert_eq!(attachments.len(), 1);
    assert_eq!(hex(&reveal_attachment(&mut vault, &attachments[0]).unwrap()), vector.get("attachment"));
    assert_eq!(vault.copies().unwrap().sound().unwrap().len(), 1);
    drop(vault);
    let kit = KitIdentity::from_text(&secret(vector.get("kit"))).unwrap();
    let locked = Vault::open(&path, KdfLimits::PRODUCT, Machine::new(None)).unwrap();
    assert!(locked.unlock_with_kit(&kit).is_ok());
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(&original).unwrap(), "reading changed the file");
}

#[test]
fn every_known_answer_holds() {
    let mut roots = Roots::default();
    let mut vaults = Vec::new();
    let mut kept = Vec::new();
    let mut seen = BTreeMap::new();
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for path in names {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("drivekey") => kept.push(name),
            Some("txt") => {
                println!("{name}");
                let vector = read(&path);
                *seen.entry(vector.get("kind").to_owned()).or_insert(0) += 1;
                match vector.get("kind") {
                    "keyslot" => check_keyslot(&vector),
                    "sealed record" => check_sealed_record(&vector, &mut roots),
                    "summary" => check_summary(&vector, &mut roots),
                    "kit" => check_kit(&vector),
                    "item" => check_item(&vector, &mut roots),
                    "state" => check_state(&vector, &mut roots),
                    "tokens" => check_tokens(&vector, &mut roots),
                    "total" => check_total(&vector, &mut roots),
                    "padding" => check_padding(&vector, &mut roots),
                    "vault" => {
                        check_vault(&vector);
                        vaults.push(vector.get("file").to_owned());
                    }
                    other => panic!("{name}: nobody checks the kind `{other}`"),
                }
            }
            _ => panic!("{name}: nobody checks this file"),
        }
    }
    assert_eq!(seen.len(), 10, "a kind has no vector left: {seen:?}");
    assert_eq!(vaults, kept, "each vault file has its text beside it");
}

/// The numbers that docs/FORMAT.md quotes are those of the vectors; the keys are derived here by its words.
#[test]
fn the_format_page_quotes_these_answers() {
    let page = std::fs::read_to_string(drivekey_testkit::repository().join("docs/FORMAT.md")).unwrap();
    let (slot, summary) = (read(&folder().join("keyslot.txt")), read(&folder().join("summary.txt")));
    let names = ["vault", "slot", "salt", "slot identity", "check_value", "checksum", "fingerprint"];
    let mut quoted: Vec<String> = names.iter().map(|name| slot.get(name).to_owned()).collect();
    quoted.extend(["record", "sealed_sha256"].map(|name| summary.get(name).to_owned()));
    let tokens = read(&folder().join("tokens.txt")).json();
    let columns = ["Annas  Laptop", "Annas  Laptop/operatingSystemVolume", GUID, "7EDB30ED", FIRST];
    let rows = tokens.as_array().unwrap().iter().filter(|row| columns.contains(&row["value"].as_str().unwrap()));
    quoted.extend(rows.map(|row| row["token"].as_str().unwrap().to_owned()));
    let root = slot.get("identity file").rsplit("\\n").next().unwrap();
    quoted.push(root.to_owned());
    let (_, secret) = bech32::decode(root).unwrap();
    for label in ["summary", "state", "item", "index", "total", "fingerprint"] {
        let mut key = [0; 32];
        let derivation = hkdf::Hkdf::<sha2::Sha256>::new(Some(&slot.bytes::<16>("vault")), &secret);
        derivation.expand(format!("drivekey/1/{label}").as_bytes(), &mut key).unwrap();
        quoted.push(hex(&key));
    }
    for number in quoted {
        assert!(page.contains(&format!("`{number}`")), "docs/FORMAT.md does not quote {number}");
    }
}

/// Writes new answers, from what the code does today, to a folder of their own, under the root and the slot of the old
/// ones: only what is made in another way needs to be replaced. Until 0.1.0 is tagged they may replace the old ones;
/// after that a vector is only ever added.
#[test]
#[ignore = "writes new vectors to a temporary folder"]
fn make_new_vectors() {
    let maker = Maker::new();
    maker.keyslots();
    maker.sealed_records();
    maker.summaries();
    maker.tokens();
    maker.total();
    maker.padding();
    maker.kit();
    maker.item();
    maker.vault();
    println!("{}", maker.folder.display());
}

type Lines = Vec<(&'static str, String)>;

/// One root, one slot and one record, on which the small vectors rest.
struct Maker {
    folder: PathBuf,
    root: Box<Root>,
    root_identity: age::x25519::Identity,
    slot: PassphraseSlot,
    binding: Binding,
    handle: Handle,
    record: Record,
    sealed: SealedRecord,
}

impl Maker {
    fn new() -> Self {
        let kept = read(&folder().join("keyslot.txt"));
        let (vault, slot) = (kept.vault(), slot_in(&kept));
        let Ok(SlotOpening::Opened(root)) = open_slot(&kept) else { panic!("the slot is shut") };
        let lines = slot_lines(vault, &slot, &slot.checksum(vault), "demopass", "", "opened");
        let root_identity =
            identity(&Words::of(&Vector::parse(&text_of(&lines, &columns(&slot.body.wrapped)))).identity_file);
        let binding =
            Binding { vault, record: RecordId::from_bytes(*b"record of vector"), revision: Revision::new(7).unwrap() };
        let handle = Handle::new(3).unwrap();
        let details = json!({
            "id": GUID, "createdDateTime": "2026-03-01T09:30:00+01:00", "volumeType": "operatingSystemVolume",
            "deviceId": "c2b1a0de-0000-4000-8000-00000000cafe", "deviceName": "Küche", "mountPoint": "C:", "volumeLabel": "Windows",
            "note": "spare laptop", "tags": ["kitchen"], "state": "used", "conflictsWith": ["r9"],
            "removedDateTime": "2026-09-21T14:13:20Z", "provedDateTime": "2027-01-01T00:00:00Z",
            "sources": [{
                "kind": "windowsTxt", "fileName": "a.txt", "importedDateTime": "2026-09-21T14:13:20Z",
                "deviceName": "KITCHEN-PC", "createdRaw": "01/03/2026"
            }]
        });
        let record = Record {
            details: serde_json::from_value(details).unwrap(),
            secret: RecoveryPassword::parse(FIRST).unwrap().into(),
        };
        let sealed = SealedRecord::seal(&root, binding, handle, &record).unwrap();
        let folder = tempfile::tempdir().unwrap().keep();
        Self { folder, root, root_identity, slot, binding, handle, record, sealed }
    }

    fn write(&self, name: &str, head: &[(&str, String)], body: &str) {
        std::fs::write(self.folder.join(name), text_of(head, body)).unwrap();
    }

    fn write_json(&self, name: &str, head: &[(&str, String)], body: &Value) {
        self.write(name, head, &(serde_json::to_string_pretty(body).unwrap() + "\n"));
    }

    /// The first lines of a vector that rests on `keyslot.txt`.
    fn head(kind: &str, about: &str) -> Lines {
        vec![("kind", kind.to_owned()), ("about", about.to_owned()), ("opened by", "keyslot.txt".to_owned())]
    }

    fn place(&self, binding: Binding) -> Lines {
        vec![
            ("vault", binding.vault.to_string()),
            ("record", binding.record.to_string()),
            ("revision", binding.revision.to_string()),
            ("handle", self.handle.to_string()),
        ]
    }

    fn later(&self) -> Binding {
        Binding { revision: self.binding.revision.next().unwrap(), ..self.binding }
    }

    fn keyslot(
        &self,
        name: &str,
        about: &str,
        slot: &PassphraseSlot,
        checksum: [u8; 32],
        passphrase: &str,
        expect: &str,
    ) {
        let lines = slot_lines(self.binding.vault, slot, &checksum, passphrase, about, expect);
        self.write(name, &lines, &columns(&slot.body.wrapped));
    }

    fn keyslots(&self) {
        let (slot, vault) = (&self.slot, self.binding.vault);
        let whole = slot.checksum(vault);
        let mut bent = slot.clone();
        *bent.body.wrapped.last_mut().unwrap() ^= 1;
        let fits = bent.checksum(vault);
        let costing = |cost: KdfCost| PassphraseSlot { id: slot.id, body: SlotBody { cost, ..slot.body.clone() } };
        let cheap = costing(KdfCost { memory_kib: slot.body.cost.memory_kib - 1, ..slot.body.cost });
        let dear = costing(KdfCost { passes: 17, ..slot.body.cost });
        self.keyslot(
            "keyslot.txt",
            "The passphrase opens the slot and gives the root.",
            slot,
            whole,
            "demopass",
            "opened",
        );
        self.keyslot(
            "keyslot-wrong-passphrase.txt",
            "Another passphrase, an unharmed slot.",
            slot,
            whole,
            "demopasS",
            "wrong passphrase",
        );
        self.keyslot(
            "keyslot-damaged.txt",
            "The last byte is another; the checksum tells.",
            &bent,
            whole,
            "demopass",
            "damaged",
        );
        self.keyslot(
            "keyslot-tampered.txt",
            "As damaged, with a checksum that fits.",
            &bent,
            fits,
            "demopass",
            "tampered",
        );
        self.keyslot(
            "keyslot-too-cheap.txt",
            "One KiB under the floor.",
            &cheap,
            cheap.checksum(vault),
            "demopass",
            "too cheap",
        );
        self.keyslot(
            "keyslot-too-dear.txt",
            "One pass above the ceiling.",
            &dear,
            dear.checksum(vault),
            "demopass",
            "too dear",
        );
        let made =
            PassphraseSlot::make(&self.root, &secret("Schl\u{fc}ssel \u{fb01}"), slot.body.cost, KdfLimits::PRODUCT)
                .unwrap()
                .slot;
        let about = "Made with U+00FC and U+FB01, opened with u, U+0308, f, i.";
        self.keyslot("keyslot-nfkc.txt", about, &made, made.checksum(vault), "Schlu\u{308}ssel fi", "opened");
    }

    fn sealed_records(&self) {
        let plain = String::from_utf8(age::decrypt(&self.root_identity, self.sealed.as_bytes()).unwrap()).unwrap();
        let write = |name: &str, about: &str, binding: Binding, bytes: &[u8], expect: &str| {
            let mut lines = Self::head("sealed record", about);
            lines.extend(self.place(binding));
            lines.extend([("sha256", hex(&sha256(bytes))), ("expect", expect.to_owned())]);
            if expect == "opened" {
                lines.extend([("padded bytes", plain.len().to_string()), ("plaintext", plain.trim_end().to_owned())]);
                lines.push(("digits", FIRST.to_owned()));
            }
            self.write(name, &lines, &columns(bytes));
        };
        let bytes = self.sealed.as_bytes();
        let mut bent = bytes.to_vec();
        *bent.last_mut().unwrap() ^= 1;
        write("sealed-record.txt", "A record with every field, one of them unknown.", self.binding, bytes, "opened");
        write(
            "sealed-record-elsewhere.txt",
            "The same bytes under a later revision.",
            self.later(),
            bytes,
            "belongs elsewhere",
        );
        write("sealed-record-bent.txt", "The last byte is another.", self.binding, &bent, "does not open");
        let later = self.later_kind();
        let plain = String::from_utf8(age::decrypt(&self.root_identity, later.as_bytes()).unwrap()).unwrap();
        let mut lines = Self::head("sealed record", "A key of a kind, and a volume type, of a later version.");
        lines.extend(self.place(self.binding));
        lines.extend([("sha256", hex(&later.sha256())), ("expect", "opened".to_owned())]);
        lines.extend([("padded bytes", plain.len().to_string()), ("plaintext", plain.trim_end().to_owned())]);
        lines.push(("digits", LATER.to_owned()));
        self.write("sealed-record-later-kind.txt", &lines, &columns(later.as_bytes()));
    }

    fn later_kind(&self) -> SealedRecord {
        let details = json!({ "kind": "luks2", "volumeType": "swapVolume", "deviceName": "atelier" });
        let details: Details = serde_json::from_value(details).unwrap();
        let record = Record { details, secret: Secret::Text(SecretText::new(LATER)) };
        SealedRecord::seal(&self.root, self.binding, self.handle, &record).unwrap()
    }

    fn summaries(&self) {
        let digits_token = self.root.key_token(self.record.details.kind, &self.record.secret);
        let details = self.record.details.clone();
        let details_text = serde_json::to_string(&details).unwrap();
        let plain = format!(
            r#"{{"handle":"{}","digitsToken":"{}","details":{details_text}}}"#,
            self.handle,
            String::from(digits_token)
        );
        let beside = self.sealed.sha256();
        let summary = SealedSummary::seal(
            &self.root,
            self.binding,
            &beside,
            &Summary { handle: self.handle, digits_token, details },
        )
        .unwrap();
        let write = |name: &str, about: &str, binding: Binding, beside: &[u8; 32], expect: &str| {
            let mut lines = Self::head("summary", about);
            lines.extend(self.place(binding));
            lines.extend([("sealed_sha256", hex(beside)), ("summary_sha256", hex(&sha256(summary.as_bytes())))]);
            lines.push(("expect", expect.to_owned()));
            if expect == "opened" {
                lines.extend([
                    ("padded bytes", (summary.as_bytes().len() - AEAD_BYTES).to_string()),
                    ("plaintext", plain.clone()),
                ]);
            }
            self.write(name, &lines, &columns(summary.as_bytes()));
        };
        write("summary.txt", "The summary of sealed-record.txt.", self.binding, &beside, "opened");
        write(
            "summary-elsewhere.txt",
            "The same bytes under a later revision.",
            self.later(),
            &beside,
            "does not open",
        );
        write(
            "summary-beside-another.txt",
            "The same bytes beside another sealed record.",
            self.binding,
            &[0; 32],
            "does not open",
        );
    }

    fn tokens(&self) {
        let given = [
            ("device", "Annas  Laptop"),
            ("device", "ANNAS\u{a0}LAPTOP"),
            ("device", "\u{ff30}\u{ff23} \u{39f}\u{394}\u{39f}\u{3a3}"),
            ("deviceType", "Annas  Laptop/operatingSystemVolume"),
            ("deviceType", "ANNAS\u{a0}LAPTOP/unknown"),
            ("keyId", GUID),
            ("prefix", "7EDB30ED"),
            ("prefix", "7edb30ed12"),
            ("prefix", "7EDB30E"),
            ("foldedPrefix", "7EDB30ED"),
            ("foldedPrefix", "7edb3oeo"),
            ("foldedPrefix", "OQDILZSGB"),
            ("digits", FIRST),
            ("key", "luks2/ a text\nas it is "),
            // Capitals make no other kind.
            ("key", "LUKS2/ a text\nas it is "),
        ];
        let row = |(kind, value)| json!({ "kind": kind, "value": value, "token": make_token(&self.root, kind, value) });
        let rows: Vec<Value> = given.into_iter().map(row).collect();
        self.write_json(
            "tokens.txt",
            &Self::head("tokens", "Tokens of given values; null for too few characters."),
            &rows.into(),
        );
    }

    fn total(&self) {
        let of = |byte: u8| Some(hex(&[byte; 16]));
        let mut sum = Total::default();
        let mut rows = Vec::new();
        for (number, tokens) in [
            (1_u8, [of(0xd1), of(0xd2), of(0xd3), of(0xd4), of(0xd5), of(0xd6)]),
            (2, [None, None, None, None, None, of(0)]),
            (3, [of(0), of(0xd2), None, of(0xd4), of(0xd5), of(0)]),
        ] {
            let [device, device_type, key_id, prefix, folded_prefix, digits] = tokens;
            let mut row = json!({
                "record": hex(&[number; 16]),
                "revision": u32::from(number) * 1000,
                "sealedSha256": hex(&[number + 16; 32]),
                "summarySha256": hex(&[number + 32; 32]),
                "tokens": {
                    "device": device, "deviceType": device_type, "keyId": key_id,
                    "prefix": prefix, "foldedPrefix": folded_prefix, "digits": digits
                },
            });
            let adds = total_of(&self.root, &row);
            sum = sum.plus(adds);
            row["adds"] = serde_json::to_value(adds).unwrap();
            row["sum"] = serde_json::to_value(sum).unwrap();
            rows.push(row);
        }
        let without = sum.minus(total_of(&self.root, &rows[0]));
        let body = json!({ "rows": rows, "withoutTheFirst": without });
        self.write_json(
            "total.txt",
            &Self::head("total", "What three rows add to the running total, and the sums."),
            &body,
        );
    }

    fn padding(&self) {
        let mut lines = Self::head("padding", "Lengths before and after padding, around a step.");
        lines.extend(self.place(self.binding));
        let at = Vector::parse(&text_of(&lines, ""));
        let row = |characters: usize| padding(&self.root, &self.root_identity, &at, characters);
        let fills = 513 - usize::try_from(row(1)["recordBytes"].as_u64().unwrap()).unwrap();
        let rows: Vec<Value> = [0, 1, fills - 1, fills, fills + 1, 1000].into_iter().map(row).collect();
        self.write_json("padding.txt", &lines, &rows.into());
    }

    fn kit(&self) {
        let kit = KitIdentity::make();
        let (slot, _) = KitSlot::make(&self.root, &kit).unwrap();
        let text = kit.text().expose_secret().to_owned();
        let stock: age::x25519::Identity = text.parse().unwrap();
        let file = String::from_utf8(age::decrypt(&stock, &slot.body.wrapped).unwrap()).unwrap();
        let lines = [
            ("kind", "kit".to_owned()),
            ("about", "The slot of an emergency kit, for the root of keyslot.txt.".to_owned()),
            ("vault", self.binding.vault.to_string()),
            ("slot", slot.id.to_string()),
            ("salt", hex(&slot.body.salt)),
            ("check_value", hex(&slot.body.check_value)),
            ("checksum", hex(&slot.checksum(self.binding.vault))),
            ("kit", text),
            ("identity file", file.replace('\n', "\\n")),
            ("fingerprint", hex(self.root.fingerprint())),
        ];
        self.write("kit.txt", &lines, &columns(&slot.body.wrapped));
    }

    fn item(&self) {
        let item: Item = serde_json::from_value(json!({
            "kind": "copy", "copy": "stick", "name": "the blue stick", "place": "E:", "madeDateTime": "2026-09-21T14:13:20Z",
            "revision": 6, "records": "r1-r3,r7", "checkedDateTime": "2026-10-01T08:00:00Z"
        }))
        .unwrap();
        let number = ItemNumber::new(5).unwrap();
        let beside = sha256(&[]);
        let sealed = SealedItem::seal(&self.root, self.binding, &beside, number, &item).unwrap().into_bytes();
        let write = |name: &str, about: &str, number: ItemNumber, expect: &str| {
            let mut lines = Self::head("item", about);
            lines.extend(self.place(self.binding));
            lines.extend([
                ("number", number.to_string()),
                ("content_sha256", hex(&beside)),
                ("expect", expect.to_owned()),
            ]);
            if expect == "opened" {
                let adds =
                    self.root.total_of_item(self.binding.record, self.binding.revision, &beside, &sha256(&sealed));
                lines.extend([
                    ("padded bytes", (sealed.len() - AEAD_BYTES).to_string()),
                    ("plaintext", serde_json::to_string(&item).unwrap()),
                ]);
                lines.push(("adds", String::from(adds)));
            }
            self.write(name, &lines, &columns(&sealed));
        };
        write("item.txt", "A copy in the register; it has no content.", number, "opened");
        write(
            "item-elsewhere.txt",
            "The same bytes under another number.",
            ItemNumber::new(6).unwrap(),
            "does not open",
        );
    }

    /// A whole vault; its slot and its state each by itself.
    fn vault(&self) {
        let state = tempfile::tempdir().unwrap();
        let path = self.folder.join("vault-1.drivekey");
        let (id, kit, rows) = fill_vault(&path, &Machine::new(Some(state.path().to_owned())));
        let memory = |wanted: &str| {
            let mut paths = std::fs::read_dir(state.path()).unwrap().map(|entry| entry.unwrap().path());
            let path = paths.find(|path| path.extension().is_some_and(|extension| extension == wanted)).unwrap();
            (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap())
        };
        let (machine_file, machine_content) = memory("json");
        let lines = [
            ("kind", "vault".to_owned()),
            ("about", "A full Key ID with unknown fields; a begun one, in the trash; an unknown one.".to_owned()),
            ("file", "vault-1.drivekey".to_owned()),
            ("vault", id.to_string()),
            ("passphrase", "demopass".to_owned()),
            ("kit", kit),
            ("attachment", hex(ATTACHMENT)),
            ("finds r1", "7EDB30ED".to_owned()),
            ("machine file", machine_file),
            ("machine content", machine_content),
            ("place content", memory("place").1),
        ];
        self.write_json("vault-1.txt", &lines, &rows.into());

        let Opened::Store(mut store) = sqlite::open(&path, &PrivateFolder::default()).unwrap() else {
            panic!("a write was broken off")
        };
        let reader = store.read().unwrap();
        let row = reader.slots().unwrap().rows.into_iter().find(|row| row.kind == 1).unwrap();
        let body = SlotBody {
            cost: KdfLimits::PRODUCT.floor,
            salt: row.salt,
            check_value: row.check_value,
            wrapped: row.wrapped,
        };
        let slot = PassphraseSlot { id: row.slot, body };
        let lines = slot_lines(id, &slot, &row.checksum, "demopass", "The slot of vault-1.drivekey.", "opened");
        let text = columns(&slot.body.wrapped);
        self.write("keyslot-of-vault-1.txt", &lines, &text);
        let Ok(SlotOpening::Opened(root)) = open_slot(&Vector::parse(&text_of(&lines, &text))) else {
            panic!("the slot is shut")
        };
        let (_, sealed) = reader.vault().unwrap();
        let plain: Value = root.unseal_state(&sealed).unwrap();
        let lines = [
            ("kind", "state".to_owned()),
            (
                "about",
                "The state of vault-1.drivekey, six writes old; its names in the order of the alphabet.".to_owned(),
            ),
            ("opened by", "keyslot-of-vault-1.txt".to_owned()),
            ("padded bytes", (sealed.len() - AEAD_BYTES).to_string()),
            ("plaintext", plain.to_string()),
        ];
        self.write("state.txt", &lines, &columns(&sealed));
    }
}

/// The lines above a slot's age file; for one that opens, with what is inside.
fn slot_lines(
    vault: VaultId,
    slot: &PassphraseSlot,
    checksum: &[u8],
    passphrase: &str,
    about: &str,
    expect: &str,
) -> Lines {
    let mut lines = vec![
        ("kind", "keyslot".to_owned()),
        ("about", about.to_owned()),
        ("vault", vault.to_string()),
        ("slot", slot.id.to_string()),
        ("memory_kib", slot.body.cost.memory_kib.to_string()),
        ("passes", slot.body.cost.passes.to_string()),
        ("lanes", slot.body.cost.lanes.to_string()),
        ("salt", hex(&slot.body.salt)),
        ("check_value", hex(&slot.body.check_value)),
        ("checksum", hex(checksum)),
        ("passphrase", passphrase.to_owned()),
        ("expect", expect.to_owned()),
    ];
    if expect == "opened" {
        let vector = Vector::parse(&text_of(&lines, &columns(&slot.body.wrapped)));
        let words = Words::of(&vector);
        let Ok(SlotOpening::Opened(root)) = open_slot(&vector) else { panic!("the slot is shut") };
        lines.extend([
            ("slot identity", words.slot_identity),
            ("slot recipient", words.slot_recipient),
            ("identity file", words.identity_file.trim_end().replace('\n', "\\n")),
            ("root recipient", root.recipient_text()),
            ("fingerprint", hex(root.fingerprint())),
        ]);
    }
    lines
}

/// Makes a vault with three records, and tells what stands in it.
fn fill_vault(path: &Path, machine: &Machine) -> (VaultId, String, Vec<Value>) {
    let passphrase = secret("demopass");
    let new = NewVault { passphrase: &passphrase, cost: KdfLimits::PRODUCT.floor, limits: KdfLimits::PRODUCT };
    Vault::<Locked>::create(path, &new, machine).unwrap();
    let locked = Vault::open(path, KdfLimits::PRODUCT, machine.clone()).unwrap();
    let mut vault = locked.unlock(&passphrase, None).map_err(|failure| failure.error).unwrap();
    let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    let mut full = Details {
        key_id: GUID.parse().unwrap(),
        device_name: "Annas Laptop".parse().ok(),
        volume_type: "os".parse().unwrap(),
        mount_point: "C:".parse().ok(),
        note: "spare".parse().ok(),
        tags: vec!["kitchen".parse().unwrap()],
        ..Details::default()
    };
    full.unknown.insert("provedDateTime".to_owned(), json!("2027-01-01T00:00:00Z"));
    full.unknown.insert("evidence".to_owned(), json!({ "by": "a later version", "tries": 1 }));
    let begun =
        Details { key_id: "0A1B2C3D".parse().unwrap(), device_name: "büro".parse().ok(), ..Details::default() };
    let incoming = |(password, details, file): (&str, Details, &str)| Incoming {
        secret: RecoveryPassword::parse(password).unwrap().into(),
        details,
        kind: SourceKind::WindowsTxt,
        file_name: file.parse::<LineText>().ok(),
    };
    let all = [(FIRST, full, "a.txt"), (SECOND, begun, "b.txt"), (THIRD, Details::default(), "c.txt")].map(incoming);
    let taken = vault.take_in(all.into(), now, Taking::Keep, |_| {}).unwrap();
    vault.remove(taken[1].handle(), now).unwrap();
    let attachment = NewAttachment {
        kind: AttachmentKind::ExternalKey,
        guid: GUID.parse().unwrap(),
        key_ids: Vec::new(),
        bytes: ATTACHMENT.to_vec().into(),
        device_name: "Annas Laptop".parse().ok(),
        volume_label: None,
        file_name: "a.BEK".parse().ok(),
        created: None,
    };
    vault.attach(attachment, now).unwrap();
    let records = [taken[0].handle(), taken[2].handle()].into_iter().collect();
    let copy = CopyDraft {
        kind: CopyKind::Stick,
        name: "blue".parse().ok(),
        place: "E:".parse().unwrap(),
        records,
        slot: None,
    };
    vault.register_copy(copy, now).unwrap();
    let kit = KitIdentity::make();
    vault.add_kit(&kit, "kit".parse().ok()).unwrap();
    let mut rows = Vec::new();
    for entry in vault.list(&Filter { trash: TrashFilter::With, ..Filter::default() }).unwrap().entries {
        let digits = reveal(&mut vault, &entry).unwrap().key;
        rows.push(json!({
            "handle": entry.handle, "record": entry.record.to_string(), "revision": entry.revision.number(),
            "details": entry.details, "digits": digits.as_str()
        }));
    }
    (vault.id(), kit.text().expose_secret().to_owned(), rows)
}
