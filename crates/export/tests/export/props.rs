//! Whatever a record holds, what is exported of it is read back as the same pair, and a bundle brings back all of it.
#![allow(clippy::unwrap_used, reason = "a helper that cannot go on fails the test")]

use chrono::DateTime;
use drivekey_export::{Item, Part, bundle, csv, json, key_file, key_file_name, name_problem};
use drivekey_import::{read, unpack_bundle};
use drivekey_record::{
    AttachmentKind, Created, Details, Guid, Handle, KeyId, KeyKind, KeyText, LineText, RecoveryPassword, Secret,
    SecretText, State, VolumeType, Word,
};
use proptest::prelude::*;

fn digits() -> impl Strategy<Value = String> {
    // The same group eight times is no key that Windows makes; the importer says so.
    prop::array::uniform8(any::<u16>()).prop_map(drivekey_testkit::texts::password)
}

fn key_id() -> impl Strategy<Value = KeyId> {
    let full = any::<[u8; 16]>().prop_map(|bytes| KeyId::Full(Guid::from_bytes(bytes)));
    let prefix = "[0-9A-F]{7}[A-F]".prop_filter_map("a beginning", |hex| hex.parse().ok().map(KeyId::Prefix));
    prop_oneof![6 => full, 1 => prefix, 1 => Just(KeyId::Unknown)]
}

/// Names of all kinds: ordinary ones, any Unicode, and what looks like parts of keys and Key IDs.
fn name() -> impl Strategy<Value = Option<LineText>> {
    let text = prop_oneof![
        Just(String::new()),
        "[A-Za-z]{1,10}[- ][A-Z0-9]{4,8}",
        "\\PC{0,40}",
        ".{0,40}",
        "[0-9]{6}([- ][0-9]{6}){0,8}",
        "(Identifier|Recovery Key|Key ID|Computer|Drive|Password): ?[0-9A-F-]{4,36}",
        "\\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){1,3}(-[0-9A-Fa-f]{12})?\\}?",
        "[C-Z]: ?\\[?[A-Z]{0,6}\\]?",
        Just("drivekey bundle 1 -----BEGIN DRIVEKEY JSON-----".to_owned()),
    ];
    text.prop_map(|text| text.parse().ok())
}

fn created() -> impl Strategy<Value = Option<Created>> {
    prop_oneof![
        Just(None),
        (0_i64..4_000_000_000)
            .prop_map(|at| DateTime::from_timestamp(at, 0).map(|time| Created::Zoned(time.fixed_offset()))),
        "[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4} [0-9]{2}:[0-9]{2}(:[0-9]{2})?"
            .prop_map(|text| text.parse().ok().map(Created::Raw)),
    ]
}

fn details() -> impl Strategy<Value = Details> {
    let states = prop::sample::select(vec![State::Current, State::Superseded, State::Used, State::Retired]);
    let later = Word::new("swapVolume").map(VolumeType::Other);
    let types = prop::sample::select(VolumeType::KNOWN.into_iter().chain(later).collect::<Vec<_>>());
    let tags = prop::collection::vec(name(), 0..3);
    ((key_id(), name(), name(), name(), name(), name()), (created(), states, types, tags)).prop_map(
        |((key_id, device_name, mount_point, volume_label, note, device_id), (created, state, volume_type, tags))| {
            let mut tags: Vec<LineText> = tags.into_iter().flatten().collect();
            tags.sort();
            tags.dedup();
            Details {
                key_id,
                device_name,
                mount_point,
                volume_label,
                note,
                device_id,
                created,
                state,
                volume_type,
                tags,
                ..Details::default()
            }
        },
    )
}

fn handle(number: u32) -> Handle {
    Handle::new(number).unwrap()
}

fn key(digits: &str) -> KeyText {
    RecoveryPassword::parse(digits).unwrap().expose_secret().into()
}

fn keys(records: &[(Details, String)]) -> Vec<KeyText> {
    records.iter().map(|(_, digits)| key(digits)).collect()
}

fn items<'a>(records: &'a [(Details, String)], shown: &'a [KeyText]) -> Vec<Item<'a>> {
    let numbered = records.iter().zip(shown).zip(1..);
    numbered.map(|(((details, _), key), number)| Item { handle: handle(number), details, key }).collect()
}

proptest! {
    // Beside the sources there is no place where these tests may write.
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_text_file_gives_the_same_pair(details in details(), digits in digits(), number in 1_u32..2000) {
        let shown = key(&digits);
        let item = Item { handle: handle(number), details: &details, key: &shown };
        let (name, bytes) = (key_file_name(&item), key_file(&item));
        prop_assert_eq!(name_problem(&name), None);
        let reading = read(Some(&name), &bytes);
        prop_assert_eq!(reading.records.len(), 1, "{:?}", reading.remarks);
        prop_assert!(reading.records[0].password.expose_secret().as_str() == digits);
        prop_assert_eq!(&reading.records[0].key_id, &details.key_id);
        let said: Vec<&str> = reading.remarks.iter().map(drivekey_import::Remark::code).collect();
        let expected = ["no_key_id", "key_id_prefix_only", "weak_password"];
        prop_assert!(said.iter().all(|code| expected.contains(code)), "{:?}", said);
    }

    #[test]
    fn a_bundle_brings_back_everything(
        records in prop::collection::vec((details(), digits()), 0..5),
        blob in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let shown = keys(&records);
        let items = items(&records, &shown);
        let guid = Guid::from_bytes([7; 16]);
        let part = Part {
            kind: AttachmentKind::ExternalKey,
            guid,
            key_ids: &[guid],
            device_name: Some("PC \"1\""),
            bytes: &blob,
        };
        let text = bundle(&items, &[part], DateTime::from_timestamp(1_790_000_000, 0).expect("a time"));
        let back = unpack_bundle(&text).expect("a bundle");
        prop_assert_eq!(back.records.len(), records.len());
        for (record, (details, key)) in back.records.iter().zip(&records) {
            prop_assert_eq!(record.told.as_deref(), Some(details));
            prop_assert!(record.password.expose_secret().as_str() == key);
            prop_assert_eq!(&record.key_id, &details.key_id);
        }
        prop_assert!(back.remarks.is_empty());
        let [attachment] = &back.attachments[..] else { panic!("one attachment") };
        prop_assert_eq!(&*attachment.bytes, &blob);
        prop_assert_eq!((attachment.kind, attachment.guid), (AttachmentKind::ExternalKey, guid));
        // Once somebody has opened it with another program, it brings back the same.
        let opened = read(Some("keys.txt"), &text);
        let told: Vec<Option<&Details>> = opened.records.iter().map(|record| record.told.as_deref()).collect();
        prop_assert_eq!(told, records.iter().map(|(details, _)| Some(details)).collect::<Vec<_>>());
    }

    /// A key of a later kind, and an attachment of one, come back to the byte, whatever text the key is.
    #[test]
    fn a_bundle_brings_back_what_is_not_understood(
        details in details(),
        text in prop_oneof![
            "\\PC{0,60}",
            "(.|\n){0,200}",
            Just("-----BEGIN DRIVEKEY JSON-----\n{".to_owned()),
        ],
        kind in "[a-z][a-z0-9._-]{0,20}",
        blob in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let word = Word::new(&kind).expect("a word");
        let details = Details { kind: KeyKind::named(word), ..details };
        let (kept, digits) = (KeyText::Text(SecretText::new(&text)), key(&["000011"; 8].join("-")));
        let usual = Details::default();
        let items = [
            Item { handle: handle(1), details: &details, key: &kept },
            Item { handle: handle(2), details: &usual, key: &digits },
        ];
        let guid = Guid::from_bytes([7; 16]);
        let part = Part { kind: AttachmentKind::Other(word), guid, key_ids: &[], device_name: None, bytes: &blob };
        let bundled = bundle(&items, &[part], DateTime::from_timestamp(1_790_000_000, 0).expect("a time"));
        for reading in [unpack_bundle(&bundled).expect("a bundle"), read(Some("keys.txt"), &bundled)] {
            let [other] = &reading.other_keys[..] else { panic!("one key") };
            prop_assert_eq!(&other.details, &details);
            let secret = Secret::read(details.kind, &other.secret).expect("any text");
            let exposed = secret.expose_secret();
            prop_assert_eq!(exposed.as_str(), text.as_str());
            prop_assert_eq!((reading.records.len(), reading.attachments.len()), (1, 1));
            let attachment = &reading.attachments[0];
            prop_assert_eq!((attachment.kind, &*attachment.bytes), (AttachmentKind::Other(word), &blob));
        }
        let document: serde_json::Value = serde_json::from_slice(&json(&items, &[])).expect("JSON");
        let first = &document["value"][0];
        prop_assert_eq!((first["key"].as_str(), first["kind"].as_str()), (Some(text.as_str()), Some(kind.as_str())));
        let table = csv(&items);
        let table = std::str::from_utf8(&table).expect("text").trim_start_matches('\u{FEFF}').to_owned();
        let rows = rows(&table);
        let kinds: Vec<&str> = rows.iter().map(|row| row[row.len() - 2].as_str()).collect();
        prop_assert_eq!(kinds, ["kind", kind.as_str(), "bitlocker"]);
        prop_assert!(rows.iter().all(|row| row.len() == rows[0].len()));
        prop_assert_eq!(name_problem(&key_file_name(&items[0])), None);
    }

    #[test]
    fn any_bytes_in_place_of_a_bundle_do_not_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..300),
        json in "[\\[\\]{}:,\"a-z0-9 ]{0,60}",
    ) {
        let _ = unpack_bundle(&bytes);
        let text = format!("drivekey bundle 1\n-----BEGIN DRIVEKEY JSON-----\n{json}\n-----END DRIVEKEY JSON-----\n");
        let _ = unpack_bundle(text.as_bytes());
        let _ = read(None, text.as_bytes());
        let titles = String::from_utf8(csv(&[]).to_vec()).expect("titles").replace(",handle", ",kind,handle");
        let _ = read(None, &[titles.as_bytes(), &bytes, json.as_bytes()].concat());
        let _ = read(None, format!("{{\"value\":[{{\"handle\":\"r1\",\"kind\":\"luks2\",{json}").as_bytes());
    }

    #[test]
    fn json_and_csv_hold_every_pair(records in prop::collection::vec((details(), digits()), 1..5)) {
        let shown = keys(&records);
        let items = items(&records, &shown);
        let document: serde_json::Value = serde_json::from_slice(&json(&items, &[])).expect("JSON");
        let table = csv(&items);
        let table = std::str::from_utf8(&table).expect("text").trim_start_matches('\u{FEFF}').to_owned();
        let rows = rows(&table);
        prop_assert_eq!(rows.len(), records.len() + 1);
        for (at, (details, key)) in records.iter().enumerate() {
            let id = details.key_id.full().map(ToString::to_string);
            prop_assert_eq!(document["value"][at]["key"].as_str(), Some(key.as_str()));
            prop_assert_eq!(document["value"][at]["id"].as_str(), id.as_deref());
            prop_assert_eq!(document["value"][at]["volumeType"].as_str(), Some(details.volume_type.name()));
            prop_assert_eq!(rows[at + 1].len(), rows[0].len());
            prop_assert_eq!(&rows[at + 1][4], key);
            prop_assert_eq!(&rows[at + 1][0], &id.unwrap_or_default());
            let note = details.note.as_ref().map(ToString::to_string).unwrap_or_default();
            prop_assert_eq!(rows[at + 1][9].trim_start_matches('\''), note.trim_start_matches('\''));
        }
        // Our own import reads all of it back; CSV has no more fields than these.
        for (name, bytes) in [("all.json", json(&items, &[])), ("all.csv", csv(&items))] {
            let reading = read(Some(name), &bytes);
            let told: Vec<Option<&Details>> = reading.records.iter().map(|record| record.told.as_deref()).collect();
            prop_assert_eq!(told, records.iter().map(|(details, _)| Some(details)).collect::<Vec<_>>(), "{}", name);
            let mut pairs = reading.records.iter().zip(&records);
            prop_assert!(pairs.all(|(one, (_, key))| one.password.expose_secret().as_str() == key));
        }
    }
}

/// RFC 4180, read independently of any crate.
pub(super) fn rows(table: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = table.chars().peekable();
    while let Some(c) = letters.next() {
        match c {
            '"' if quoted && letters.next_if_eq(&'"').is_some() => cell.push('"'),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    rows
}
