//! Volumes of our own making in every kind: listed, opened, harvested, saved; damaged, hostile, and never a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::io::{self, Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

use drivekey_fve::{
    Container, CopyState, Doubt, ExternalKey, FirstSector, Found, FveError, Integrity, Kind, Layout, Level, Opener,
    Outcome, ProtectorKind, SavedHeaderError, Scan, Source, Table, Verdict, Volume, Warning, open, prove, scan,
    scan_remains, scan_without_table,
};
use drivekey_record::{KeyId, LineText, RecoveryPassword};
use drivekey_testkit::fve_support::disks::{gpt_entry, mbr, mbr_entry, vhd_footer, with_gpt, with_mbr};
use drivekey_testkit::fve_support::made::{
    MIB, Made, Protector, Secret, Shape, bek, digits, guid_of, key_of, put_copy, salt_at,
};
use drivekey_testkit::fve_support::sparse::Sparse;
use drivekey_testkit::hostile::{drives, mutations};
use proptest::prelude::*;
use secrecy::SecretString;

fn scanned(image: &Sparse) -> Result<Scan, FveError> {
    scan(&mut Source::new(image.clone()).unwrap())
}

fn volume(image: &Sparse) -> Volume {
    scanned(image).unwrap().found.remove(0).volume.unwrap()
}

fn password(number: u8) -> RecoveryPassword {
    RecoveryPassword::parse(&digits(key_of(number))).unwrap()
}

fn key_id(number: u8) -> KeyId {
    guid_of(number).parse().unwrap()
}

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

/// One of each kind Windows knows, and one it will know.
fn all_kinds() -> Made {
    let machine = |number, code| Protector::of(number, code, Secret::Machine);
    let fips = Secret::Recovery { key: key_of(9), flags: 0x40, nested_role: 0x12 };
    Made {
        protectors: vec![
            machine(2, 0x0100),
            machine(3, 0x0300),
            machine(4, 0x0500),
            machine(5, 0x0700),
            machine(6, 0x1000),
            machine(7, 0x4000),
            Protector {
                label: Some("DiskPassword"),
                hint: Some("a\u{202e}\u{1b}***@example.org"),
                ..Protector::recovery(1)
            },
            Protector {
                secret: Secret::Recovery { key: key_of(8), flags: 0, nested_role: 0 },
                ..Protector::recovery(8)
            },
            Protector::of(9, 0x0800, fips),
            Protector::of(10, 0x2000, Secret::Password("Grün ist die 7 \u{1F511}")),
            Protector::of(11, 0x0200, Secret::External([0x3C; 32])),
        ],
        ..Made::default()
    }
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

#[test]
fn volumes_are_found_on_disks_of_every_table() {
    let plain = Made::default();
    let large = Made { sector: 4096, description: Some("PC-2 E: 22/11/2026".to_owned()), ..Made::default() };
    for sector in [512, 4096] {
        for spare_only in [false, true] {
            let scan = scanned(&with_gpt(sector, &[&plain, &large], spare_only)).unwrap();
            assert_eq!((scan.table, scan.found.len(), scan.other_partitions), (Table::Gpt, 2, 1));
            assert_eq!(scan.found.iter().map(|found| found.start).collect::<Vec<_>>(), [2 * MIB, 18 * MIB]);
            let second = scan.found[1].volume.as_ref().unwrap();
            assert_eq!((second.size, second.sector_size), (Some(8 * MIB), 4096));
            assert_eq!(
                scan.found[1].partition.as_ref().and_then(|part| part.name.as_ref()).map(LineText::as_str),
                Some("Disk 1")
            );
        }
        let scan = scanned(&with_mbr(sector, &plain, [&large, &plain])).unwrap();
        assert_eq!(scan.table, Table::Mbr);
        let numbers: Vec<u32> = scan.found.iter().map(|found| found.partition.as_ref().unwrap().number).collect();
        assert_eq!(numbers, [1, 5, 6]);
        let (proof, _) = prove(scan.found[2].volume.as_ref().unwrap(), &password(1), &key_id(1));
        assert_eq!(proof.level, Some(Level::FirstSector));
    }
}

#[test]
fn a_table_that_names_nothing_gives_way_to_the_next() {
    let made = Made::default();
    // One entry of the first GPT is lost, those of the spare one are right.
    let mut image = with_gpt(512, &[&made, &made], false);
    image.put(1024 + 2 * 128, &[0; 128]);
    let scan = scanned(&image).unwrap();
    assert_eq!(scan.found.iter().map(|found| found.start).collect::<Vec<_>>(), [2 * MIB, 18 * MIB]);
    // All name another place.
    let elsewhere = [gpt_entry("elsewhere", 100, 200), vec![0; 3 * 128]].concat();
    image.put(1024, &elsewhere);
    let scan = scanned(&image).unwrap();
    assert_eq!((scan.table, scan.found.len()), (Table::Gpt, 2));
    // Neither GPT names a volume; the MBR before them does.
    image.put(image.size() - 40 * 512, &elsewhere);
    let start = u32::try_from(2 * MIB / 512).unwrap();
    image.put(446 + 16, &[&[0, 0, 0, 0, 7, 0, 0, 0][..], &start.to_le_bytes(), &[0, 0x40, 0, 0]].concat());
    let scan = scanned(&image).unwrap();
    assert_eq!((scan.table, scan.found[0].start, scan.found[0].is_named()), (Table::Mbr, 2 * MIB, true));
}

/// A disk of which some bytes cannot be read any more.
struct Failing(Sparse, std::ops::Range<u64>);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let at = self.0.stream_position()?;
        let touches = at < self.1.end && at + buffer.len() as u64 > self.1.start;
        if touches { Err(io::ErrorKind::Other.into()) } else { self.0.read(buffer) }
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_disk_whose_beginning_cannot_be_read_is_listed_by_its_spare_table() {
    let made = Made::default();
    let scan_failing = |image: Sparse| scan(&mut Source::new(Failing(image, 0..8192)).unwrap());
    let scan = scan_failing(with_gpt(512, &[&made], false)).unwrap();
    assert_eq!((scan.table, scan.found[0].start), (Table::Gpt, 2 * MIB));
    assert_eq!(scan_failing(Sparse::new(8 * MIB)).err(), Some(FveError::Read(io::ErrorKind::Other)));
}

#[test]
fn volumes_behind_a_lost_table_are_found_where_partitions_begin() {
    let made = Made::default();
    let mut image = Sparse::new(200 * MIB);
    made.write(&mut image, 63 * 512);
    made.write(&mut image, 117 * MIB);
    let cylinder = 17 * 255 * 63 * 512;
    made.write(&mut image, cylinder);
    // The place says that it is none of the aligned ones.
    made.write(&mut image, 150 * MIB + 512);
    // Begun, and nothing behind it: only a guess named this place.
    image.put(60 * MIB, &made.image().get(0, 512));
    let lost = |image: &Sparse| scan_without_table(&mut Source::new(image.clone()).unwrap());
    assert_eq!(scanned(&image).err(), Some(FveError::NotBitLocker));
    let scan = lost(&image).unwrap();
    assert_eq!(scan.table, Table::Lost);
    assert_eq!(
        scan.found.iter().map(|found| (found.start, found.is_named())).collect::<Vec<_>>(),
        [(63 * 512, false), (117 * MIB, false), (cylinder, false)]
    );
    let (proof, _) = prove(scan.found[1].volume.as_ref().unwrap(), &password(1), &key_id(1));
    assert_eq!(proof.level, Some(Level::FirstSector));
    // Behind a file system's first sector, what lies there is somebody's image file.
    let mut sector = [0; 512];
    sector[..11].copy_from_slice(b"\xEB\x52\x90NTFS    ");
    sector[510..].copy_from_slice(&[0x55, 0xAA]);
    image.put(0, &sector);
    assert_eq!(lost(&image).err(), Some(FveError::NotBitLocker));
}

fn left(image: &Sparse) -> Result<Vec<Found>, FveError> {
    scan_remains(&mut Source::new(image.clone()).unwrap())
}

fn formatted(mut image: Sparse, start: u64) -> Sparse {
    let mut sector = [0; 512];
    sector[..11].copy_from_slice(b"\xEB\x58\x90MSDOS5.0");
    sector[510..].copy_from_slice(&[0x55, 0xAA]);
    image.put(start, &sector);
    image
}

#[test]
fn what_formatting_left_is_found_by_its_metadata_and_proves_its_key() {
    for (shape, sector, level) in [
        (Shape::Fixed, 512, Level::FirstSector),
        (Shape::Fixed, 4096, Level::FirstSector),
        (Shape::ToGo, 512, Level::FirstSector),
        (Shape::Vista, 512, Level::MetadataIntact),
    ] {
        let made = Made { shape, sector, ..Made::default() };
        let image = formatted(made.image(), 0);
        assert_eq!(scanned(&image).err(), Some(FveError::NotBitLocker));
        let remains = left(&image).unwrap();
        let volume = remains[0].volume.as_ref().unwrap();
        assert_eq!((&volume.warnings[..], volume.sector_size), (&[Warning::BootSectorLost][..], sector));
        assert_eq!(
            volume.copies.map(|copy| (copy.offset, copy.state)),
            made.offsets.map(|offset| (Some(offset), CopyState::Valid))
        );
        let (proof, _) = prove(volume, &password(1), &key_id(1));
        assert_eq!((proof.verdict, proof.level), (Verdict::Opens, Some(level)), "{shape:?}");
        assert!(!matches!(proof.first_sector, Some(FirstSector::InClear(_))), "nothing of it stands there");
        let back = Volume::from_saved_header(&volume.to_saved_header()).unwrap();
        assert_eq!(format!("{back:?}"), format!("{volume:?}"));
    }
}

#[test]
fn remains_are_looked_for_in_every_partition_and_believed_only_in_their_place() {
    let made = Made::default();
    let image = formatted(with_gpt(512, &[&made, &made], false), 18 * MIB);
    let remains = left(&image).unwrap();
    let found: Vec<_> = remains.iter().map(|found| (found.start, found.partition.as_ref().unwrap().number)).collect();
    assert_eq!(found, [(2 * MIB, 2), (18 * MIB, 3)]);
    assert!(remains[0].volume.as_ref().unwrap().warnings.is_empty());
    // It began elsewhere than what is there now: two copies agree on where.
    let mut image = formatted(Sparse::new(40 * MIB), 0);
    made.write(&mut image, 20 * MIB + 512);
    image.put(20 * MIB + 512, &[0; 512]);
    let remains = left(&image).unwrap();
    assert_eq!((remains.len(), remains[0].start, remains[0].is_named()), (1, 20 * MIB + 512, false));
    // A single copy that says it lies elsewhere is not believed.
    for offset in &made.offsets[1..] {
        image.put(20 * MIB + 512 + offset, &[0; 512]);
    }
    assert_eq!(left(&image).err(), Some(FveError::NotBitLocker));
    // Another volume's metadata before them end no search.
    let mut image = formatted(made.image(), 0);
    let other = Made { offsets: [5 * MIB, 6 * MIB, 7 * MIB], ..Made::default() };
    image.put(MIB + 8192, &[other.block(), other.validation(&other.block())].concat());
    assert_eq!(left(&image).unwrap()[0].volume.as_ref().unwrap().copies[0].offset, Some(made.offsets[0]));
    // In its place, but no copy is whole.
    let mut image = formatted(made.image(), 0);
    for offset in made.offsets {
        image.put(offset + 200, b"damage");
    }
    assert_eq!(left(&image).err(), Some(FveError::NotBitLocker));
    // The second is.
    let mut image = formatted(made.image(), 0);
    image.put(made.offsets[0], &[0; 600]);
    assert_eq!(left(&image).unwrap()[0].volume.as_ref().unwrap().used, 1);
}

#[test]
fn a_bad_sector_behind_a_copy_takes_its_checksum_only() {
    // Of a size that its checksum lies in the next sector.
    let described = |letters| Made { description: Some("x".repeat(letters)), ..Made::default() };
    let made = (1..256).map(described).find(|made| made.block().len() % 512 == 0).unwrap();
    let mut image = made.image();
    (1..3).for_each(|index| image.put(made.offsets[index], &[0; 8]));
    let end = made.offsets[0] + made.block().len() as u64;
    let found =
        scan(&mut Source::new(Failing(image, end..end + 512)).unwrap()).unwrap().found.remove(0).volume.unwrap();
    assert_eq!((found.copies[0].state, &found.warnings[..]), (CopyState::NoChecksum, &[Warning::NoValidCopy][..]));
}

#[test]
fn logical_partitions_may_be_chained_in_any_order() {
    let [first, second] = [Made::default(), Made { protectors: vec![Protector::recovery(2)], ..Made::default() }];
    let mut image = Sparse::new(60 * MIB);
    let sectors = |bytes: u64| bytes / 512;
    let extended = 2 * MIB;
    mbr(&mut image, 0, &[mbr_entry(0x0F, sectors(extended), sectors(56 * MIB))]);
    // A loop at the end is no matter.
    for (at, next, made) in [(0, 30 * MIB, &first), (30 * MIB, 15 * MIB, &second), (15 * MIB, 0, &first)] {
        let entries = [mbr_entry(7, sectors(MIB), sectors(made.size)), mbr_entry(5, sectors(next), sectors(15 * MIB))];
        mbr(&mut image, extended + at, &entries);
        made.write(&mut image, extended + at + MIB);
    }
    let starts: Vec<u64> = scanned(&image).unwrap().found.iter().map(|found| found.start).collect();
    assert_eq!(starts, [3 * MIB, 33 * MIB, 18 * MIB]);
}

#[test]
fn a_bad_sector_hides_no_copy_beside_it() {
    let made = Made::default();
    let mut image = formatted(made.image(), 0);
    (1..3).for_each(|index| image.put(made.offsets[index], &[0; 8]));
    // Read in one piece with the copy, and no part of it.
    let bad = made.offsets[0] + (100 << 10)..made.offsets[0] + (104 << 10);
    let found = scan_remains(&mut Source::new(Failing(image, bad)).unwrap()).unwrap();
    assert_eq!(found[0].volume.as_ref().unwrap().used, 0);
}

#[test]
fn a_first_sector_that_names_wrong_places_keeps_what_else_it_says() {
    let made = Made { shape: Shape::ToGo, ..Made::default() };
    let mut image = made.image();
    image.put(440, &[0x11; 24]);
    assert!(matches!(scanned(&image).err(), Some(FveError::NoMetadata { .. })));
    let remains = left(&image).unwrap();
    let volume = remains[0].volume.as_ref().unwrap();
    assert_eq!((volume.kind, &volume.warnings[..]), (Kind::ToGo, &[Warning::WrongPlaces][..]));
    let back = Volume::from_saved_header(&volume.to_saved_header()).unwrap();
    assert_eq!(format!("{back:?}"), format!("{volume:?}"));
}

#[test]
fn an_earlier_encryption_is_told_though_its_first_copy_was_written_over_by_the_next() {
    let now = Made::default();
    let offsets = [now.offsets[0], 5 * MIB, 6 * MIB];
    let before = Made { offsets, protectors: vec![Protector::recovery(2)], number: 0xDD, ..Made::default() };
    let mut image = before.image();
    now.write(&mut image, 0);
    for image in [image.clone(), formatted(image, 0)] {
        let remains = left(&image).unwrap();
        let ids: Vec<String> =
            remains.iter().map(|one| one.volume.as_ref().unwrap().protectors[0].guid.to_string()).collect();
        assert_eq!(ids, [guid_of(1), guid_of(2)]);
        let states = remains[1].volume.as_ref().unwrap().copies.map(|copy| copy.state);
        assert_eq!(states, [CopyState::Missing, CopyState::Valid, CopyState::Valid]);
    }
}

#[test]
fn where_a_protector_cannot_be_read_no_key_is_called_wrong() {
    let made =
        Made { protectors: vec![Protector::of(2, 0x0100, Secret::Machine), Protector::recovery(1)], ..Made::default() };
    let mut block = made.block();
    // The recovery protector's length is below that of its header: the list ends before it.
    let at = salt_at(&block);
    let begins = (0..at).rev().find(|at| block[*at + 2..].starts_with(&[2, 0, 8, 0])).unwrap();
    block[begins..begins + 2].copy_from_slice(&[4, 0]);
    let mut image = made.image();
    (0..3).for_each(|index| put_copy(&mut image, &made, index, &block, true));
    let found = volume(&image);
    assert_eq!(found.warnings, [Warning::ListEndsEarly]);
    assert_eq!(prove(&found, &password(1), &key_id(1)).0.verdict, Verdict::CannotCheck);
}

#[test]
fn a_volume_that_was_divided_is_listed_with_what_it_became() {
    let old = Made {
        description: Some("PC-OLD Stick 22/11/2026".to_owned()),
        size: 30 * MIB,
        number: 0xDD,
        ..Made::default()
    };
    let new = Made::default();
    let mut image = Sparse::new(30 * MIB);
    new.write(&mut image, 10 * MIB);
    old.write(&mut image, 0);
    let first = u32::try_from(10 * MIB / 512).unwrap();
    image.put(446, &[&[0, 0, 0, 0, 7, 0, 0, 0][..], &first.to_le_bytes(), &[0, 0x40, 0, 0]].concat());
    let scan = scanned(&image).unwrap();
    assert_eq!(scan.found.iter().map(|found| found.start).collect::<Vec<_>>(), [0, 10 * MIB]);
}

#[test]
fn each_time_a_drive_was_encrypted_is_told() {
    let now = Made::default();
    let before = Made {
        offsets: [5 * MIB, 6 * MIB, 7 * MIB],
        protectors: vec![Protector::recovery(2)],
        number: 0xDD,
        ..Made::default()
    };
    let mut image = now.image();
    let earlier = [before.block(), before.validation(&before.block())].concat();
    for offset in before.offsets {
        image.put(offset, &earlier);
    }
    assert_eq!(scanned(&image).unwrap().found.len(), 1);
    let ids = |found: &[Found]| {
        found.iter().map(|one| one.volume.as_ref().unwrap().protectors[0].guid.to_string()).collect::<Vec<_>>()
    };
    let remains = left(&image).unwrap();
    assert_eq!(ids(&remains), [guid_of(1), guid_of(2)]);
    assert_eq!(remains[1].volume.as_ref().unwrap().warnings, [Warning::WrongPlaces]);
    let (proof, _) = prove(remains[1].volume.as_ref().unwrap(), &password(2), &key_id(2));
    assert_eq!(proof.level, Some(Level::FirstSector));
    assert_eq!(ids(&left(&formatted(image, 0)).unwrap()), [guid_of(1), guid_of(2)]);
}

#[test]
fn signatures_without_end_are_given_up() {
    for (count, found) in [(500, Some(1)), (513, None)] {
        let mut image = formatted(Made::default().image(), 0);
        for at in 0..count {
            image.put(4096 + at * 512, b"-FVE-FS-");
        }
        assert_eq!(left(&image).ok().map(|found| found.len()), found, "{count}");
    }
}

#[test]
fn a_fixed_vhd_is_a_raw_image_and_others_need_conversion() {
    let mut image = Made::default().image();
    image.put(8 * MIB, &vhd_footer(2));
    assert_eq!(volume(&image).size, Some(8 * MIB));
    let mut image = with_gpt(512, &[&Made::default()], true);
    image.put(60 * MIB, &vhd_footer(2));
    assert_eq!(scanned(&image).unwrap().found.len(), 1);
    let mut image = Sparse::new(MIB);
    image.put(MIB, &vhd_footer(3));
    assert_eq!(scanned(&image).err(), Some(FveError::Container(Container::DynamicVhd)));
    let vdi = [&b"<<< any program's text >>>"[..], &[0; 38], &[0x7F, 0x10, 0xDA, 0xBE]].concat();
    let kinds: [(&[u8], Container); 5] = [
        (b"vhdxfile", Container::Vhdx),
        (b"EVF2\x0D\x0A\x81\0", Container::Ewf),
        (&vdi, Container::Vdi),
        (b"\xFD7zXZ\0", Container::Packed),
        (b"PK\x03\x04", Container::Packed),
    ];
    for (magic, kind) in kinds {
        let mut image = Sparse::new(MIB);
        image.put(0, magic);
        assert_eq!(scanned(&image).err(), Some(FveError::Container(kind)));
    }
    // What a table names counts more than how a sector begins.
    let mut image = with_gpt(512, &[&Made::default()], true);
    image.put(0, b"PK\x03\x04");
    assert_eq!(scanned(&image).unwrap().found.len(), 1);
}

#[test]
fn damaged_copies_are_told_and_the_best_is_used() {
    let made = Made::default();
    let mut image = made.image();
    image.put(made.offsets[0] + 90, &[0xFF]);
    image.put(made.offsets[1], &[0; 8]);
    let mended = volume(&image);
    assert_eq!(mended.copies.map(|copy| copy.state), [CopyState::BadChecksum, CopyState::Missing, CopyState::Valid]);
    assert_eq!((mended.used, mended.copies[0].differs, mended.warnings.len()), (2, true, 0));
    image.put(made.offsets[2] + 130, b"x");
    let doubtful = volume(&image);
    assert_eq!((doubtful.used, &doubtful.warnings[..]), (0, &[Warning::NoValidCopy][..]));
    for offset in made.offsets {
        image.put(offset, &[0; 8]);
    }
    assert!(matches!(scanned(&image).err(), Some(FveError::NoMetadata { .. })));
    let mut cut = made.image();
    cut.truncate(made.offsets[1] + 100);
    assert_eq!(
        volume(&cut).copies.map(|copy| copy.state),
        [CopyState::Valid, CopyState::Unreadable, CopyState::Unreadable]
    );
    cut.truncate(300);
    assert_eq!(scanned(&cut).err(), Some(FveError::Cut { bytes: 300 }));
}

#[test]
fn places_the_boot_sector_lost_are_taken_from_a_copy() {
    let made = Made::default();
    let mut image = made.image();
    // The GUID in front of them is gone, too.
    image.put(165, &[0xFF; 27]);
    let volume = volume(&image);
    assert_eq!(
        volume.copies.map(|copy| (copy.offset, copy.state)),
        made.offsets.map(|offset| (Some(offset), CopyState::Valid))
    );
}

#[test]
fn a_changed_description_opens_and_is_told() {
    let made = Made::default();
    let mut image = made.image();
    let mut block = made.block();
    let at = block.windows(2).position(|pair| pair == b"P\0").unwrap();
    block[at] = b'Q';
    let validation = made.validation(&made.block());
    let fixed = drivekey_testkit::fve_support::crypt::crc32(&block).to_le_bytes();
    for offset in made.offsets {
        image.put(offset, &[&block[..], &validation[..4], &fixed, &validation[8..]].concat());
    }
    let volume = volume(&image);
    let (proof, opened) = prove(&volume, &password(1), &key_id(1));
    assert_eq!(
        (proof.verdict, proof.level, proof.integrity),
        (Verdict::Opens, Some(Level::VolumeKey), Some(Integrity::Altered))
    );
    assert!(opened.is_some());
}

#[test]
fn a_hostile_number_of_protectors_costs_no_hours() {
    let made = Made::default();
    let block = made.block();
    // A protector whose parts are there and open to nobody, a thousand times over.
    let one =
        Protector { secret: Secret::Recovery { key: [0; 16], flags: 0, nested_role: 0x12 }, ..Protector::recovery(1) };
    let many = Made { protectors: vec![one; 120], ..made.clone() };
    assert!(block.len() < many.block().len());
    let begun = Instant::now();
    let volume = volume(&many.image());
    assert_eq!(volume.protectors.len(), 120);
    let (proof, _) = prove(&volume, &password(5), &KeyId::Unknown);
    assert_eq!(proof.verdict, Verdict::CannotCheck);
    assert!(proof.tried.iter().filter(|tried| tried.outcome == Outcome::DoesNotOpen).count() <= 32);
    assert!(begun.elapsed() < Duration::from_mins(5));
}

#[test]
fn a_saved_header_lists_proves_and_harvests_as_the_drive_does() {
    let made = all_kinds();
    let drive = volume(&with_gpt(512, &[&made], false));
    let saved = drive.to_saved_header();
    let back = Volume::from_saved_header(&saved).unwrap();
    assert_eq!(format!("{drive:?}"), format!("{back:?}"));
    assert_eq!(back.to_saved_header(), saved);
    let mut image = made.image();
    // Found by the fuzzer: a place that no drive has.
    image.put(184, &[0xFF; 8]);
    image.put(made.offsets[0] + 40, &[0xFF; 8]);
    image.put(made.offsets[2], &[0; 8]);
    let lost = volume(&image);
    assert_eq!(format!("{lost:?}"), format!("{:?}", Volume::from_saved_header(&lost.to_saved_header()).unwrap()));
    let (proof, opened) = prove(&back, &password(1), &key_id(1));
    assert_eq!(proof, prove(&drive, &password(1), &key_id(1)).0);
    assert_eq!((proof.level, opened.unwrap().harvest().passwords.len()), (Some(Level::FirstSector), 3));
}

#[test]
fn bytes_that_are_no_saved_header_are_refused() {
    let saved = volume(&Made::default().image()).to_saved_header();
    let refused = |bytes: &[u8]| Volume::from_saved_header(bytes).map(drop);
    assert_eq!(refused(b"hello"), Err(SavedHeaderError::NotASavedHeader));
    assert_eq!(refused(&saved[..saved.len() - 1]), Err(SavedHeaderError::Damaged));
    let mut newer = saved.clone();
    newer[8] = 3;
    assert_eq!(refused(&newer), Err(SavedHeaderError::NewerVersion { found: 3 }));
    for at in (0..saved.len()).step_by(7) {
        let mut changed = saved.clone();
        changed[at] ^= 0x10;
        assert!(refused(&changed).is_err(), "{at}");
    }
}

/// Opens without a stretch, so that thousands of cases are no matter.
fn cheap() -> Made {
    let clear = Protector::of(3, 0x0000, Secret::Clear([0x42; 32]));
    Made {
        protectors: vec![
            Protector { label: Some("x"), ..clear },
            Protector::recovery(1),
            Protector::of(2, 0x0500, Secret::Machine),
        ],
        ..Made::default()
    }
}

/// Everything that costs no stretch.
fn exercise(image: &Sparse) {
    let begun = Instant::now();
    for found in scanned(image).map(|scan| scan.found).unwrap_or_default() {
        let Ok(volume) = found.volume else { continue };
        if let Some(opened) = open(&volume, &Opener::ClearKey).opened {
            let _ = opened.harvest();
        }
        let file = ExternalKey::parse(&bek(2, &[0x42; 32])).unwrap();
        let _ = open(&volume, &Opener::ExternalKey(&file)).tried.len();
        let saved = volume.to_saved_header();
        assert!(Volume::from_saved_header(&saved).is_ok());
    }
    assert!(begun.elapsed() < Duration::from_secs(5));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn changed_volumes_never_make_it_panic(
        changes in proptest::collection::vec((0_usize..3000, any::<[u8; 2]>()), 1..12),
        in_boot in any::<bool>(),
        mend in any::<bool>(),
    ) {
        use std::sync::OnceLock;
        static MADE: OnceLock<(Made, Sparse, Vec<u8>)> = OnceLock::new();
        let (made, image, block) = MADE.get_or_init(|| (cheap(), cheap().image(), cheap().block()));
        let mut image = image.clone();
        let mut changed = block.clone();
        for (at, bytes) in &changes {
            if in_boot {
                image.put((at % 510) as u64, bytes);
            } else {
                let at = at % (changed.len() - 1);
                changed[at..at + 2].copy_from_slice(bytes);
            }
        }
        let mut validation = made.validation(block);
        if mend {
            validation[4..8].copy_from_slice(&drivekey_testkit::fve_support::crypt::crc32(&changed).to_le_bytes());
        }
        for offset in made.offsets {
            image.put(offset, &[changed.clone(), validation.clone()].concat());
        }
        exercise(&image);
    }

    #[test]
    fn volumes_changed_by_their_structure_never_make_it_panic(
        seeds in proptest::collection::vec(any::<u32>(), 1..8),
        noise in any::<u8>(),
    ) {
        let made = Made { offsets: drives::COPIES, ..cheap() };
        let block = made.block();
        let mut input = [&made.image().get(0, drives::BOOT_BYTES)[..], &block, &made.validation(&block)].concat();
        for seed in seeds {
            let mut blind = |part: &mut Vec<u8>| {
                let at = usize::from(noise) % (part.len() + 1);
                part.insert(at, noise);
                part.truncate(300);
            };
            if let Some(changed) = mutations::volume(&input, &mut mutations::Dice::new(seed), &mut blind) {
                input = changed;
            }
        }
        drives::drive(&input);
    }

    #[test]
    fn changed_tables_never_make_it_panic(
        changes in proptest::collection::vec((0_u64..18_000, any::<[u8; 4]>()), 1..8),
        gpt in any::<bool>(),
    ) {
        use std::sync::OnceLock;
        static DISKS: OnceLock<[Sparse; 2]> = OnceLock::new();
        let with_tables = || [with_gpt(512, &[&cheap()], false), with_mbr(512, &cheap(), [&cheap(), &cheap()])];
        let disks = DISKS.get_or_init(with_tables);
        let mut image = disks[usize::from(gpt)].clone();
        for (at, bytes) in &changes {
            image.put(if gpt { 20 * MIB + at % 512 } else { at % 18_000 }, bytes);
            image.put(446 + at % 64, &bytes[..1]);
        }
        exercise(&image);
    }

    #[test]
    fn no_bytes_are_a_key_file_by_accident(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..300),
        mended in any::<bool>(),
    ) {
        if mended && bytes.len() > 48 {
            let len = u32::try_from(bytes.len()).unwrap();
            bytes[..12].copy_from_slice(&[len.to_le_bytes(), 1_u32.to_le_bytes(), 48_u32.to_le_bytes()].concat());
        }
        let _ = ExternalKey::parse(&bytes);
    }

    #[test]
    fn no_saved_header_panics_even_with_a_right_hash(
        changes in proptest::collection::vec((0_usize..4000, any::<u8>()), 1..6),
        cut in 0_usize..4000,
    ) {
        use std::sync::OnceLock;
        static SAVED: OnceLock<Vec<u8>> = OnceLock::new();
        // With a copy that says something else.
        let differing = || {
            let (made, mut other) = (cheap(), cheap().block());
            other[100] ^= 1;
            let mut image = made.image();
            put_copy(&mut image, &made, 1, &other, true);
            volume(&image).to_saved_header()
        };
        let mut bytes = SAVED.get_or_init(differing).clone();
        bytes.truncate(bytes.len() - 32);
        for (at, byte) in changes {
            let at = 10 + at % (bytes.len() - 10);
            bytes[at] = byte;
        }
        if cut % 3 == 0 {
            bytes.truncate(cut);
        }
        let hash = drivekey_testkit::fve_support::crypt::sha256(&bytes);
        bytes.extend(hash);
        if let Ok(volume) = Volume::from_saved_header(&bytes) {
            let _ = open(&volume, &Opener::ClearKey).opened.map(|opened| opened.harvest().passwords.len());
        }
    }
}
