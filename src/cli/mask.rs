//! Masks digits in messages: a key that was typed in the wrong place is not printed back.

/// Digits in one group.
const GROUP: usize = drivekey_record::GROUP_DIGITS;
/// Digits without separators from which on they are taken for a key: no Key ID has so many characters.
const RUN: usize = 33;

/// Whether a text holds two groups of a key, or the digits of one in a row.
pub(super) fn holds_digits(text: &str) -> bool {
    !spans(text).is_empty()
}

/// The text without such digits.
pub(super) fn without_digits(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for (start, end) in spans(text) {
        kept.push_str(&text[from..start]);
        kept.push_str("(digits not shown)");
        from = end;
    }
    kept.push_str(&text[from..]);
    kept
}

/// Where digits of a key stand: groups with one sign between them.
fn spans(text: &str) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut runs = runs(text).into_iter().peekable();
    while let Some((start, mut end)) = runs.next() {
        let mut groups = 1;
        let six = end - start == GROUP;
        while six
            && runs.peek().is_some_and(|&(next, past)| past - next == GROUP && text[end..next].chars().count() == 1)
        {
            groups += 1;
            end = runs.next().map_or(end, |(_, past)| past);
        }
        if groups > 1 || end - start >= RUN {
            spans.push((start, end));
        }
    }
    spans
}

/// Where ASCII digits stand in a row.
fn runs(text: &str) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in text.match_indices(|c: char| c.is_ascii_digit()) {
        match runs.last_mut() {
            Some((_, end)) if *end == at => *end += 1,
            _ => runs.push((at, at + 1)),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_hidden_and_key_ids_are_not() {
        for key in [
            "471207-278498-422125-177177-561902-537405-468006-693451",
            "471207 278498 422125 177177 561902 537405 468006 693451",
            "471207278498422125177177561902537405468006693451",
            "471207-278498",
        ] {
            assert_eq!(without_digits(&format!("a '{key}' b")), "a '(digits not shown)' b", "{key}");
        }
        for text in [
            "12345678-1234-1234-1234-123456789012",
            "7EDB30ED",
            "471207",
            "PC 100200 and 300400",
            "12345678123412341234123456789012",
        ] {
            assert_eq!(without_digits(text), text);
        }
    }
}
