//! A valid pair is read exactly from any structured text, in whatever order, encoding and quoting its fields come; the
//! IDs of other things beside it are never taken. And nothing else is read as a pair.
#![allow(clippy::format_collect, reason = "a test builds its texts as they read best")]
#![allow(clippy::format_push_string, reason = "test texts")]

use drivekey_import::{Outcome, Reading, Remark, read};
use drivekey_record::{Guid, KeyId, VolumeType};
use drivekey_testkit::texts::{Encoding, password};
use proptest::prelude::*;

fn id(bytes: [u8; 16]) -> Guid {
    Guid::from_bytes(bytes)
}

/// Those in which every name below can be written, and that structured files are found in.
const ENCODINGS: [Encoding; 5] =
    [Encoding::Utf8, Encoding::Utf8Bom, Encoding::Utf16Le, Encoding::Utf16LeBom, Encoding::Utf16BeBom];

/// A pair, and the GUIDs of other things that stand beside it.
#[derive(Debug, Clone)]
struct Pair {
    key: String,
    id: Guid,
    decoys: Vec<Guid>,
}

fn pairs(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<Pair>> {
    let pair = (prop::array::uniform8(any::<u16>()), any::<[u8; 16]>(), prop::collection::vec(any::<[u8; 16]>(), 3..4));
    let pairs = prop::collection::vec(pair, count);
    let one = |(groups, bytes, decoys): ([u16; 8], [u8; 16], Vec<[u8; 16]>)| Pair {
        key: password(groups),
        id: id(bytes),
        decoys: decoys.into_iter().map(id).collect(),
    };
    pairs
        .prop_filter("nothing that Windows would not make", |pairs| {
            pairs.iter().all(|(groups, _, _)| groups.iter().any(|group| *group != groups[0]))
        })
        .prop_map(move |pairs| pairs.into_iter().map(one).collect())
}

/// Names of Key IDs, of passwords, of computers and of drives.
const NAMES: [[&str; 4]; 8] = [
    ["keyId", "recoveryKey", "deviceName", "mountPoint"],
    ["Key ID", "Recovery Key", "Computer Name", "Drive"],
    ["KeyProtectorId", "RecoveryPassword", "ComputerName", "MountPoint"],
    ["Schlüssel-ID", "Wiederherstellungsschlüssel", "Gerätename", "Laufwerk"],
    ["ID de clé", "Clé de récupération", "Nom de l’appareil", "Lecteur"],
    ["回復キー ID", "回復キー", "デバイス名", "ドライブ"],
    ["ИД ключа", "Ключ восстановления", "Имя устройства", "Диск"],
    ["ID de clave", "Clave de recuperación", "Nombre del dispositivo", "Unidad"],
];
const DECOYS: [&str; 3] = ["request-id", "tenantId", "volumeGuid"];

fn shuffled<T: Clone + std::fmt::Debug + 'static>(items: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    Just(items).prop_shuffle()
}

fn exact(reading: &Reading, pairs: &[Pair], text: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(reading.records.len(), pairs.len(), "{:?} from {}", reading.remarks, text);
    for (record, pair) in reading.records.iter().zip(pairs) {
        prop_assert!(record.password.expose_secret().as_str() == pair.key, "{}", text);
        prop_assert_eq!(&record.key_id, &KeyId::Full(pair.id), "{}", text);
    }
    prop_assert!(
        reading.remarks.is_empty(),
        "{:?} from {}",
        reading.remarks.iter().map(Remark::code).collect::<Vec<_>>(),
        text
    );
    Ok(())
}

proptest! {
    // Beside the sources there is no place where these tests may write.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_in_any_order(
        pairs in pairs(1..4),
        names in prop::sample::select(NAMES.to_vec()),
        order in shuffled((0..7).collect::<Vec<usize>>()),
        shape in 0..5_usize,
        pretty in any::<bool>(),
        escaped in any::<bool>(),
        encoding in prop::sample::select(ENCODINGS.to_vec()),
    ) {
        let objects: Vec<String> = pairs.iter().enumerate().map(|(index, pair)| {
            let fields = [
                (names[0], format!("\"{{{}}}\"", pair.id)),
                (names[1], format!("\"{}\"", pair.key)),
                (names[2], format!("\"PC-{index}\"")),
                (names[3], "\"D:\"".to_owned()),
                (DECOYS[0], format!("\"{}\"", pair.decoys[0])),
                (DECOYS[1], format!("\"{}\"", pair.decoys[1].to_string().to_lowercase())),
                (DECOYS[2], format!("{{\"id\":\"{}\",\"size\":1024}}", pair.decoys[2])),
            ];
            let escape = |name: &str| -> String {
                if escaped { name.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect() } else { name.to_owned() }
            };
            let gap = if pretty { "\r\n    " } else { "" };
            let fields: Vec<String> = order.iter().map(|at| format!("{gap}\"{}\":{}", escape(fields[*at].0), fields[*at].1)).collect();
            format!("{{{}}}", fields.join(","))
        }).collect();
        let text = match shape {
            0 => format!("[{}]", objects.join(",")),
            1 => format!("{{\"value\":[{}],\"Count\":{}}}", objects.join(",\n"), objects.len()),
            2 => objects.join("\n"),
            3 => format!("PS C:\\> Get-Keys | ConvertTo-Json\r\n[\r\n{}\r\n]\r\n\r\nPS C:\\>", objects.join(",\r\n")),
            _ => format!("{{\"a\":{{\"requestId\":\"{}\",\"b\":[{{\"c\":[{}]}}]}}}}", pairs[0].decoys[0], objects.join(",")),
        };
        let reading = read(None, &encoding.encode(&text));
        exact(&reading, &pairs, &text)?;
        for (index, record) in reading.records.iter().enumerate() {
            prop_assert_eq!(record.device_name.as_ref().map(|name| name.as_str().to_owned()), Some(format!("PC-{index}")), "{}", text);
            prop_assert_eq!(record.mount_point.as_ref().map(|name| name.as_str().to_owned()), Some("D:".to_owned()), "{}", text);
        }
    }

    #[test]
    fn tables_in_any_order(
        pairs in pairs(1..5),
        names in prop::sample::select(NAMES.to_vec()),
        order in shuffled((0..7).collect::<Vec<usize>>()),
        sign in prop::sample::select(vec![",", ";", "\t", "|", " | "]),
        quoted in any::<bool>(),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
        preface in prop::sample::select(vec!["", "Export of all keys\n\n", "\n"]),
        encoding in prop::sample::select(ENCODINGS.to_vec()),
    ) {
        let quote = |cell: String| if quoted && !sign.contains('|') { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell };
        let row = |cells: [String; 7]| {
            let cells: Vec<String> = order.iter().map(|at| quote(cells[*at].clone())).collect();
            if sign == " | " { format!("| {} |{line_end}", cells.join(sign)) } else { format!("{}{line_end}", cells.join(sign)) }
        };
        let titles = [names[0], names[1], names[2], names[3], DECOYS[0], DECOYS[1], "Volume GUID"].map(str::to_owned);
        let mut text = format!("{preface}{}", row(titles));
        if sign == " | " {
            text += &row(["---"; 7].map(str::to_owned));
        }
        for (index, pair) in pairs.iter().enumerate() {
            text += &row([
                pair.id.to_string(), pair.key.clone(), format!("PC-{index}"), "E:".to_owned(),
                pair.decoys[0].to_string(), pair.decoys[1].to_string(), pair.decoys[2].to_string(),
            ]);
        }
        let reading = read(None, &encoding.encode(&text));
        exact(&reading, &pairs, &text)?;
        for (index, record) in reading.records.iter().enumerate() {
            prop_assert_eq!(record.device_name.as_ref().map(|name| name.as_str().to_owned()), Some(format!("PC-{index}")), "{}", text);
            prop_assert_eq!(record.mount_point.as_ref().map(|name| name.as_str().to_owned()), Some("E:".to_owned()), "{}", text);
        }
    }

    #[test]
    fn tables_without_titles(
        pairs in pairs(1..5),
        order in shuffled(vec![0_usize, 1, 2]),
        sign in prop::sample::select(vec![",", ";", "\t"]),
        encoding in prop::sample::select(ENCODINGS.to_vec()),
    ) {
        let mut text = String::new();
        for pair in &pairs {
            let cells = [pair.id.to_string(), pair.key.clone(), "F:".to_owned()];
            text += &format!("{}\r\n", order.iter().map(|at| cells[*at].clone()).collect::<Vec<_>>().join(sign));
        }
        exact(&read(None, &encoding.encode(&text)), &pairs, &text)?;
    }

    #[test]
    fn ldif_in_any_fold(
        pairs in pairs(1..4),
        order in shuffled((0..6).collect::<Vec<usize>>()),
        fold in 20..90_usize,
        base64 in any::<bool>(),
        line_end in prop::sample::select(vec!["\n", "\r\n"]),
        encoding in prop::sample::select(ENCODINGS.to_vec()),
    ) {
        use base64::Engine;
        let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
        let little = |guid: Guid| {
            let mut bytes = *guid.as_bytes();
            bytes[..4].reverse();
            bytes[4..6].reverse();
            bytes[6..8].reverse();
            encode(&bytes)
        };
        let mut text = format!("# extended LDIF{line_end}{line_end}");
        for (index, pair) in pairs.iter().enumerate() {
            let password = if base64 { format!("msFVE-RecoveryPassword:: {}", encode(pair.key.as_bytes())) } else { format!("msFVE-RecoveryPassword: {}", pair.key) };
            let lines = [
                password,
                format!("msFVE-RecoveryGuid:: {}", little(pair.id)),
                format!("msFVE-VolumeGuid:: {}", little(pair.decoys[0])),
                format!("objectGUID:: {}", little(pair.decoys[1])),
                format!("whenCreated: 2024010203{index:02}05.0Z"),
                "objectClass: msFVE-RecoveryInformation".to_owned(),
            ];
            let dn = format!("dn: CN=2024-03-05T09:30:00\\+01:00{{{}}},CN=PC-{index},OU=Büros,DC=example,DC=test", pair.id);
            let lines = std::iter::once(&dn).chain(order.iter().map(|at| &lines[*at]));
            for line in lines {
                let chars: Vec<char> = line.chars().collect();
                for (at, part) in chars.chunks(fold).enumerate() {
                    text += &format!("{}{}{line_end}", if at > 0 { " " } else { "" }, part.iter().collect::<String>());
                }
            }
            text += line_end;
        }
        let reading = read(None, &encoding.encode(&text));
        exact(&reading, &pairs, &text)?;
        for (index, record) in reading.records.iter().enumerate() {
            prop_assert_eq!(record.device_name.as_ref().map(|name| name.as_str().to_owned()), Some(format!("PC-{index}")), "{}", text);
            prop_assert_eq!(record.created.as_ref().map(ToString::to_string), Some("2024-03-05T09:30:00+01:00".to_owned()), "{}", text);
        }
    }

    #[test]
    fn xml_in_any_form(
        pairs in pairs(1..4),
        order in shuffled((0..4).collect::<Vec<usize>>()),
        form in 0..4_usize,
        encoding in prop::sample::select(ENCODINGS.to_vec()),
    ) {
        let mut text = "<?xml version=\"1.0\"?>\r\n<export requestId=\"x\">".to_owned();
        for (index, pair) in pairs.iter().enumerate() {
            let fields = [("RecoveryPassword", pair.key.clone()), ("KeyProtectorId", format!("{{{}}}", pair.id)), ("VolumeGuid", pair.decoys[0].to_string()), ("ComputerName", format!("PC-{index}"))];
            let fields = order.iter().map(|at| fields[*at].clone());
            text += &match form {
                0 => format!("<k>{}</k>\n", fields.map(|(name, value)| format!("<{name}>{value}</{name}>")).collect::<String>()),
                1 => format!("<k{}/>", fields.map(|(name, value)| format!(" {name}='{value}'")).collect::<String>()),
                2 => format!("<k>{}</k>", fields.map(|(name, value)| format!("<Property Name=\"{name}\" Type=\"System.String\">\n{value}\n</Property>")).collect::<String>()),
                _ => format!("<k>{}</k>", fields.map(|(name, value)| format!("<String><Key>{name}</Key><Value><![CDATA[{value}]]></Value></String>")).collect::<String>()),
            };
        }
        text += "</export>";
        let reading = read(None, &encoding.encode(&text));
        exact(&reading, &pairs, &text)?;
        for (index, record) in reading.records.iter().enumerate() {
            prop_assert_eq!(record.device_name.as_ref().map(|name| name.as_str().to_owned()), Some(format!("PC-{index}")), "{}", text);
        }
    }

    #[test]
    fn lists_in_any_order(
        pairs in pairs(1..5),
        order in shuffled((0..4).collect::<Vec<usize>>()),
        tpm in any::<bool>(),
        encoding in prop::sample::select(ENCODINGS.to_vec()),
    ) {
        let mut text = "\r\n\r\n".to_owned();
        for pair in &pairs {
            let of = |id: Guid, kind: &str, key: &str| {
                let fields = [("KeyProtectorId", format!("{{{id}}}")), ("KeyProtectorType", kind.to_owned()), ("RecoveryPassword", key.to_owned()), ("Thumbprint", String::new())];
                order.iter().map(|at| format!("{:<20}: {}\r\n", fields[*at].0, fields[*at].1)).collect::<String>() + "\r\n"
            };
            if tpm { text += &of(pair.decoys[0], "Tpm", ""); }
            text += &of(pair.id, "RecoveryPassword", &pair.key);
            text += &of(pair.decoys[1], "ExternalKey", "");
        }
        exact(&read(None, &encoding.encode(&text)), &pairs, &text)?;
    }

    #[test]
    fn a_cut_file_loses_only_what_is_cut(pairs in pairs(2..5), at in 1..400_usize, shape in 0..3_usize) {
        let text = match shape {
            0 => format!("[{}]", pairs.iter().map(|pair| format!("{{\"keyId\":\"{}\",\"recoveryKey\":\"{}\"}}", pair.id, pair.key)).collect::<Vec<_>>().join(",")),
            1 => format!("KeyId,RecoveryKey\n{}", pairs.iter().map(|pair| format!("{},{}\n", pair.id, pair.key)).collect::<String>()),
            _ => format!("<a>{}</a>", pairs.iter().map(|pair| format!("<b><KeyId>{}</KeyId><RecoveryKey>{}</RecoveryKey></b>", pair.id, pair.key)).collect::<String>()),
        };
        let cut = &text[..text.len() - at.min(text.len())];
        let whole = pairs.iter().filter(|pair| cut.contains(&pair.key)).count();
        let reading = read(None, cut.as_bytes());
        prop_assert_eq!(reading.records.len(), whole, "{}", cut);
        for (record, pair) in reading.records.iter().zip(&pairs) {
            prop_assert_eq!(&record.key_id, &KeyId::Full(pair.id), "{}", cut);
        }
    }

    #[test]
    fn no_structure_makes_it_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\n", ";", "\t", "|", "<", ">", "</", "/>", "<a>", "</a>", "&x;", "<![CDATA[", "]]>", "<?xml", "<!DOCTYPE a [",
            "dn: CN=", "dn:: ", " ", "keyId", "RecoveryKey", "KeyProtectorId : ", "RecoveryPassword : ", "---- ----", "C22048E2-1740-4D2B-8BED-9F07A429921C",
            "C22048E2", "123456-", "OSV", "4.2E+47", "\"id\":", "true", "null", "1e999", "é", "\u{202E}", "sep=;", "#TYPE ", "Id: ", "Key: ", "=\"", "'",
        ]), 0..60),
        encoding in prop::sample::select(ENCODINGS.to_vec()),
    ) {
        let text: String = parts.concat();
        prop_assert!(read(None, &encoding.encode(&text)).records.is_empty(), "{}", text);
    }
}

/// Bounded in time and memory, and refused.
#[test]
fn depth_and_size_are_bounded() {
    let repeat = |open: &str, close: &str, count: usize| format!("{}{}", open.repeat(count), close.repeat(count));
    for (name, text) in [
        ("lists", repeat("[", "]", 10_000)),
        ("lists that never end", "[".repeat(1 << 20)),
        ("objects", format!("{}1{}", "{\"a\":".repeat(10_000), "}".repeat(10_000))),
        ("objects that never end", "{\"a\":[".repeat(200_000)),
        ("elements", repeat("<a>", "</a>", 100_000)),
        ("elements that never end", "<a b='c'>".repeat(100_000)),
        ("documents of one sign", "{\n".repeat(100_000)),
        ("declarations", "<?xml version='1.0'?><a>".repeat(20_000)),
        ("quotes", "a,b\n\"".repeat(100_000)),
        ("cells", format!("KeyId,RecoveryKey\n{}", ",".repeat(1 << 20))),
        ("folds", format!("dn: CN=x\n{}", " a\n".repeat(200_000))),
        ("fields", "KeyProtectorId : \r\nRecoveryPassword : \r\n".repeat(20_000)),
        ("rulers", "---- ----\n".repeat(50_000)),
        ("empty objects", format!("[{}{{}}]", "{},".repeat(300_000))),
    ] {
        let start = std::time::Instant::now();
        let reading = read(None, text.as_bytes());
        println!("{name}: {:?}", start.elapsed());
        assert_eq!(reading.outcome(), Outcome::Error, "{name}");
        assert!(start.elapsed().as_secs() < 20, "{name}: {:?}", start.elapsed());
    }
}

/// Numbers for volume types mean what their source means by them.
/// Nothing of a key is lost in an entry of a directory that has more attributes than are kept.
#[test]
fn a_package_behind_a_hundred_thousand_attributes_is_kept() {
    let key = password([40_000, 2, 3, 4, 5, 6, 7, 8]);
    let id = "C22048E2-1740-4D2B-8BED-9F07A429921C";
    let many = "member: x\n".repeat(100_001);
    // Sixteen bytes of a package, none of them text.
    let package = "msFVE-KeyPackage:: gIGCg4SFhoeIiYqLjI2Ojw==\n";
    let text = format!(
        "dn: CN=2024-01-01T00:00:00\\+00:00{{{id}}},CN=PC,DC=x\n{many}{package}msFVE-RecoveryPassword: {key}\n"
    );
    let reading = read(None, text.as_bytes());
    assert_eq!(reading.attachments.len(), 1);
    assert_eq!(reading.records.len(), 1);
    assert_eq!(reading.records[0].key_id, KeyId::Full(id.parse().unwrap()));
}

#[test]
fn one_is_two_things() {
    let key = password([40_000, 2, 3, 4, 5, 6, 7, 8]);
    let id = "c22048e2-1740-4d2b-8bed-9f07a429921c";
    let kind = |text: String| read(None, text.as_bytes()).records.first().map(|record| record.volume_type);
    let graph = format!(
        "{{\"volumeType\":\"1\",\"id\":\"{id}\",\"key\":\"{key}\",\"createdDateTime\":\"2024-01-01T00:00:00Z\"}}"
    );
    let shell = format!(
        "{{\"VolumeType\":1,\"MountPoint\":\"D:\",\"KeyProtector\":[{{\"KeyProtectorId\":\"{id}\",\"RecoveryPassword\":\"{key}\",\"KeyProtectorType\":3}}]}}"
    );
    let other = format!("{{\"volumeType\":1,\"keyId\":\"{id}\",\"recoveryKey\":\"{key}\"}}");
    assert_eq!(kind(graph), Some(VolumeType::OperatingSystem));
    assert_eq!(kind(shell), Some(VolumeType::Data));
    assert_eq!(kind(other), Some(VolumeType::Unknown));
}

/// Whatever a password stands in, it stands nowhere else in what was read.
#[test]
fn no_other_field_holds_digits() {
    let key = password([40_000, 50_002, 43, 4_444, 55_555, 60_606, 7_007, 8_080]);
    let id = "c22048e2-1740-4d2b-8bed-9f07a429921c";
    let groups: Vec<&str> = key.split('-').collect();
    let names = [
        "created",
        "data",
        "deviceName",
        "deviceId",
        "name",
        "title",
        "volumeType",
        "drive",
        "label",
        "type",
        "description",
        "identifier",
        "id",
        "dn",
        "keyPackage",
        "keyProtectorType",
        "notes",
        "password",
        "x",
    ];
    for name in names {
        for value in [key.clone(), key.replace('-', ""), key.replace('-', " "), format!("Key {key} of Anna")] {
            for text in [
                format!("{{\"keyId\":\"{id}\",\"{name}\":\"{value}\"}}"),
                format!("keyId;{name}\n{id};{value}\n"),
                format!("<a><keyId>{id}</keyId><{name}>{value}</{name}></a>"),
                format!("dn: CN=x,DC=y\nkeyId: {id}\n{name}: {value}\n\n"),
                format!("KeyProtectorId : {id}\nRecoveryPassword : {value}\n{name} : {value}\n"),
            ] {
                let reading = read(None, text.as_bytes());
                assert!(!reading.records.is_empty(), "{name}");
                let shown = format!("{reading:?}");
                let found = groups.iter().filter(|group| shown.contains(**group)).count();
                assert!(found == 0, "{name} shows {found} groups");
            }
        }
    }
}
