//! Breaks paragraphs into lines, with words measured as they will be drawn.

use crate::pdf::typeface::{Run, Style, Typefaces, clusters};

/// How full a line is made when letters are measured one by one. Together they may be a little wider.
const LETTERS_FILL: f32 = 0.96;

/// One line.
pub(super) struct Line {
    pub(super) runs: Vec<Run>,
}

/// Breaks a text into lines no wider than `limit` points at `size`. Wider words are broken between letters.
pub(super) fn wrap(faces: &Typefaces<'_>, style: Style, size: f32, text: &str, limit: f32) -> Vec<Line> {
    let text = faces.printable(style, text);
    let space = faces.width(style, " ") * size;
    let mut lines: Vec<Vec<String>> = vec![Vec::new()];
    let mut used = 0.0;
    for word in text.split_whitespace() {
        for part in break_word(faces, style, size, word, limit) {
            let wide = faces.width(style, &part) * size;
            let begun = lines.last().is_some_and(|line| !line.is_empty());
            if begun && used + space + wide > limit {
                lines.push(Vec::new());
                used = wide;
            } else {
                used += if begun { space + wide } else { wide };
            }
            if let Some(line) = lines.last_mut() {
                line.push(part);
            }
        }
    }
    lines.into_iter().map(|words| join_words(faces, style, &words)).collect()
}

/// Breaks a word into parts that fit the width.
fn break_word(faces: &Typefaces<'_>, style: Style, size: f32, word: &str, limit: f32) -> Vec<String> {
    if faces.width(style, word) * size <= limit {
        return vec![word.to_owned()];
    }
    let mut parts = vec![String::new()];
    let mut used = 0.0;
    for cluster in clusters(word) {
        let wide = faces.width(style, cluster) * size;
        if used + wide > limit * LETTERS_FILL && used > 0.0 {
            parts.push(String::new());
            used = 0.0;
        }
        used += wide;
        if let Some(part) = parts.last_mut() {
            part.push_str(cluster);
        }
    }
    parts
}

/// Joins the words of one line into as few runs as possible.
fn join_words(faces: &Typefaces<'_>, style: Style, words: &[String]) -> Line {
    if words.iter().any(|word| word.chars().any(|c| c >= '\u{590}')) {
        // The line may have right-to-left text, so the order of the words is only known for the line as a whole.
        return Line { runs: faces.shape(style, &words.join(" ")).as_ref().clone() };
    }
    let mut runs: Vec<Run> = Vec::new();
    let space = faces.shape(style, " ");
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            space.iter().for_each(|run| append(&mut runs, run));
        }
        faces.shape(style, word).iter().for_each(|run| append(&mut runs, run));
    }
    Line { runs }
}

/// Appends a run, or extends the last one if it has the same face.
fn append(runs: &mut Vec<Run>, run: &Run) {
    match runs.last_mut() {
        Some(last) if last.face == run.face => {
            let by = last.text.len();
            last.text.push_str(&run.text);
            last.width += run.width;
            last.glyphs.extend(run.glyphs.iter().cloned().map(|mut glyph| {
                glyph.from += by;
                glyph.to += by;
                glyph
            }));
        }
        _ => runs.push(run.clone()),
    }
}
