//! Kinds of files that are recognised and not taken apart: each has a name, so that it can be said what to do.

/// A kind of file that nobody looked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unread {
    /// A picture: what is on it is not text.
    Picture,
    /// A PDF whose pages are pictures.
    PicturePages,
    /// An archive of 7-Zip.
    SevenZip,
    /// A RAR archive.
    Rar,
    /// A file packed by xz or LZMA.
    Xz,
    /// A file packed by bzip2.
    Bzip2,
    /// A file packed by Zstandard.
    Zstandard,
    /// A cabinet of Windows.
    Cabinet,
    /// A member of a ZIP archive that is packed by a rare method.
    ZipMethod,
    /// What Outlook puts in the place of attachments: `winmail.dat`.
    Winmail,
    /// Outlook's own store of mails.
    OutlookStore,
    /// A notebook of `OneNote`.
    OneNote,
    /// A database: `SQLite`, Access, or that of a domain controller.
    Database,
    /// A part of Windows' registry.
    Registry,
    /// An image that FTK Imager made of chosen files (AD1).
    ForensicImage,
    /// An image of the used blocks of a drive.
    Partclone,
    /// An image of Windows (WIM).
    WindowsImage,
    /// Records in a binary form, in which a key stands.
    BinaryRecords,
}

impl Unread {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Picture,
        Self::PicturePages,
        Self::SevenZip,
        Self::Rar,
        Self::Xz,
        Self::Bzip2,
        Self::Zstandard,
        Self::Cabinet,
        Self::ZipMethod,
        Self::Winmail,
        Self::OutlookStore,
        Self::OneNote,
        Self::Database,
        Self::Registry,
        Self::ForensicImage,
        Self::Partclone,
        Self::WindowsImage,
        Self::BinaryRecords,
    ];

    /// The fixed name of this kind, for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::PicturePages => "picture_pages",
            Self::SevenZip => "seven_zip",
            Self::Rar => "rar",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
            Self::Zstandard => "zstandard",
            Self::Cabinet => "cabinet",
            Self::ZipMethod => "zip_method",
            Self::Winmail => "winmail",
            Self::OutlookStore => "outlook_store",
            Self::OneNote => "one_note",
            Self::Database => "database",
            Self::Registry => "registry",
            Self::ForensicImage => "forensic_image",
            Self::Partclone => "partclone",
            Self::WindowsImage => "windows_image",
            Self::BinaryRecords => "binary_records",
        }
    }
}
