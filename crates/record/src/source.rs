//! Where a record came from: which kind of source, under which name, when. Must not open anything.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Field, LineText, Proof, State, VolumeType};

/// The kinds of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SourceKind {
    /// The TXT file of Windows 8 and later.
    WindowsTxt,
    /// The TXT file of Windows 7.
    WindowsTxtWin7,
    /// A text file that a script or another tool wrote.
    ScriptTxt,
    /// Any other text that held a key.
    FreeText,
    /// Text whose letters had to be read as digits.
    OcrText,
    /// What `manage-bde` printed.
    ManageBde,
    /// What PowerShell's BitLocker commands printed or saved.
    PowerShell,
    /// The recovery key page of a Microsoft account.
    MicrosoftAccount,
    /// Microsoft Graph's answers, and what scripts make of them.
    Graph,
    /// Active Directory, by whatever tool.
    ActiveDirectory,
    /// The MBAM or Configuration Manager database.
    Mbam,
    /// A table of another origin.
    Table,
    /// JSON of another origin.
    Json,
    /// XML of another origin.
    Xml,
    /// An export of KeePass or KeePassXC.
    KeePass,
    /// An export of Bitwarden.
    Bitwarden,
    /// An export of 1Password.
    OnePassword,
    /// A web page.
    Html,
    /// A rich text file.
    Rtf,
    /// A mail.
    Mail,
    /// A PDF.
    Pdf,
    /// A word processor's document.
    Document,
    /// A spreadsheet.
    Spreadsheet,
    /// A BitLocker external key (`.BEK`).
    ExternalKey,
    /// Read out of a drive's own metadata.
    Drive,
    /// A scan or photo of a printed sheet.
    Scan,
    /// A bundle of ours.
    Bundle,
    /// Pasted from the clipboard.
    Clipboard,
    /// Typed by hand.
    Typed,
    /// Kept by a newer version; its name is not known here.
    #[serde(other)]
    Other,
}

/// One source of a record. The optional fields hold what this source says otherwise than the record itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// What kind it was.
    pub kind: SourceKind,
    /// The file's name, without its folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<LineText>,
    /// When it was taken in.
    pub imported_date_time: DateTime<Utc>,
    /// The device this source names, where the record names another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<LineText>,
    /// The volume type this source gives, where the record has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_type: Option<VolumeType>,
    /// The drive letter this source gives, where the record has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mount_point: Option<LineText>,
    /// The volume label this source gives, where the record has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_label: Option<LineText>,
    /// The date this source gives, where the record has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_raw: Option<LineText>,
    /// The device's id in Entra that this source gives, where the record has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<LineText>,
    /// The note that this source has, where the record has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LineText>,
    /// What became of the key, as this source says, where the record says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// The trial that this source tells of, where the record has one with another outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

impl Source {
    /// A source that says nothing otherwise than its record.
    #[must_use]
    pub const fn plain(kind: SourceKind, file_name: Option<LineText>, imported_date_time: DateTime<Utc>) -> Self {
        Self {
            kind,
            file_name,
            imported_date_time,
            device_name: None,
            volume_type: None,
            mount_point: None,
            volume_label: None,
            created_raw: None,
            device_id: None,
            note: None,
            state: None,
            proof: None,
        }
    }

    /// Whether it says nothing otherwise than its record.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        Field::ALL.into_iter().all(|field| field.otherwise(self).is_none())
    }
}
