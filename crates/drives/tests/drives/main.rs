//! Drives of made-up systems.

mod others;
