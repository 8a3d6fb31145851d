//! drivekey: an encrypted local vault for drive recovery keys.
//!
//! The floors, each knowing only some of those to its right: `cli` → `reveal` → `vault` → `seal`, `store` → `record`. Beside
//! these stand `import`, `export`, `sheet`, `fve`, `drives`, which know `record` alone, and `gather`, `erase`, which know no
//! other. `tests/house_rules.rs` holds the whole list and compares it with the sources.
#![forbid(unsafe_code)]

pub mod cli;
pub mod erase;
pub mod gather;

pub use drivekey_drives as drives;
pub use drivekey_export as export;
pub use drivekey_files::{private, vault_file};
pub use drivekey_fve as fve;
pub use drivekey_import as import;
pub use drivekey_record as record;
pub use drivekey_sheet as sheet;
pub use drivekey_vault as vault;
pub use drivekey_vault::{reveal, seal, store};
