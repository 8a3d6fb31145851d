//! Mails: every encoding undone, both forms of one read once, mails in mails and mailboxes.

use base64::Engine;
use drivekey_import::{Outcome, read};
use drivekey_record::SourceKind;

const GUID: &str = "C22048E2-1740-4D2B-8BED-9F07A429921C";
const KEY: &str = "506825-429770-002244-257444-671440-299750-212256-683067";

fn mail(headers: &str, body: &str) -> String {
    format!("From: a@example.org\r\nSubject: Laptop\r\nMIME-Version: 1.0\r\n{headers}\r\n\r\n{body}")
}

#[test]
fn both_forms_of_a_mail_are_one_record() {
    let parts = format!(
        "--b\r\n\r\nID {GUID}\r\n{KEY}\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>ID {GUID}<p>{KEY}\r\n--b--\r\n"
    );
    let reading = read(Some("x.eml"), mail("Content-Type: multipart/alternative; boundary=b", &parts).as_bytes());
    assert_eq!((reading.outcome(), reading.records.len()), (Outcome::Ok, 1), "{:?}", reading.remarks);
    assert_eq!(reading.records[0].source, SourceKind::Mail);
}

#[test]
fn encodings_and_names_are_undone() {
    let soft = format!("{}=\r\n{}", &KEY[..30], &KEY[30..]);
    let body = format!("ID=3A {GUID}\r\n{soft}\r\n");
    let reading = read(None, mail("Content-Transfer-Encoding: quoted-printable", &body).as_bytes());
    assert_eq!((reading.outcome(), reading.records.len()), (Outcome::Ok, 1), "{:?}", reading.remarks);

    // "ID <GUID>\nKey" in base64, attached under an encoded name.
    let text: Vec<u8> = format!("{GUID}\n{KEY}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let attached = base64::engine::general_purpose::STANDARD.encode(&text);
    let parts = format!(
        "--x y\r\nContent-Type: text/plain; name*0*=utf-8''Schl%C3%BC; name*1=ssel.txt\r\nContent-Transfer-Encoding: base64\r\n\r\n{attached}\r\n--x y--"
    );
    let reading = read(None, mail("Content-Type: multipart/mixed;\r\n boundary=\"x y\"", &parts).as_bytes());
    assert_eq!((reading.outcome(), reading.records.len()), (Outcome::Ok, 1), "{:?}", reading.remarks);
    assert_eq!(reading.records[0].inside.as_ref().map(drivekey_record::LineText::as_str), Some("Schlüssel.txt"));
}

#[test]
fn a_mail_in_a_mail_and_a_mailbox_are_read() {
    let inner = mail("X-Mailer: x", &format!("{GUID} {KEY}"));
    let parts = format!("--b\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--b--");
    let outer = mail("Content-Type: multipart/mixed; boundary=b", &parts);
    assert_eq!(read(None, outer.as_bytes()).records.len(), 1);
    let mailbox = format!(
        "From a@b Mon Jan 1 2024\r\n{}\r\n\r\nFrom a@b Mon Jan 1 2024\r\n{inner}\r\n",
        mail("X-Mailer: x", "none")
    );
    assert_eq!(read(None, mailbox.as_bytes()).records.len(), 1);
}
