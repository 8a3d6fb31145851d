//! Mails and mailboxes: the text of each, whatever its encoding, and what is attached. By hand: parts inside parts have
//! a limit, nothing is copied, and a mail that was cut off still gives what is there (decision 0008).

use memchr::memmem;
use zeroize::Zeroizing;

use crate::charset::{self, head};
use crate::document::html;
use crate::members::Members;
use crate::receiver::{Fault, Form, Member, Receiver, Source};
use crate::writer::TextWriter;

mod encoded;
mod header;
mod parts;

pub use encoded::quoted_printable;

use header::Headers;
use parts::Parts;

/// Multiparts inside each other.
const MULTIPART_DEPTH_MAX: usize = 12;
/// Longest line with the length of a message.
const EMLX_LINE_BYTES: usize = 32;
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

pub(crate) fn sniff(bytes: &[u8]) -> bool {
    let head = head(message_of_emlx(bytes).unwrap_or(bytes));
    let lines = head
        .strip_prefix("from ")
        .and_then(|mailbox| mailbox.split_once('\n'))
        .map_or(head.as_str(), |(_, lines)| lines);
    looks_like_mail(lines)
}

/// The message in a file of Apple Mail: behind a line with its length, before a property list.
fn message_of_emlx(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().take(EMLX_LINE_BYTES).position(|byte| *byte == b'\n')?;
    let length: usize = std::str::from_utf8(&bytes[..end]).ok()?.trim().parse().ok()?;
    let rest = &bytes[end + 1..];
    Some(&rest[..length.min(rest.len())])
}

/// Marks of files whose text does not stand in them as it is read.
const PACKED: [&[u8]; 6] = [b"PK\x03\x04", b"\x1F\x8B\x08", b"\xD0\xCF\x11\xE0", b"%PDF-", b"{\\rtf", b"ustar"];

/// Whether such a file may be attached to it without being encoded.
pub(crate) fn may_hold_packed(bytes: &[u8]) -> bool {
    PACKED.iter().any(|mark| memmem::find(bytes, mark).is_some())
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

pub(crate) fn take(source: &Source<'_>, to: &mut dyn Receiver) {
    let mut mail = Mail { members: Members::new(source, to) };
    if let Some(message) = message_of_emlx(source.bytes) {
        mail.message(message, None, 0);
    } else if head(source.bytes).starts_with("from ") {
        parts::each_of_mailbox(source.bytes, |message| mail.message(message, None, 0));
    } else {
        mail.message(source.bytes, None, 0);
    }
}

struct Mail<'s, 'r> {
    members: Members<'s, 'r>,
}

impl Mail<'_, '_> {
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
            for part in Parts::new(body, &boundary) {
                self.message(part, subject.take().or(Some("")), depth + 1);
            }
            return;
        }
        if is_sealed(&kind) {
            return self.members.fault(Fault::Encrypted);
        }
        let decoded = encoded::decode(body, headers.get("content-transfer-encoding").unwrap_or_default().trim());
        let name = Self::file_name(&headers, &kind);
        let is_text = kind.word.is_empty() || matches!(kind.word.as_str(), "text/plain" | "text/html");
        if is_text && name.is_none() {
            self.text(&decoded, &kind, subject.unwrap_or_default());
        } else if let Some(nest) = self.members.admit() {
            let is_mail = kind.word == "message/rfc822";
            let name = name.as_deref().unwrap_or(if is_mail { "mail.eml" } else { "attachment" });
            self.members.to.member(Member { name: Some(name), bytes: &decoded, nest, is_mail });
        }
    }

    /// The text of a mail.
    fn text(&mut self, bytes: &[u8], kind: &header::Value, subject: &str) {
        let text = charset::decode(bytes, kind.parameter("charset").as_deref());
        let text = if kind.word == "text/html" {
            html::text(text.as_str())
        } else {
            let flowed = kind.parameter("format").is_some_and(|format| format.eq_ignore_ascii_case("flowed"));
            with_subject(subject, text.as_str(), flowed)
        };
        self.members.text(Form::Mail, &text);
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

/// Whether a part is an encrypted one of S/MIME.
fn is_sealed(kind: &header::Value) -> bool {
    let sealed = matches!(kind.word.as_str(), "application/pkcs7-mime" | "application/x-pkcs7-mime");
    sealed && !kind.parameter("smime-type").is_some_and(|what| what.to_ascii_lowercase().starts_with("signed"))
}

/// Subject and text as one; soft line ends of a flowed text taken out.
fn with_subject(subject: &str, text: &str, flowed: bool) -> Zeroizing<Vec<u8>> {
    let mut writer = TextWriter::with_capacity(subject.len() + text.len() + 2);
    writer.text(subject);
    writer.edge();
    for line in text.split_inclusive('\n') {
        let end = line.trim_end_matches(['\r', '\n']);
        let soft = flowed && end.ends_with(' ') && end != "-- ";
        writer.text(if soft { end } else { line });
    }
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_with_a_colon_is_no_mail() {
        assert!(!looks_like_mail("to: do\nsubject: keys\n\n"));
        assert!(!looks_like_mail("volume c: [os]\nreceived: today\n"));
    }
}
