//! The vault as its users meet it: kept, found, tampered with, undone, read without this program.

mod copies;
mod flip;
mod items;
mod later_kinds;
mod malformed;
mod repair;
mod roundtrip;
mod settle;
mod slot_kinds;
mod standing;
mod stranger;
mod suite;
mod tamper;
mod trouble;
mod undo;
mod vectors;
mod way_out;
