//! What remains in memory once a drive's own keys have gone through it: after a proof, a harvest and a repair, none of
//! its master key, volume key, stretched keys and hashes of passwords, nor the digits that were read out.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a helper that cannot go on fails the test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::memory_house::nothing_remains;
use drivekey_testkit::fve_support::crypt::{ROUNDS, sha256, stretch};
use drivekey_testkit::fve_support::made::{Made, Protector, Secret, digits, guid_of, key_of};

/// Any row of so many bytes of a key is a leak.
const PART_BYTES: usize = 8;

#[test]
fn nothing_of_a_drive_remains() {
    let folder = tempfile::tempdir().unwrap();
    let needles = plant(folder.path());
    let stages = [
        ("prove", "import keys;prove r1 --drive drive.img;remove r1"),
        ("harvest by a stored key", "import keys;harvest drive.img --yes;remove r1"),
        ("harvest without a key", "import keys;harvest suspended.img --yes;remove r1"),
        ("import with the drive", "import keys --drive drive.img --yes;remove r1"),
        (
            "identify, header save",
            "import keys;header save drive.img;identify drive.img;prove r1 --drive drive.img;remove r1",
        ),
    ];
    nothing_remains(folder.path(), &needles, "", &stages, |stage| {
        let written = on_disk(folder.path(), &needles);
        assert!(written.is_empty(), "on disk after {stage}: {written:#?}");
    });
}

/// Two volumes with two recovery passwords, one of which is in a file; gives what to search for.
fn plant(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let whole = Made { protectors: vec![Protector::recovery(1), Protector::recovery(2)], ..Made::default() };
    let clear = Protector::of(3, 0, Secret::Clear([0x3C; 32]));
    let suspended = Made { protectors: vec![Protector::recovery(1), Protector::recovery(2), clear], ..Made::default() };
    for (name, made) in [("drive.img", &whole), ("suspended.img", &suspended)] {
        std::io::copy(&mut made.image(), &mut fs::File::create(folder.join(name)).unwrap()).unwrap();
    }
    fs::create_dir(folder.join("keys")).unwrap();
    let key = format!("Identifier: {}\nRecovery Key: {}\n", guid_of(1), digits(key_of(1)));
    fs::write(folder.join("keys/one.txt"), key).unwrap();
    fs::write(folder.join("passphrase.txt"), "of no use beyond this test\n").unwrap();
    let mut needles = BTreeMap::new();
    let mut keys =
        vec![("master key".to_owned(), Made::MASTER.to_vec()), ("volume key".to_owned(), whole.volume_key())];
    for number in [1_u8, 2] {
        let salt = std::array::from_fn(|at| number ^ u8::try_from(at).unwrap());
        let hash = sha256(&key_of(number));
        keys.push((format!("hash of password {number}"), hash.to_vec()));
        keys.push((format!("stretched key {number}"), stretch(hash, salt, ROUNDS).to_vec()));
        keys.push((format!("password {number} as bytes"), key_of(number).to_vec()));
        let text = digits(key_of(number));
        for at in 0..7 {
            needles
                .insert(format!("password {number}, groups from {at}"), text.as_bytes()[at * 7..at * 7 + 13].to_vec());
        }
    }
    for (name, bytes) in keys {
        for (at, part) in bytes.chunks_exact(PART_BYTES).enumerate() {
            needles.insert(format!("{name}, part {at}"), part.to_vec());
        }
    }
    needles
}

/// What of it stands in any file but those that were planted.
fn on_disk(folder: &Path, needles: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let mut open = vec![folder.to_owned()];
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()) {
            if path.is_dir() {
                if path.file_name().is_some_and(|name| name != "keys") {
                    open.push(path);
                }
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            for (name, _) in needles.iter().filter(|(_, needle)| memchr::memmem::find(&bytes, needle).is_some()) {
                found.push(format!("{name} in {}", path.display()));
            }
        }
    }
    found
}
