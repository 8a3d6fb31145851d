//! Export: records and their digits in the clear, as files for other programs and people, and the safe way to write
//! them to sticks and disks. Knows records and digits that were given out; must not know the vault, ciphers or the
//! screen.
#![forbid(unsafe_code)]

mod bundle;
mod csv;
mod error;
mod folder;
mod item;
mod json;
mod name;
mod read_back;
mod readme;
mod text;
mod windows_text;

pub use bundle::bundle;
pub use csv::csv;
pub use error::WriteError;
pub use folder::{Folder, Put, save};
pub use item::{Item, Part};
pub use json::json;
pub use name::{NameProblem, README_NAME, external_key_name, name_problem, windows_name};
pub use read_back::Seen;
pub use readme::readme;
pub use windows_text::windows_text;
