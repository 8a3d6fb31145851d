//! A vault with a cheap derivation, and drives of our own making as image files beside it.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex};

use drivekey_flows::volumes::{Target, TargetFailure};
use drivekey_flows::{Progress, Watch};
use drivekey_record::{Details, Guid, RecoveryPassword, SourceKind};
use drivekey_testkit::fve_support::made::{Made, Protector, digits, guid_of, key_of};
use drivekey_testkit::fve_support::sparse::Sparse;
use drivekey_testkit::house;
use drivekey_vault::{Entry, Incoming, Taking, Unlocked, Vault};

pub(crate) struct House {
    pub(crate) house: house::House,
    pub(crate) vault: Vault<Unlocked>,
}

impl House {
    pub(crate) fn new() -> Self {
        let house = house::House::new();
        let vault = house.open();
        Self { house, vault }
    }

    /// A vault that nothing can be written to: this machine knows a later state of it.
    pub(crate) fn reopen_older(&mut self, older: &[u8]) {
        self.house.put(older);
        self.vault = self.house.open();
    }

    /// The record of a made drive's key.
    pub(crate) fn add(&mut self, number: u8) -> Entry {
        self.add_under(number, &guid_of(number))
    }

    /// The digits of one number under any Key ID; under none, where it is empty.
    pub(crate) fn add_under(&mut self, number: u8, key_id: &str) -> Entry {
        let password = password(number);
        let key_id = if key_id.is_empty() { drivekey_record::KeyId::Unknown } else { key_id.parse().unwrap() };
        let details = Details { key_id, ..Details::default() };
        let incoming = Incoming { secret: password.into(), details, kind: SourceKind::Typed, file_name: None };
        let taken = self.vault.take_in(vec![incoming], house::now(), Taking::Keep, |_| {}).unwrap();
        self.vault.entry(taken[0].handle()).unwrap()
    }

    pub(crate) fn entry(&mut self, entry: &Entry) -> Entry {
        self.vault.entry(entry.handle).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.house.folder().join(name)
    }

    /// A drive as an image file, read.
    pub(crate) fn drive(&self, name: &str, image: &Sparse) -> Target {
        self.drive_or_error(name, image).unwrap()
    }

    pub(crate) fn drive_or_error(&self, name: &str, image: &Sparse) -> Result<Target, TargetFailure> {
        let path = self.path(name);
        io::copy(&mut image.clone(), &mut File::create(&path).unwrap()).unwrap();
        Target::read(path.as_os_str())
    }
}

pub(crate) fn password(number: u8) -> RecoveryPassword {
    RecoveryPassword::parse(&digits(key_of(number))).unwrap()
}

pub(crate) fn guid(number: u8) -> Guid {
    guid_of(number).parse().unwrap()
}

/// A drive with the keys of these numbers. Each is made once: its keys cost as much as a proof.
pub(crate) fn with_keys(numbers: &[u8]) -> Sparse {
    static DRIVES: LazyLock<Mutex<HashMap<Vec<u8>, Sparse>>> = LazyLock::new(Mutex::default);
    let mut drives = DRIVES.lock().unwrap();
    let make = || with(numbers.iter().map(|number| Protector::recovery(*number)).collect());
    drives.entry(numbers.to_vec()).or_insert_with(make).clone()
}

pub(crate) fn with(protectors: Vec<Protector>) -> Sparse {
    Made { protectors, ..Made::default() }.image()
}

/// Counts what it is told, and stops the work after so much of it.
#[derive(Default)]
pub(crate) struct Stopping {
    pub(crate) after: u64,
    pub(crate) told: AtomicU64,
}

impl Watch for Stopping {
    fn progress(&self, _: Progress) {
        self.told.fetch_add(1, Ordering::SeqCst);
    }

    fn is_cancelled(&self) -> bool {
        self.told.load(Ordering::SeqCst) >= self.after
    }
}
