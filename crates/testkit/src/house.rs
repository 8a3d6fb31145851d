//! A house for tests: a temporary folder with a vault, the memory of its machine, and known records.
#![allow(dead_code, reason = "each test file uses its own part of the house")]

mod asking;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use drivekey_record::{Details, Handle, LineText, RecoveryPassword, SourceKind, VolumeType};
use drivekey_vault::seal::{KdfCost, KdfLimits};
use drivekey_vault::sqlite::{self, PrivateFolder};
use drivekey_vault::store::{Opened, Store};
use drivekey_vault::{Incoming, Locked, Machine, NewVault, TakenIn, Taking, Unlocked, Vault, VaultError};
use secrecy::SecretString;

pub use asking::{
    Class, Known, Outcome, Report, Step, ask, ask_everything, ask_opened, class, everything, report, whole_digits,
};

pub const LIMITS: KdfLimits = KdfLimits {
    floor: KdfCost { memory_kib: 64, passes: 1, lanes: 1 },
    ceiling: KdfCost { memory_kib: 1024, passes: 4, lanes: 4 },
};
pub const PASSPHRASE: &str = "demopass";
/// A Key ID that no known record has, not even with look-alikes folded.
pub const NOBODYS: &str = "FFFFFFFF";

pub struct House {
    folder: tempfile::TempDir,
}

impl House {
    /// With an empty vault.
    pub fn new() -> Self {
        let house = Self::empty();
        create(&house.path(), &house.machine());
        house
    }

    /// Without a vault.
    pub fn empty() -> Self {
        // Memory, where the system has a folder for it: the sweeps open a file thousands of times.
        let memory = Path::new("/dev/shm");
        Self { folder: if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap() }
    }

    /// With a vault of so many known records.
    pub fn with(records: u32) -> Self {
        let house = Self::new();
        take(&mut house.open(), (0..records).map(known_incoming).collect());
        house
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("vault.drivekey")
    }

    pub fn machine(&self) -> Machine {
        Machine::new(Some(self.folder.path().join("state")))
    }

    pub fn open(&self) -> Vault<Unlocked> {
        unlock(&self.path(), self.machine(), PASSPHRASE).unwrap()
    }

    /// The file through the bare library, as someone with a database tool sees it.
    pub fn stranger(&self) -> rusqlite::Connection {
        stranger(&self.path())
    }

    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    pub fn put(&self, bytes: &[u8]) {
        std::fs::write(self.path(), bytes).unwrap();
    }
}

pub fn create(path: &Path, machine: &Machine) {
    let new = NewVault { passphrase: &secret(PASSPHRASE), cost: LIMITS.floor, limits: LIMITS };
    Vault::<Locked>::create(path, &new, machine).unwrap();
}

pub fn unlock(path: &Path, machine: Machine, passphrase: &str) -> Result<Vault<Unlocked>, VaultError> {
    Vault::open(path, LIMITS, machine)?.unlock(&secret(passphrase), None).map_err(|failure| failure.error)
}

/// The file through the product's own store, without a vault over it.
pub fn store_of(path: &Path) -> Box<dyn Store> {
    match sqlite::open(path, &PrivateFolder::default()).unwrap() {
        Opened::Store(store) => store,
        Opened::Interrupted(_) => panic!("a write was broken off"),
    }
}

pub fn stranger(path: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(path).unwrap();
    // The bundled library enforces foreign keys unless told otherwise; an attacker tells it otherwise.
    connection.pragma_update(None, "foreign_keys", "OFF").unwrap();
    connection
}

pub fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

pub fn text(text: &str) -> LineText {
    text.parse().unwrap()
}

pub fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

pub fn handle(number: u32) -> Handle {
    Handle::new(number).unwrap()
}

pub fn incoming(password: &str, key_id: &str, device: &str, file: &str) -> Incoming {
    let details =
        Details { key_id: key_id.parse().unwrap_or_default(), device_name: device.parse().ok(), ..Details::default() };
    Incoming {
        secret: RecoveryPassword::parse(password).unwrap().into(),
        details,
        kind: SourceKind::WindowsTxt,
        file_name: file.parse::<LineText>().ok(),
    }
}

pub fn take(vault: &mut Vault<Unlocked>, all: Vec<Incoming>) -> Vec<TakenIn> {
    vault.take_in(all, now(), Taking::Keep, |_| {}).unwrap()
}

/// The digits of the known record with this number, from 0, in groups.
pub fn known_digits(number: u32) -> String {
    let group = |at: u32| (number * 7919 + at * 10_473 + 12_345) % 65_536 * 11;
    (0..8).map(|at| format!("{:06}", group(at))).collect::<Vec<_>>().join("-")
}

/// The Key ID of the known record with this number.
pub fn known_key_id(number: u32) -> String {
    let seed = (number + 1).wrapping_mul(0x9E37_79B1);
    format!("{seed:08X}-{:04X}-4ABC-9DEF-{:012X}", seed >> 16, u64::from(seed) * 31_337)
}

pub fn known_device(number: u32) -> String {
    format!("Station-{:02}", number / 4)
}

/// A record of the known deck: some without a Key ID, some without a device, some with no more than a prefix.
pub fn known_incoming(number: u32) -> Incoming {
    let key_id = match number % 4 {
        3 if number.is_multiple_of(2) => String::new(),
        3 => known_key_id(number)[..8].to_owned(),
        _ => known_key_id(number),
    };
    let device = if number % 3 == 2 { String::new() } else { known_device(number) };
    let mut one = incoming(
        &known_digits(number),
        if number % 8 == 7 { "" } else { &key_id },
        &device,
        &format!("Quelldatei-{number}.txt"),
    );
    one.details.volume_type =
        [VolumeType::OperatingSystem, VolumeType::FixedData, VolumeType::Unknown][number as usize % 3];
    one.details.volume_label = Some(text(&format!("Bezeichnung-{number}")));
    one.details.note = Some(text(&format!("Bemerkung-{number}")));
    one.details.tags = vec![text(&format!("Stichwort-{number}"))];
    one
}
