//! Draws pages as one HTML file. A browser fetches nothing: codes are SVG, and the typeface of the digits is embedded.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::SheetError;
use super::fonts::DIGIT_FACE;
use super::page::{Block, ListedKey, Page, Paper, Symbol, SymbolKind};
use super::symbol::modules;

const STYLE: &str = "\
body{font:10.5pt/1.35 sans-serif;color:#000;background:#fff;margin:0}\
section{max-width:182mm;margin:0 auto;break-after:page}\
h1{font-size:20pt;margin:0;border-bottom:1.2pt solid;display:flex;justify-content:space-between}\
h2{font-size:12pt;margin:.8em 0 .2em}p{margin:.6em 0}ol{margin:.2em 0;padding-left:1.6em}\
.d{font-family:Digits,monospace;font-weight:bold}\
.c{font-family:monospace;font-size:9pt;white-space:pre-wrap;overflow-wrap:anywhere}\
.n{font-weight:normal;font-family:sans-serif;font-size:9pt;position:absolute;left:3pt;top:1pt}\
dl{display:grid;grid-template-columns:6em 1fr;margin:.6em 0}dd{margin:0;font-weight:bold;overflow-wrap:anywhere}\
.g{display:grid;grid-template-columns:repeat(4,1fr)}\
.g>div{border:.7pt solid;position:relative;text-align:center;padding:9pt 0 3pt;font-size:24pt}\
.g small{font-size:13pt;font-weight:normal;margin-left:4pt}.b>div{height:20pt}\
.k{border:.7pt solid;padding:3pt 7pt;display:flex;gap:14pt;align-items:center}.k .d:first-child{font-size:26pt}\
table{border-collapse:collapse;width:100%}td{border:.7pt solid;text-align:center}\
.s{display:flex;gap:10pt;align-items:flex-start}.s figure{margin:4pt 0;display:flex;gap:6pt;flex:1;font-size:8pt}\
.s figure.w{display:block;text-align:center}svg{display:block;flex:none}\
.e{border-top:.8pt solid;display:flex;gap:8pt;break-inside:avoid;margin-top:6pt;padding-top:4pt}\
.e>div:first-child{flex:1;min-width:0;overflow-wrap:anywhere}\
.e .g>div{font-size:14pt;padding:3pt 0 2pt}footer{font-size:8pt;margin-top:1em}";

/// Begins a line of a kit.
const SECRET_LINE: &str = "<div class=\"d\" style=\"font-size:15pt\">";

/// The lines of a kit on a page that [`html()`] drew, as [`crate::parse_kit`] takes them; `None` if there are none.
#[must_use]
pub fn html_kit(page: &str) -> Option<Zeroizing<String>> {
    let mut lines = Zeroizing::new(String::with_capacity(1024));
    for line in page.split(SECRET_LINE).skip(1).filter_map(|behind| behind.split('<').next()) {
        if lines.len() + line.len() < 1024 {
            lines.push_str(line);
            lines.push('\n');
        }
    }
    (!lines.is_empty()).then_some(lines)
}

/// Draws pages, one after the other.
///
/// # Errors
/// [`SheetError::Symbol`] when a text is too long for its symbol.
pub fn html(pages: &[Page], paper: Paper) -> Result<Zeroizing<String>, SheetError> {
    let mut out = Zeroizing::new(String::with_capacity(64 * 1024));
    let name = pages.first().map_or("Recovery key", |page| page.name);
    let size = match paper {
        Paper::A4 => "A4",
        Paper::Letter => "letter",
    };
    out.push_str("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
    out.push_str(
        "<meta http-equiv=\"Content-Security-Policy\" \
         content=\"default-src 'none'; style-src 'unsafe-inline'; font-src data:\">\n",
    );
    out.push_str("<title>");
    escape(&mut out, name);
    out.push_str("</title>\n<style>@font-face{font-family:Digits;src:url(data:font/ttf;base64,");
    STANDARD.encode_string(DIGIT_FACE, &mut out);
    // Writing to a String cannot fail, here and below.
    let _ = writeln!(out, ")}}@page{{size:{size};margin:14mm}}{STYLE}</style></head><body>");
    for page in pages {
        out.push_str("<section>\n");
        page.blocks.iter().try_for_each(|block| write_block(&mut out, block))?;
        element(&mut out, "footer", &page.foot);
        out.push_str("</section>\n");
    }
    out.push_str("</body></html>\n");
    Ok(out)
}

fn write_block(out: &mut String, block: &Block) -> Result<(), SheetError> {
    match block {
        Block::Title(title, end) => {
            out.push_str("<h1>");
            element(out, "span", title);
            if let Some(end) = end {
                element(out, "span", end);
            }
            out.push_str("</h1>\n");
        }
        Block::Heading(text) => element(out, "h2", text),
        Block::Text(text) => element(out, "p", text),
        Block::Strong(text) => {
            out.push_str("<p>");
            element(out, "strong", text);
            out.push_str("</p>\n");
        }
        Block::Facts(rows) => {
            out.push_str("<dl>");
            for (name, value) in rows {
                element(out, "dt", name);
                // A right-to-left name must not affect the direction of the text around it.
                out.push_str("<dd>");
                element(out, "bdi", value);
                out.push_str("</dd>");
            }
            out.push_str("</dl>\n");
        }
        Block::KeyId { first, whole } => {
            out.push_str("<div class=\"k\"><span class=\"d\">");
            escape(out, first);
            out.push_str(
                "</span><span>Key ID. The screen shows these first 8 characters, or all of it:<br><span class=\"d\">",
            );
            escape(out, whole);
            out.push_str("</span></span></div>\n");
        }
        Block::Groups { row, groups } => {
            if let Some(row) = row {
                let _ = write!(out, "<h2>Row {row}</h2>");
            }
            write_groups(out, groups);
        }
        Block::Blanks(name) => {
            element(out, "h2", name);
            out.push_str("<div class=\"g b\">");
            for group in 1..=drivekey_record::GROUPS {
                let _ = write!(out, "<div><span class=\"n\">{group}</span></div>");
            }
            out.push_str("</div>\n");
        }
        Block::Steps(steps) => {
            out.push_str("<ol>");
            for step in steps {
                element(out, "li", step);
            }
            out.push_str("</ol>\n");
        }
        Block::FunctionKeys => {
            out.push_str("<table><tr>");
            for key in 1..=10 {
                let _ = write!(out, "<td>F{key}</td>");
            }
            out.push_str("</tr><tr>");
            for key in 1..=10 {
                let _ = write!(out, "<td class=\"d\">{}</td>", key % 10);
            }
            out.push_str("</tr></table>\n");
        }
        Block::Symbols(symbols) => write_symbols(out, symbols)?,
        Block::ListedKey(key) => write_listed_key(out, key)?,
        Block::Commands(commands) => commands.iter().for_each(|command| {
            out.push_str("<div class=\"c\">$ ");
            escape(out, command);
            out.push_str("</div>\n");
        }),
        Block::SecretLines(lines) => lines.iter().for_each(|line| {
            out.push_str(SECRET_LINE);
            escape(out, line);
            out.push_str("</div>\n");
        }),
    }
    Ok(())
}

fn write_groups(out: &mut String, groups: &[(Zeroizing<String>, Option<char>)]) {
    out.push_str("<div class=\"g\">");
    for (at, (group, letter)) in groups.iter().enumerate() {
        let _ = write!(out, "<div class=\"d\"><span class=\"n\">{} </span>", at + 1);
        escape(out, group);
        if let Some(letter) = letter {
            let _ = write!(out, " <small>{letter}</small>");
        }
        out.push_str("</div>\n");
    }
    out.push_str("</div>\n");
}

fn write_listed_key(out: &mut String, key: &ListedKey) -> Result<(), SheetError> {
    out.push_str("<div class=\"e\"><div><strong><bdi>");
    escape(out, &key.heading);
    out.push_str("</bdi></strong><br><bdi>");
    escape(out, &key.line);
    out.push_str("</bdi><br>Key ID <span class=\"d\">");
    escape(out, &key.key_id);
    out.push_str("</span>");
    write_groups(out, &key.groups);
    out.push_str("</div>");
    for symbol in &key.symbols {
        write_svg(out, symbol, if symbol.kind == SymbolKind::Qr { 2.1 } else { 1.6 })?;
    }
    out.push_str("</div>\n");
    Ok(())
}

fn write_symbols(out: &mut String, symbols: &[Symbol]) -> Result<(), SheetError> {
    out.push_str("<div class=\"s\">");
    for symbol in symbols {
        let (class, module) = match symbol.kind {
            SymbolKind::Code128 => (" class=\"w\"", 1.6),
            SymbolKind::Qr => ("", 2.6),
            SymbolKind::SmallQr => ("", 2.0),
        };
        let _ = write!(out, "<figure{class}>");
        write_svg(out, symbol, module)?;
        out.push_str("<figcaption>");
        escape(out, &symbol.caption);
        if let Some(shown) = &symbol.shown {
            element(out, "span class=\"d\"", shown);
        }
        out.push_str("</figcaption></figure>\n");
    }
    out.push_str("</div>\n");
    Ok(())
}

/// A symbol with its quiet zone. `module` is the size of a module, in points.
fn write_svg(out: &mut String, symbol: &Symbol, module: f32) -> Result<(), SheetError> {
    let modules = modules(symbol)?;
    let (quiet, height) = if modules.rows == 1 { (10, 23) } else { (4, 1) };
    let columns = modules.columns + 2 * quiet;
    let rows = if modules.rows == 1 { height } else { modules.rows + 2 * quiet };
    let above = if modules.rows == 1 { 0 } else { quiet };
    let points = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX)) * module;
    let _ = write!(
        out,
        "<svg width=\"{}pt\" height=\"{}pt\" viewBox=\"0 0 {columns} {rows}\" shape-rendering=\"crispEdges\"><path \
         d=\"",
        points(columns),
        points(rows)
    );
    for (column, row, length) in modules.strips() {
        let _ = write!(out, "M{} {}h{length}v{height}h-{length}z", column + quiet, row + above);
    }
    out.push_str("\"/></svg>");
    Ok(())
}

/// An element that contains a text. Attributes may follow its name.
fn element(out: &mut String, name: &str, text: &str) {
    let bare = name.split(' ').next().unwrap_or_default();
    let _ = write!(out, "<{name}>");
    escape(out, text);
    let _ = writeln!(out, "</{bare}>");
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}
