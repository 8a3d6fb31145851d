//! Mails and mailboxes: the text of each, whatever its encoding, and what is attached. Structure by boundaries in one
//! pass; must not know what the parts hold.

use zeroize::Zeroizing;

use crate::charset::{self, head};
use crate::document::{Page, html};
use crate::nested::Members;
use crate::{FileName, Input, Reading, read_extracted};
use drivekey_record::SourceKind;

mod encoded;
mod header;
mod parts;

use header::Headers;
use parts::Parts;

/// Multiparts inside each other.
const MULTIPART_DEPTH_MAX: usize = 12;
/// Headers that begin a mail and little else.
const STRONG: &[&str] = &[
    "mime-version",
    "message-id",
    "received",
    "return-path",
    "delivered-to",
    "dkim-signature",
    "x-mozilla-status",
    "x-unsent",
    "content-transfer-encoding",
    "x-sender",
    "x-mailer",
    "content-class",
];
const WEAK: &[&str] =
    &["from", "to", "cc", "subject", "date", "reply-to", "sender", "content-type", "bcc", "thread-topic", "importance"];

pub(crate) fn sniff(input: &Input<'_>) -> bool {
    let head = head(input.bytes);
    let lines = head
        .strip_prefix("from ")
        .and_then(|mailbox| mailbox.split_once('\n'))
        .map_or(head.as_str(), |(_, lines)| lines);
    looks_like_mail(lines)
}

/// Whether it begins with the headers of a mail: two known ones, one of them nothing else has.
fn looks_like_mail(head: &str) -> bool {
    let (mut known, mut strong) = (0, false);
    for line in head.lines().take_while(|line| !line.trim().is_empty()) {
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':').filter(|(name, _)| header::is_name(name)) else { break };
        strong |= STRONG.contains(&name);
        known += usize::from(WEAK.contains(&name) || STRONG.contains(&name));
    }
    strong && known >= 2
}

pub(crate) fn read(input: &Input<'_>) -> Reading {
    let mut mail = Mail { input, members: Members::of(input) };
    if head(input.bytes).starts_with("from ") {
        parts::each_of_mailbox(input.bytes, |message| mail.message(message, None, 0));
    } else {
        mail.message(input.bytes, None, 0);
    }
    mail.members.finish(None)
}

struct Mail<'a> {
    input: &'a Input<'a>,
    members: Members<'a>,
}

impl Mail<'_> {
    /// A message or a part of one. `outer`: the subject of the mail, read together with its first text.
    fn message(&mut self, bytes: &[u8], outer: Option<&str>, depth: usize) {
        let (headers, body) = Headers::split(bytes);
        let own = headers.get("subject");
        let own = own.as_deref().map(|subject| header::words(subject));
        let subject = own.as_deref().or(outer);
        let kind = headers.get("content-type").unwrap_or_default();
        let kind = header::Value::parse(&kind);
        if let Some(boundary) = kind.parameter("boundary").filter(|_| kind.word.starts_with("multipart/")) {
            if depth == MULTIPART_DEPTH_MAX {
                return self.members.beyond();
            }
            let mut subject = subject;
            for part in Parts::of(body, &boundary) {
                self.message(part, subject.take().or(Some("")), depth + 1);
            }
            return;
        }
        let decoded = encoded::decode(body, headers.get("content-transfer-encoding").unwrap_or_default().trim());
        let name = Self::file_name(&headers, &kind);
        let is_text = kind.word.is_empty() || matches!(kind.word.as_str(), "text/plain" | "text/html");
        if is_text && name.is_none() {
            self.text(&decoded, &kind, subject.unwrap_or_default());
        } else if let Some(nest) = self.members.admit() {
            let is_mail = kind.word == "message/rfc822";
            let name = name.as_deref().unwrap_or(if is_mail { "mail.eml" } else { "attachment" });
            if is_mail {
                let reading = read(&Input { name: FileName::new(Some(name)), bytes: &decoded, nest });
                self.members.add(reading, Some(name));
            } else {
                self.members.read(nest, name, &decoded);
            }
        }
    }

    /// The text of a mail. The same in another form says nothing new.
    fn text(&mut self, bytes: &[u8], kind: &header::Value, subject: &str) {
        let text = charset::decode(bytes, kind.parameter("charset").as_deref());
        let input = Input { name: FileName::default(), bytes, nest: self.input.nest };
        let reading = if kind.word == "text/html" {
            html::read_as(&input, text.as_str(), SourceKind::Mail)
        } else {
            let flowed = kind.parameter("format").is_some_and(|format| format.eq_ignore_ascii_case("flowed"));
            read_extracted(&input, &with_subject(subject, text.as_str(), flowed), SourceKind::Mail)
        };
        if !self.members.knows_all(&reading) {
            self.members.add(reading, None);
        }
    }

    /// The name of an attachment, by either header, in either way of writing it.
    fn file_name(headers: &Headers<'_>, kind: &header::Value) -> Option<String> {
        let disposition = headers.get("content-disposition").unwrap_or_default();
        let disposition = header::Value::parse(&disposition);
        let name = disposition.parameter("filename").or_else(|| kind.parameter("name"));
        let name = name.map(|name| header::words(&name).to_string());
        // Attached without a name: a file all the same.
        name.or_else(|| (disposition.word == "attachment").then(|| "attachment".to_owned()))
    }
}

/// Subject and text as one; soft line ends of a flowed text taken out.
fn with_subject(subject: &str, text: &str, flowed: bool) -> Zeroizing<Vec<u8>> {
    let mut page = Page::with_capacity(subject.len() + text.len() + 2);
    page.text(subject);
    page.edge();
    for line in text.split_inclusive('\n') {
        let end = line.trim_end_matches(['\r', '\n']);
        let soft = flowed && end.ends_with(' ') && end != "-- ";
        page.text(if soft { end } else { line });
    }
    page.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, read};

    const GUID: &str = "C22048E2-1740-4D2B-8BED-9F07A429921C";
    const KEY: &str = "506825-429770-002244-257444-671440-299750-212256-683067";

    fn mail(headers: &str, body: &str) -> String {
        format!("From: a@example.org\r\nSubject: Laptop\r\nMIME-Version: 1.0\r\n{headers}\r\n\r\n{body}")
    }

    #[test]
    fn both_forms_of_a_mail_are_one_record() {
        let parts = format!(
            "--b\r\n\r\n{GUID}\r\n{KEY}\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>{GUID}<p>{KEY}\r\n--b--\r\n"
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
        let attached = encoded::tests::base64(&text);
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

    #[test]
    fn a_note_with_a_colon_is_no_mail() {
        assert!(!looks_like_mail("to: do\nsubject: keys\n\n"));
        assert!(!looks_like_mail("volume c: [os]\nreceived: today\n"));
    }
}
