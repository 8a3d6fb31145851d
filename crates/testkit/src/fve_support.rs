//! For tests of volumes: a sparse image in memory, and made-up volumes of every kind.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "each test uses a part; a helper that cannot go on fails the test"
)]

pub mod crypt;
pub mod disks;
pub mod made;
pub mod sparse;
