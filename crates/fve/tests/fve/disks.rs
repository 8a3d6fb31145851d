//! Disks around volumes: partition tables of every kind, lost and damaged ones, images.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::io::{self};

use crate::tools::{Failing, formatted, key_id, left, password, scanned, volume};
use drivekey_fve::{Container, FveError, Level, Source, Table, prove, scan, scan_without_table};
use drivekey_record::LineText;
use drivekey_testkit::fve_support::disks::{gpt_entry, mbr, mbr_entry, vhd_footer, with_gpt, with_mbr};
use drivekey_testkit::fve_support::made::{MIB, Made, Protector};
use drivekey_testkit::fve_support::sparse::Sparse;

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
