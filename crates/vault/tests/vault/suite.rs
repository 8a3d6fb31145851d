//! A vault in an SQLite file does all that a store must do.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::PathBuf;

use drivekey_testkit::house::{House, stranger};
use drivekey_testkit::store_suite::{Premises, Row};
use drivekey_vault::sqlite::{self, PrivateFolder};
use drivekey_vault::store::{FirstRows, Opened, Place, StoreError};

struct OnDisk {
    house: House,
}

impl OnDisk {
    fn new() -> Self {
        Self { house: House::empty() }
    }

    fn path(&self) -> PathBuf {
        self.house.path()
    }
}

impl Premises for OnDisk {
    fn create(&self, first: &FirstRows<'_>) -> Result<Place, StoreError> {
        sqlite::create(&self.path(), first)
    }

    fn open(&self) -> Result<Opened, StoreError> {
        sqlite::open(&self.path(), &PrivateFolder::default())
    }

    fn malform(&self, row: Row) {
        let stranger = stranger(&self.path());
        stranger.pragma_update(None, "ignore_check_constraints", "ON").unwrap();
        let changed = match row {
            Row::Record(handle) => stranger.execute("UPDATE record SET revision = 0 WHERE handle = ?1", [handle]),
            Row::Item(number) => stranger.execute("UPDATE item SET revision = -1 WHERE number = ?1", [number]),
            Row::Slot(slot) => {
                stranger.execute("UPDATE slot SET kind = -1 WHERE slot_id = ?1", [slot.as_bytes().as_slice()])
            }
        };
        assert_eq!(changed.unwrap(), 1);
    }
}

drivekey_testkit::store_suite!(OnDisk::new());
