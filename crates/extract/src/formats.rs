//! The table of formats. A new one is a file of its own and a line here.

use crate::container::{gzip, mail, ole, sealed, tar, zip};
use crate::document::{html, pdf, rtf};
use crate::receiver::{Receiver, Source};

/// One format: whether the bytes look like it, and how they are taken apart.
struct Format {
    sniff: fn(&[u8]) -> bool,
    take: fn(&Source<'_>, &mut dyn Receiver),
    /// Whether its text is packed, or cut up by marks, so that it does not stand in the bytes as it is read.
    hides: bool,
}

/// The choosy ones first: the first that recognises the bytes takes them.
const FORMATS: &[Format] = &[
    Format { sniff: zip::sniff, take: zip::take, hides: true },
    Format { sniff: gzip::sniff, take: gzip::take, hides: true },
    Format { sniff: tar::sniff, take: tar::take, hides: true },
    Format { sniff: ole::sniff, take: ole::take, hides: true },
    Format { sniff: sealed::sniff, take: sealed::take, hides: false },
    Format { sniff: pdf::sniff, take: pdf::take, hides: true },
    Format { sniff: rtf::sniff, take: rtf::take, hides: true },
    Format { sniff: html::sniff, take: html::take, hides: false },
    Format { sniff: mail::sniff, take: mail::take, hides: false },
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

/// Whether these are the bytes of a format in which no text stands as it is read: archives and most documents. In web
/// pages and mails it does, but for references and for parts whose encoding is named beside them.
#[must_use]
pub fn hides_text(bytes: &[u8]) -> bool {
    FORMATS.iter().any(|format| format.hides && (format.sniff)(bytes))
}
