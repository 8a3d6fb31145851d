//! The files that the program makes, and the one descriptor of a vault file.
//!
//! [`private`] makes files and folders that only their owner can read. A file has no name until it is whole, and never
//! replaces another one unless asked to. [`vault_file`] shares one descriptor of a vault file within the process.
//! Neither looks at what is in a file.
//!
//! ```
//! use drivekey_files::private::Draft;
//!
//! # let folder = tempfile::tempdir()?;
//! let path = folder.path().join("keys.txt");
//! Draft::with_bytes(b"whole or not at all", &path)?.place(&path)?;
//!
//! let second = Draft::with_bytes(b"another file", &path)?.place(&path);
//! assert_eq!(second.unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
//! assert_eq!(std::fs::read(&path)?, b"whole or not at all");
//! # Ok::<(), std::io::Error>(())
//! ```
#![forbid(unsafe_code)]

pub mod private;
pub mod vault_file;
