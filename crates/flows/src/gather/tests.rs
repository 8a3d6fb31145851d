//! Tests of walking and reading, on real folders.

use std::fs;

use super::*;
use crate::Unwatched;
use crate::watch::Stopped;

fn names(walk: &Walk) -> Vec<String> {
    walk.entries.iter().filter_map(|entry| file_name(&entry.path)).collect()
}

#[test]
fn folders_are_walked_in_order_with_hidden_files() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("b/.hidden")).unwrap();
    for name in ["z.txt", "a.TXT", "b/c.txt", "b/.hidden/.d"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    let walk = walk(&[folder.path().to_owned()]);
    assert_eq!(names(&walk), ["a.TXT", ".d", "c.txt", "z.txt"]);
    assert!(walk.entries.iter().all(|entry| !entry.named) && walk.failures.is_empty());
}

#[test]
fn a_named_file_stays_named_below_a_root() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.txt");
    fs::write(&file, "x").unwrap();
    let walk = walk(&[folder.path().to_owned(), file.clone(), file, folder.path().join("absent")]);
    assert_eq!(walk.entries.len(), 1);
    assert!(walk.entries[0].named);
    assert!(matches!(walk.failures[..], [GatherError::Absent { .. }]));
}

#[test]
fn large_files_are_listed_and_never_read_whole() {
    let folder = tempfile::tempdir().unwrap();
    let large = folder.path().join("large");
    fs::File::create(&large).unwrap().set_len(FILE_CEILING_BYTES + 1).unwrap();
    let met = walk(&[folder.path().to_owned()]);
    assert!(
        matches!(met.entries[..], [Entry { named: false, size_bytes, .. }] if size_bytes == FILE_CEILING_BYTES + 1)
    );
    let named = walk(std::slice::from_ref(&large));
    assert!(named.failures.is_empty() && named.entries[0].named);
    assert!(matches!(read_file(&large), Err(GatherError::TooLarge { .. })));
}

#[test]
fn a_file_is_read_whole_and_only_once_reserved() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a");
    fs::write(&file, vec![7_u8; 3000]).unwrap();
    let bytes = read_file(&file).unwrap();
    assert_eq!((bytes.len(), bytes.capacity()), (3000, 3001));
    fs::write(&file, b"").unwrap();
    assert!(read_file(&file).unwrap().is_empty());
    assert!(matches!(read_file(folder.path()), Err(GatherError::NotAFile { .. })));
}

#[test]
fn large_binaries_met_on_the_way_are_skipped_and_texts_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let size = 2 * 1024 * 1024;
    let noise: Vec<u8> = (0..size).map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    fs::write(folder.path().join("archive"), [&b"PK\x03\x04"[..], &noise].concat()).unwrap();
    fs::write(folder.path().join("photo"), noise).unwrap();
    fs::write(folder.path().join("utf16"), b"k\0e\0y\0\n\0".repeat(size as usize / 8)).unwrap();
    fs::write(folder.path().join("zeros"), vec![0; size as usize]).unwrap();
    let walk = walk(&[folder.path().to_owned()]);
    let read: Vec<bool> = walk.entries.iter().map(|entry| read_entry(entry).unwrap().is_some()).collect();
    assert_eq!(read, [true, false, true, true]);
    let named = Entry { named: true, ..walk.entries[1].clone() };
    assert!(read_entry(&named).unwrap().is_some());
}

#[cfg(unix)]
#[test]
fn links_are_followed_only_where_named_and_special_files_never_opened() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real");
    fs::create_dir(&real).unwrap();
    fs::write(real.join("a.txt"), "x").unwrap();
    symlink(&real, folder.path().join("link")).unwrap();
    symlink(folder.path(), real.join("loop")).unwrap();
    symlink(real.join("a.txt"), real.join("b.txt")).unwrap();
    let _socket = UnixListener::bind(real.join("socket")).unwrap();
    let below = walk(&[folder.path().to_owned()]);
    assert_eq!((names(&below), below.skipped), (vec!["a.txt".to_owned()], 4));
    assert_eq!(names(&walk(&[folder.path().join("link")])), ["a.txt"]);
    assert_eq!(names(&walk(&[real.join("b.txt")])), ["b.txt"]);
    assert!(matches!(walk(&[real.join("socket")]).failures[..], [GatherError::NotAFile { .. }]));
    assert!(matches!(read_file(Path::new("/dev/zero")), Err(GatherError::NotAFile { .. })));
}

#[cfg(unix)]
#[test]
fn an_unreadable_folder_is_data() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let shut = folder.path().join("shut");
    fs::create_dir(&shut).unwrap();
    fs::write(folder.path().join("a.txt"), "x").unwrap();
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o000)).unwrap();
    let walk = walk(&[folder.path().to_owned()]);
    let allowed_anyway = fs::read_dir(&shut).is_ok();
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(names(&walk), ["a.txt"]);
    assert!(allowed_anyway || matches!(walk.failures[..], [GatherError::Unreadable { .. }]));
}

#[test]
fn folders_are_walked_as_they_are_read_and_each_file_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("b/.hidden")).unwrap();
    for name in ["z", "b/c", "b/.hidden/.d"] {
        fs::write(folder.path().join(name), name).unwrap();
    }
    let roots = [
        folder.path().to_owned(),
        folder.path().join("b"),
        folder.path().join("z"),
        folder.path().to_owned(),
        folder.path().join("none"),
    ];
    let (mut files, mut failures) = (Vec::new(), 0);
    each(&roots, &Unwatched, |met| {
        match met {
            Met::File(path) => files.extend(file_name(&path)),
            Met::Failure(error) => failures += usize::from(matches!(error, GatherError::Absent { .. })),
            Met::Other => {}
        }
        true
    });
    files.sort();
    assert_eq!(files, [".d", "c", "z"]);
    assert_eq!(failures, 1);
    let mut met = 0;
    each(&roots, &Unwatched, |_| {
        met += 1;
        false
    });
    assert_eq!(met, 1);
    each(&roots, &Stopped, |_| panic!("it was stopped"));
}

#[test]
fn a_file_is_read_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a");
    fs::write(&file, b"0123456789").unwrap();
    let mut buffer = [0; 4];
    let mut begun = begin(&file, &mut buffer).unwrap();
    assert_eq!((begun.filled, begun.whole, begun.size_bytes().unwrap(), &buffer), (4, false, 10, b"0123"));
    assert_eq!(begun.next(&mut buffer).unwrap(), Piece::Bytes(b"4567"));
    assert_eq!(begun.next(&mut buffer).unwrap(), Piece::Bytes(b"89"));
    assert_eq!(begun.next(&mut buffer).unwrap(), Piece::End);
    assert!(begin(&file, &mut [0; 11]).unwrap().whole);
    assert!(matches!(begin(&folder.path().join("none"), &mut buffer), Err(GatherError::Absent { .. })));
}

/// Whatever a file system calls a hole: the pieces put together are the file.
#[test]
fn a_file_with_holes_is_all_of_it() {
    use std::io::{Seek, SeekFrom, Write};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("holes");
    let mut passed_over = 0;
    for (written, size) in [
        (vec![0], 3 << 20),
        (vec![1 << 20], (1 << 20) + 3),
        (vec![0, 70_001, 1 << 21], 5 << 20),
        (vec![], 2 << 20),
        (vec![5, 4096, 8192, 1 << 20], 1 << 21),
    ] {
        let mut file = fs::File::create(&path).unwrap();
        file.set_len(size).unwrap();
        for at in written {
            file.seek(SeekFrom::Start(at)).unwrap();
            file.write_all(b"abc").unwrap();
        }
        let mut buffer = [0; 4096];
        let mut begun = begin(&path, &mut buffer).unwrap();
        let mut whole = buffer[..begun.filled].to_vec();
        loop {
            match begun.next(&mut buffer).unwrap() {
                Piece::Bytes(piece) => whole.extend_from_slice(piece),
                Piece::Hole(zeros) => {
                    passed_over += zeros;
                    whole.resize(whole.len() + usize::try_from(zeros).unwrap(), 0);
                }
                Piece::End => break,
            }
        }
        assert!(whole == fs::read(&path).unwrap(), "{size}");
    }
    assert!(passed_over > 1 << 20 || !cfg!(target_os = "linux"), "{passed_over}");
}
