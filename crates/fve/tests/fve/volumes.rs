//! Every expectation of the volumes beside the repository, where they are there: what is listed, what opens, how far.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a helper that cannot go on fails the test, and says what it skips"
)]

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{fs, io};

use drivekey_fve::{
    Cipher, ExternalKey, FirstSector, Found, FveError, Integrity, Level, Opened, Opener, Outcome, Source, Verdict,
    Volume, Warning, open, prove, scan, scan_remains,
};
use drivekey_record::{Guid, KeyId, LineText, RecoveryPassword};
use drivekey_testkit::fve_support::sparse::Sparse;
use secrecy::SecretString;
use serde_json::Value;

/// An image and what is expected of it.
struct Image {
    expected: Value,
    sparse: Sparse,
}

fn folder() -> PathBuf {
    drivekey_testkit::repository().join("../shared/volumes")
}

/// All of them, unpacked once.
fn images() -> &'static [Image] {
    static IMAGES: OnceLock<Vec<Image>> = OnceLock::new();
    IMAGES.get_or_init(|| {
        let expected = fs::read(folder().join("expected.json")).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        let images = expected["images"].as_array().unwrap().iter();
        let images: Vec<Image> =
            images.map(|expected| Image { expected: expected.clone(), sparse: unpack(expected) }).collect();
        assert!(!images.is_empty());
        images
    })
}

fn unpack(expected: &Value) -> Sparse {
    let packed = fs::File::open(folder().join(expected["file"].as_str().unwrap())).unwrap();
    let mut reader = xz4rust::XzReader::new(packed);
    let mut sparse = Sparse::default();
    io::copy(&mut reader, &mut sparse).unwrap();
    assert_eq!(sparse.size(), expected["raw_size"].as_u64().unwrap());
    sparse
}

/// The answer, which must come at once: what is hostile may cost no more than what is not.
fn scanned(sparse: &Sparse) -> Result<Vec<Found>, FveError> {
    let begun = Instant::now();
    let scan = scan(&mut Source::new(sparse.clone()).unwrap());
    assert!(begun.elapsed() < Duration::from_secs(1));
    scan.map(|scan| scan.found)
}

fn guid(value: &Value) -> Guid {
    value.as_str().unwrap().parse().unwrap()
}

fn text(line: Option<&LineText>) -> Value {
    line.map_or(Value::Null, |line| line.as_str().into())
}

fn check_listing(image: &Value, volume: &Volume) {
    let expected = &image["volume"];
    let time = |time: Option<chrono::DateTime<chrono::Utc>>| time.map(|time| time.format("%FT%TZ").to_string());
    assert_eq!(volume.start, image["partition_offset"].as_u64().unwrap_or(0));
    assert_eq!(expected["kind"], volume.kind.name());
    assert_eq!(expected["layout"], volume.layout.name());
    assert_eq!(expected["sector_size"], volume.sector_size);
    assert_eq!(expected["metadata_version"], volume.metadata_version);
    assert_eq!(expected["encryption"], volume.cipher.name());
    assert_eq!(expected["encryption_code"], format!("0x{:04x}", volume.cipher.code()));
    assert_eq!(expected["encrypted_size"], volume.encrypted_bytes);
    assert_eq!(expected["block_bytes"], volume.block_bytes());
    assert_eq!(expected["block_used"], volume.copies[volume.used].offset.unwrap());
    assert_eq!(expected["state"], serde_json::json!([volume.state.code(), volume.next_state.code()]));
    assert_eq!(guid(&expected["volume_guid"]), volume.guid);
    assert_eq!(expected["created"].as_str(), time(volume.created).as_deref());
    assert_eq!(expected["description"], text(volume.description.as_ref().map(|description| &description.text)));
    for (index, copy) in volume.copies.iter().enumerate() {
        assert_eq!(expected["metadata_offsets"][index], copy.offset.unwrap());
        assert_eq!(expected["copies"][index], copy.state.name());
    }
    let protectors = image["protectors"].as_array().unwrap();
    assert_eq!(protectors.len(), volume.protectors.len());
    for (expected, protector) in protectors.iter().zip(&volume.protectors) {
        assert_eq!(guid(&expected["guid"]), protector.guid);
        assert_eq!(expected["type"], protector.kind.name());
        assert_eq!(expected["type_code"], format!("0x{:04x}", protector.code));
        assert_eq!(expected["modified"].as_str(), time(protector.modified).as_deref());
        assert_eq!(expected["label"], text(protector.label.as_ref()));
        if let Some(stretch) = expected.get("stretch") {
            let found = protector.stretch.unwrap();
            assert_eq!(
                *stretch,
                serde_json::json!([format!("0x{:04x}", found.method), format!("0x{:04x}", found.flags)])
            );
        }
        assert_eq!(protector.doubt, None);
    }
    assert!(volume.warnings.is_empty(), "{:?}", volume.warnings);
}

/// The description of every real volume is its computer, its label or letter, and a date.
fn check_description(volume: &Volume) {
    let Some(description) = &volume.description else { return };
    assert!(description.computer.is_some() && description.date.is_some(), "{description:?}");
    assert!(description.label.is_some() != description.drive_letter.is_some(), "{description:?}");
}

fn check_opened(image: &Value, expected: &Value, opened: &Opened<'_>) {
    assert_eq!(opened.has_volume_key, expected["fvek_bytes"].as_u64().is_some());
    let integrity = if expected["metadata_integrity"] == true { Integrity::Intact } else { Integrity::Altered };
    assert_eq!(opened.integrity, integrity);
    match (&opened.first_sector, image["first_sector"].as_str()) {
        (FirstSector::Decrypted(name) | FirstSector::InClear(name), Some(expected)) => {
            assert_eq!(name.as_str(), expected)
        }
        (other, expected) => assert_eq!(expected, None, "{other:?}"),
    }
    let harvest = opened.harvest();
    assert!(harvest.silent.is_empty());
    let readable = image.get("recovery_passwords_readable_once_open").and_then(Value::as_object);
    assert_eq!(harvest.passwords.len(), readable.map_or(0, serde_json::Map::len));
    for found in &harvest.passwords {
        let (_, digits) = readable.unwrap().iter().find(|(id, _)| id.parse() == Ok(found.protector.guid)).unwrap();
        assert_eq!(found.password.expose_secret().as_str(), digits.as_str().unwrap());
    }
}

fn check_right(image: &Value, volume: &Volume) {
    for right in image["recovery"].as_array().unwrap() {
        let password = RecoveryPassword::parse(right["password"].as_str().unwrap()).unwrap();
        let opens = guid(&right["opens"]);
        let (proof, opened) = prove(volume, &password, &KeyId::Full(opens));
        assert_eq!((proof.verdict, proof.opened, proof.key_id_match), (Verdict::Opens, Some(opens), Some(opens)));
        assert_eq!(proof.tried.len(), 1, "the one that is named comes first");
        let intact = right["metadata_integrity"] == true;
        let decrypted = matches!(proof.first_sector, Some(FirstSector::Decrypted(_)));
        let level = match (intact, decrypted) {
            (false, _) => Level::VolumeKey,
            (true, false) => Level::MetadataIntact,
            (true, true) => Level::FirstSector,
        };
        assert_eq!(proof.level, Some(level));
        check_opened(image, right, &opened.unwrap());
        if image["recovery"].as_array().unwrap().len() > 1 {
            let (unnamed, _) = prove(volume, &password, &KeyId::Unknown);
            assert_eq!((unnamed.opened, unnamed.key_id_match), (Some(opens), None), "found without its Key ID");
        }
    }
}

fn check_wrong(image: &Value, volume: &Volume) {
    for wrong in image.get("wrong_recovery").and_then(Value::as_array).into_iter().flatten() {
        let password = RecoveryPassword::parse(wrong["password"].as_str().unwrap()).unwrap();
        let named = guid(&image["recovery"][0]["opens"]);
        let (proof, opened) = prove(volume, &password, &KeyId::Full(named));
        assert_eq!((proof.verdict, proof.level), (Verdict::DoesNotOpen, Some(Level::KeyId)), "{}", wrong["kind"]);
        assert!(opened.is_none());
        assert!(proof.tried.iter().all(|tried| tried.outcome == Outcome::DoesNotOpen));
    }
    for malformed in image.get("malformed_recovery").and_then(Value::as_array).into_iter().flatten() {
        assert!(RecoveryPassword::parse(malformed["password"].as_str().unwrap()).is_err(), "{}", malformed["kind"]);
    }
}

fn check_other_secrets(image: &Value, volume: &Volume) {
    let whole = serde_json::json!({"fvek_bytes": 1, "metadata_integrity": true});
    for password in image.get("user_passwords").and_then(Value::as_array).into_iter().flatten() {
        let secret = SecretString::from(password.as_str().unwrap());
        let attempt = open(volume, &Opener::UserPassword(&secret));
        check_opened(image, &whole, &attempt.opened.unwrap());
        let wrong = open(volume, &Opener::UserPassword(&SecretString::from("not this one")));
        assert!(wrong.opened.is_none() && wrong.tried.iter().all(|tried| tried.outcome == Outcome::DoesNotOpen));
    }
    if let Some(name) = image.get("bek").and_then(Value::as_str) {
        let key = ExternalKey::parse(&fs::read(folder().join(name)).unwrap()).unwrap();
        assert_eq!(name.trim_end_matches(".BEK").parse(), Ok(key.protector));
        let attempt = open(volume, &Opener::ExternalKey(&key));
        assert_eq!(attempt.opened.as_ref().unwrap().protector, key.protector);
        check_opened(image, &whole, &attempt.opened.unwrap());
    }
    let attempt = open(volume, &Opener::ClearKey);
    match image.get("clear_key") {
        None => assert!(!volume.is_suspended() && attempt.opened.is_none() && attempt.tried.is_empty()),
        Some(expected) => {
            assert!(volume.is_suspended());
            let opened = attempt.opened.unwrap();
            assert_eq!(guid(&expected["protector"]), opened.protector);
            check_opened(image, expected, &opened);
        }
    }
}

#[test]
#[cfg_attr(not(shared_data), ignore = "the data beside the repository is absent")]
fn what_a_drive_tells_without_a_key() {
    for Image { expected: image, sparse } in images() {
        println!("{}", image["file"]);
        let answer = scanned(sparse);
        match image["is_bitlocker"].as_bool() {
            Some(false) => assert_eq!(answer.err(), Some(FveError::NotBitLocker)),
            None => assert!(answer.is_err() || answer.iter().flatten().all(is_doubtful)),
            Some(true) => {
                let found = answer.unwrap();
                assert_eq!(found.len(), 1);
                let volume = found[0].volume.as_ref().unwrap();
                check_listing(image, volume);
                check_description(volume);
                if volume.cipher == Cipher::None {
                    assert_eq!(image["first_sector"], text(volume.file_system_in_clear().as_ref()));
                }
            }
        }
    }
}

fn is_doubtful(found: &Found) -> bool {
    found.volume.as_ref().is_ok_and(|volume| !volume.warnings.is_empty())
}

#[test]
#[cfg_attr(not(shared_data), ignore = "the data beside the repository is absent")]
fn what_opens_and_how_far() {
    std::thread::scope(|scope| {
        for Image { expected: image, sparse } in images().iter().filter(|image| image.expected["is_bitlocker"] == true)
        {
            scope.spawn(move || {
                let volume = scanned(sparse).unwrap().remove(0).volume.unwrap();
                check_right(image, &volume);
                check_wrong(image, &volume);
                check_other_secrets(image, &volume);
            });
        }
    });
}

/// A quick format writes another first sector; what it leaves must say all that the volume said.
#[test]
#[cfg_attr(not(shared_data), ignore = "the data beside the repository is absent")]
fn real_volumes_are_known_after_their_first_sector_was_overwritten() {
    let mut sector = [0; 512];
    sector[..11].copy_from_slice(b"\xEB\x52\x90NTFS    ");
    sector[510..].copy_from_slice(&[0x55, 0xAA]);
    for Image { expected, sparse } in images().iter().filter(|image| image.expected["is_bitlocker"] == true) {
        println!("{}", expected["file"]);
        let start = expected["partition_offset"].as_u64().unwrap_or(0);
        let mut formatted = sparse.clone();
        formatted.put(start, &sector);
        assert_eq!(scanned(&formatted).err(), Some(FveError::NotBitLocker));
        let begun = Instant::now();
        let found = scan_remains(&mut Source::new(formatted).unwrap()).unwrap();
        assert!(begun.elapsed() < Duration::from_secs(3));
        let left = found[0].volume.as_ref().unwrap();
        let whole = scanned(sparse).unwrap().remove(0).volume.unwrap();
        assert_eq!((left.start, left.guid, left.sector_size), (start, whole.guid, whole.sector_size));
        assert_eq!((&left.protectors, &left.description), (&whole.protectors, &whole.description));
        assert_eq!(
            left.copies.map(|copy| (copy.offset, copy.state)),
            whole.copies.map(|copy| (copy.offset, copy.state))
        );
        assert!(left.warnings.contains(&Warning::BootSectorLost));
    }
}
