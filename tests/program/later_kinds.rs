//! A key, a volume type and an attachment of a later version's kinds through every command: kept, listed and given out
//! as text; never refused, never taken for a recovery key.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::fs;

use crate::cli_house::{House, ID_1, ID_2, KEY_1, KEY_2, Stream, volumes};

/// What cannot be seen in a line, what JSON escapes, and what a spreadsheet would take for a formula.
const TEXT: &str = "=open \"sesame\"\n\u{202E}";
const SHOWN: &str = r#""=open \"sesame\"\u000a\u202e""#;

/// A vault with a recovery key (r1) and what a later version's bundle held (r2, a2).
fn house() -> House {
    house_with(TEXT)
}

/// The same with another text as the key of the later kind.
fn house_with(key: &str) -> House {
    let mut house = House::with_vault();
    house.key_file("~/keys/one.txt", ID_1, KEY_1);
    assert_eq!(house.given(&["import", "~/keys", "--device", "PC-1", "--yes"], &[]).exit, 0);
    let record = serde_json::json!({
        "kind": "luks2", "handle": "r7", "id": ID_2, "volumeType": "swapVolume", "deviceName": "atelier",
        "state": "current", "tags": ["cellar"], "slotNumber": 3, "key": key
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
    let file = String::from_utf8(file).unwrap();
    assert!(file.contains(SHOWN) && !file.contains("Identifier"), "{file}");
    // Again: what is there is as good, whatever else the vault has learnt of it.
    done(&mut house, &["edit", "r2", "--note", "from the cellar"], &[]);
    let again = house.given(&["export", "usb", "--all", "--to", "~/stick", "--json"], &[]).json();
    assert_eq!(again["files"][1]["outcome"], "alreadyThere", "{again}");
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

/// What a kind is, no text decides: the digits of a recovery key under another kind are that kind's key in every file.
#[test]
fn each_export_comes_back_as_what_it_was() {
    for text in [TEXT, KEY_2, "'=1", "+cmd", "＠a", " a\r\nb "] {
        let mut house = house_with(text);
        fs::create_dir(house.path("~/stick")).unwrap();
        done(&mut house, &["edit", "r1", "--tag", "a; b", "--state", "retired", "--note", "=1"], &[]);
        for command in
            [&["export", "json", "--all", "--to", "~/all.json"][..], &["export", "csv", "--all", "--to", "~/all.csv"]]
        {
            done(&mut house, command, &["EXPORT"]);
        }
        done(&mut house, &["export", "usb", "--id", ID_2, "--to", "~/stick"], &[]);
        for file in ["~/all.json", "~/all.csv", "~/stick/Key of the kind luks2 (2).TXT"] {
            let mut other = House::with_vault();
            other.write("~/in/file", &fs::read(house.path(file)).unwrap());
            done(&mut other, &["import", "~/in", "--yes"], &[]);
            let listed = other.given(&["list", "--json"], &[]).json();
            let records = listed["value"].as_array().unwrap();
            let of = |kind: &str| records.iter().find(|one| one["kind"] == kind);
            let luks2 = of("luks2").unwrap_or_else(|| panic!("{file}: {listed}"));
            assert_eq!(key_of(&mut other, luks2["handle"].as_str().unwrap()), text, "{file}");
            assert_eq!((&luks2["id"], &luks2["deviceName"]), (&ID_2.into(), &"atelier".into()), "{file}");
            assert_eq!((&luks2["tags"][0], &luks2["volumeType"]), (&"cellar".into(), &"swapVolume".into()), "{file}");
            if file.contains("all.") {
                let usual = of("bitlocker").unwrap();
                assert_eq!(key_of(&mut other, usual["handle"].as_str().unwrap()), KEY_1, "{file}");
                assert_eq!((&usual["tags"][0], &usual["state"]), (&"a; b".into(), &"retired".into()), "{file}");
                assert_eq!(usual["note"], "=1", "{file}");
            }
            assert_eq!(records.len(), if file.contains("all.") { 2 } else { 1 }, "{file}: {listed}");
        }
    }
}

/// A page is text to whoever imports its file; a recovery key beside it is read all the same.
#[test]
fn no_page_of_it_is_read_as_a_recovery_key() {
    let mut house = house_with(KEY_2);
    for (name, arguments) in [
        ("one.html", &["r2", "--html"][..]),
        ("one.pdf", &["r2"]),
        ("all.html", &["--all", "--compact", "--html"]),
        ("all.pdf", &["--all", "--compact"]),
    ] {
        let to = format!("~/{name}");
        done(&mut house, &[&["sheet", "--to", &to], arguments].concat(), &[]);
        let mut other = House::with_vault();
        other.write("~/in/page", &fs::read(house.path(&to)).unwrap());
        let read = other.given(&["import", "~/in", "--yes", "--json"], &[]).json();
        let said = &read["files"][0]["remarks"];
        assert!(said.as_array().unwrap().iter().any(|remark| remark["code"] == "other_kind"), "{name}: {read}");
        let listed = other.given(&["list", "--json"], &[]).json();
        let records = listed["value"].as_array().unwrap();
        assert_eq!(records.len(), usize::from(name.starts_with("all")), "{name}: {listed}");
        for record in records {
            assert_eq!(key_of(&mut other, record["handle"].as_str().unwrap()), KEY_1, "{name}");
        }
    }
}

/// A bundle that somebody opened with another program brings back what the sealed one does.
#[test]
fn an_opened_bundle_comes_in_with_all_its_fields() {
    let mut house = house_with(KEY_2);
    done(&mut house, &["edit", "r1", "--tag", "home", "--state", "used", "--note", "kitchen", "--label", "W"], &[]);
    let sealed = ["export", "bundle", "--all", "--to", "~/all.age", "--bundle-passphrase-file", "~/passphrase.txt"];
    done(&mut house, &sealed, &[]);
    let bytes = fs::read(house.path("~/all.age")).unwrap();
    let passphrase = fs::read_to_string(house.path("~/passphrase.txt")).unwrap();
    let passphrase = age::secrecy::SecretString::from(passphrase.trim_end().to_owned());
    let open = drivekey_vault::seal::open_bundle(
        &bytes,
        &drivekey_vault::seal::BundleKey::Passphrase(&passphrase, drivekey_vault::seal::KdfLimits::PRODUCT),
    );
    let open = open.unwrap();
    let fields = |files: &[(&str, &[u8])], arguments: &[&str]| {
        let mut other = House::with_vault();
        for (name, bytes) in files {
            other.write(name, bytes);
        }
        done(&mut other, &[&["import", "~/in", "--yes"], arguments].concat(), &[]);
        ["r1", "r2"].map(|handle| {
            let mut shown: serde_json::Value =
                serde_json::from_str(&done(&mut other, &["show", handle, "--json"], &[])).unwrap();
            shown.as_object_mut().unwrap().remove("sources");
            shown
        })
    };
    let as_sealed = fields(&[("~/in/all.age", &bytes)], &["--bundle-passphrase-file", "~/passphrase.txt"]);
    assert_eq!((&as_sealed[0]["tags"][0], &as_sealed[0]["state"]), (&"home".into(), &"used".into()));
    assert_eq!(fields(&[("~/in/all.txt", &open)], &[]), as_sealed);
}

/// A kind in other capitals is no second kind.
#[test]
fn capitals_make_no_other_kind() {
    let mut house = house();
    done(&mut house, &["export", "json", "--all", "--to", "~/all.json"], &["EXPORT"]);
    let text = fs::read_to_string(house.path("~/all.json")).unwrap();
    house.write("~/again/all.json", text.replace("bitlocker", "BitLocker").replace("luks2", "LUKS2").as_bytes());
    let again = house.given(&["import", "~/again", "--yes", "--json"], &[]).json();
    let outcomes: Vec<_> =
        again["files"][0]["records"].as_array().unwrap().iter().map(|one| one["outcome"].clone()).collect();
    assert_eq!(outcomes, ["noted", "noted"], "{again}");
    assert_eq!(house.given(&["list", "--json"], &[]).json()["value"].as_array().unwrap().len(), 2);
}

/// A file that is no longer as it was written: the kind is named, and no recovery key is made of it.
#[test]
fn a_changed_export_is_refused_by_the_kind() {
    let mut house = house_with(KEY_2);
    done(&mut house, &["export", "json", "--id", ID_2, "--to", "~/one.json"], &["EXPORT"]);
    let text = fs::read_to_string(house.path("~/one.json")).unwrap();
    house.write("~/again/one.json", text.replace("\"state\": \"current\"", "\"state\": \"lost\"").as_bytes());
    let again = house.given(&["import", "~/again/one.json", "--yes"], &[]);
    assert!(again.exit == 1 && again.out().contains("kind luks2"), "{:?}", again.log);
    assert_eq!(house.given(&["list", "--json"], &[]).json()["value"].as_array().unwrap().len(), 2);
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
