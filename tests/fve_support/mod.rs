//! For tests of volumes: a sparse image in memory.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, reason = "each test uses a part; a helper that cannot go on fails the test")]

pub(crate) mod sparse;
