//! Another file replaces the vault between the check of its header and the first connection.

use super::*;
use crate::sqlite::create;
use crate::store::FirstRows;
use drivekey_record::{ID_BYTES, VaultId};

#[test]
fn a_file_that_is_exchanged_while_it_is_opened_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let [here, other] = ["here", "other"].map(|name| {
        let path = folder.path().join(name);
        let vault = VaultId::from_bytes([7; ID_BYTES]);
        create(&path, &FirstRows { vault, state: b"state", slots: &[] }).unwrap();
        path
    });
    let place = VaultPath::resolve(&here).unwrap();
    let open = |file| SqliteFile::in_place(&place, file, &PrivateFolder::default());
    assert!(open(Descriptor::open(&here).unwrap()).is_ok());
    let seen_before = Descriptor::open(&other).unwrap();
    assert_eq!(std::fs::read(&here).unwrap(), std::fs::read(&other).unwrap());
    assert!(matches!(open(seen_before), Err(StoreError::Replaced)));
}
