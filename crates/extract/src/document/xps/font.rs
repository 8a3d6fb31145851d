//! How wide the letters of a page's font are: by the text's own numbers, by the font's table, or by a guess.

use zeroize::Zeroizing;

/// Bytes at the beginning of a font that are hidden by the GUID in its name.
const HIDDEN_BYTES: usize = 32;
/// A hundredth of the font's size, the unit of widths beside the text.
const HUNDREDTH: f64 = 0.01;
/// A letter of a font that nobody knows.
const GUESSED: f64 = 0.5;
/// How a font that is hidden ends.
const HIDDEN: &str = ".odttf";

/// The widths of a font's letters, as shares of its size, by the number of the letter's drawing.
#[derive(Default)]
pub(super) struct Widths(Vec<f64>);

impl Widths {
    /// From a font's file. `name` holds the GUID that hides its beginning.
    pub(super) fn read(bytes: &[u8], name: &str) -> Option<Self> {
        let mut font = Zeroizing::new(bytes.to_vec());
        if name.ends_with(HIDDEN) {
            let hex: Vec<u8> = name
                .rsplit('/')
                .next()?
                .chars()
                .filter_map(|c| c.to_digit(16))
                .take(32)
                .filter_map(|digit| u8::try_from(digit).ok())
                .collect();
            let key: Vec<u8> = hex.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
            if key.len() != 16 {
                return None;
            }
            for (at, byte) in font.iter_mut().take(HIDDEN_BYTES).enumerate() {
                *byte ^= key[15 - at % 16];
            }
        }
        let table = |tag: &[u8; 4]| {
            let count = usize::from(u16_at(&font, 4)?);
            let entry = (0..count).map(|at| 12 + at * 16).find(|at| font.get(*at..at + 4) == Some(tag))?;
            let start = usize::try_from(u32_at(&font, entry + 8)?).ok()?;
            font.get(start..)
        };
        let unit = f64::from(u16_at(table(b"head")?, 18)?).max(1.0);
        let count = usize::from(u16_at(table(b"hhea")?, 34)?);
        let widths = table(b"hmtx")?.chunks_exact(4).take(count);
        Some(Self(widths.map(|entry| f64::from(u16::from_be_bytes([entry[0], entry[1]])) / unit).collect()))
    }

    /// How wide a text stands, as a share of the font's size. `indices`: for each letter the number of its drawing, and
    /// its width where that is not the font's own.
    pub(super) fn of(&self, text: &str, indices: &str) -> f64 {
        let mut width = 0.0;
        let mut letters = text.chars().count();
        for entry in indices.split(';').take(letters) {
            // Several letters that are one drawing: `(2:1)45`.
            let (cluster, entry) = entry.split_once(')').map_or(("", entry), |(cluster, rest)| (cluster, rest));
            let drawn = cluster.trim_start_matches('(').split(':').next().and_then(|count| count.parse().ok());
            letters = letters.saturating_sub(drawn.unwrap_or(1_usize));
            let mut numbers = entry.split(',');
            let drawing: Option<usize> = numbers.next().and_then(|number| number.trim().parse().ok());
            let own: Option<f64> = numbers.next().and_then(|number| number.trim().parse().ok());
            width += own.map_or_else(|| self.one(drawing), |hundredths| hundredths * HUNDREDTH);
        }
        #[expect(clippy::cast_precision_loss, reason = "a count of letters")]
        let rest = letters as f64;
        width + rest * self.one(None)
    }

    /// One letter; behind the table's end all are as wide as the last. Which letter of a font it is must be known,
    /// unless all are as wide.
    fn one(&self, drawing: Option<usize>) -> f64 {
        let Some(last) = self.0.last() else { return GUESSED };
        match drawing {
            Some(at) => *self.0.get(at).unwrap_or(last),
            None if self.0.len() <= 2 => *last,
            None => GUESSED,
        }
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A font with three letters that are 500, 250 and 1000 of 1000 wide.
    fn font() -> Vec<u8> {
        let tables: [(&[u8; 4], Vec<u8>); 3] = [
            (b"head", [vec![0; 18], vec![0x03, 0xE8]].concat()),
            (b"hhea", [vec![0; 34], vec![0, 3]].concat()),
            (b"hmtx", [500_u16, 250, 1000].iter().flat_map(|width| [width.to_be_bytes(), [0; 2]].concat()).collect()),
        ];
        let mut bytes = vec![0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0];
        let mut at = 12 + 16 * tables.len();
        for (tag, table) in &tables {
            bytes.extend_from_slice(*tag);
            bytes.extend_from_slice(&[0; 4]);
            bytes.extend_from_slice(&u32::try_from(at).unwrap().to_be_bytes());
            bytes.extend_from_slice(&u32::try_from(table.len()).unwrap().to_be_bytes());
            at += table.len();
        }
        for (_, table) in &tables {
            bytes.extend_from_slice(table);
        }
        bytes
    }

    #[test]
    fn widths_come_from_the_text_or_the_font() {
        let mut hidden = font();
        let name = "res/00112233-4455-6677-8899-AABBCCDDEEFF.odttf";
        let key: Vec<u8> = (0..16).map(|at| at * 0x11).collect();
        hidden.iter_mut().take(32).enumerate().for_each(|(at, byte)| *byte ^= key[15 - at % 16]);
        for (bytes, name) in [(font(), "font.ttf"), (hidden, name)] {
            let widths = Widths::read(&bytes, name).unwrap();
            let near = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-9, "{found}, not {wanted}");
            near(widths.of("abc", "0;1;2"), 1.75);
            near(widths.of("ab", "0,30;1"), 0.55);
            // Two letters that are one drawing.
            near(widths.of("fia", "(2:1)2;1"), 1.25);
        }
        assert!(Widths::read(b"none", "font.ttf").is_none());
    }
}
