//! The table of formats. A new one is a file of its own and a line here.

use crate::container::{gzip, mail, ole, sealed, tar, zip};
use crate::document::{card, flat, html, pdf, plist, rtf};
use crate::receiver::{Receiver, Source};

/// One format: whether the bytes look like it, and how they are taken apart.
struct Format {
    sniff: fn(&[u8]) -> bool,
    take: fn(&Source<'_>, &mut dyn Receiver),
    /// Whether text in it may be packed or cut up by marks, so that it does not stand in the bytes as it is read.
    hides: fn(&[u8]) -> bool,
}

/// The choosy ones first: the first that recognises the bytes takes them.
const FORMATS: &[Format] = &[
    Format { sniff: zip::sniff, take: zip::take, hides: always },
    Format { sniff: gzip::sniff, take: gzip::take, hides: always },
    Format { sniff: tar::sniff, take: tar::take, hides: always },
    Format { sniff: ole::sniff, take: ole::take, hides: always },
    Format { sniff: sealed::sniff, take: sealed::take, hides: always },
    Format { sniff: pdf::sniff, take: pdf::take, hides: always },
    Format { sniff: rtf::sniff, take: rtf::take, hides: always },
    Format { sniff: plist::sniff, take: plist::take, hides: always },
    Format { sniff: card::sniff, take: card::take, hides: always },
    Format { sniff: flat::sniff, take: flat::take, hides: always },
    Format { sniff: html::sniff, take: html::take, hides: never },
    Format { sniff: mail::sniff, take: mail::take, hides: mail::may_hold_packed },
];

/// Takes a file apart; `false` where no format recognises it.
pub fn take_apart(source: &Source<'_>, to: &mut dyn Receiver) -> bool {
    let format = FORMATS.iter().find(|format| (format.sniff)(source.bytes));
    if let Some(format) = format {
        (format.take)(source, to);
    }
    format.is_some()
}

/// Takes a mail apart, whatever its bytes look like.
pub fn take_mail_apart(source: &Source<'_>, to: &mut dyn Receiver) {
    mail::take(source, to);
}

/// Whether text in these bytes may stand there otherwise than it is read: in archives, in most documents, in files of
/// which only the kind can be told, and in mails with such a file in them as it is. In web pages and in mails it does
/// not, but for references and for parts whose encoding is named beside them.
#[must_use]
pub fn hides_text(bytes: &[u8]) -> bool {
    FORMATS.iter().any(|format| (format.sniff)(bytes) && (format.hides)(bytes))
}

const fn always(_: &[u8]) -> bool {
    true
}

const fn never(_: &[u8]) -> bool {
    false
}
