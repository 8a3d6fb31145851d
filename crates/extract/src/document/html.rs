//! Web pages and HTML mails: saved account pages, portals, copies out of a browser. Takes the text as it is seen, rows
//! of tables as rows; never follows a link, runs nothing.

use crate::charset::{self, head};
use crate::entity;
use crate::markup::{Piece, Pieces, Tag};
use crate::receiver::{Form, Receiver, Source};
use crate::writer::TextWriter;

/// Words by which a page is known, where it begins with a tag.
const SIGNS: &[&str] = &[
    "<html", "<body", "<table", "<head", "<div", "<meta", "<p", "<br", "<span", "<td", "<title", "<h1", "<h2", "<dl",
    "<ul", "<ol", "<section", "<article",
];
/// Elements whose content is no text.
const UNSEEN: &[&str] = &["script", "style", "template", "noembed", "noframes"];
/// Elements that stand on lines of their own.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "button",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "label",
    "legend",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "textarea",
    "tfoot",
    "thead",
    "title",
    "ul",
];

pub(crate) fn sniff(bytes: &[u8]) -> bool {
    let head = head(bytes);
    let xml = head.starts_with("<?xml") && !head.contains("<html");
    head.starts_with('<')
        && !xml
        && (head.starts_with("<!doctype html") || SIGNS.iter().any(|sign| holds_tag(&head, sign)))
}

/// Whether a tag of this name stands in it, not only one that begins like it.
fn holds_tag(head: &str, sign: &str) -> bool {
    head.match_indices(sign)
        .any(|(at, _)| !head[at + sign.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || "-_:.".contains(c)))
}

pub(crate) fn take(source: &Source<'_>, to: &mut dyn Receiver) {
    let head = head(source.bytes);
    let html = charset::decode(source.bytes, named_charset(&head));
    to.document(Form::Html, &text(html.as_str()));
}

/// The page's own word for its encoding.
fn named_charset(head: &str) -> Option<&str> {
    let (_, value) = head.split_once("charset=").or_else(|| head.split_once("encoding="))?;
    let value = value.trim_start_matches(['"', '\'', ' ']);
    value.split(['"', '\'', ' ', ';', '>', '?', '/']).next()
}

/// The text of a page as it is seen.
pub(crate) fn text(html: &str) -> zeroize::Zeroizing<Vec<u8>> {
    let mut writer = TextWriter::with_capacity(html.len() / 2);
    let mut tables = vec![None];
    // Line ends count inside these.
    let mut preformatted = 0_usize;
    let mut pieces = Pieces::new(html);
    while let Some(piece) = pieces.next() {
        let tag = match piece {
            Piece::Text(text) => {
                words(&mut writer, text, preformatted > 0);
                continue;
            }
            Piece::Verbatim(text) => {
                writer.text(text);
                continue;
            }
            Piece::Tag(tag) => tag,
        };
        if tag.is("pre") || tag.is("textarea") || tag.is("xmp") {
            preformatted = if tag.closes { preformatted.saturating_sub(1) } else { preformatted + 1 };
        }
        if !tag.closes && !tag.empty && UNSEEN.iter().any(|name| tag.is(name)) {
            pieces.skip_to_end(&tag);
        } else {
            element(&mut writer, &tag, &mut tables);
        }
    }
    writer.finish()
}

/// What a tag means for lines and cells. `tables`: for each open table, and for what stands in none, whether a row is
/// open and has a cell already.
fn element(writer: &mut TextWriter, tag: &Tag<'_>, tables: &mut Vec<Option<bool>>) {
    if tag.is("br") {
        writer.line_end();
    } else if tag.is("table") || tag.is("tr") {
        // A row whose end is not marked ends with the next one, or with its table.
        let closes_row = tag.closes || tag.is("tr");
        if closes_row && tables.last_mut().and_then(Option::take).is_some() {
            writer.row_end();
        }
        match (tag.is("tr"), tag.closes) {
            (true, false) => {
                writer.row();
                if let Some(table) = tables.last_mut() {
                    *table = Some(false);
                }
            }
            (false, false) => tables.push(None),
            (false, true) if tables.len() > 1 => drop(tables.pop()),
            (_, true) => {}
        }
        writer.edge();
    } else if tag.is("td") || tag.is("th") {
        match tables.last_mut().and_then(Option::as_mut) {
            Some(begun) if !tag.closes => {
                if std::mem::replace(begun, true) {
                    writer.next_cell();
                }
            }
            Some(_) => {}
            None => writer.space(),
        }
    } else if tag.is("input") {
        if let Some(value) = tag.attribute("value") {
            writer.space();
            words(writer, value, false);
            writer.space();
        }
    } else if tag.is("wbr") {
        // May break a line, shows nothing.
    } else if BLOCKS.iter().any(|name| tag.is(name)) {
        writer.edge();
    }
}

/// Text between tags: references resolved, white space as one blank.
fn words(writer: &mut TextWriter, text: &str, preformatted: bool) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '&' {
            let (characters, after) = entity::resolve(rest);
            writer.text(characters.as_str(&mut [0; 4]));
            rest = after;
            continue;
        }
        if preformatted && matches!(c, '\n' | '\t') {
            if c == '\n' {
                writer.line_end();
            } else {
                writer.char('\t');
            }
            rest = &rest[1..];
        } else if c.is_ascii_whitespace() {
            writer.space();
            rest = &rest[1..];
        } else {
            let plain = rest.find(|c: char| c == '&' || c.is_ascii_whitespace()).unwrap_or(rest.len());
            writer.text(&rest[..plain]);
            rest = &rest[plain..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(html: &str) -> String {
        String::from_utf8_lossy(&text(html)).into_owned()
    }

    #[test]
    fn a_page_reads_as_it_is_seen() {
        assert_eq!(seen("<p>a<b>b</b>\n  c&nbsp;d</p><p>e<br>f"), "ab c\u{A0}d\ne\nf");
        assert_eq!(
            seen("<table><tr><td>1<td>2</td></tr>\n<tr><td><p>3</p><p>4</p></td><td>5</td></tr></table>"),
            "1\t2\n3 4 \t5\n"
        );
        assert_eq!(seen("x<!-- 1 > 2 --><script>if (a < b) '</p>'</script><style>y</style>z"), "xz");
        assert_eq!(seen("<p title='a > b'>c"), "c");
        assert_eq!(seen("1 < 2 &amp; 3 &#52; &#x35; &unknown; &"), "1 < 2 & 3 4 5 &unknown; &");
        assert_eq!(seen("<input type=text value=\"12&#45;3\">4"), "12-3 4");
        assert_eq!(seen("<pre>a\n\tb</pre>c"), "a\n\tb\nc");
        assert_eq!(seen("123<wbr>456-<span>789</span>"), "123456-789");
    }

    #[test]
    fn xml_that_is_no_page_is_left_to_others() {
        assert!(holds_tag("<x><p class=a>", "<p") && holds_tag("<br/>", "<br"));
        assert!(!holds_tag("<x><project><header><pre>", "<p") && !holds_tag("<header>", "<head"));
    }

    #[test]
    fn the_pages_own_word_for_its_encoding_is_found() {
        assert_eq!(named_charset("<meta charset=\"windows-1252\">"), Some("windows-1252"));
        assert_eq!(named_charset("<meta content=\"text/html; charset=shift_jis\">"), Some("shift_jis"));
        assert_eq!(named_charset("<html>"), None);
    }
}
