//! A bar on standard error while long work goes on, on a terminal only. Must not know what is counted.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A progress bar, or nothing.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(shown: bool, unit: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(None, if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() });
        let style = ProgressStyle::with_template(&format!("{{bar:30}} {{pos}} of {{len}} {unit}"));
        Self(style.map(|style| bar.clone().with_style(style)).unwrap_or(bar))
    }

    /// One that also tells how long it will take.
    pub(super) fn timed(shown: bool, unit: &'static str) -> Self {
        let Self(bar) = Self::new(shown, unit);
        let style = ProgressStyle::with_template(&format!("{{bar:30}} {{pos}} of {{len}} {unit}, {{eta}} left"));
        Self(style.map(|style| bar.clone().with_style(style)).unwrap_or(bar))
    }

    /// For counts that may be larger than any bar.
    pub(super) fn at_of(&self, done: u128, all: u128) {
        let clamp = |number: u128| u64::try_from(number).unwrap_or(u64::MAX);
        self.0.set_length(clamp(all));
        self.0.set_position(clamp(done));
    }

    pub(super) fn at(&self, done: usize, all: usize) {
        self.0.set_length(all as u64);
        self.0.set_position(done as u64);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
