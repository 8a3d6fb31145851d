//! The way out without our program: follows `docs/WAY_OUT.md` by its own words, with the real `sqlite3`, `age` and
//! `python3`, and compares every recovery password.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that meets what it did not expect has failed")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use chrono::DateTime;
use drivekey_record::{AttachmentKind, Details, RecoveryPassword, SourceKind};
use drivekey_vault::seal::{KdfCost, KdfLimits, KitIdentity};
use drivekey_vault::{Incoming, Locked, Machine, NewAttachment, NewVault, Taking, Vault};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

const LIMITS: KdfLimits = KdfLimits {
    floor: KdfCost { memory_kib: 64, passes: 1, lanes: 1 },
    ceiling: KdfCost { memory_kib: 1024, passes: 4, lanes: 4 },
};

/// The first is published in libbde's format document, the others are made up.
const DIGITS: [&str; 3] = [
    "471207-278498-422125-177177-561902-537405-468006-693451",
    "111111-222222-333333-444444-555555-666666-000011-000022",
    "720885-000000-000011-054318-123453-600006-234564-345675",
];

/// A passphrase that NFKC changes.
const PASSPHRASE: &str = "Schlu\u{308}ssel \u{fb01}";

#[test]
fn the_page_gets_every_key_out() {
    let Some(python) = tools() else {
        assert!(std::env::var_os("DRIVEKEY_CI").is_none(), "age, sqlite3, python3 or its module argon2 is missing");
        println!("skipped: age, sqlite3, python3 or its module argon2 is missing");
        return;
    };
    let page = fs::read_to_string(drivekey_testkit::repository().join("docs/WAY_OUT.md")).unwrap();
    let house = tempfile::tempdir().unwrap();
    make_vault(house.path());
    let before = fs::read(house.path().join("vault.drivekey")).unwrap();

    // The page says `python3`; here it is whichever has the module.
    let programs = house.path().join("programs");
    fs::create_dir(&programs).unwrap();
    let python3 = programs.join("python3");
    fs::write(&python3, format!("#!/bin/sh\nexec {python} \"$@\"\n")).unwrap();
    fs::set_permissions(&python3, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());

    // "Save this program as `slot_identity.py` in the same folder, `way-out`."
    let commands = blocks(&page, "sh");
    let [program] = &blocks(&page, "python")[..] else { panic!("one program, no more") };
    assert!(page.contains("Save this program as `slot_identity.py` in the same folder, `way-out`."));
    let (last, steps) = commands.split_last().unwrap();
    assert!(last.contains("shred"), "the last commands destroy what must not stay");
    let script = steps.join("\n");
    fs::write(house.path().join("slot_identity.py"), program).unwrap();
    let script = script.replacen("cd way-out\n", "cd way-out\ncp ../slot_identity.py .\n", 1);
    let shown = run(house.path(), &path, &script);
    let folder = house.path().join("way-out");
    for (index, digits) in DIGITS.into_iter().enumerate() {
        let record: Value =
            serde_json::from_slice(&fs::read(folder.join(format!("records/r{}.json", index + 1))).unwrap()).unwrap();
        assert_eq!(record["key"], digits);
        assert_eq!(record["handle"], format!("r{}", index + 1));
        assert!(shown.contains(&format!(r#""key":"{digits}""#)), "the page shows each recovery password:\n{shown}");
    }
    let vault_line = shown.lines().filter(|line| line.starts_with("# vault ")).collect::<Vec<_>>();
    assert!(matches!(vault_line[..], [inside, outside] if inside == outside), "{shown}");
    assert_eq!(fs::read_dir(folder.join("records")).unwrap().count(), 2 * DIGITS.len());

    let attachments: Vec<_> =
        fs::read_dir(folder.join("attachments")).unwrap().map(|item| item.unwrap().path()).collect();
    let whole = attachments.iter().find(|path| path.extension().is_some_and(|end| end == "bin")).unwrap();
    assert_eq!(fs::read(whole).unwrap(), ATTACHMENT);

    run(&folder, &path, last);
    assert!(!folder.join("root.txt").exists() && !folder.join("slot.txt").exists());
    assert_eq!(fs::read(house.path().join("vault.drivekey")).unwrap(), before, "the vault itself was not touched");
}

/// The same with a kit in place of the passphrase: no Python is needed.
#[test]
fn the_page_gets_every_key_out_with_a_kit() {
    if tools().is_none() {
        println!("skipped: age, sqlite3, python3 or its module argon2 is missing");
        return;
    }
    let page = fs::read_to_string(drivekey_testkit::repository().join("docs/WAY_OUT.md")).unwrap();
    let house = tempfile::tempdir().unwrap();
    let kit = make_vault(house.path());
    let (commands, with_kit) = (blocks(&page, "sh"), blocks(&page, "bash"));
    let copy = commands.iter().find(|block| block.contains("mkdir way-out")).unwrap();
    let records = commands.iter().find(|block| block.contains("mkdir records")).unwrap();
    let path = std::env::var("PATH").unwrap();
    run(house.path(), &path, copy);
    let folder = house.path().join("way-out");
    fs::write(folder.join("kit.txt"), format!("{kit}\n")).unwrap();
    run(&folder, &path, &format!("{}\n{records}", with_kit.join("\n")));
    for (index, digits) in DIGITS.into_iter().enumerate() {
        let record: Value =
            serde_json::from_slice(&fs::read(folder.join(format!("records/r{}.json", index + 1))).unwrap()).unwrap();
        assert_eq!(record["key"], digits);
    }
}

/// Where the python that has the module lies, if every program is here.
fn tools() -> Option<String> {
    let run = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let find = ["-c", "import argon2.low_level, sys; print(sys.executable)"];
    let python = ["python3", "/usr/bin/python3"].into_iter().find_map(|python| run(python, &find))?;
    run("age", &["--version"]).and(run("sqlite3", &["--version"])).map(|_| python)
}

/// Stands for a startup key.
const ATTACHMENT: &[u8] = b"bytes of a startup key \x00\xff";

/// Gives the text of its kit.
fn make_vault(folder: &Path) -> String {
    let path = folder.join("vault.drivekey");
    let machine = Machine::new(None);
    let secret = |text: &str| SecretString::from(text.to_owned());
    Vault::<Locked>::create(
        &path,
        &NewVault { passphrase: &secret("another"), cost: LIMITS.floor, limits: LIMITS },
        &machine,
    )
    .unwrap();
    let locked = Vault::open(&path, LIMITS, machine).unwrap();
    let mut vault = locked.unlock(&secret("another"), None).map_err(|failure| failure.error).unwrap();
    // The page is given one passphrase of several.
    vault.add_passphrase(&secret(PASSPHRASE), KdfCost { memory_kib: 256, passes: 2, lanes: 2 }, None).unwrap();
    let ids = ["7EDB30ED-1234-4ABC-9DEF-0123456789AB", "0A1B2C3D", ""];
    let incoming = DIGITS.iter().zip(ids).map(|(digits, id)| Incoming {
        secret: RecoveryPassword::parse(digits).unwrap().into(),
        details: Details {
            key_id: id.parse().unwrap_or_default(),
            device_name: "K\u{fc}che \"2\"".parse().ok(),
            ..Details::default()
        },
        kind: SourceKind::WindowsTxt,
        file_name: None,
    });
    vault
        .take_in(incoming.collect(), DateTime::from_timestamp(1_790_000_000, 0).unwrap(), Taking::Keep, |_| {})
        .unwrap();
    let attachment = NewAttachment {
        kind: AttachmentKind::ExternalKey,
        guid: ids[0].parse().unwrap(),
        key_ids: Vec::new(),
        bytes: ATTACHMENT.to_vec().into(),
        device_name: None,
        volume_label: None,
        file_name: None,
        created: None,
    };
    vault.attach(attachment, DateTime::UNIX_EPOCH).unwrap();
    let kit = KitIdentity::make();
    vault.add_kit(&kit, None).unwrap();
    kit.text().expose_secret().to_owned()
}

/// The fenced blocks of one language, in order.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split_once("```").map(|(block, _)| block.to_owned()).unwrap()).collect()
}

/// Runs commands as a person would, one after the other, and stops at the first that fails. What was typed is the
/// passphrase.
fn run(folder: &Path, path: &str, script: &str) -> String {
    let file = folder.join("commands.sh");
    fs::write(&file, script).unwrap();
    let mut shell = Command::new("/bin/sh");
    shell.arg("-e").arg(&file).current_dir(folder).env("PATH", path).env("PYTHONUTF8", "1");
    let mut child = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let typed = child.stdin.take().unwrap().write_all(format!("{PASSPHRASE}\n").as_bytes());
    let output = child.wait_with_output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{shown}\n{}", String::from_utf8_lossy(&output.stderr));
    // The last commands read nothing.
    let _ = typed;
    shown
}
