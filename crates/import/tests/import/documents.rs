//! Documents and containers: a pair survives any wrapping, and nothing that is built to fill memory or time gets
//! either.
#![allow(
    clippy::format_push_string,
    clippy::format_collect,
    clippy::large_stack_arrays,
    reason = "hostile inputs are built as they read best"
)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot build its data has failed")]

use std::time::{Duration, Instant};

use drivekey_import::{Outcome, Reading, Remark, read};
use drivekey_record::{Guid, KeyId, SourceKind};
use drivekey_testkit::documents::{Container, Leaf, deep, gz, pack, zeros, zip};
use drivekey_testkit::texts::password;
use proptest::prelude::*;

/// What any file may take in a build without optimisation on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn timed(bytes: &[u8]) -> Reading {
    let start = Instant::now();
    let reading = read(Some("file"), bytes);
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    reading
}

fn codes(reading: &Reading) -> Vec<&'static str> {
    reading.remarks.iter().map(Remark::code).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_pair_survives_any_wrapping(
        groups in prop::array::uniform8(any::<u16>()),
        id in any::<[u8; 16]>(),
        leaf in prop::sample::select(Leaf::ALL.to_vec()),
        around in prop::collection::vec(prop::sample::select(Container::ALL.to_vec()), 0..4),
        chunk in 3_usize..20,
    ) {
        prop_assume!(groups.iter().any(|group| *group != groups[0]));
        let (guid, key) = (Guid::from_bytes(id).to_string(), password(groups));
        let mut bytes = leaf.bytes(&guid, &key, chunk);
        for container in &around {
            bytes = container.around(&bytes);
        }
        let reading = read(None, &bytes);
        prop_assert_eq!(reading.records.len(), 1, "{:?} in {:?}: {:?}", leaf, around, reading.remarks);
        prop_assert!(reading.records[0].password.expose_secret().as_str() == key);
        prop_assert_eq!(&reading.records[0].key_id, &KeyId::Full(Guid::from_bytes(id)), "{:?} in {:?}", leaf, around);
        prop_assert_eq!(reading.outcome(), Outcome::Ok, "{:?}", reading.remarks);
        prop_assert_eq!(reading.records[0].inside.is_some(), !around.is_empty());
    }

    #[test]
    fn a_damaged_document_never_panics(
        leaf in prop::sample::select(Leaf::ALL.to_vec()),
        around in prop::collection::vec(prop::sample::select(Container::ALL.to_vec()), 0..2),
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let mut bytes = leaf.bytes("C22048E2-1740-4D2B-8BED-9F07A429921C", &password([1, 2, 3, 4, 5, 6, 7, 8]), 7);
        for container in &around {
            bytes = container.around(&bytes);
        }
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        timed(&bytes);
    }

    #[test]
    fn noise_behind_a_known_beginning_never_panics(
        mark in prop::sample::select(drivekey_testkit::documents::MARKS.to_vec()),
        noise in prop::collection::vec(any::<u8>(), 0..700),
        words in "([<>{}\\[\\]()/&;=\"' 0-9a-z\\\\]|obj|endobj|stream|<tr>|<td>|\\\\par|\\\\cell|\\\\row|\\\\u-?[0-9]{1,6}|--b\n|Content-Type: |<<|>>|BT|Tj){0,80}",
    ) {
        let reading = timed(&[mark, &noise].concat());
        prop_assert!(reading.records.is_empty());
        timed(&[mark, words.as_bytes(), &noise].concat());
    }
}

/// The committed samples, each with a byte changed at many places and cut at many places.
#[test]
fn the_samples_survive_any_damage() {
    let folder = drivekey_testkit::repository().join("tests/data/formats");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let end = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if path.is_dir() || matches!(end.as_str(), "txt" | "md" | "json") {
            continue;
        }
        count += 1;
        let bytes = std::fs::read(&path).unwrap();
        for step in 0..60 {
            let at = bytes.len() * step / 60;
            timed(&bytes[..at]);
            let mut changed = bytes.clone();
            changed[at] ^= 0x55;
            timed(&changed);
            changed[at] = 0xFF;
            timed(&changed);
        }
    }
    assert!(count > 25, "only {count} samples");
}

#[test]
fn nesting_has_an_end() {
    let leaf = format!("{} {}", "C22048E2-1740-4D2B-8BED-9F07A429921C", password([1, 2, 3, 4, 5, 6, 7, 8]));
    assert_eq!(timed(&deep(leaf.as_bytes(), 5)).records.len(), 1);
    let reading = timed(&deep(leaf.as_bytes(), 30));
    assert_eq!((reading.records.len(), codes(&reading)), (0, vec!["beyond_ceiling"]));
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    // 4 GiB of zeros in 4 MB, by itself, in an archive, and in an archive of archives.
    let bomb = gz(&zeros(4 << 10));
    for bytes in [
        bomb.clone(),
        pack(&[("a.gz", &bomb)]),
        deep(&bomb, 3),
        drivekey_testkit::documents::deflated_zip("zeros.txt", &zeros(4 << 10)),
    ] {
        let reading = timed(&bytes);
        assert_eq!(reading.outcome(), Outcome::Error);
        assert!(codes(&reading).contains(&"beyond_ceiling"), "{:?}", codes(&reading));
    }
    let names: Vec<String> = (0..12_000).map(|number| format!("{number}.txt")).collect();
    let members: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    assert!(codes(&timed(&pack(&members))).contains(&"beyond_ceiling"));
}

#[test]
fn a_spreadsheet_that_multiplies_a_string_is_refused() {
    let string = "x".repeat(1 << 15);
    let cells = "<c t=\"s\"><v>0</v></c>".repeat(5_000);
    let bytes = zip(&[
        ("xl/workbook.xml", "<workbook/>".to_owned()),
        ("xl/sharedStrings.xml", format!("<sst><si><t>{string}</t></si></sst>")),
        ("xl/worksheets/sheet1.xml", format!("<sheetData><row>{cells}</row></sheetData>")),
    ]);
    assert!(codes(&timed(&bytes)).contains(&"beyond_ceiling"));
}

#[test]
fn entities_are_never_expanded() {
    let mut document = "<!DOCTYPE d [<!ENTITY a0 \"0123456789\">".to_owned();
    for level in 1..30 {
        document += &format!("<!ENTITY a{level} \"{}\">", format!("&a{};", level - 1).repeat(10));
    }
    document += "]><w:document><w:p><w:t>&a29;</w:t></w:p></w:document>";
    timed(&zip(&[("word/document.xml", document.clone())]));
    timed(document.as_bytes());
}

#[test]
fn forms_that_call_each_other_come_to_an_end() {
    let mut pdf =
        b"%PDF-1.4\n1 0 obj << /Type /Page /Resources 2 0 R /Contents 10 0 R >> endobj\n2 0 obj << /XObject << "
            .to_vec();
    for number in 10..20 {
        pdf.extend_from_slice(format!("/X{number} {number} 0 R ").as_bytes());
    }
    pdf.extend_from_slice(b">> >> endobj\n");
    for number in 10..20 {
        let calls = (10..20).map(|call| format!("/X{call} Do ")).collect::<String>().repeat(50);
        pdf.extend_from_slice(
            format!("{number} 0 obj << /Subtype /Form /Length {} >> stream\n{calls}\nendstream endobj\n", calls.len())
                .as_bytes(),
        );
    }
    assert!(codes(&timed(&pdf)).contains(&"beyond_ceiling"));
}

#[test]
fn nothing_is_looked_through_again_and_again() {
    let many = 30_000;
    for unit in [
        "<",
        "<a",
        "<a =\"",
        "<a =\">\"",
        "<!--",
        "<!-- x",
        "<script>",
        "<style><b>",
        "<table><tr><td>",
        "<tr>",
        "</a",
        "<![CDATA[",
        "&#",
        "<a b='",
        "<pre>",
    ] {
        timed(format!("<html><body>{}", unit.repeat(many)).as_bytes());
        timed(format!("<html><body>{}>", unit.repeat(many)).as_bytes());
    }
    for unit in [
        "{",
        "}",
        "\\u1",
        "\\'e4",
        "{\\*\\x ",
        "\\trowd\\cell",
        "\\row",
        "{\\fonttbl{\\f1\\fcharset2}}",
        "\\bin5 ",
        "\\",
    ] {
        timed(format!("{{\\rtf1 {}", unit.repeat(many)).as_bytes());
    }
    for unit in [
        "--b\r\n",
        "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
        "Subject: x\r\n",
        " folded\r\n",
        "From a\r\n\r\n",
        "=?utf-8?Q?=41",
        "=\r\n",
    ] {
        let head = "From: a\r\nMessage-ID: b\r\nContent-Type: multipart/mixed; boundary=b\r\n";
        timed(format!("{head}{}", unit.repeat(many)).as_bytes());
        timed(format!("{head}\r\n{}", unit.repeat(many)).as_bytes());
    }
    for unit in [
        "1 0 obj ",
        "1 0 obj << /Type /Page /Contents 1 0 R >> ",
        "[",
        "<<",
        "(",
        "1 0 obj<</Length 1 0 R>>stream\n",
        "trailer<<",
        "/",
        "1 0 obj [ 1 0 R ] endobj ",
        "obj",
        "1 0 R ",
        "1 0 obj << /Type /ObjStm /N 9 /First 3 >> stream\n1 0 2 0 endstream ",
    ] {
        timed(format!("%PDF-1.4\n{}", unit.repeat(many)).as_bytes());
    }
    for unit in [
        &b"PK\x03\x04"[..],
        b"PK\x01\x02",
        b"PK\x05\x06",
        b"PK\x03\x04\x14\0\0\0\x08\0aaaabbbbccccdddd\x01\0\0\0x\x03\0",
    ] {
        timed(&unit.repeat(many));
    }
    timed(&[drivekey_testkit::documents::MARKS[1], &[0_u8; 1 << 20]].concat());
    timed(&[drivekey_testkit::documents::MARKS[1], &[1_u8; 1 << 20]].concat());
}

/// The shape of 1Password's export: items with a note, and with fields of their own, beside IDs of the items.
#[test]
fn an_export_of_1password_is_read() {
    let keys = [
        password([42_837, 25_318, 38_375, 16_107, 51_082, 48_855, 42_546, 63_041]),
        password([7, 600, 60_000, 1, 2, 3, 4, 5]),
    ];
    let ids = ["7EDB30ED-1234-4ABC-9DEF-0123456789AB", "9C1F44B2-52D3-4E0A-8F6B-00AA11BB22CC"];
    let item = |uuid: &str, title: &str, details: &str| {
        format!(
            r#"{{"uuid":"{uuid}","favIndex":0,"createdAt":1635347800,"updatedAt":1635347900,"state":"active","categoryUuid":"003",
            "details":{{"loginFields":[],{details},"passwordHistory":[]}},
            "overview":{{"subtitle":"","url":"","title":"{title}","ps":0,"pbe":0.0,"pgrng":false}}}}"#
        )
    };
    let note = format!(r#""notesPlain":"Key ID: {}\nRecovery Key: {}","sections":[]"#, ids[0], keys[0]);
    let traits = r#""guarded":false,"multiline":false,"dontGenerate":false,"placeholder":"",
        "inputTraits":{"keyboard":"default","correction":"default","capitalization":"default"}"#;
    let fields = format!(
        r#""notesPlain":"","sections":[{{"title":"BitLocker","name":"s1","fields":[
        {{"title":"Key ID","id":"f1","value":{{"string":"{}"}},"indexAtSource":0,{traits}}},
        {{"title":"Recovery key","id":"f2","value":{{"concealed":"{}"}},"indexAtSource":1,{traits}}}]}}]"#,
        ids[1], keys[1]
    );
    let items = [
        item("fkruyzrldizuqlnavfj3gltfe4", "PC-ANNA", &note),
        item("0D3F1A52-9F3C-4E1B-8A57-5A7C33D1B2E9", "Laptop of Ben", &fields),
    ];
    let data = format!(
        r#"{{"accounts":[{{"attrs":{{"accountName":"A","name":"A","avatar":"","email":"a@example.org","uuid":"D1820AAB-4B2A-4F6E-A4A2-2C3B3F6C9E11",
        "domain":"https://my.1password.com/"}},"vaults":[{{"attrs":{{"uuid":"pqcgbqjxr4tng2hsqt5ffrgwju","desc":"","avatar":"","name":"Private","type":"P"}},
        "items":[{}]}}]}}]}}"#,
        items.join(",")
    );
    let attributes = r#"{"version":3,"description":"1Password Unencrypted Export","createdAt":1635361487}"#;
    let reading = timed(&zip(&[("export.attributes", attributes.to_owned()), ("export.data", data)]));
    assert_eq!(reading.records.len(), 2, "{:?}", reading.remarks);
    for ((record, key), id) in reading.records.iter().zip(&keys).zip(ids) {
        assert!(record.password.expose_secret().as_str() == key);
        assert_eq!(record.key_id, id.parse().unwrap());
        assert_eq!(record.source, SourceKind::OnePassword);
    }
}
