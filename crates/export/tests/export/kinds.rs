//! Keys of kinds that this version does not know: whatever is exported of them is read back as the same, to the byte,
//! and never as a BitLocker key.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use chrono::DateTime;
use drivekey_export::{Item, bundle, csv, json, key_file, key_file_name};
use drivekey_import::{OtherKey, Reading, read};
use drivekey_record::{Details, Handle, KeyText, RecoveryPassword, Secret, SecretText};
use proptest::prelude::*;

/// Published in libbde's format document.
const DIGITS: &str = "471207-278498-422125-177177-561902-537405-468006-693451";
const OTHER_DIGITS: &str = "235818-357951-253979-013365-241120-245575-342914-591910";

fn details(kind: &str) -> Details {
    let json = format!(
        r#"{{"kind":"{kind}","id":"7EDB30ED-1234-4ABC-9DEF-0123456789AB","deviceName":"=PC, 1","note":"'+a \"b\"",
            "volumeType":"swapVolume","state":"used","tags":["a; b","c"],"createdRaw":"-3"}}"#
    );
    serde_json::from_str(&json).unwrap()
}

fn text(text: &str) -> KeyText {
    KeyText::Text(SecretText::new(text))
}

fn item<'a>(number: u32, details: &'a Details, key: &'a KeyText) -> Item<'a> {
    Item { handle: Handle::new(number).unwrap(), details, key }
}

/// Every way out for this key beside a usual one: the name of the file, and what is in it.
fn ways_out(kind: &str, key: &str) -> Vec<(String, Vec<u8>)> {
    let (other, usual) = (details(kind), Details { tags: Vec::new(), ..details("bitlocker") });
    let (text, digits) = (text(key), RecoveryPassword::parse(OTHER_DIGITS).unwrap().expose_secret().into());
    let items = [item(1, &other, &text), item(2, &usual, &digits)];
    let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
    vec![
        ("all.json".to_owned(), json(&items, &[]).to_vec()),
        ("all.csv".to_owned(), csv(&items).to_vec()),
        ("keys.txt".to_owned(), bundle(&items, &[], now).to_vec()),
        (key_file_name(&items[0]), key_file(&items[0]).to_vec()),
        ("one.json".to_owned(), json(&items[..1], &[]).to_vec()),
        ("one.csv".to_owned(), csv(&items[..1]).to_vec()),
    ]
}

fn text_of(key: &OtherKey) -> String {
    let secret = Secret::read(key.details.kind, &key.secret).unwrap();
    secret.expose_secret().as_str().to_owned()
}

/// The one key of another kind, and the usual one where it is there.
fn assert_whole(name: &str, reading: &Reading, kind: &str, key: &str) {
    let [other] = &reading.other_keys[..] else { panic!("{name}: {reading:?}") };
    assert_eq!((other.details.kind.name(), text_of(other).as_str()), (kind, key), "{name}");
    let usual: Vec<String> =
        reading.records.iter().map(|record| record.password.expose_secret().as_str().to_owned()).collect();
    assert!(usual.is_empty() || usual == [OTHER_DIGITS], "{name}: {usual:?}");
}

#[test]
fn a_text_like_a_recovery_key_stays_what_it_is() {
    for key in [DIGITS, &DIGITS.replace('-', ""), &format!("key: {DIGITS} and\n{OTHER_DIGITS}\n")] {
        for (name, bytes) in ways_out("luks2", key) {
            assert_whole(&name, &read(Some(&name), &bytes), "luks2", key);
        }
    }
}

#[test]
fn all_that_is_exported_comes_back() {
    for (name, bytes) in ways_out("luks2", "=open sesame") {
        let reading = read(Some(&name), &bytes);
        let [other] = &reading.other_keys[..] else { panic!("{name}: {reading:?}") };
        assert_eq!(other.details, details("luks2"), "{name}");
        assert!(reading.remarks.is_empty(), "{name}: {reading:?}");
    }
}

/// As programs save them again: in UTF-16, with semicolons, on one line, without the last line end.
#[test]
fn files_that_were_saved_again_are_read_as_well() {
    for (name, bytes) in ways_out("luks2", DIGITS) {
        let text = std::str::from_utf8(&bytes).unwrap().trim_start_matches('\u{FEFF}').to_owned();
        let wide = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        assert_whole(&name, &read(Some(&name), &wide), "luks2", DIGITS);
        assert_whole(&name, &read(Some(&name), text.trim_end().as_bytes()), "luks2", DIGITS);
        if name.contains(".json") {
            let value: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_whole(&name, &read(Some(&name), value.to_string().as_bytes()), "luks2", DIGITS);
            assert_whole(&name, &read(Some(&name), value["value"].to_string().as_bytes()), "luks2", DIGITS);
            let first = value["value"][0].to_string();
            assert_whole(&name, &read(Some(&name), first.as_bytes()), "luks2", DIGITS);
        }
    }
}

/// A file in a mail is read as by itself; the same as the mail's own text gives no wrong key.
#[test]
fn files_in_mails_are_read_as_well() {
    let head = "From: a@example.com\r\nSubject: keys\r\nMIME-Version: 1.0\r\n";
    for (name, bytes) in ways_out("luks2", DIGITS) {
        let text = std::str::from_utf8(&bytes).unwrap();
        let attached = format!(
            "{head}Content-Type: multipart/mixed; boundary=\"zz\"\r\n\r\n--zz\r\nContent-Type: text/plain\r\n\r\nHi\r\n\
             --zz\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=\"{name}\"\r\n\r\n{text}\r\n\
             --zz--\r\n"
        );
        let reading = read(Some("mail.eml"), attached.as_bytes());
        assert_whole(&name, &reading, "luks2", DIGITS);
        assert!(reading.records.iter().all(|record| record.told.is_some()), "{name}");
        let inline = format!("{head}Content-Type: text/plain\r\n\r\n{text}");
        let reading = read(Some("mail.eml"), inline.as_bytes());
        for record in &reading.records {
            assert!(record.password.expose_secret().as_str() == OTHER_DIGITS, "{name}: {reading:?}");
        }
        let other_kind = reading.remarks.iter().any(|remark| remark.code() == "other_kind");
        assert!(other_kind || reading.other_keys.len() == 1, "{name}: {reading:?}");
    }
}

/// A spreadsheet may have changed its texts: the kind is named.
#[test]
fn a_spreadsheet_of_an_export_gives_no_wrong_key() {
    for (name, bytes) in ways_out("luks2", DIGITS).into_iter().filter(|(name, _)| name.contains(".csv")) {
        let cell = |cell: &String| {
            let text = cell.replace('&', "&amp;").replace('<', "&lt;");
            format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
        };
        let rows = super::props::rows(std::str::from_utf8(&bytes).unwrap());
        let rows: Vec<String> = rows
            .iter()
            .map(|row| format!("<table:table-row>{}</table:table-row>", row.iter().map(cell).collect::<String>()))
            .collect();
        let content = format!(
            "<office:document-content><office:body><office:spreadsheet><table:table>{}</table:table>\
             </office:spreadsheet></office:body></office:document-content>",
            rows.concat()
        );
        let mimetype = "application/vnd.oasis.opendocument.spreadsheet".to_owned();
        let sheet = drivekey_testkit::documents::zip(&[("mimetype", mimetype), ("content.xml", content)]);
        let reading = read(Some("all.ods"), &sheet);
        assert!(reading.remarks.iter().any(|remark| remark.code() == "other_kind"), "{name}: {reading:?}");
        assert_eq!(reading.records.len(), usize::from(name == "all.csv"), "{name}: {reading:?}");
        for record in &reading.records {
            assert!(record.password.expose_secret().as_str() == OTHER_DIGITS, "{name}: {reading:?}");
        }
    }
}

/// What is no longer as it was written is named, and never taken for a BitLocker key.
#[test]
fn files_that_were_changed_give_no_wrong_key() {
    for (name, bytes) in ways_out("luks2", DIGITS) {
        let text = std::str::from_utf8(&bytes).unwrap().to_owned();
        for end in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            assert_not_taken(&name, &text[..end]);
        }
        for around in [
            format!("Dear all,\n\n{text}"),
            format!("{text}\n\nKind regards"),
            format!("> {}", text.replace('\n', "\n> ")),
            text.replace(',', ";"),
        ] {
            assert_not_taken(&name, &around);
        }
        // One byte that has changed, wherever it stands but in the words that say what it is.
        let words =
            ["  KeyKind", "luks2", "\"kind\": \"", "\"handle\"", "drivekey bundle", "id,created", ",kind,handle"];
        let said: Vec<_> = words.iter().flat_map(|word| text.match_indices(word)).collect();
        for at in (0..text.len()).filter(|at| text.is_char_boundary(*at) && text.is_char_boundary(*at + 1)) {
            if said.iter().all(|(start, word)| !(*start..start + word.len()).contains(&at)) {
                for byte in ["\"", "x"] {
                    assert_not_taken(&name, &format!("{}{byte}{}", &text[..at], &text[at + 1..]));
                }
            }
        }
        if name.contains(".json") {
            assert_not_taken(&name, &text.replace("\"value\"", "\"keys\""));
            assert_not_taken(&name, &text.replace("\"state\": \"used\"", "\"state\": \"lost\""));
            let inside = serde_json::json!({ "body": text }).to_string();
            assert_not_taken(&name, &inside);
        }
        if name.contains(".csv") {
            assert_not_taken(&name, &text.replace("id,createdDateTime", "createdDateTime,id"));
            assert_not_taken(&name, &text.replace(",volumeLabel", ",label"));
            let table = text.replace(',', "</td><td>").replace("\r\n", "</td></tr>\n<tr><td>");
            assert_not_taken("table.html", &format!("<html><table><tr><td>{table}</table></html>"));
        }
    }
}

fn assert_not_taken(name: &str, text: &str) {
    let reading = read(Some(name), text.as_bytes());
    for record in &reading.records {
        assert!(record.password.expose_secret().as_str() == OTHER_DIGITS, "{name}: {text}");
    }
}

/// One kind, however it is spelt.
#[test]
fn a_kind_in_other_capitals_is_the_same() {
    for name in ["all.json", "all.csv", "keys.txt"] {
        let (_, bytes) = ways_out("luks2", "a").into_iter().find(|(one, _)| one == name).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        for spelt in ["BitLocker", "BITLOCKER"] {
            let text =
                text.replace("\"bitlocker\"", &format!("\"{spelt}\"")).replace(",bitlocker", &format!(",{spelt}"));
            let reading = read(Some(name), text.as_bytes());
            assert_eq!((reading.records.len(), reading.other_keys.len()), (1, 1), "{name}: {reading:?}");
        }
        let reading = read(Some(name), text.replace("luks2", "LUKS2").as_bytes());
        assert_eq!(reading.other_keys[0].details.kind, details("luks2").kind, "{name}");
    }
}

proptest! {
    // Beside the sources there is no place where these tests may write.
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_text_comes_back_by_every_way(
        key in prop_oneof![
            "['=+@＝＋－＠\t\r\n-]{0,3}[ -~]{0,20}",
            "\\PC{0,60}",
            "(.|\n|\r){0,200}",
            "[\"',;\r\n= -]{0,12}",
            "( |\t)?[0-9]{6}([- ][0-9]{6}){7}",
        ],
        kind in "[a-z][a-z0-9._-]{0,20}",
    ) {
        prop_assume!(kind != "bitlocker");
        for (name, bytes) in ways_out(&kind, &key) {
            prop_assert!(drivekey_import::could_hold(Some(&name), &bytes), "{}", name);
            assert_whole(&name, &read(Some(&name), &bytes), &kind, &key);
        }
    }
}
