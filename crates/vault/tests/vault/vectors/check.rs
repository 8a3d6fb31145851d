//! One check for each kind of vector.

use super::file::{Vector, folder, hex, read, unhex};
use super::tools::{AEAD_BYTES, FIRST, Roots, Words, details_in, identity, open_slot, secret, slot_in, token};
use drivekey_record::{
    Details, ItemNumber, KeyKind, Record, RecordId, RecoveryPassword, Revision, Secret, SecretText, SlotId, Word,
};
use drivekey_vault::reveal::{reveal, reveal_attachment};
use drivekey_vault::seal::{
    KdfCost, KdfError, KdfLimits, KitIdentity, KitSlot, Root, SealError, SealedItem, SealedRecord, SealedSummary,
    SlotBody, SlotOpening, Summary, Tokens, Total, TotalItem, sha256,
};
use drivekey_vault::{Filter, Machine, TrashFilter, Vault};
use serde_json::{Value, json};

pub(super) fn check_keyslot(vector: &Vector) {
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

pub(super) fn seal_outcome<T>(result: &Result<T, SealError>) -> &'static str {
    match result {
        Ok(_) => "opened",
        Err(SealError::DoesNotOpen) => "does not open",
        Err(SealError::BelongsElsewhere) => "belongs elsewhere",
        Err(error) => panic!("{error}"),
    }
}

pub(super) fn check_sealed_record(vector: &Vector, roots: &mut Roots) {
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

pub(super) fn check_summary(vector: &Vector, roots: &mut Roots) {
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
pub(super) fn check_kit(vector: &Vector) {
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

pub(super) fn check_item(vector: &Vector, roots: &mut Roots) {
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

pub(super) fn check_state(vector: &Vector, roots: &mut Roots) {
    let root = roots.of(vector);
    let state: Value = root.unseal_state(&vector.blob()).unwrap();
    assert_eq!(state, serde_json::from_str::<Value>(vector.get("plaintext")).unwrap());
    assert_eq!(vector.blob().len() - AEAD_BYTES, vector.length("padded bytes"));
}

pub(super) fn check_tokens(vector: &Vector, roots: &mut Roots) {
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

pub(super) fn make_token(root: &Root, kind: &str, value: &str) -> Value {
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

pub(super) fn check_total(vector: &Vector, roots: &mut Roots) {
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

pub(super) fn total_of(root: &Root, row: &Value) -> Total {
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

pub(super) fn check_padding(vector: &Vector, roots: &mut Roots) {
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
pub(super) fn padding(root: &Root, root_identity: &age::x25519::Identity, place: &Vector, characters: usize) -> Value {
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

pub(super) fn check_vault(vector: &Vector) {
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
