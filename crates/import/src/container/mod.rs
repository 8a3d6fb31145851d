//! Files that hold files: archives, mails, compound files. Each reader hands the members on by their content; none
//! knows what is in them.

pub(super) mod gzip;
pub(super) mod mail;
pub(super) mod ole;
pub(super) mod sealed;
pub(super) mod zip;
