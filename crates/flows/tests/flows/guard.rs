//! Made-up systems, in which a drive of our own making lies under a folder: what is refused, warned of, and let
//! through.

use std::fs;
use std::io;
use std::path::PathBuf;

use chrono::DateTime;
use zeroize::Zeroizing;

use drivekey_drives::Roots;
use drivekey_flows::guard::{Holding, Judged, Objection, judge, judge_vaults_place};
use drivekey_record::{AttachmentKind, Details, Guid, Handle, KeyId, Proof, ProofLevel, RecoveryPassword, SourceKind};
use drivekey_testkit::fve_support::made::{Made, Protector, Secret, digits, guid_of, key_of};
use drivekey_testkit::fve_support::sparse::Sparse;
use drivekey_testkit::house::{LIMITS, PASSPHRASE, create, now, secret};
use drivekey_vault::{Entry, Incoming, Locked, Machine, NewAttachment, Taking, Unlocked, Vault};

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
        create(&path, &Machine::new(None));
        let vault = Vault::<Locked>::open(&path, LIMITS, Machine::new(None)).unwrap();
        let Ok(vault) = vault.unlock(&secret(PASSPHRASE), None) else { panic!("does not open") };
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

    fn roots(&self) -> Roots {
        Roots::below(&self.at(""))
    }

    fn judge(&mut self, to: &str, holding: &Holding<'_>) -> Judged {
        let (to, roots) = (self.at(to), self.roots());
        judge(&mut self.vault, &roots, &to, holding).unwrap()
    }

    fn of_records(&mut self, to: &str, records: &[&Entry]) -> Judged {
        let records: Vec<Entry> = records.iter().copied().cloned().collect();
        self.judge(to, &Holding::Records(&records))
    }
}

/// Nothing speaks against it.
const FREE: Judged = Judged { objection: None, is_unsure: false };

/// The drive is unlocked by what is written: these records.
fn own(judged: &Judged) -> Option<Vec<Handle>> {
    match judged.objection.as_ref()? {
        Objection::Own { handles, .. } => Some(handles.clone()),
        Objection::OnlyHere { .. } => None,
    }
}

/// The only keys of the drive are in this vault: these records.
fn only_here(objection: Option<&Objection>) -> Option<Vec<Handle>> {
    match objection? {
        Objection::OnlyHere { handles, .. } => Some(handles.clone()),
        Objection::Own { .. } => None,
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
    let (first, other) = (system.add(1), system.add(2));
    let judged = system.of_records("stick/keys/new.txt", &[&first, &other]);
    assert_eq!(own(&judged), Some(vec![first.handle]));
    let Some(Objection::Own { drive, .. }) = &judged.objection else { panic!("{judged:?}") };
    let called = (drive.computer.as_ref().map(ToString::to_string), drive.label.as_ref().map(ToString::to_string));
    assert_eq!(called, (Some("PC-MADE".to_owned()), Some("Data disk".to_owned())));
    // Through a link, too; and another key may go there, since the drive has a password.
    std::os::unix::fs::symlink(system.at("stick"), system.at("link")).unwrap();
    assert!(own(&system.of_records("link/new.txt", &[&first])).is_some());
    assert_eq!(system.of_records("stick/new.txt", &[&other]), FREE);
    assert_eq!(system.of_records("new.txt", &[&first]), FREE);
}

#[test]
fn an_override_is_noted_with_the_records_it_speaks_of() {
    let mut system = System::new(&with_password().image());
    let first = system.add(1);
    let judged = system.of_records("stick/x", &[&first]);
    assert_eq!(system.vault.entry(first.handle).unwrap().details.guard_override, None);
    system.vault.note_guard_override(judged.objection.unwrap().handles(), now()).unwrap();
    assert_eq!(system.vault.entry(first.handle).unwrap().details.guard_override, Some(now()));
}

#[test]
fn nothing_goes_onto_a_drive_whose_only_key_is_here() {
    let mut system = System::new(&Made::default().image());
    let (first, other) = (system.add(1), system.add(2));
    let judged = system.of_records("stick/x", &[&other]);
    assert_eq!(only_here(judged.objection.as_ref()), Some(vec![first.handle]));
    assert_eq!(own(&system.judge("stick/copy", &Holding::WholeVault)), Some(vec![first.handle]));
    // With a second recovery key that is not here, somebody else can open it.
    let mut system = System::new(
        &Made { protectors: vec![Protector::recovery(1), Protector::recovery(3)], ..Made::default() }.image(),
    );
    let (_, other) = (system.add(1), system.add(2));
    assert_eq!(system.of_records("stick/x", &[&other]), FREE);
}

#[test]
fn a_vault_on_its_own_drive_is_seen() {
    let mut system = System::new(&Made::default().image());
    let (first, roots) = (system.add(1), system.roots());
    assert_eq!(judge_vaults_place(&mut system.vault, &roots).unwrap(), None);
    let mountinfo = fs::read_to_string(system.at("proc/self/mountinfo")).unwrap().replace("/stick rw", " rw");
    fs::write(system.at("proc/self/mountinfo"), mountinfo).unwrap();
    let objection = judge_vaults_place(&mut system.vault, &roots).unwrap();
    assert_eq!(only_here(objection.as_ref()), Some(vec![first.handle]));
}

#[test]
fn what_cannot_be_known_is_said() {
    let mut system = System::new(&with_password().image());
    let first = system.add(1);
    // The drive itself cannot be read; udev and an earlier proof still name it.
    fs::remove_file(system.at("dev/sdb")).unwrap();
    fs::create_dir_all(system.at("run/udev/data")).unwrap();
    let noted = "E:ID_FS_TYPE=BitLocker\nE:ID_FS_UUID=ee030201-0504-0706-0809-0a0b0c0d0e0f\n";
    fs::write(system.at("run/udev/data/b8:16"), noted).unwrap();
    let unsure = Judged { is_unsure: true, ..FREE };
    assert_eq!(system.of_records("stick/x", &[&first]), unsure);
    let proof = Proof {
        at: DateTime::default(),
        level: ProofLevel::FirstSector,
        volume: "EE030201-0504-0706-0809-0A0B0C0D0E0F".parse().unwrap(),
    };
    let first = system.vault.note_proof(first.handle, proof).unwrap();
    assert_eq!(own(&system.of_records("stick/x", &[&first])), Some(vec![first.handle]));
    // No account of mounts at all.
    fs::remove_file(system.at("proc/self/mountinfo")).unwrap();
    assert_eq!(system.of_records("new.txt", &[&first]), unsure);
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
    let (first, other) = (system.add(1), system.add(2));
    let guid: Guid = guid_of(9).parse().unwrap();
    let records = [other];
    assert_eq!(own(&system.judge("stick/x", &Holding::Both(&records, &[guid]))), Some(vec![]));
    assert_eq!(own(&system.judge("stick/x", &Holding::Protector(guid))), Some(vec![]));
    // Somebody else may have its file, as long as it is not in this vault only.
    assert_eq!(system.judge("stick/x", &Holding::Both(&records, &[])), FREE);
    system.vault.attach(startup_file(guid), DateTime::default()).unwrap();
    let judged = system.judge("stick/x", &Holding::Both(&records, &[]));
    assert_eq!(only_here(judged.objection.as_ref()), Some(vec![first.handle]));
}

#[test]
fn a_key_that_opened_the_drive_is_its_own_whatever_its_key_id() {
    let mut system = System::new(&with_password().image());
    let (_, other) = (system.add(1), system.add(2));
    let proof =
        Proof { at: DateTime::default(), level: ProofLevel::FirstSector, volume: guid_of(0xEE).parse().unwrap() };
    system.vault.note_proof(other.handle, proof).unwrap();
    assert_eq!(own(&system.of_records("stick/x", &[&other])), Some(vec![other.handle]));
    // Of one whose Key ID is not known, nobody can say.
    let mut nameless = system.add(3);
    nameless.details.key_id = KeyId::Unknown;
    assert_eq!(system.of_records("stick/x", &[&nameless]), Judged { is_unsure: true, ..FREE });
}
