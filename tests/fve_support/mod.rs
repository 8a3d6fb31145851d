//! For tests of volumes: a sparse image in memory, and volumes of our own making in every kind.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "each test uses a part; a helper that cannot go on fails the test")]

pub(crate) mod crypt;
pub(crate) mod disks;
pub(crate) mod made;
pub(crate) mod sparse;
