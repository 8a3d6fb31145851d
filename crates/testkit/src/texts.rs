//! Recovery passwords as text, and texts in the encodings that people's files have.

/// The digits of a recovery password, in eight groups, each eleven times a number.
pub fn password(groups: [u16; 8]) -> String {
    groups.map(|group| format!("{:06}", u32::from(group) * 11)).join("-")
}

/// How a text becomes bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf8Bom,
    Utf16Le,
    Utf16LeBom,
    Utf16Be,
    Utf16BeBom,
    Windows1252,
}

impl Encoding {
    pub const ALL: [Self; 7] = [
        Self::Utf8,
        Self::Utf8Bom,
        Self::Utf16Le,
        Self::Utf16LeBom,
        Self::Utf16Be,
        Self::Utf16BeBom,
        Self::Windows1252,
    ];

    pub fn encode(self, text: &str) -> Vec<u8> {
        let units = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Utf8Bom => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
            Self::Utf16Le => units(u16::to_le_bytes),
            Self::Utf16LeBom => [b"\xFF\xFE".to_vec(), units(u16::to_le_bytes)].concat(),
            Self::Utf16Be => units(u16::to_be_bytes),
            Self::Utf16BeBom => [b"\xFE\xFF".to_vec(), units(u16::to_be_bytes)].concat(),
            Self::Windows1252 => encoding_rs::WINDOWS_1252.encode(text).0.into_owned(),
        }
    }
}
