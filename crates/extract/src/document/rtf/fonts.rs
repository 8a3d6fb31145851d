//! Which code page the bytes of each font are in.

use std::collections::HashMap;

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, IBM866, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258,
};

/// No document has more.
const FONTS_MAX: usize = 4096;

/// The fonts of a document.
pub(super) struct Fonts {
    default: &'static Encoding,
    pages: HashMap<i32, &'static Encoding>,
    /// The document's own font.
    pub(super) first: i32,
}

impl Default for Fonts {
    fn default() -> Self {
        Self { default: WINDOWS_1252, pages: HashMap::new(), first: 0 }
    }
}

impl Fonts {
    /// The document's own page, by number.
    pub(super) fn set_default(&mut self, code_page: i32) {
        self.default = match code_page {
            874 => WINDOWS_874,
            932 => SHIFT_JIS,
            936 => GBK,
            949 => EUC_KR,
            950 => BIG5,
            866 => IBM866,
            1250 => WINDOWS_1250,
            1251 => WINDOWS_1251,
            1253 => WINDOWS_1253,
            1254 => WINDOWS_1254,
            1255 => WINDOWS_1255,
            1256 => WINDOWS_1256,
            1257 => WINDOWS_1257,
            1258 => WINDOWS_1258,
            10_000 => MACINTOSH,
            65_001 => UTF_8,
            _ => WINDOWS_1252,
        };
    }

    /// A font's character set.
    pub(super) fn note(&mut self, font: i32, character_set: i32) {
        let page = match character_set {
            77 => MACINTOSH,
            128 => SHIFT_JIS,
            129 | 130 => EUC_KR,
            134 => GBK,
            136 => BIG5,
            161 => WINDOWS_1253,
            162 => WINDOWS_1254,
            163 => WINDOWS_1258,
            177 => WINDOWS_1255,
            178 => WINDOWS_1256,
            186 => WINDOWS_1257,
            204 => WINDOWS_1251,
            222 => WINDOWS_874,
            238 => WINDOWS_1250,
            // ANSI, the system's own, symbols: the document's page.
            _ => return,
        };
        if self.pages.len() < FONTS_MAX {
            self.pages.insert(font, page);
        }
    }

    pub(super) fn page_of(&self, font: i32) -> &'static Encoding {
        self.pages.get(&font).copied().unwrap_or(self.default)
    }
}
