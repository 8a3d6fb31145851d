//! Handles Ctrl-C, a request to end, and a terminal that is closed. The first of them stops long work that can be
//! stopped, and the work reports how far it came. Otherwise the program ends and removes the file that it was writing.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use drivekey_files::private;

/// The exit code of a program that Ctrl-C ended, as shells know it. Which of the three it was is not told here.
const INTERRUPTED: i32 = 130;

static STOPPABLE: AtomicBool = AtomicBool::new(false);
static STOP: AtomicBool = AtomicBool::new(false);

/// While it lives, Ctrl-C sets a flag; the second time it ends the program.
#[derive(Debug)]
pub(super) struct Stoppable;

impl Stoppable {
    pub(super) fn begin() -> Self {
        install();
        STOP.store(false, Ordering::SeqCst);
        STOPPABLE.store(true, Ordering::SeqCst);
        Self
    }

    /// Whether Ctrl-C was pressed.
    #[expect(clippy::unused_self, reason = "only while it lives does the flag mean anything")]
    pub(super) fn is_asked(&self) -> bool {
        STOP.load(Ordering::SeqCst)
    }
}

impl Drop for Stoppable {
    fn drop(&mut self) {
        STOPPABLE.store(false, Ordering::SeqCst);
    }
}

/// For whoever writes files in the clear: from now on what ends the program removes those that are not finished.
pub(super) fn sweep_at_the_end() {
    install();
}

/// Where one of the signals has a meaning already, such as "ignored" under `nohup`, that stays, and all of them do what
/// they always do.
fn install() {
    static INSTALLED: OnceLock<bool> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        let handler = || {
            let again = STOP.swap(true, Ordering::SeqCst);
            if again || !STOPPABLE.load(Ordering::SeqCst) {
                private::sweep();
                std::process::exit(INTERRUPTED);
            }
        };
        ctrlc::try_set_handler(handler).is_ok()
    });
}
