//! Side by side with cryptsetup and bdeinfo on the real volumes: the same Key IDs, the same verdicts. Where they answer
//! otherwise stands here as data, with the reason.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a helper that cannot go on fails the test"
)]

use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use drivekey_drives::Drive;
use drivekey_fve::{self, Source, Verdict, Volume};
use drivekey_record::{KeyId, RecoveryPassword};
use drivekey_testkit::fve_support::sparse::Sparse;
use serde_json::Value;

/// What another tool does otherwise, and with which volumes.
struct Otherwise {
    tool: &'static str,
    what: What,
    of: fn(&Value) -> bool,
    because: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum What {
    ListsNothing,
    DoesNotOpen,
}

const OTHERWISE: [Otherwise; 8] = [
    Otherwise {
        tool: "cryptsetup",
        what: What::ListsNothing,
        of: is_vista,
        because: "2.6.1 knows Windows 7 and later",
    },
    Otherwise { tool: "cryptsetup", what: What::ListsNothing, of: is_decrypted, because: "it wants a cipher" },
    Otherwise {
        tool: "cryptsetup",
        what: What::DoesNotOpen,
        of: is_eow,
        because: "2.6.1 does not open what is encrypted on write",
    },
    Otherwise {
        tool: "bdeinfo",
        what: What::ListsNothing,
        of: |image| is_eow(image) || is_decrypted(image),
        because: "20190102 does not know the layout",
    },
    Otherwise { tool: "bdeinfo", what: What::ListsNothing, of: is_vista, because: "the image is cut where it looks" },
    Otherwise {
        tool: "bdeinfo",
        what: What::ListsNothing,
        of: |image| image.get("clear_key").is_some(),
        because: "it fails at the clear key",
    },
    Otherwise {
        tool: "bdeinfo",
        what: What::DoesNotOpen,
        of: is_xts_256,
        because: "20190102 has no XTS with 256 bits",
    },
    Otherwise {
        tool: "bdeinfo",
        what: What::DoesNotOpen,
        of: is_synthetic,
        because: "it wants more of the volume than was made",
    },
];

fn is_vista(image: &Value) -> bool {
    image["volume"]["kind"] == "vista"
}

fn is_eow(image: &Value) -> bool {
    image["volume"]["layout"] == "eow"
}

fn is_decrypted(image: &Value) -> bool {
    image["volume"]["state"][0] == 1
}

fn is_xts_256(image: &Value) -> bool {
    image["volume"]["encryption"] == "aes-xts-256"
}

fn is_synthetic(image: &Value) -> bool {
    image["file"].as_str().is_some_and(|file| file.starts_with("synth-"))
}

fn differs(tool: &str, what: What, image: &Value) -> bool {
    let why = OTHERWISE.iter().find(|one| one.tool == tool && one.what == what && (one.of)(image));
    why.inspect(|one| println!("  {tool}: {what:?}: {}", one.because)).is_some()
}

/// A missing tool fails only where it was installed for these tests.
fn there_is(tool: &str) -> bool {
    let there = Command::new(tool).arg("--version").stdin(Stdio::null()).output().is_ok();
    assert!(there || std::env::var_os("DRIVEKEY_CI").is_none(), "{tool} is missing");
    if !there {
        println!("skipped: {tool} is not installed");
    }
    there
}

fn shared() -> PathBuf {
    drivekey_testkit::repository().join("../shared/volumes")
}

/// What a tool prints, and whether it was content.
fn ask(program: &str, arguments: &[&str], image: &Path, input: &str) -> (String, bool) {
    let mut command = Command::new(program);
    let mut child = command
        .args(arguments)
        .arg(image)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Whoever does not read has closed its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success())
}

/// The GUIDs behind a label, in order.
fn guids(text: &str, label: &str) -> Vec<String> {
    let values =
        text.lines().filter_map(|line| line.trim().strip_prefix(label)?.trim_start_matches([':', ' ', '\t']).get(..36));
    values.map(str::to_uppercase).collect()
}

fn unpack(image: &Value, to: &Path) {
    let mut sparse = Sparse::default();
    let packed = fs::File::open(shared().join(image["file"].as_str().unwrap())).unwrap();
    std::io::copy(&mut xz4rust::XzReader::new(packed), &mut sparse).unwrap();
    // The others look for a volume at the start only.
    let start = image["partition_offset"].as_u64().unwrap_or(0);
    sparse.seek(SeekFrom::Start(start)).unwrap();
    let mut file = fs::File::create(to).unwrap();
    let mut block = vec![0; 64 << 10];
    loop {
        let count = sparse.read(&mut block).unwrap();
        if count == 0 {
            break;
        }
        if block[..count].iter().all(|byte| *byte == 0) {
            file.seek(SeekFrom::Current(i64::try_from(count).unwrap())).unwrap();
        } else {
            file.write_all(&block[..count]).unwrap();
        }
    }
    file.set_len(sparse.size() - start).unwrap();
}

fn ours(path: &Path) -> Volume {
    let drive = Drive::open(path).unwrap();
    let size = drive.size();
    drivekey_fve::scan(&mut Source::with_size(drive, Some(size))).unwrap().found.remove(0).volume.unwrap()
}

#[test]
#[cfg_attr(not(shared_data), ignore = "the data beside the repository is absent")]
fn the_same_key_ids_and_the_same_verdicts() {
    let expected = fs::read(shared().join("expected.json")).unwrap();
    let (cryptsetup, bdeinfo) = (there_is("cryptsetup"), there_is("bdeinfo"));
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("volume.img");
    let mut compared = 0;
    for image in expected["images"].as_array().unwrap().iter().filter(|image| image["is_bitlocker"] == true) {
        println!("{}", image["file"]);
        unpack(image, &path);
        let volume = ours(&path);
        let mut ids = vec![volume.guid.to_string()];
        ids.extend(volume.protectors.iter().map(|protector| protector.guid.to_string()));
        if cryptsetup && !differs("cryptsetup", What::ListsNothing, image) {
            assert_eq!(guids(&ask("cryptsetup", &["bitlkDump"], &path, "").0, "GUID"), ids);
            compared += 1;
            verdicts(image, &volume, &path, "cryptsetup");
        }
        if bdeinfo && !differs("bdeinfo", What::ListsNothing, image) {
            let shown = ask("bdeinfo", &[], &path, "").0;
            let mut theirs = guids(&shown, "Volume identifier");
            theirs.extend(guids(&shown, "Identifier"));
            assert_eq!(theirs, ids);
            compared += 1;
            verdicts(image, &volume, &path, "bdeinfo");
        }
    }
    assert!(compared > 10 || !cryptsetup || !bdeinfo, "only {compared}");
}

fn opens(tool: &str, password: &str, path: &Path) -> bool {
    if tool == "cryptsetup" {
        return ask("cryptsetup", &["open", "--type", "bitlk", "--test-passphrase"], path, password).1;
    }
    let (shown, done) = ask("bdeinfo", &["-r", password], path, "");
    done && !shown.contains("Unable to unlock")
}

fn verdicts(image: &Value, volume: &Volume, path: &Path, tool: &str) {
    let passwords = |name: &str| -> Vec<String> {
        image[name].as_array().into_iter().flatten().map(|one| one["password"].as_str().unwrap().to_owned()).collect()
    };
    for (at, right) in passwords("recovery").iter().enumerate() {
        let password = RecoveryPassword::parse(right).unwrap();
        assert_eq!(drivekey_fve::prove(volume, &password, &KeyId::Unknown).0.verdict, Verdict::Opens);
        // bdeinfo tries the first recovery key of a volume only.
        let second = tool == "bdeinfo" && at > 0;
        assert_eq!(
            opens(tool, right, path),
            !second && !differs(tool, What::DoesNotOpen, image),
            "{tool}: recovery key {at}"
        );
    }
    // bdeinfo takes seconds for each wrong one: one volume is enough.
    let wrong_too = tool == "cryptsetup" || image["file"] == "win10-xts128.img.xz";
    if let Some(wrong) = passwords("wrong_recovery").first().filter(|_| wrong_too) {
        let password = RecoveryPassword::parse(wrong).unwrap();
        assert_eq!(drivekey_fve::prove(volume, &password, &KeyId::Unknown).0.verdict, Verdict::DoesNotOpen);
        assert!(!opens(tool, wrong, path), "{tool}");
    }
    for (at, malformed) in passwords("malformed_recovery").iter().enumerate() {
        assert!(RecoveryPassword::parse(malformed).is_err());
        // cryptsetup takes a group that is too large modulo 65,536: two spellings open one volume.
        if at == 0 && tool == "cryptsetup" {
            assert_eq!(
                opens(tool, malformed, path),
                !differs(tool, What::DoesNotOpen, image),
                "{tool}: a group that is too large"
            );
        }
    }
}
