//! Where a record came from: the kind of source, its name and the time.

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
    /// Text in which some letters were read as digits.
    OcrText,
    /// What `manage-bde` printed.
    ManageBde,
    /// What PowerShell's BitLocker commands printed or saved.
    PowerShell,
    /// The recovery key page of a Microsoft account.
    MicrosoftAccount,
    /// Microsoft Graph responses, and files that scripts make from them.
    Graph,
    /// Active Directory, through any tool.
    ActiveDirectory,
    /// The MBAM or Configuration Manager database.
    Mbam,
    /// A table from another origin.
    Table,
    /// JSON from another origin.
    Json,
    /// XML from another origin.
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
    /// An email.
    Mail,
    /// A PDF.
    Pdf,
    /// A word processor's document.
    Document,
    /// A spreadsheet.
    Spreadsheet,
    /// A BitLocker external key (`.BEK`).
    ExternalKey,
    /// Read from a drive's own metadata.
    Drive,
    /// A scan or photo of a printed sheet.
    Scan,
    /// A drivekey bundle.
    Bundle,
    /// Pasted from the clipboard.
    Clipboard,
    /// Typed by hand.
    Typed,
    /// A kind that a newer version wrote. Its name is not known here.
    #[serde(other)]
    Other,
}

/// One source of a record. The optional fields hold the values in which this source differs from the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// The kind of source.
    pub kind: SourceKind,
    /// The file's name, without its folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_name: Option<LineText>,
    /// When it was imported.
    pub imported_date_time: DateTime<Utc>,
    /// The device that this source names, if the record names another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<LineText>,
    /// The volume type from this source, if the record has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_type: Option<VolumeType>,
    /// The drive letter from this source, if the record has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mount_point: Option<LineText>,
    /// The volume label from this source, if the record has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub volume_label: Option<LineText>,
    /// The date from this source, if the record has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_raw: Option<LineText>,
    /// The device's Entra ID from this source, if the record has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_id: Option<LineText>,
    /// The note from this source, if the record has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<LineText>,
    /// The state of the key according to this source, if the record has another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
    /// The trial that this source reports, if the record has one with another outcome.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

impl Source {
    /// A source that does not differ from its record.
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

    /// Whether it does not differ from its record.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        Field::ALL.into_iter().all(|field| field.otherwise(self).is_none())
    }
}
