//! The program as a person or a script meets it: what it prints, asks, refuses and leaves behind.

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

/// The program's own.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

mod beside;
mod cli_house;
mod documents_values;
mod drives;
mod export;
#[cfg(target_os = "linux")]
mod guard;
mod house_rules;
mod json;
mod later_kinds;
mod memory;
mod memory_drive;
mod memory_house;
mod readme;
mod scan_child;
mod scans;
mod sheet_print;
mod slot_cost;
mod sticks;
mod sweep;
mod terminal;
mod together;
mod transcripts;
mod trouble;
mod unfinished;
