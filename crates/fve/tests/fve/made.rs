//! Volumes of our own making in every kind: listed, opened, and never called wrong unjudged.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use crate::tools::{all_kinds, key_id, password, volume};
use drivekey_fve::{
    CopyState, Doubt, ExternalKey, FirstSector, Integrity, Kind, Layout, Level, Opener, Outcome, ProtectorKind,
    Verdict, open, prove,
};
use drivekey_record::{KeyId, LineText};
use drivekey_testkit::fve_support::made::{Made, Protector, Secret, Shape, bek, digits, guid_of, key_of};
use secrecy::SecretString;

#[test]
fn every_shape_cipher_and_sector_size_proves_to_its_first_sector() {
    let ciphers = [0x8000, 0x8001, 0x8002, 0x8003, 0x8004, 0x8005];
    let shapes = [Shape::Fixed, Shape::FixedEow, Shape::ToGo, Shape::Fixed, Shape::FixedEow, Shape::ToGo];
    for (cipher, shape) in ciphers.into_iter().zip(shapes) {
        for sector in [512, 4096] {
            let volume = volume(&Made { shape, sector, cipher, ..Made::default() }.image());
            assert!(volume.warnings.is_empty());
            assert_eq!((volume.cipher.code(), volume.sector_size), (cipher, sector));
            let (kind, layout, name) = match shape {
                Shape::ToGo => (Kind::ToGo, Layout::Normal, "MSDOS5.0"),
                Shape::FixedEow => (Kind::Fixed, Layout::EncryptOnWrite, "NTFS"),
                _ => (Kind::Fixed, Layout::Normal, "NTFS"),
            };
            assert_eq!((volume.kind, volume.layout), (kind, layout));
            let (proof, opened) = prove(&volume, &password(1), &key_id(1));
            assert_eq!(
                (proof.verdict, proof.level),
                (Verdict::Opens, Some(Level::FirstSector)),
                "{cipher:x} {shape:?} {sector}"
            );
            assert_eq!(proof.first_sector, Some(FirstSector::Decrypted(name.parse().unwrap())));
            let harvest = opened.unwrap().harvest();
            assert!(harvest.passwords[0].password.same_digits(&password(1)));
        }
    }
}

#[test]
fn vista_names_its_other_copies_in_the_first_and_keeps_its_first_sector_in_the_clear() {
    let made = Made { shape: Shape::Vista, cipher: 0x8000, ..Made::default() };
    let volume = volume(&made.image());
    assert_eq!((volume.kind, volume.metadata_version), (Kind::Vista, 1));
    assert_eq!(
        volume.copies.map(|copy| (copy.offset, copy.state)),
        made.offsets.map(|offset| (Some(offset), CopyState::Valid))
    );
    let (proof, _) = prove(&volume, &password(1), &KeyId::Unknown);
    assert_eq!(proof.level, Some(Level::MetadataIntact));
    assert_eq!(proof.first_sector, Some(FirstSector::InClear("NTFS".parse().unwrap())));
}

#[test]
fn every_kind_of_protector_is_listed_and_those_that_can_be_are_opened() {
    use ProtectorKind::{
        Password, PublicKey, RecoveryPassword as Recovery, StartupKey, Tpm, TpmPin, TpmPinStartupKey, TpmStartupKey,
        Unknown,
    };
    let volume = volume(&all_kinds().image());
    let kinds: Vec<ProtectorKind> = volume.protectors.iter().map(|protector| protector.kind).collect();
    let expected = [
        Tpm,
        TpmStartupKey,
        TpmPin,
        TpmPinStartupKey,
        PublicKey,
        Unknown,
        Recovery,
        Recovery,
        Recovery,
        Password,
        StartupKey,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(volume.protectors[5].code, 0x4000);
    let described = volume.description.as_ref().unwrap();
    let parts = [&described.computer, &described.label, &described.date].map(|part| part.as_ref().unwrap().as_str());
    assert_eq!((parts, described.drive_letter), (["PC-MADE", "Data disk", "22/11/2026"], None));
    let recovery = &volume.protectors[6];
    assert_eq!(recovery.label.as_ref().map(LineText::as_str), Some("DiskPassword"));
    assert_eq!(recovery.hint.as_ref().map(LineText::as_str), Some("a***@example.org"));
    assert_eq!(recovery.modified.unwrap().to_rfc3339(), "2026-11-22T10:00:02+00:00");

    // Not named, it is found all the same: the first is tried, then it.
    let (proof, opened) = prove(&volume, &password(8), &KeyId::Unknown);
    assert_eq!((proof.verdict, proof.opened, proof.tried.len()), (Verdict::Opens, guid_of(8).parse().ok(), 2));
    let harvest = opened.unwrap().harvest();
    let read: Vec<String> =
        harvest.passwords.iter().map(|one| one.password.expose_secret().as_str().to_owned()).collect();
    assert_eq!(read, [1, 8, 9].map(|number| digits(key_of(number))), "also the one that cannot be checked");

    let chosen = SecretString::from("Grün ist die 7 \u{1F511}");
    assert_eq!(open(&volume, &Opener::UserPassword(&chosen)).opened.unwrap().integrity, Integrity::Intact);
    let file = ExternalKey::parse(&bek(11, &[0x3C; 32])).unwrap();
    assert_eq!(open(&volume, &Opener::ExternalKey(&file)).opened.unwrap().protector, file.protector);
    // Named wrongly, tried all the same.
    let renamed = ExternalKey::parse(&bek(99, &[0x3C; 32])).unwrap();
    assert!(open(&volume, &Opener::ExternalKey(&renamed)).opened.is_some());
    let other = ExternalKey::parse(&bek(11, &[0x3D; 32])).unwrap();
    assert_eq!(open(&volume, &Opener::ExternalKey(&other)).tried[0].outcome, Outcome::DoesNotOpen);
}

#[test]
fn what_cannot_be_judged_is_never_called_wrong() {
    let volume = volume(&all_kinds().image());
    let (proof, _) = prove(&volume, &password(9), &key_id(9));
    assert_eq!((proof.verdict, proof.level), (Verdict::CannotCheck, Some(Level::KeyId)));
    assert_eq!(proof.tried[0].outcome, Outcome::CannotCheck(Doubt::StretchFlags(0x40)));
    let (proof, _) = prove(&volume, &password(77), &key_id(1));
    assert_eq!(proof.verdict, Verdict::DoesNotOpen, "the one it names was judged");
    let (proof, _) = prove(&volume, &password(77), &key_id(77));
    assert_eq!((proof.verdict, proof.level), (Verdict::CannotCheck, None));
}

#[test]
fn without_recovery_password_it_is_said_and_a_suspended_volume_opens_by_itself() {
    let clear = Protector::of(3, 0x0000, Secret::Clear([0x42; 32]));
    let made = Made { protectors: vec![clear.clone(), Protector::of(2, 0x0100, Secret::Machine)], ..Made::default() };
    let alone = volume(&made.image());
    let (proof, _) = prove(&alone, &password(1), &key_id(1));
    assert_eq!((proof.verdict, proof.level, proof.suspended), (Verdict::NoRecoveryPassword, None, true));
    let volume = volume(&Made { protectors: vec![clear, Protector::recovery(1)], ..Made::default() }.image());
    let opened = open(&volume, &Opener::ClearKey).opened.unwrap();
    assert!(opened.harvest().passwords[0].password.same_digits(&password(1)));
    assert_eq!(opened.first_sector, FirstSector::Decrypted("NTFS".parse().unwrap()));
}
