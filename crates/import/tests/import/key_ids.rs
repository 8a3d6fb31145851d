//! What makes a Key ID: GUIDs and hex of every length strewn round an unlabelled key never become its ID, and a labelled
//! ID is found through any of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot find its key has failed")]
#![allow(clippy::format_collect, reason = "a test builds its texts as they read best")]

use drivekey_import::read;
use drivekey_record::{Guid, KeyId};
use proptest::prelude::*;

fn password(groups: [u16; 8]) -> String {
    groups.map(|group| format!("{:06}", u32::from(group) * 11)).join("-")
}

/// What is no Key ID: GUIDs in every form, hex and numbers of every length, alone or behind the names of other things.
fn decoy() -> impl Strategy<Value = String> {
    let hex = prop::collection::vec(any::<u8>(), 1..40).prop_flat_map(|bytes| {
        let text: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        (4..=text.len().max(4)).prop_map(move |len| text.chars().take(len).collect::<String>())
    });
    let guid = (any::<[u8; 16]>(), 0..4_usize).prop_map(|(bytes, form)| {
        let guid = Guid::from_bytes(bytes).to_string();
        match form {
            0 => guid,
            1 => guid.to_lowercase(),
            2 => format!("{{{guid}}}"),
            _ => guid.replace('-', ""),
        }
    });
    let value = prop_oneof![3 => guid, 2 => hex, 1 => "[1-9][0-9]{3,11}"];
    let name = prop::sample::select(vec![
        "",
        "",
        "",
        "Device ID: ",
        "DeviceId=",
        "Policy ",
        "disk ID: ",
        "uid ",
        "event id: ",
        "script block id: ",
        "Geräte-ID: ",
        "ID de l'appareil : ",
        "Hash: ",
        "Serial: ",
        "Font ",
        "request-id: ",
        "tenant ",
        "UID:",
        "Nr. ",
        "\\id=",
        "volume {",
        "PartUUID=",
        "Objekt-ID: ",
        "ticket ",
        "SHA1 ",
        "API key id: ",
        "line ",
        "Asset: ",
        "offset ",
    ]);
    (name, value).prop_map(|(name, value)| format!("{name}{value}"))
}

/// How decoys and key stand together.
fn strewn(before: &[String], key: &str, behind: &[String], gaps: &str, form: usize) -> String {
    let quote = |text: &String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', ""));
    match form {
        0 => format!("note of the shop{gaps}{}{gaps}{key}{gaps}{}", before.join(gaps), behind.join(gaps)),
        1 => format!("{}{gaps}the recovery key: {key}{gaps}{}\n", before.join(gaps), behind.join(gaps)),
        2 => {
            let names =
                (0..=before.len() + behind.len()).map(|at| format!("Column {at}")).collect::<Vec<_>>().join(",");
            let cells: Vec<String> =
                before.iter().cloned().chain([key.to_owned()]).chain(behind.iter().cloned()).collect();
            format!("{names}\n{}\n", cells.join(",").replace('\n', " "))
        }
        3 => {
            let mut fields: Vec<String> = before
                .iter()
                .chain(behind)
                .enumerate()
                .map(|(at, decoy)| format!("\"f{at}\":{}", quote(decoy)))
                .collect();
            fields.insert(before.len(), format!("\"recoveryKey\":\"{key}\""));
            format!("{{{}}}", fields.join(","))
        }
        4 => {
            let of = |list: &[String]| list.iter().map(|decoy| format!("<p>{decoy}</p>")).collect::<String>();
            format!("<html><body>{}<p>key {key}</p>{}</body></html>", of(before), of(behind))
        }
        _ => {
            let of = |list: &[String]| list.iter().map(|decoy| format!("<v n=\"a\">{decoy}</v>")).collect::<String>();
            format!("<?xml version=\"1.0\"?><log>{}<out>key {key}</out>{}</log>", of(before), of(behind))
        }
    }
}

proptest! {
    // Beside the sources there is no place where these tests may write.
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn nothing_near_an_unlabelled_key_becomes_its_id(
        groups in prop::array::uniform8(any::<u16>()),
        before in prop::collection::vec(decoy(), 0..5),
        behind in prop::collection::vec(decoy(), 0..5),
        gaps in prop::sample::select(vec!["\n", " ", "\r\n", "\n\n", "\t", ", ", "; "]),
        form in 0..6_usize,
    ) {
        prop_assume!(groups.iter().any(|group| *group != groups[0]));
        let key = password(groups);
        let text = strewn(&before, &key, &behind, gaps, form);
        for record in read(None, text.as_bytes()).records.iter().filter(|record| record.password.expose_secret().as_str() == key) {
            prop_assert_eq!(&record.key_id, &KeyId::Unknown, "{}", text);
        }
    }

    #[test]
    fn a_labelled_id_is_found_through_any_of_them(
        groups in prop::array::uniform8(any::<u16>()),
        id in any::<[u8; 16]>(),
        label in prop::sample::select(vec![
            "Key ID: ", "Recovery key ID: ", "BitLocker ID ", "Identifier (BitLocker): ", "Schlüssel-ID: ", "Key protector ID = ",
            "Password ID: {", "ID de clé : ", "ID della chiave: ", "Identificador de clave: ", "ИД ключа: ", "回復キー ID：", "KeyProtectorId      : {",
            "Full recovery key identification: ", "Wiederherstellungsschlüssel-ID\t",
        ]),
        first_eight in any::<bool>(),
        id_first in any::<bool>(),
        before in prop::collection::vec(decoy(), 0..4),
        between in prop::collection::vec(decoy(), 0..3),
        behind in prop::collection::vec(decoy(), 0..4),
    ) {
        prop_assume!(groups.iter().any(|group| *group != groups[0]));
        let (key, guid) = (password(groups), Guid::from_bytes(id));
        let whole = guid.to_string();
        // Eight digits without a letter may be anything; a label still makes them an ID.
        let shown = if first_eight { whole[..8].to_owned() } else { whole };
        let (id_line, key_line) = (format!("{label}{shown}"), format!("Recovery key: {key}"));
        let (first, second) = if id_first { (id_line, key_line) } else { (key_line, id_line) };
        let lines: Vec<String> = before.iter().cloned().chain([first]).chain(between.iter().cloned()).chain([second]).chain(behind.iter().cloned()).collect();
        let text = format!("{}\n", lines.join("\n"));
        let reading = read(None, text.as_bytes());
        let record = reading.records.iter().find(|record| record.password.expose_secret().as_str() == key);
        prop_assert!(record.is_some(), "{}", text);
        prop_assert!(record.is_some_and(|record| record.key_id != KeyId::Unknown && record.key_id.may_equal(&KeyId::Full(guid))), "{:?} from {}", record, text);
    }

    /// Notes of several keys, of which some have an ID and some have none: none gets the ID of its neighbour.
    #[test]
    fn no_key_gets_its_neighbours_id(
        entries in prop::collection::vec((prop::array::uniform8(any::<u16>()), any::<[u8; 16]>(), any::<bool>()), 2..6),
        id_behind in any::<bool>(),
        one_line in any::<bool>(),
        first_eight in any::<bool>(),
        names in any::<bool>(),
        gap in prop::sample::select(vec!["\n\n", "\n\n\n", "\r\n\r\n", "\n----\n"]),
    ) {
        prop_assume!(entries.iter().all(|(groups, _, _)| groups.iter().any(|group| *group != groups[0])));
        let mut notes = Vec::new();
        for (at, (groups, id, has_id)) in entries.iter().enumerate() {
            let whole = Guid::from_bytes(*id).to_string();
            let label = format!("Key ID: {}", if first_eight { &whole[..8] } else { &whole });
            let key = password(*groups);
            let join = if one_line { " " } else { "\n" };
            let pair = match (has_id, id_behind) {
                (false, _) => key,
                (true, true) => format!("{key}{join}{label}"),
                (true, false) => format!("{label}{join}{key}"),
            };
            notes.push(if names { format!("till {at}\n{pair}") } else { pair });
        }
        let text = format!("keys of the shop\n\n{}\n", notes.join(gap));
        let reading = read(None, text.as_bytes());
        for record in &reading.records {
            let digits = record.password.expose_secret();
            let own = entries.iter().find(|(groups, _, _)| password(*groups) == digits.as_str());
            let (_, id, has_id) = own.unwrap();
            let wanted = KeyId::Full(Guid::from_bytes(*id));
            prop_assert_eq!(record.key_id != KeyId::Unknown, *has_id, "{}", text);
            prop_assert!(record.key_id.may_equal(&wanted), "{}", text);
        }
    }
}

/// Texts made to be looked through again and again: very many IDs round few keys, on one line and on many.
#[test]
fn many_ids_are_told_apart_in_linear_time() {
    let count = if cfg!(debug_assertions) { 20_000 } else { 200_000 };
    let key = password([1, 2, 30, 4, 5, 6, 7, 8]);
    for label in ["ID ", "ID: {", "Key ID ", "", "\t", "x "] {
        for gap in [" ", "\n", "\t", ", "] {
            let ids: String =
                (0..count).map(|at: u32| format!("{label}{at:08X}-1740-4D2B-8BED-9F07A429921C{gap}")).collect();
            let begun: String = (0..count).map(|at: u32| format!("{label}{at:07X}F{gap}")).collect();
            for text in [format!("BitLocker {key}\n{ids}{key}{ids}"), format!("{begun}{key}{begun}{key}")] {
                let start = std::time::Instant::now();
                let reading = read(None, text.as_bytes());
                assert!(!reading.records.is_empty(), "{label:?} {gap:?}");
                assert!(start.elapsed().as_secs() < 20, "{label:?} {gap:?}: {:?}", start.elapsed());
            }
        }
    }
}

const GUID: &str = "C22048E2-1740-4D2B-8BED-9F07A429921C";
const KEY: &str = "506825-429770-002244-257444-671440-299750-212256-683067";

fn never_taken(text: &str) {
    for record in read(None, text.as_bytes()).records {
        assert_eq!(record.key_id, KeyId::Unknown, "{text}");
    }
}

#[test]
fn fields_of_other_ids_are_never_a_keys() {
    for name in [
        "apiKeyId",
        "publicKeyId",
        "bitlockerComplianceId",
        "bitlockerPolicyId",
        "keyVaultId",
        "encryptionSetId",
        "recoveryJobId",
        "backupId",
        "itemKeyId",
        "uid",
        "_id",
        "objectID",
        "uuid",
        "externalId",
        "passwordEntryId",
        "identifierForVendor",
        "productId",
        "deviceId",
        "scriptBlockId",
        "fontGuid",
        "registrationGUID",
    ] {
        never_taken(&format!("{{\"{name}\":\"{GUID}\",\"title\":\"x\",\"recoveryKey\":\"{KEY}\"}}"));
        never_taken(&format!("{name},Computer,RecoveryKey\n{GUID},PC-1,{KEY}\n"));
        never_taken(&format!("{name}: {GUID}\nrecovery key: {KEY}\n"));
        never_taken(&format!("<r><{name}>{GUID}</{name}><title>x</title><recoverykey>{KEY}</recoverykey></r>"));
    }
    for list in ["notes", "entries", "devices", "computers", "tickets", "cards", "passwords", "rows", "messages"] {
        never_taken(&format!("{{\"{list}\":[{{\"id\":\"{GUID}\",\"recoveryKey\":\"{KEY}\"}}]}}"));
        never_taken(&format!("{{\"{list}\":{{\"{GUID}\":{{\"name\":\"PC\",\"recoveryKey\":\"{KEY}\"}}}}}}"));
    }
}

/// An ID that stands with a key which is missing or cannot be read is not the next key's.
#[test]
fn an_id_is_not_lent() {
    for text in [
        format!("[{{\"keyId\":\"{GUID}\",\"recoveryKey\":\"\"}},{{\"recoveryKey\":\"{KEY}\"}}]"),
        format!("{{\"items\":[{{\"keyId\":\"{GUID}\"}},{{\"name\":\"x\",\"recoveryKey\":\"{KEY}\"}}]}}"),
        format!("Key ID,Recovery key\n{GUID},\n,{KEY}\n"),
        format!("KeyProtectorId : {{{GUID}}}\nRecoveryPassword : \n\nKeyProtectorId : \nRecoveryPassword : {KEY}\n"),
        format!("Key ID: {GUID}\nKey: see safe\n\nanother PC\nKey: {KEY}\n"),
        format!("Key ID: {GUID}\nKey: lost\n\n\n\nPC-2\n{KEY}\n"),
        format!("{KEY}\n\n\nPC-2\nKey ID {} - key lost\n", &GUID[..8]),
        format!("## PC-1\nKey ID: `{GUID}`\n\nkey is in the safe\n\n## PC-2\n`{KEY}`\n"),
    ] {
        never_taken(&text);
    }
}
