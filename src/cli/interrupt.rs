//! Ctrl-C while something long goes on that can be stopped: it stops, and tells how far it came. At any other time it
//! ends the program, as it always does.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// The exit code of a program that Ctrl-C ended, as shells know it.
const INTERRUPTED: i32 = 130;

static STOPPABLE: AtomicBool = AtomicBool::new(false);
static STOP: AtomicBool = AtomicBool::new(false);

/// While it lives, Ctrl-C sets a flag; the second time it ends the program.
#[derive(Debug)]
pub(super) struct Stoppable;

impl Stoppable {
    pub(super) fn begin() -> Self {
        static INSTALLED: OnceLock<bool> = OnceLock::new();
        INSTALLED.get_or_init(|| {
            let handler = || {
                let again = STOP.swap(true, Ordering::SeqCst);
                if again || !STOPPABLE.load(Ordering::SeqCst) {
                    std::process::exit(INTERRUPTED);
                }
            };
            ctrlc::set_handler(handler).is_ok()
        });
        STOP.store(false, Ordering::SeqCst);
        STOPPABLE.store(true, Ordering::SeqCst);
        Self
    }

    /// Set once Ctrl-C was pressed.
    #[expect(clippy::unused_self, reason = "only while it lives does the flag mean anything")]
    pub(super) const fn flag(&self) -> &'static AtomicBool {
        &STOP
    }
}

impl Drop for Stoppable {
    fn drop(&mut self) {
        STOPPABLE.store(false, Ordering::SeqCst);
    }
}
