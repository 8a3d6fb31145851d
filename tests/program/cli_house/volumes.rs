//! Drives of our own making, by name, as image files in the house.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{LazyLock, Mutex};

use drivekey_testkit::fve_support::crypt::crc32;
use drivekey_testkit::fve_support::disks::with_gpt;
use drivekey_testkit::fve_support::made::{MIB, Made, Protector, Secret, bek, put_copy, salt_at};
use drivekey_testkit::fve_support::sparse::Sparse;

/// The startup key of the drive "startup-key".
const STARTUP: [u8; 32] = [0x3C; 32];

/// The image of this name; or a startup key's file. Each is made once: its keys cost as much as a proof.
pub(crate) fn named(name: &str) -> Sparse {
    static MADE: LazyLock<Mutex<HashMap<String, Sparse>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap();
    made.entry(name.to_owned()).or_insert_with(|| make(name)).clone()
}

fn make(name: &str) -> Sparse {
    let made = |protectors: Vec<Protector>| Made { protectors, ..Made::default() };
    let recovery = Protector::recovery;
    match name {
        "usual" => Made::default().image(),
        "two-keys" => {
            made(vec![Protector::of(9, 0x2000, Secret::Password("demopass")), recovery(1), recovery(2)]).image()
        }
        "suspended" => made(vec![Protector::of(9, 0x0000, Secret::Clear([7; 32])), recovery(1), recovery(2)]).image(),
        "password-only" => made(vec![Protector::of(9, 0x2000, Secret::Password("demopass"))]).image(),
        "startup-key" => made(vec![Protector::of(9, 0x0200, Secret::External(STARTUP)), recovery(1)]).image(),
        "with-windows" => {
            let description = Some("PC-MADE C: 22/11/2026".to_owned());
            Made {
                description,
                protectors: vec![Protector::of(8, 0x0100, Secret::Machine), recovery(1)],
                ..Made::default()
            }
            .image()
        }
        "newer-way" => {
            let secret = Secret::Recovery {
                key: drivekey_testkit::fve_support::made::key_of(1),
                flags: 0x40,
                nested_role: 0x12,
            };
            made(vec![Protector::of(1, 0x0800, secret)]).image()
        }
        "renamed" => renamed(),
        "failing" => {
            let mut image = Made::default().image();
            for at in &Made::default().offsets[..2] {
                image.put(at + 200, b"damage");
            }
            image
        }
        "dead" => {
            let mut image = Made::default().image();
            for at in Made::default().offsets {
                image.put(at, &[0xFF; 64]);
            }
            image
        }
        "formatted" => {
            let mut image = Made::default().image();
            image.put(0, &file_system());
            image
        }
        "lost-table" => {
            let mut image = Sparse::new(40 * MIB);
            Made::default().write(&mut image, 17 * MIB);
            image
        }
        "wrong-places" => {
            let mut image = Made::default().image();
            image.put(176, &[0x11; 24]);
            image
        }
        "disk" => with_gpt(512, &[&Made::default(), &made(vec![recovery(3)])], false),
        "escapes" => {
            Made { description: Some("PC\u{1b}[31m\u{202e}EVIL Data\u{7} 22/11/2026".to_owned()), ..Made::default() }
                .image()
        }
        "empty-disk" => Sparse::new(1 << 20),
        "startup-key-file" => {
            let mut file = Sparse::new(0);
            file.put(0, &bek(9, &STARTUP));
            file
        }
        _ => doubtful(name),
    }
}

/// Drives of which not all is right, or not all can be told.
fn doubtful(name: &str) -> Sparse {
    let made = |protectors: Vec<Protector>| Made { protectors, ..Made::default() };
    let recovery = Protector::recovery;
    match name {
        // "usual" after its key was exchanged for another.
        "usual-later" => made(vec![Protector { modified_seconds: 60, ..recovery(2) }]).image(),
        // The digits of one key under the Key ID of another.
        "exchanged" => {
            let secret =
                Secret::Recovery { key: drivekey_testkit::fve_support::made::key_of(1), flags: 0, nested_role: 0x12 };
            made(vec![Protector::of(2, 0x0800, secret)]).image()
        }
        // The first copy is older than the second key.
        "stale-copy" => {
            let (older, mut image) = (Made::default(), made(vec![recovery(1), recovery(2)]).image());
            let block = older.block();
            image.put(older.offsets[0], &[block.clone(), older.validation(&block)].concat());
            image
        }
        // The others were changed by somebody: what they list besides is not confirmed.
        "changed-copies" => {
            let (whole, changed) = (Made::default(), made(vec![recovery(1), recovery(2)]));
            let (mut image, mut block) = (whole.image(), changed.block());
            *block.last_mut().unwrap() ^= 1;
            (1..3).for_each(|index| put_copy(&mut image, &changed, index, &block, true));
            image
        }
        "disk-with-newer-way" => {
            let secret = Secret::Recovery {
                key: drivekey_testkit::fve_support::made::key_of(2),
                flags: 0x40,
                nested_role: 0x12,
            };
            let newer = Made { number: 0xDD, ..made(vec![Protector::of(2, 0x0800, secret)]) };
            with_gpt(512, &[&Made::default(), &newer], false)
        }
        "spoilt-entry" => {
            let made = Made::default();
            let mut block = made.block();
            let at = salt_at(&block);
            block[at] ^= 1;
            let mut image = made.image();
            (0..3).for_each(|index| put_copy(&mut image, &made, index, &block, true));
            image
        }
        "half-dead-disk" => {
            let sound = Made { number: 0xDD, protectors: vec![recovery(3)], ..Made::default() };
            let mut image = with_gpt(512, &[&sound, &made(vec![recovery(2)])], false);
            Made::default().offsets.iter().for_each(|at| image.put(18 * MIB + at, &[0xFF; 64]));
            image
        }
        "being-encrypted" => {
            let protectors = vec![Protector::of(9, 0x0000, Secret::Clear([7; 32])), recovery(1)];
            Made { state: [5, 4], protectors, ..Made::default() }.image()
        }
        "startup-key-spoilt" => {
            let made = made(vec![Protector::of(9, 0x0200, Secret::External([1; 32])), recovery(1)]);
            let mut image = made.image();
            (0..3).for_each(|index| put_copy(&mut image, &made, index, &made.block(), false));
            image
        }
        "startup-key-and-computer" => made(vec![Protector::of(9, 0x0300, Secret::Machine), recovery(1)]).image(),
        _ => panic!("no drive is named {name}"),
    }
}

/// The first sector of an empty NTFS.
fn file_system() -> [u8; 512] {
    let mut sector = [0; 512];
    sector[..11].copy_from_slice(b"\xEB\x52\x90NTFS    ");
    sector[510..].copy_from_slice(&[0x55, 0xAA]);
    sector
}

/// Somebody wrote another computer's name into it and mended the checksums.
fn renamed() -> Sparse {
    let plain = Made::default();
    let changed = Made { description: Some("PC-EVIL Data disk 22/11/2026".to_owned()), ..Made::default() };
    let (mut image, block) = (plain.image(), changed.block());
    let mut validation = plain.validation(&plain.block());
    validation[4..8].copy_from_slice(&crc32(&block).to_le_bytes());
    for at in plain.offsets {
        image.put(at, &[block.clone(), validation.clone()].concat());
    }
    image
}

/// Writes an image without its empty parts.
pub(crate) fn save(image: &Sparse, path: &Path) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = File::create(path).unwrap();
    let mut reader = image.clone();
    let mut block = vec![0; 64 << 10];
    let mut at = 0;
    while at < image.size() {
        let count = reader.read(&mut block).unwrap();
        if block[..count].iter().any(|byte| *byte != 0) {
            file.seek(SeekFrom::Start(at)).unwrap();
            file.write_all(&block[..count]).unwrap();
        }
        at += count as u64;
    }
    file.set_len(image.size()).unwrap();
}
