//! Finds GUIDs and recovery passwords in a normalised text, without any label, in one pass and linear time. Which of
//! them belong together is decided elsewhere.

mod attempt;
mod chain;
mod event;
mod guid;
mod numbered;
mod part;
mod word;

use std::hash::RandomState;
use std::ops::Range;

use super::normalise::Normalised;
use chain::{Chain, End};
use event::Finds;
use numbered::Numbered;

pub(super) use event::{Event, Found};
pub(super) use guid::{begun_at, guid_at};
pub(super) use word::{is_part, look_alike};

/// All finds in the order of the text. `marks` keys the passwords' marks.
pub(super) fn scan(normalised: &Normalised, marks: RandomState) -> Vec<Event> {
    let text = normalised.text.as_bytes();
    let mut finds = Finds::new(marks);
    let mut chain = Chain::new();
    let mut numbered = Numbered::default();
    let mut line = 1;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if word::is_part(byte) {
            let end = word::end(text, at);
            if let Some(guid) = guid_in_word(text, at..end, normalised.single_byte) {
                chain.finish(text, End::Text, &mut finds);
                numbered.reset();
                let crossed = text[at..guid.span.end].split(|byte| *byte == b'\n').count() - 1;
                finds.push(Event {
                    span: guid.span.clone(),
                    line,
                    rejoined: crossed > 0,
                    ocr: guid.ocr,
                    found: Found::Guid(guid.guid),
                });
                line += crossed;
                at = guid.span.end;
                continue;
            }
            numbered.word(text, at..end, line, &mut finds);
            chain.word(text, at..end, line, &mut finds);
            at = end;
        } else {
            if byte == b'\n' {
                line += 1;
            }
            if text[at..].starts_with(b"...") {
                chain.finish(text, End::Cut, &mut finds);
            } else if !chain.separator(byte) {
                chain.finish(text, End::Text, &mut finds);
            }
            at += 1;
        }
    }
    chain.finish(text, End::Cut, &mut finds);
    // Numbered groups are known later than what stands between them.
    finds.events.sort_by_key(|event| event.span.start);
    finds.events
}

/// A GUID that begins this word. The second byte of a two-byte character may look like a letter before it.
fn guid_in_word(text: &[u8], word: Range<usize>, single_byte: bool) -> Option<guid::Match> {
    let signs = text[word.clone()].iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    let start = word.start + signs;
    let glued = single_byte && start > 0 && !matches!(text[start - 1], b' '..=b'~' | b'\n' | b'\t');
    match word.end - start {
        8 => guid_at(text, start),
        9 if glued => guid_at(text, start + 1),
        // Broken by the end of a line, inside its first part.
        1..8 if text.get(word.end) == Some(&b'\n') => guid_at(text, start),
        _ => None,
    }
}
