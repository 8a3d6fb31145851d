//! A flow's progress as a bar on standard error, on a terminal only.

use super::progress::Progress as Bar;
use drivekey_flows::{Progress, Watch};

/// Shows how far a flow has come.
pub(super) struct Shown {
    bar: Bar,
    /// So many are done too soon for a bar.
    few: u64,
}

impl Shown {
    pub(super) const fn new(bar: Bar) -> Self {
        Self { bar, few: 0 }
    }

    /// Not for so few.
    pub(super) const fn beyond(mut self, few: u64) -> Self {
        self.few = few;
        self
    }
}

impl Watch for Shown {
    fn progress(&self, progress: Progress) {
        let all = progress.all.unwrap_or(progress.done);
        if all > self.few {
            self.bar.at_of(progress.done, all);
        }
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.bar.finish();
    }
}
