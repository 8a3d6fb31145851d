//! The commands, one a file.

pub(super) mod add;
pub(super) mod attachment;
pub(super) mod completions;
pub(super) mod copies;
pub(super) mod edit;
pub(super) mod find;
pub(super) mod import;
pub(super) mod init;
pub(super) mod keyslot;
pub(super) mod list;
pub(super) mod man;
pub(super) mod passphrase;
pub(super) mod purge;
pub(super) mod show;
pub(super) mod sweep;
pub(super) mod trash;
pub(super) mod undo;
pub(super) mod verify;
pub(super) mod welcome;
pub(super) mod whose;
