//! What remains in a process's memory once a key has gone through it: a child runs commands and waits at a question
//! while its parent searches all of its memory for digits and passphrase that only files and a pipe have told it.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a helper that cannot go on fails the test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use crate::cli_house::House;
use crate::cli_house::terminal::Session;
use crate::memory_house::keys::VaultKeys;
use crate::memory_house::{Memory, memory_after, nothing_remains};

#[test]
fn nothing_remains_after_import_find_and_whose() {
    let folder = tempfile::tempdir().unwrap();
    let (needles, typed) = plant(folder.path());
    let stages = [
        ("import", "import keys;remove r1"),
        ("find", "find 7EDB30ED;remove r1"),
        ("whose", "?whose --key-stdin;remove r1"),
        ("add", "add;remove r1"),
        ("list", "list;verify;?find words that are nowhere;import keys;remove r1"),
    ];
    nothing_remains(folder.path(), &needles, &typed, &stages, |_| {});
}

/// The root, the keys that come from it, and what opened it: once and in the heap while the vault is open, nowhere
/// after.
#[test]
fn no_key_of_the_vault_remains() {
    for (stage, commands) in [
        ("import", "import keys;shut"),
        ("add", "import keys;add;shut"),
        (
            "list and the like",
            "import keys;list;verify;find 7EDB30ED;?find words that are nowhere;edit r1 --note x;shut",
        ),
        ("whose", "import keys;?whose --key-stdin;shut"),
        ("show", "import keys;show r1;show r2;shut"),
        (
            "copies",
            "import keys;export bundle --all --bundle-passphrase-file passphrase.txt --to bundle.age;copies;shut",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let (_, typed) = plant(folder.path());
        let Some(memory) = memory_after(folder.path(), commands, &typed) else { return };
        VaultKeys::beside(folder.path()).none_in(&memory, stage);
    }
    let folder = tempfile::tempdir().unwrap();
    let (_, typed) = plant(folder.path());
    let Some(memory) = memory_after(folder.path(), "import keys;kit make --to kit.pdf;kit check kit.pdf;shut", &typed)
    else {
        return;
    };
    VaultKeys::beside(folder.path()).with_kit(&folder.path().join("kit.pdf")).none_in(&memory, "kit");
    for (stage, commands) in
        [("import", "import keys;remove r1"), ("verify", "import keys;list;verify;show r1;remove r1")]
    {
        let folder = tempfile::tempdir().unwrap();
        let (_, typed) = plant(folder.path());
        let Some(memory) = memory_after(folder.path(), commands, &typed) else { return };
        VaultKeys::beside(folder.path()).once_in(&memory, stage);
    }
}

/// The real program, whose memory only root may read, with a passphrase typed at its terminal.
#[test]
fn nothing_remains_in_the_real_program() {
    let house = House::new();
    let (needles, _) = plant(house.root());
    let passphrase = fs::read_to_string(house.path("passphrase.txt")).unwrap();
    let mut session = Session::start(&house, "exec drivekey import ~/keys --yes");
    let mut shown = String::new();
    for prompt in ["New passphrase: ", "The same again:  "] {
        shown.push_str(prompt);
        session.expect(&shown);
        std::thread::sleep(Duration::from_millis(200));
        session.type_line(passphrase.trim_end());
        shown.push('\n');
    }
    let (_, status) = session.end();
    assert!(status.success());
    let mut session = Session::start(&house, "exec drivekey remove 7EDB30ED 2>&1 >~/out");
    session.expect("Passphrase: ");
    std::thread::sleep(Duration::from_millis(200));
    session.type_line(passphrase.trim_end());
    session.expect("Passphrase: \nPut this key into the trash? [y/N] ");
    std::thread::sleep(Duration::from_millis(200));
    let limits = fs::read_to_string(format!("/proc/{}/limits", session.process())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    let read = Memory::of(session.process());
    session.type_line("n");
    let (_, status) = session.end();
    assert_eq!(status.exit_code(), 7);
    let keys = VaultKeys::of(&house.vault_of_program(), passphrase.trim_end());
    match read {
        Ok(memory) => {
            let found = memory.search(&needles);
            assert!(found.is_empty(), "{found:#?}");
            assert!(memory.bytes > 1 << 20, "hardly any memory was read");
            keys.once_in(&memory, "at a question");
        }
        // Who started it may not look into it.
        Err(error) => return assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{error}"),
    }
    // While digits stand on the screen the vault is shut.
    let mut session = Session::start(&house, "exec drivekey show 7EDB30ED --passphrase-file ~/passphrase.txt");
    session.await_end("Press Enter to clear the screen. ");
    std::thread::sleep(Duration::from_millis(200));
    let memory = Memory::of(session.process()).unwrap();
    session.type_line("");
    assert!(session.end().1.success());
    keys.none_in(&memory, "at the prompt of show");
}

/// The files that the program makes hold no digits, and neither do those it leaves in the system's folder.
#[test]
fn no_digits_in_any_file_of_ours() {
    let mut house = House::new();
    let (needles, typed) = plant(house.root());
    assert_eq!(house.given(&["import", "~/keys", "--yes"], &[]).exit, 0);
    house.stdin = typed;
    assert_eq!(house.given(&["add", "--key-stdin", "--note", "typed"], &[]).exit, 0);
    for command in [["edit", "r1", "--note", "x"].as_slice(), &["remove", "r1", "--yes"], &["show", "r2"], &["verify"]]
    {
        assert_eq!(house.given(command, &[]).exit, 0);
    }
    let mut open = vec![house.path("data"), house.path("state")];
    let mut memory = Memory { regions: Vec::new(), bytes: 0 };
    while let Some(folder) = open.pop() {
        for item in fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                memory.regions.push((path.display().to_string(), fs::read(path).unwrap()));
            }
        }
    }
    assert!(memory.regions.len() >= 2, "vault and what the machine remembers");
    let found = memory.search(&needles);
    assert!(found.is_empty(), "{found:#?}");
}

/// The search itself must find what is there.
#[test]
fn what_is_in_memory_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (needles, typed) = plant(folder.path());
    let Some(memory) = memory_after(folder.path(), "keep", &typed) else { return };
    let found = memory.search(&needles);
    assert!(
        found.keys().any(|name| name.contains("UTF-16")) && found.keys().any(|name| name.contains("hyphen")),
        "{found:?}"
    );
}

/// Not a test of its own: the child of the others, which gives it work.
#[test]
fn child() {
    crate::memory_house::child();
}

/// Two files with keys of this run only, and a passphrase; gives what to search for and a key to type.
fn plant(folder: &Path) -> (BTreeMap<String, Vec<u8>>, String) {
    let mut random = [0_u8; 96];
    getrandom::fill(&mut random).unwrap();
    let keys: Vec<[u16; 8]> =
        random.chunks_exact(16).take(4).map(|chunk| std::array::from_fn(|at| group(&chunk[at * 2..]))).collect();
    let text =
        |key: &[u16; 8]| key.iter().map(|group| format!("{:06}", u32::from(*group) * 11)).collect::<Vec<_>>().join("-");
    let passphrase: String = random[64..].iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    fs::create_dir(folder.join("keys")).unwrap();
    let ids = [
        "7EDB30ED-1234-4ABC-9DEF-0123456789AB",
        "9C1F44B2-52D3-4E0A-8F6B-00AA11BB22CC",
        "0A1B2C3D-52D3-4E0A-8F6B-00AA11BB22CC",
    ];
    let windows = format!(
        "BitLocker Drive Encryption recovery key\r\n\r\nIdentifier:\r\n\r\n\t{}\r\n\r\nRecovery Key:\r\n\r\n\t{}\r\n",
        ids[0],
        text(&keys[0])
    );
    let utf_16: Vec<u8> = std::iter::once(0xFEFF).chain(windows.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    fs::write(folder.join("keys/one.txt"), utf_16).unwrap();
    let list = format!(
        "Identifier: {}\nRecovery Key: {}\n\nIdentifier: {}\nRecovery Key: {}\n",
        ids[1],
        text(&keys[1]),
        ids[2],
        text(&keys[2])
    );
    fs::write(folder.join("keys/two.txt"), list).unwrap();
    fs::write(folder.join("passphrase.txt"), format!("{passphrase}\n")).unwrap();
    let mut needles = BTreeMap::new();
    for (at, key) in keys.iter().enumerate() {
        needles.extend(forms(key).map(|(form, bytes)| (format!("key {at}, {form}"), bytes)));
    }
    needles.insert("passphrase".to_owned(), passphrase.clone().into_bytes());
    needles.insert("passphrase in UTF-16".to_owned(), passphrase.encode_utf16().flat_map(u16::to_le_bytes).collect());
    (needles, text(&keys[3]))
}

/// Never small: short runs of zeros stand everywhere.
fn group(bytes: &[u8]) -> u16 {
    u16::from_le_bytes([bytes[0], bytes[1]]) | 0x2401
}

/// Two neighbours are enough to call it a leak.
fn forms(key: &[u16; 8]) -> impl Iterator<Item = (String, Vec<u8>)> {
    let all: Vec<u8> = key.iter().flat_map(|group| group.to_le_bytes()).collect();
    let mut forms =
        vec![("as 16 key bytes".to_owned(), all.clone()), ("half of its key bytes".to_owned(), all[..8].to_vec())];
    for (at, pair) in key.windows(2).enumerate() {
        let digits = |between: &str| format!("{:06}{between}{:06}", u32::from(pair[0]) * 11, u32::from(pair[1]) * 11);
        let utf_16 = |text: String| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let place = format!("groups {} and {}", at + 1, at + 2);
        forms.push((format!("{place} with a hyphen"), digits("-").into_bytes()));
        forms.push((format!("{place} with a space"), digits(" ").into_bytes()));
        forms.push((format!("{place} bare"), digits("").into_bytes()));
        forms.push((format!("{place} in UTF-16"), utf_16(digits("-"))));
        forms.push((format!("{place} in UTF-16, bare"), utf_16(digits(""))));
        forms.push((format!("{place} as values of digits"), digits("").bytes().map(|digit| digit - b'0').collect()));
        forms.push((
            format!("{place} as numbers"),
            pair.iter().flat_map(|group| (u32::from(*group) * 11).to_le_bytes()).collect(),
        ));
    }
    forms.into_iter()
}
