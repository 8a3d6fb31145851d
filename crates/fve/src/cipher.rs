//! The ciphers a volume may be encrypted with: their names, numbers and key lengths.

/// How a volume's sectors are encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cipher {
    /// Not at all.
    None,
    /// AES-128-CBC with the Elephant diffuser.
    AesCbc128Diffuser,
    /// AES-256-CBC with the Elephant diffuser.
    AesCbc256Diffuser,
    /// AES-128-CBC.
    AesCbc128,
    /// AES-256-CBC.
    AesCbc256,
    /// XTS-AES-128.
    AesXts128,
    /// XTS-AES-256.
    AesXts256,
    /// An undocumented number.
    Unknown(u16),
}

impl Cipher {
    pub(super) const fn from_code(code: u16) -> Self {
        match code {
            0 => Self::None,
            0x8000 => Self::AesCbc128Diffuser,
            0x8001 => Self::AesCbc256Diffuser,
            0x8002 => Self::AesCbc128,
            0x8003 => Self::AesCbc256,
            0x8004 => Self::AesXts128,
            0x8005 => Self::AesXts256,
            other => Self::Unknown(other),
        }
    }

    /// The number in the metadata.
    #[must_use]
    pub const fn code(self) -> u16 {
        match self {
            Self::None => 0,
            Self::AesCbc128Diffuser => 0x8000,
            Self::AesCbc256Diffuser => 0x8001,
            Self::AesCbc128 => 0x8002,
            Self::AesCbc256 => 0x8003,
            Self::AesXts128 => 0x8004,
            Self::AesXts256 => 0x8005,
            Self::Unknown(code) => code,
        }
    }

    /// The name used in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::AesCbc128Diffuser => "aes-cbc-128-diffuser",
            Self::AesCbc256Diffuser => "aes-cbc-256-diffuser",
            Self::AesCbc128 => "aes-cbc-128",
            Self::AesCbc256 => "aes-cbc-256",
            Self::AesXts128 => "aes-xts-128",
            Self::AesXts256 => "aes-xts-256",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Length of the volume key; `None` when the cipher has none or is not known.
    pub(super) const fn key_bytes(self) -> Option<usize> {
        match self {
            Self::AesCbc128 => Some(16),
            Self::AesCbc256 | Self::AesXts128 => Some(32),
            Self::AesCbc128Diffuser | Self::AesCbc256Diffuser | Self::AesXts256 => Some(64),
            Self::None | Self::Unknown(_) => None,
        }
    }
}
