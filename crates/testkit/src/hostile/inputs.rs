//! What each reader gets of the fuzzer's bytes: one function a target. Tests of the product give it the kept corpora,
//! too.
#![allow(dead_code, clippy::pedantic, reason = "each target uses one of them")]

/// Bundles of our own: the JSON of one, and what stands in it.
pub fn bundle(bytes: &[u8]) {
    let _ = drivekey_import::read(None, &[&b"age-encryption.org/v1\n"[..], bytes].concat());
    let json = [&b"drivekey bundle 1\n-----BEGIN DRIVEKEY JSON-----\n"[..], bytes, b"\n-----END DRIVEKEY JSON-----\n"]
        .concat();
    let _ = drivekey_import::read(None, &json);
    let _ = drivekey_import::unpack_bundle(&json);
}

/// Web pages: any bytes behind their mark.
pub fn html(bytes: &[u8]) {
    let bytes = [&b"<!doctype html>"[..], bytes].concat();
    let _ = drivekey_import::read(None, &bytes);
}

/// JSON in every dialect: the bytes as they are, and as the value of the one name that a dialect goes by.
pub fn json(bytes: &[u8]) {
    let _ = drivekey_import::read(None, bytes);
    for (before, after) in [
        (&b"{\"value\":["[..], &b"]}"[..]),
        (b"[{\"KeyProtector\":", b"}]"),
        (b"{\"encrypted\":false,\"items\":[{\"notes\":\"", b"\"}]}"),
    ] {
        let _ = drivekey_import::read(None, &[before, bytes, after].concat());
    }
}

/// Directory listings: any lines of an entry, and any text behind its first.
pub fn ldif(bytes: &[u8]) {
    let _ = drivekey_import::read(None, bytes);
    let _ = drivekey_import::read(None, &[&b"dn: CN=x\nobjectClass: msFVE-RecoveryInformation\n"[..], bytes].concat());
}

/// Lists of names and values, and pages of an account: any lines below a first one.
pub fn list(bytes: &[u8]) {
    for head in [
        "ComputerName         : A\nVolumeType           : OperatingSystem\n",
        "Device name\tKey ID\tRecovery key\tDrive\tKey upload date\n",
    ] {
        let _ = drivekey_import::read(None, &[head.as_bytes(), bytes].concat());
    }
}

/// Mails: any bytes behind two headers.
pub fn mail(bytes: &[u8]) {
    let bytes = [&b"From: a\r\nMIME-Version: 1.0\r\n"[..], bytes].concat();
    let _ = drivekey_import::read(None, &bytes);
}

/// Compound files: any bytes behind their mark; and bytes as the sheet of a workbook, unpacked.
pub fn office(bytes: &[u8]) {
    let _ = drivekey_import::read(None, &[&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], bytes].concat());
    let _ = drivekey_import::read(
        None,
        &stored(&[("xl/workbook.xml", b""), ("xl/worksheets/s.xml", bytes), ("xl/sharedStrings.xml", bytes)]),
    );
    let _ = drivekey_import::read(None, &stored(&[("word/document.xml", bytes)]));
}

/// PDF: any bytes behind its mark.
pub fn pdf(bytes: &[u8]) {
    let bytes = [&b"%PDF-1.7\n"[..], bytes].concat();
    let _ = drivekey_import::read(None, &bytes);
}

/// Rich text: any bytes behind its mark.
pub fn rtf(bytes: &[u8]) {
    let bytes = [&b"{\\rtf1\\ansi "[..], bytes].concat();
    let _ = drivekey_import::read(None, &bytes);
}

/// Pictures and pages from a scanner.
pub fn scan(bytes: &[u8]) {
    let _ = drivekey_sheet::read_scan(bytes);
    let _ = drivekey_sheet::read_scan(&[&b"%PDF-1.7\n"[..], bytes].concat());
}

/// Startup keys and key packages: any bytes, and any entries behind a sound head.
pub fn startup(bytes: &[u8]) {
    let _ = drivekey_import::read(Some("7EDB30ED-1234-4ABC-9DEF-0123456789AB.BEK"), bytes);
    let Ok(size) = u32::try_from(bytes.len() + 0x30) else { return };
    let head = [&size.to_le_bytes()[..], b"\x01\0\0\0\x30\0\0\0", &size.to_le_bytes(), &[7; 32]].concat();
    for name in ["x.BEK", "x.KPG"] {
        let _ = drivekey_import::read(Some(name), &[head.as_slice(), bytes].concat());
    }
}

/// Tables: any lines below each kind of head.
pub fn table(bytes: &[u8]) {
    for head in [
        "Key ID,Recovery Key,Computer\n",
        "id;key;createdDateTime\n",
        "a\tb\tc\n",
        "| Key ID | Key |\n|---|---|\n",
        "KeyProtectorId  RecoveryPassword\n--------------  ----------------\n",
    ] {
        let _ = drivekey_import::read(None, &[head.as_bytes(), bytes].concat());
    }
}

/// Plain text in every encoding, in one piece and in two; and whatever the quick look turns down, no reader takes a key
/// from.
pub fn text(bytes: &[u8]) {
    let found = drivekey_import::read(None, bytes);
    assert!(drivekey_import::could_hold(None, bytes) || found.records.is_empty() && found.attachments.is_empty());
    for text in [[&b"\xFF\xFE"[..], bytes].concat(), [&b"\xFE\xFF"[..], bytes].concat()] {
        let _ = drivekey_import::read(Some("BitLocker Recovery Key 7EDB30ED-1234-4ABC-9DEF-0123456789AB.TXT"), &text);
    }
}

/// XML: the bytes as they are, and inside the entry of a password safe.
pub fn xml(bytes: &[u8]) {
    let _ = drivekey_import::read(None, &[&b"<?xml version=\"1.0\"?>"[..], bytes].concat());
    let inside = [&b"<KeePassFile><Root><Group><Entry>"[..], bytes, b"</Entry></Group></Root></KeePassFile>"].concat();
    let _ = drivekey_import::read(None, &inside);
}

/// Archives: the bytes as they are, and behind the mark of a member.
pub fn zip(bytes: &[u8]) {
    let _ = drivekey_import::read(None, bytes);
    let bytes = [&b"PK\x03\x04"[..], bytes].concat();
    let _ = drivekey_import::read(None, &bytes);
}

/// An archive without packing and without a list: read member by member.
fn stored(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut all = Vec::new();
    let mut list = Vec::new();
    let number = |value: usize| u32::try_from(value).unwrap_or(0).to_le_bytes();
    for (name, bytes) in members {
        let start = all.len();
        let sizes = [number(bytes.len()), number(bytes.len())].concat();
        let head = [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &[0; 4], &sizes, &number(name.len())[..2], &[0, 0]].concat();
        all.extend_from_slice(&[b"PK\x03\x04", head.as_slice(), name.as_bytes(), bytes].concat());
        list.extend_from_slice(
            &[b"PK\x01\x02\x14\0", head.as_slice(), &[0; 10], &number(start), name.as_bytes()].concat(),
        );
    }
    let count = u16::try_from(members.len()).unwrap_or(0).to_le_bytes();
    let end = [b"PK\x05\x06\0\0\0\0", &count[..], &count, &number(list.len()), &number(all.len()), &[0, 0]].concat();
    [all, list, end].concat()
}
