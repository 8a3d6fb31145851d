//! Files that hold files: archives, mails, compound files.

pub(crate) mod gzip;
mod lzfu;
pub(crate) mod mail;
pub(crate) mod ole;
pub(crate) mod sealed;
pub(crate) mod tar;
pub(crate) mod zip;
