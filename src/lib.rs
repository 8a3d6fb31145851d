//! drivekey: an encrypted local vault for drive recovery keys.
//!
//! The floors, each knowing only those to its right: `cli` → `vault`, `import`, `export` → `seal`, `store` → `record`.
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
