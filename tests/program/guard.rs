//! What is said where a key would be locked in with itself, the override that a person types, and standard output that
//! goes into a file.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use drivekey::cli::OutFile;
use drivekey_testkit::fve_support::made::{digits, guid_of, key_of};

use crate::cli_house::{House, Stream};
use crate::drives::lay_vault_on_stick;

/// With the key of the stick that is mounted at `~/data`, and that of another drive.
fn house() -> House {
    let mut house = House::with_vault();
    lay_vault_on_stick(&house);
    for number in [1, 2] {
        house.stdin = digits(key_of(number));
        assert_eq!(house.given(&["add", "--key-stdin", "--id", &guid_of(number)], &[]).exit, 0);
    }
    house
}

#[test]
fn a_key_is_refused_on_its_own_drive_unless_a_person_types_it() {
    const SENTENCE: &str = "(PC-MADE Data disk), the very drive that r1 unlocks";
    let mut house = house();
    let export = ["export", "usb", "--id", "r1", "--to", "~/data"];
    house.terminal = false;
    let refused = house.given(&export, &[]);
    assert!(refused.exit == 7 && refused.err().contains(SENTENCE), "{:?}", refused.log);
    house.terminal = true;
    assert_eq!(house.given(&export, &["no"]).exit, 7);
    let key = format!("~/data/BitLocker Recovery Key {}.TXT", guid_of(1));
    assert!(!house.path(&key).exists());
    let noted =
        |house: &mut House| house.given(&["list", "--json"], &[]).json()["value"][0]["guardOverrideDateTime"].clone();
    assert!(noted(&mut house).is_null());
    let written = house.given(&export, &["OVERRIDE"]);
    assert!(written.exit == 0 && written.on(Stream::Said).starts_with("Stop: "), "{:?}", written.log);
    assert!(house.path(&key).exists());
    assert!(!noted(&mut house).is_null());
    // Another key may not go there either: the drive's only key is in this vault.
    house.terminal = false;
    let other = house.given(&["export", "usb", "--id", "r2", "--to", "~/data"], &[]);
    let only = "an encrypted drive whose only key (r1) is in this vault";
    assert!(other.exit == 7 && other.err().contains(only), "{:?}", other.log);
}

#[test]
fn standard_output_is_looked_at_where_it_goes_into_a_file() {
    let mut house = house();
    house.terminal = false;
    assert_eq!(house.given(&["show", "r1"], &[]).exit, 0);
    house.out_file = OutFile::At(house.path("~/data/x"));
    assert_eq!(house.given(&["show", "r1"], &[]).exit, 7);
    house.out_file = OutFile::Somewhere;
    let shown = house.given(&["show", "r1"], &[]);
    let warning = "Warning: it cannot be known here on which drive the output ends up.";
    assert!(shown.exit == 0 && shown.err().contains(warning), "{:?}", shown.log);
}
