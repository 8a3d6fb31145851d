//! drivekey: an encrypted local vault for drive recovery keys.
//!
//! The floors, each knowing only some of those to its right: `cli` → `reveal` → `vault` → `seal`, `store` → `record`. Beside
//! these stand `import`, `export`, `sheet`, `fve`, `drives`, which know `record` alone, and `gather`, `erase`, which know no
//! other. `tests/house_rules.rs` holds the whole list and compares it with the sources.
#![forbid(unsafe_code)]

pub mod cli;
pub mod drives;
pub mod erase;
pub mod export;
pub mod fve;
pub mod gather;
pub mod import;
pub mod private;
pub mod record;
pub mod reveal;
pub mod seal;
pub mod sheet;
pub mod store;
pub mod vault;
pub mod vault_file;
