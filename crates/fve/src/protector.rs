//! Key protectors: the ways to open a volume, as the metadata list them in the clear.

use chrono::{DateTime, Utc};

use super::bytes::{guid_at, parse_text, time_at, u16_at};
use super::datum::{Datum, Datums, kind, role};
use drivekey_record::{Guid, LineText};

/// The nested datums follow GUID, time and kind.
const PROPERTIES_AT: usize = 28;
/// The low byte of the number does not tell the kind.
const KIND_MASK: u16 = 0xFF00;
const METHOD_RECOVERY_PASSWORD: u16 = 0x1000;
const METHOD_PASSWORD: u16 = 0x1001;

/// What a protector needs to open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProtectorKind {
    /// Nothing: protection is suspended.
    ClearKey,
    /// The computer's TPM.
    Tpm,
    /// A key file, as on a startup stick.
    StartupKey,
    /// TPM and key file.
    TpmStartupKey,
    /// TPM and PIN.
    TpmPin,
    /// TPM, PIN and key file.
    TpmPinStartupKey,
    /// The 48 digits.
    RecoveryPassword,
    /// A smart card or a recovery agent's certificate.
    PublicKey,
    /// A password that a person chose.
    Password,
    /// A kind that this program does not know.
    Unknown,
}

/// How a typed secret is stretched into a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The number of the method.
    pub method: u16,
    /// Zero for the known way; anything else stands for another one.
    pub flags: u16,
}

/// Why a secret cannot be tried on a protector. A failure would not mean that the secret is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// The key is derived in an unknown way, such as in FIPS mode.
    StretchFlags(u16),
    /// The stretch method is new, or that of another kind of secret.
    StretchMethod(u16),
    /// A necessary part is missing.
    Incomplete,
}

impl Doubt {
    /// The name used in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::StretchFlags(_) => "stretch-flags",
            Self::StretchMethod(_) => "stretch-method",
            Self::Incomplete => "incomplete",
        }
    }
}

/// One way to open a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Protector {
    /// Its GUID; for a recovery password, the Key ID.
    pub guid: Guid,
    /// What it needs to open.
    pub kind: ProtectorKind,
    /// The number of the kind in the metadata.
    pub code: u16,
    /// When it was last changed.
    pub modified: Option<DateTime<Utc>>,
    /// Its name, such as `DiskPassword`.
    pub label: Option<LineText>,
    /// Where the key was saved, such as a masked mail address.
    pub hint: Option<LineText>,
    /// How the secret is stretched, if it is typed.
    pub stretch: Option<Stretch>,
    /// Why a secret of its kind cannot be tried on it, if so.
    pub doubt: Option<Doubt>,
}

impl ProtectorKind {
    const fn from_code(code: u16) -> Self {
        match code & KIND_MASK {
            0x0000 => Self::ClearKey,
            0x0100 => Self::Tpm,
            0x0200 => Self::StartupKey,
            0x0300 => Self::TpmStartupKey,
            0x0500 => Self::TpmPin,
            0x0700 => Self::TpmPinStartupKey,
            0x0800 => Self::RecoveryPassword,
            0x1000 => Self::PublicKey,
            0x2000 => Self::Password,
            _ => Self::Unknown,
        }
    }

    /// The name used in JSON output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClearKey => "clear-key",
            Self::Tpm => "tpm",
            Self::StartupKey => "startup-key",
            Self::TpmStartupKey => "tpm-startup-key",
            Self::TpmPin => "tpm-pin",
            Self::TpmPinStartupKey => "tpm-pin-startup-key",
            Self::RecoveryPassword => "recovery-password",
            Self::PublicKey => "public-key",
            Self::Password => "password",
            Self::Unknown => "unknown",
        }
    }

    /// The stretch method of a secret that is typed.
    const fn stretch_method(self) -> Option<u16> {
        match self {
            Self::RecoveryPassword => Some(METHOD_RECOVERY_PASSWORD),
            Self::Password => Some(METHOD_PASSWORD),
            _ => None,
        }
    }
}

impl Protector {
    /// Parses a datum; `None` when it is not a protector, or too short for one.
    pub(super) fn parse(datum: &Datum<'_>) -> Option<Self> {
        let properties = properties(datum)?;
        let code = u16_at(datum.data, 26)?;
        let kind = ProtectorKind::from_code(code);
        let find = |of_kind| properties.clone().find(|property| property.kind == of_kind);
        let stretch = find(kind::STRETCH_KEY).and_then(|property| property.stretch_key());
        let sealed = properties.clone().any(|property| property.sealed().is_some());
        let stretch = stretch.map(|key| Stretch { method: key.method, flags: key.flags });
        Some(Self {
            guid: guid_at(datum.data, 0)?,
            kind,
            code,
            modified: time_at(datum.data, 16),
            label: properties
                .clone()
                .find(|property| property.is(role::PROPERTY, kind::TEXT))
                .and_then(|property| parse_text(property.data)),
            hint: find(kind::HINT).and_then(|property| parse_text(property.data)),
            stretch,
            doubt: find_doubt(kind, stretch, sealed, find(kind::KEY).is_some()),
        })
    }
}

/// The datums that are nested in a protector.
pub(super) fn properties<'a>(datum: &Datum<'a>) -> Option<Datums<'a>> {
    if datum.is(role::PROTECTOR, kind::PROTECTOR) { datum.data.get(PROPERTIES_AT..).map(Datums::new) } else { None }
}

fn find_doubt(kind: ProtectorKind, stretch: Option<Stretch>, sealed: bool, plain_key: bool) -> Option<Doubt> {
    let incomplete = |complete: bool| (!complete).then_some(Doubt::Incomplete);
    match (kind.stretch_method(), stretch) {
        (Some(_), None) => Some(Doubt::Incomplete),
        (Some(_), Some(stretch)) if stretch.flags != 0 => Some(Doubt::StretchFlags(stretch.flags)),
        (Some(method), Some(stretch)) if stretch.method != method => Some(Doubt::StretchMethod(stretch.method)),
        (Some(_), Some(_)) => incomplete(sealed),
        (None, _) if kind == ProtectorKind::StartupKey => incomplete(sealed),
        (None, _) if kind == ProtectorKind::ClearKey => incomplete(sealed && plain_key),
        (None, _) => None,
    }
}
