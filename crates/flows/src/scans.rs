//! The reader of scans. A face hands it in, and may run it in a process of its own.

use drivekey_sheet::{ScanError, Scanned, read_scan};

/// Reads pictures and printed documents.
pub trait ScanReader: Sync {
    /// As [`read_scan`].
    ///
    /// # Errors
    /// As [`read_scan`]; [`ScanError::GaveUp`] where the reader came to an end over the file.
    fn read(&self, bytes: &[u8]) -> Result<Vec<Scanned>, ScanError>;
}

/// Reads in this process and without limits: for files that are one's own.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadHere;

impl ScanReader for ReadHere {
    fn read(&self, bytes: &[u8]) -> Result<Vec<Scanned>, ScanError> {
        read_scan(bytes)
    }
}
