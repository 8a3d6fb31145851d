//! A key of a kind that this version does not know: its text, and what is known of it.

use zeroize::Zeroizing;

use super::key::fact_rows;
use super::{Block, Day, KeySheet, Page, Symbol, SymbolKind, destroy, foot};
use drivekey_record::RecoveryPassword;

/// Characters in a line of the key: so many fit in large type.
const LINE_CHARS: usize = 30;
/// A longer key has no symbol: its squares would be too small to be read.
const SYMBOL_BYTES: usize = 300;

/// The page of one such key.
pub(super) fn other_page(key: &KeySheet<'_>, printed: Day) -> Page {
    let mut blocks = vec![
        Block::Title("A key that drivekey keeps", None),
        Block::Strong("Keep this page in a safe place, away from what the key opens.".to_owned()),
    ];
    blocks.extend(other_blocks(key));
    blocks.extend(destroy("To destroy this page"));
    Page { name: "A key that drivekey keeps", blocks, foot: foot(printed, &format!("Record {}", key.facts.record)) }
}

/// What stands on a page of one such key, alone or among others.
pub(super) fn other_blocks(key: &KeySheet<'_>) -> Vec<Block> {
    let facts = &key.facts;
    let mut rows = vec![("Record", facts.record.to_string()), ("Kind", facts.kind.to_string())];
    rows.extend(fact_rows(facts));
    let shown = key.key.shown_in_ascii();
    let mut blocks = vec![
        Block::Text(format!(
            "This is no BitLocker recovery key. It is a key of the kind {}, which a later version of drivekey took in; \
             this version does not know what it opens. Its lines are one text, with nothing between them. Between \
             quotation marks it is a JSON string: \\u and four characters stand for what is not plain ASCII.",
            facts.kind
        )),
        Block::Facts(rows),
        Block::SecretLines(lines(&shown)),
        // By this and the sentence above, import knows what to leave out.
        Block::Text("The key ends here.".to_owned()),
    ];
    // A code of digits alone is one of a recovery key to whoever scans it.
    if key.key.as_str().len() <= SYMBOL_BYTES && RecoveryPassword::parse(key.key.as_str()).is_err() {
        let payload = Zeroizing::new(key.key.as_str().to_owned());
        let caption = "The key itself, as it is kept.".to_owned();
        blocks.push(Block::Symbols(vec![Symbol { kind: SymbolKind::Qr, payload, caption, shown: None }]));
    }
    blocks
}

/// Lines that neither begin nor end with a space, where that can be: it would not be seen.
fn lines(text: &str) -> Vec<Zeroizing<String>> {
    let letters: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().collect());
    let mut lines = Vec::new();
    let mut rest = &letters[..];
    while !rest.is_empty() {
        let most = rest.len().min(LINE_CHARS);
        let is_seen = |at: &usize| *at == rest.len() || (rest[*at] != ' ' && rest[*at - 1] != ' ');
        let at = (1..=most).rev().find(is_seen).unwrap_or(most);
        let (line, behind) = rest.split_at(at);
        let mut text = Zeroizing::new(String::with_capacity(line.len() * 4));
        text.extend(line);
        lines.push(text);
        rest = behind;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_give_the_text_again_and_hide_no_space() {
        for text in ["", "x", &"open sesame ".repeat(20), &"x".repeat(95), &" ".repeat(70)] {
            let made = lines(text);
            assert_eq!(made.iter().map(|line| line.as_str()).collect::<String>(), text);
            assert!(made.iter().all(|line| line.chars().count() <= LINE_CHARS && line.capacity() >= line.len()));
        }
        let seen = lines(&"open sesame ".repeat(20));
        assert!(seen[1..].iter().all(|line| !line.starts_with(' ')));
    }
}
