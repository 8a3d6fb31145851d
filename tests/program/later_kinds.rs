//! A key, a volume type and an attachment of a later version's kinds through every command: kept, listed and given out
//! as text; never refused, never taken for a recovery key.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::fs;

use crate::cli_house::{House, ID_1, ID_2, KEY_1, Stream, volumes};

/// What cannot be seen in a line, what JSON escapes, and what a spreadsheet would take for a formula.
const TEXT: &str = "=open \"sesame\"\n\u{202E}";
const SHOWN: &str = r#""=open \"sesame\"\u000a\u202e""#;

/// A vault with a recovery key (r1) and what a later version's bundle held (r2, a2).
fn house() -> House {
    let mut house = House::with_vault();
    house.key_file("~/keys/one.txt", ID_1, KEY_1);
    assert_eq!(house.given(&["import", "~/keys", "--device", "PC-1", "--yes"], &[]).exit, 0);
    let record = serde_json::json!({
        "kind": "luks2", "handle": "r7", "id": ID_2, "volumeType": "swapVolume", "deviceName": "atelier",
        "state": "current", "tags": ["cellar"], "slotNumber": 3, "key": TEXT
    });
    let attachment = serde_json::json!({ "kind": "luksHeader", "id": ID_2, "deviceName": "atelier", "bytes": "AAEC" });
    let document = serde_json::json!({ "value": [record], "attachments": [attachment] });
    let text = format!(
        "drivekey bundle 1\n\nwords\n\n-----BEGIN DRIVEKEY JSON-----\n{document}\n-----END DRIVEKEY JSON-----\n"
    );
    house.write("~/later/later.txt", text.as_bytes());
    let imported = house.given(&["import", "~/later", "--yes"], &[]);
    assert_eq!(imported.exit, 0, "{:?}", imported.log);
    house
}

fn done(house: &mut House, arguments: &[&str], answers: &[&str]) -> String {
    let outcome = house.given(arguments, answers);
    assert_eq!((outcome.exit, outcome.unused_answers), (0, 0), "{arguments:?}: {:?}", outcome.log);
    outcome.out()
}

fn key_of(house: &mut House, handle: &str) -> serde_json::Value {
    let shown: serde_json::Value = serde_json::from_str(&done(house, &["show", handle, "--json"], &[])).unwrap();
    shown["key"].clone()
}

#[test]
fn it_is_listed_found_and_shown_as_text() {
    let mut house = house();
    let listed = done(&mut house, &["list"], &[]);
    assert!(listed.contains("KIND") && listed.contains("luks2") && listed.contains("swapVolume"), "{listed}");
    let listed = house.given(&["list", "--json"], &[]).json();
    let kinds: Vec<&str> =
        listed["value"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["bitlocker", "luks2"]);
    assert_eq!(
        (&listed["value"][1]["volumeType"], &listed["value"][1]["slotNumber"]),
        (&"swapVolume".into(), &3.into())
    );
    for words in [["find", "luks2"], ["find", "atelier"], ["find", "9C1F44B2"], ["find", "swapvolume"]] {
        assert!(done(&mut house, &words, &[]).contains("luks2"), "{words:?}");
    }
    let shown = done(&mut house, &["show", "9C1F44B2"], &[]);
    assert!(shown.contains("luks2") && shown.contains(SHOWN) && !shown.contains("1: "), "{shown}");
    assert_eq!(key_of(&mut house, "r2"), TEXT);
    done(&mut house, &["show", "r2", "--copy"], &[]);
    assert_eq!(house.clipboard.content.as_deref(), Some(TEXT));
    let aloud = house.given(&["show", "r2", "--read-aloud"], &[]);
    assert!(aloud.exit == 7 && aloud.err().contains("luks2"), "{:?}", aloud.log);
    // Where every key is of the usual kind the table says nothing of kinds.
    assert!(!done(&mut house, &["list", "--device", "PC-1"], &[]).contains("KIND"));
}

#[test]
fn it_stays_as_it_is_through_edit_trash_undo_and_verify() {
    let mut house = house();
    done(&mut house, &["edit", "r2", "--note", "from the cellar", "--state", "used", "--volume-type", "fixed"], &[]);
    done(&mut house, &["remove", "r2", "--yes"], &[]);
    done(&mut house, &["restore", "r2"], &[]);
    assert_eq!(key_of(&mut house, "r2"), TEXT);
    done(&mut house, &["undo", "--yes"], &[]);
    done(&mut house, &["verify"], &[]);
    let again = house.given(&["import", "~/later", "--yes", "--json"], &[]).json();
    assert_eq!(again["files"][0]["records"][0]["handle"], "r2", "{again}");
    assert_eq!(
        house.given(&["import", "~/later", "--yes", "--json"], &[]).json()["files"][0]["records"][0]["outcome"],
        "alreadyThere"
    );
    assert_eq!(key_of(&mut house, "r2"), TEXT);
    let shown = house.given(&["show", "r2", "--json"], &[]).json();
    assert_eq!(
        (&shown["kind"], &shown["note"], &shown["slotNumber"]),
        (&"luks2".into(), &"from the cellar".into(), &3.into())
    );
    done(&mut house, &["passphrase", "--new-passphrase-file", "~/passphrase.txt"], &[]);
    assert_eq!(key_of(&mut house, "r2"), TEXT);
    done(&mut house, &["verify"], &[]);
    done(&mut house, &["remove", "r2", "--yes"], &[]);
    done(&mut house, &["purge", "r2"], &["DELETE"]);
    done(&mut house, &["verify"], &[]);
}

#[test]
fn it_leaves_the_vault_by_every_export() {
    let mut house = house();
    let mut secret = House::new();
    done(&mut house, &["export", "json", "--all", "--to", "~/all.json"], &["EXPORT"]);
    let json: serde_json::Value = serde_json::from_slice(&fs::read(house.path("~/all.json")).unwrap()).unwrap();
    assert_eq!((&json["value"][1]["kind"], &json["value"][1]["key"]), (&"luks2".into(), &TEXT.into()));
    done(&mut house, &["export", "csv", "--all", "--to", "~/all.csv"], &["EXPORT"]);
    assert!(String::from_utf8(fs::read(house.path("~/all.csv")).unwrap()).unwrap().contains(",luks2"));
    fs::create_dir(house.path("~/stick")).unwrap();
    done(&mut house, &["export", "usb", "--all", "--to", "~/stick"], &[]);
    let file = fs::read(house.path("~/stick/Key of the kind luks2 (2).TXT")).unwrap();
    let units: Vec<u16> = file.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    assert!(String::from_utf16(&units).unwrap().contains(SHOWN));
    done(&mut house, &["sheet", "r2", "--html", "--to", "~/sheet.html"], &[]);
    let page = fs::read_to_string(house.path("~/sheet.html")).unwrap();
    assert!(page.contains("luks2") && !page.contains("blue screen"), "{page}");
    done(&mut house, &["sheet", "--all", "--compact", "--to", "~/sheet.pdf"], &[]);
    let split = house.given(&["sheet", "r2", "--split", "2", "--to", "~/split.pdf"], &[]);
    assert!(split.exit == 7 && !house.path("~/split.pdf").exists(), "{:?}", split.log);
    let bundle = ["export", "bundle", "--all", "--to", "~/all.age", "--bundle-passphrase-file", "~/passphrase.txt"];
    done(&mut house, &bundle, &[]);
    // Into another vault: key, kind, type, unknown fields and attachment are the same there.
    assert_eq!(secret.given(&["init"], &[]).exit, 0);
    secret.write("~/all.age", &fs::read(house.path("~/all.age")).unwrap());
    done(&mut secret, &["import", "~/all.age", "--bundle-passphrase-file", "~/passphrase.txt", "--yes"], &[]);
    assert_eq!(key_of(&mut secret, "r2"), TEXT);
    let shown = secret.given(&["show", "r2", "--json"], &[]).json();
    assert_eq!(
        (&shown["kind"], &shown["volumeType"], &shown["slotNumber"]),
        (&"luks2".into(), &"swapVolume".into(), &3.into())
    );
    assert_eq!(secret.given(&["attachment", "list", "--json"], &[]).json()["value"][0]["kind"], "luksHeader");
}

#[test]
fn its_attachment_is_listed_and_given_out() {
    let mut house = house();
    assert!(done(&mut house, &["attachment", "list"], &[]).contains("luksHeader"));
    fs::create_dir(house.path("~/out")).unwrap();
    done(&mut house, &["attachment", "save", "a2", "--to", "~/out"], &[]);
    assert_eq!(fs::read(house.path(&format!("~/out/{ID_2} (luksHeader).bin"))).unwrap(), [0, 1, 2]);
}

/// Proof, harvest and repair do not apply, and whose asks for digits.
#[test]
fn no_drive_is_tried_with_it_and_no_file_of_it_erased() {
    let mut house = house();
    volumes::save(&volumes::named("usual"), &house.path("~/drive.img"));
    for command in [&["prove", "r2", "--drive", "~/drive.img"][..], &["harvest", "~/drive.img", "r2"]] {
        let outcome = house.given(command, &[]);
        assert!(outcome.exit == 7 && outcome.err().contains("luks2"), "{command:?}: {:?}", outcome.log);
    }
    let all = house.given(&["prove", "--all", "--drive", "~/drive.img"], &[]);
    assert!(!all.err().contains("luks2") && !all.out().contains("r2"), "{:?}", all.log);
    let before = house.others();
    let swept = house.given(&["sweep", "~/later", "--erase", "--yes"], &[]);
    assert_eq!(house.others(), before, "{:?}", swept.log);
    assert!(!swept.on(Stream::Out).contains("sesame") && !swept.on(Stream::Err).contains("sesame"));
}
