//! Made-up systems, in which a drive of our own making lies under a folder: what is refused, warned of, and let
//! through.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use chrono::DateTime;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::*;
use crate::cli::{Clipboard, ClipboardError, Exit, KdfPolicy, Surroundings, Terminal};
use drivekey_drives::Roots;
use drivekey_record::{Details, Proof, ProofLevel, RecoveryPassword, SourceKind};
use drivekey_vault::seal::{KdfCost, KdfLimits};
use drivekey_vault::{Incoming, Locked, Machine, NewAttachment, NewVault, Taking};

use drivekey_testkit::fve_support::made::{Made, Protector, Secret, digits, guid_of, key_of};
use drivekey_testkit::fve_support::sparse::Sparse;

const COST: KdfCost = KdfCost { memory_kib: 1024, passes: 1, lanes: 1 };
const LIMITS: KdfLimits = KdfLimits { floor: COST, ceiling: COST };

/// A person with one answer, or nobody.
struct Person(Option<&'static str>, VecDeque<String>);

impl Terminal for Person {
    fn is_present(&mut self) -> bool {
        self.0.is_some()
    }

    fn ask_secret(&mut self, _: &str) -> io::Result<SecretString> {
        Err(io::ErrorKind::UnexpectedEof.into())
    }

    fn ask_line(&mut self, _: &str) -> io::Result<Zeroizing<String>> {
        self.0.map(|answer| Zeroizing::new(answer.to_owned())).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        self.1.push_back(text.to_owned());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct NoClipboard;

impl Clipboard for NoClipboard {
    fn put_for(&mut self, _: &str, _: Duration) -> Result<(), ClipboardError> {
        Err(ClipboardError)
    }

    fn text(&mut self) -> Result<Zeroizing<String>, ClipboardError> {
        Err(ClipboardError)
    }
}

/// A system with its root on `sda1`, a stick `sdb` that is a drive of our making, opened as `dm-0` at `/stick`.
struct System {
    folder: tempfile::TempDir,
    vault: Vault<Unlocked>,
}

impl System {
    fn new(image: &Sparse) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        let write = |name: &str, content: &str| {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        };
        for (name, number) in [("sda/sda1", "8:1"), ("sda", "8:0"), ("sdb", "8:16"), ("dm-0", "253:0")] {
            write(&format!("sys/block/{name}/dev"), number);
            write(&format!("sys/block/{name}/size"), "100");
        }
        write("sys/block/sda/sda1/partition", "1");
        write("sys/block/dm-0/dm/name", "stick");
        write("sys/block/dm-0/slaves/sdb/dev", "8:16");
        let line = |number: &str, source: &str, point: &str| {
            format!(
                "1 1 {number} / {} rw - ext4 {} rw\n",
                root.join(point).display().to_string().trim_end_matches('/'),
                root.join(source).display()
            )
        };
        write("proc/self/mountinfo", &(line("8:1", "dev/sda1", "") + &line("253:0", "dev/mapper/stick", "stick")));
        for plain in ["dev/sda1", "dev/mapper/stick"] {
            write(plain, &"plain".repeat(1000));
        }
        fs::create_dir_all(root.join("stick")).unwrap();
        let mut image = image.clone();
        io::copy(&mut image, &mut fs::File::create(root.join("dev/sdb")).unwrap()).unwrap();
        let path = root.join("v.drivekey");
        let passphrase = SecretString::from("violet tractor hums quietly");
        Vault::<Locked>::create(
            &path,
            &NewVault { passphrase: &passphrase, cost: COST, limits: LIMITS },
            &Machine::new(None),
        )
        .unwrap();
        let vault = Vault::<Locked>::open(&path, LIMITS, Machine::new(None)).unwrap();
        let Ok(vault) = vault.unlock(&passphrase, None) else { panic!("does not open") };
        Self { folder, vault }
    }

    /// The record of a made drive's key.
    fn add(&mut self, number: u8) -> Entry {
        let password = RecoveryPassword::parse(&digits(key_of(number))).unwrap();
        let details = Details { key_id: guid_of(number).parse().unwrap(), ..Details::default() };
        let incoming = Incoming { secret: password.into(), details, kind: SourceKind::Typed, file_name: None };
        let taken = self.vault.take_in(vec![incoming], DateTime::default(), Taking::Keep, |_| {}).unwrap();
        self.vault.entry(taken[0].handle()).unwrap()
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    /// The outcome and what was said on standard error.
    fn with_world<T>(
        &mut self,
        answer: Option<&'static str>,
        act: impl FnOnce(&mut World<'_>, &mut Vault<Unlocked>) -> T,
    ) -> (T, String) {
        let mut err = Vec::new();
        let surroundings = Surroundings { drives: Roots::below(&self.at("")), ..Surroundings::default() };
        let outcome = act(
            &mut World {
                terminal: &mut Person(answer, VecDeque::new()),
                clipboard: &mut NoClipboard,
                scans: &crate::cli::ReadHere,
                input: &mut io::empty(),
                out: &mut io::sink(),
                err: &mut err,
                surroundings,
                now: || DateTime::from_timestamp(1_790_000_000, 0).unwrap(),
                kdf: KdfPolicy { limits: LIMITS, target: Duration::ZERO },
            },
            &mut self.vault,
        );
        (outcome, String::from_utf8(err).unwrap())
    }

    fn check(&mut self, to: &str, records: &[Entry], answer: Option<&'static str>) -> (Result<(), Failure>, String) {
        let to = self.at(to);
        self.with_world(answer, |world, vault| check(world, vault, &to, &Holding::Records(records)))
    }
}

fn with_password() -> Made {
    Made {
        protectors: vec![Protector::of(9, 0x2000, Secret::Password("demopass")), Protector::recovery(1)],
        ..Made::default()
    }
}

#[test]
fn a_key_is_not_locked_in_with_its_own_drive() {
    let mut system = System::new(&with_password().image());
    let (own, other) = (system.add(1), system.add(2));
    let (refused, _) = system.check("stick/keys/new.txt", &[own.clone(), other.clone()], None);
    let refused = refused.unwrap_err();
    assert_eq!(refused.exit, Exit::Refused);
    assert!(refused.sentence.contains("(PC-MADE Data disk), the very drive that r1 unlocks"), "{}", refused.sentence);
    // Through a link, too; and another key may go there, since the drive has a password.
    #[cfg(unix)]
    std::os::unix::fs::symlink(system.at("stick"), system.at("link")).unwrap();
    #[cfg(unix)]
    assert!(system.check("link/new.txt", std::slice::from_ref(&own), None).0.is_err());
    assert_eq!(system.check("stick/new.txt", &[other], None), (Ok(()), String::new()));
    assert_eq!(system.check("new.txt", &[own], None), (Ok(()), String::new()));
}

#[test]
fn an_override_is_typed_and_remembered() {
    let mut system = System::new(&with_password().image());
    let own = system.add(1);
    assert_eq!(system.check("stick/x", std::slice::from_ref(&own), Some("no")).0.unwrap_err().exit, Exit::Refused);
    assert_eq!(system.vault.entry(own.handle).unwrap().details.guard_override, None);
    assert_eq!(system.check("stick/x", std::slice::from_ref(&own), Some("OVERRIDE")), (Ok(()), String::new()));
    let noted = system.vault.entry(own.handle).unwrap().details.guard_override;
    assert_eq!(noted.map(|time| time.timestamp()), Some(1_790_000_000));
}

#[test]
fn nothing_goes_onto_a_drive_whose_only_key_is_here() {
    let mut system = System::new(&Made::default().image());
    let (_, other) = (system.add(1), system.add(2));
    let (refused, _) = system.check("stick/x", std::slice::from_ref(&other), None);
    assert!(refused.unwrap_err().sentence.contains("an encrypted drive whose only key (r1) is in this vault"));
    let path = system.at("stick/copy");
    let (whole, _) = system.with_world(None, |world, vault| check(world, vault, &path, &Holding::WholeVault));
    assert!(whole.unwrap_err().sentence.contains("the very drive that r1 unlocks"));
    // With a second recovery key that is not here, somebody else can open it.
    let mut system = System::new(
        &Made { protectors: vec![Protector::recovery(1), Protector::recovery(3)], ..Made::default() }.image(),
    );
    let (_, other) = (system.add(1), system.add(2));
    assert_eq!(system.check("stick/x", &[other], None), (Ok(()), String::new()));
}

#[test]
fn a_vault_on_its_own_drive_is_warned_of() {
    let mut system = System::new(&Made::default().image());
    system.add(1);
    let (done, said) = system.with_world(None, warn_of_vaults_place);
    assert_eq!((done, said), (Ok(()), String::new()));
    let mountinfo = fs::read_to_string(system.at("proc/self/mountinfo")).unwrap().replace("/stick rw", " rw");
    fs::write(system.at("proc/self/mountinfo"), mountinfo).unwrap();
    let (done, said) = system.with_world(None, warn_of_vaults_place);
    assert!(done.is_ok() && said.contains("the only key of that drive (r1) is in this vault"), "{said}");
}

#[test]
fn what_cannot_be_known_is_said() {
    let mut system = System::new(&with_password().image());
    let own = system.add(1);
    // The drive itself cannot be read; udev and an earlier proof still name it.
    fs::remove_file(system.at("dev/sdb")).unwrap();
    fs::create_dir_all(system.at("run/udev/data")).unwrap();
    let noted = "E:ID_FS_TYPE=BitLocker\nE:ID_FS_UUID=ee030201-0504-0706-0809-0a0b0c0d0e0f\n";
    fs::write(system.at("run/udev/data/b8:16"), noted).unwrap();
    let (done, said) = system.check("stick/x", std::slice::from_ref(&own), None);
    assert!(done.is_ok() && said.contains("it cannot be known here"), "{said}");
    let proof = Proof {
        at: DateTime::default(),
        level: ProofLevel::FirstSector,
        volume: "EE030201-0504-0706-0809-0A0B0C0D0E0F".parse().unwrap(),
    };
    let own = system.vault.note_proof(own.handle, proof).unwrap();
    assert!(
        system
            .check("stick/x", std::slice::from_ref(&own), None)
            .0
            .unwrap_err()
            .sentence
            .contains("the very drive that r1 unlocks")
    );
    // No account of mounts at all.
    fs::remove_file(system.at("proc/self/mountinfo")).unwrap();
    let (done, said) = system.check("new.txt", &[own], None);
    assert!(done.is_ok() && said.contains("it cannot be known here"), "{said}");
}

fn startup_file(guid: Guid) -> NewAttachment {
    NewAttachment {
        kind: AttachmentKind::ExternalKey,
        guid,
        key_ids: Vec::new(),
        bytes: Zeroizing::new(vec![1; 64]),
        device_name: None,
        volume_label: None,
        file_name: None,
        created: None,
    }
}

#[test]
fn a_startup_key_goes_along_unseen_onto_no_drive_of_its_own() {
    let startup = || Protector::of(9, 0x0200, Secret::External([0x3C; 32]));
    let mut system =
        System::new(&Made { protectors: vec![startup(), Protector::recovery(1)], ..Made::default() }.image());
    let (_, other) = (system.add(1), system.add(2));
    let own: Guid = guid_of(9).parse().unwrap();
    let path = system.at("stick/x");
    let beside = |system: &mut System, guids: &[Guid]| {
        let records = [other.clone()];
        system.with_world(None, |world, vault| check(world, vault, &path, &Holding::Both(&records, guids))).0
    };
    assert!(beside(&mut system, &[own]).unwrap_err().sentence.contains("the very drive"));
    // Somebody else may have its file, as long as it is not in this vault only.
    assert_eq!(beside(&mut system, &[]), Ok(()));
    system.vault.attach(startup_file(own), DateTime::default()).unwrap();
    assert!(
        beside(&mut system, &[])
            .unwrap_err()
            .sentence
            .contains("an encrypted drive whose only key (r1) is in this vault")
    );
}

#[test]
fn a_key_that_opened_the_drive_is_its_own_whatever_its_key_id() {
    let mut system = System::new(&with_password().image());
    let (_, mut other) = (system.add(1), system.add(2));
    let proof =
        Proof { at: DateTime::default(), level: ProofLevel::FirstSector, volume: guid_of(0xEE).parse().unwrap() };
    system.vault.note_proof(other.handle, proof).unwrap();
    let (refused, _) = system.check("stick/x", std::slice::from_ref(&other), None);
    assert!(refused.unwrap_err().sentence.contains("the very drive that r2 unlocks"));
    // Of one whose Key ID is not known, nobody can say.
    other = system.add(3);
    other.details.key_id = KeyId::Unknown;
    let (passed, said) = system.check("stick/x", &[other], None);
    assert!(passed.is_ok() && said.contains("it cannot be known here"), "{said}");
}

#[test]
fn standard_output_is_looked_at_where_it_goes_into_a_file() {
    let mut system = System::new(&with_password().image());
    let own = [system.add(1)];
    let into = |system: &mut System, file: OutFile| {
        system.with_world(None, |world, vault| {
            world.surroundings.out_file = file;
            check_output(world, vault, &Holding::Records(&own))
        })
    };
    let path = system.at("stick/x");
    assert_eq!(into(&mut system, OutFile::None), (Ok(()), String::new()));
    assert_eq!(into(&mut system, OutFile::At(path)).0.unwrap_err().exit, Exit::Refused);
    let (passed, said) = into(&mut system, OutFile::Somewhere);
    assert!(
        passed.is_ok() && said.starts_with("Warning: it cannot be known here on which drive the output ends up."),
        "{said}"
    );
}
