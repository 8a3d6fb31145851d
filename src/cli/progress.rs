//! A bar on standard error while long work goes on, on a terminal only. Must not know what is counted.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How far a search came and how fast it is, or nothing.
pub(super) struct Rate(ProgressBar);

impl Rate {
    pub(super) fn new(shown: bool) -> Self {
        let bar = ProgressBar::with_draw_target(
            None,
            if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
        );
        let style = ProgressStyle::with_template("{spinner} {msg}");
        Self(style.map(|style| bar.clone().with_style(style)).unwrap_or(bar))
    }

    pub(super) fn at(&self, files: usize, bytes: u64, elapsed: Duration) {
        let millis = elapsed.as_millis().max(1);
        let (each_second, rate) = (files as u128 * 1000 / millis, u128::from(bytes) / 1000 / millis);
        self.0.set_message(format!("{files} files searched, {each_second} files/s, {rate} MB/s; Ctrl-C stops"));
        self.0.tick();
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// A progress bar, or nothing.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(shown: bool, unit: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(
            None,
            if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
        );
        let style = ProgressStyle::with_template(&format!("{{bar:30}} {{pos}} of {{len}} {unit}"));
        Self(style.map(|style| bar.clone().with_style(style)).unwrap_or(bar))
    }

    /// One that also tells how long it will take.
    pub(super) fn timed(shown: bool, unit: &'static str) -> Self {
        let Self(bar) = Self::new(shown, unit);
        let style = ProgressStyle::with_template(&format!("{{bar:30}} {{pos}} of {{len}} {unit}, {{eta}} left"));
        Self(style.map(|style| bar.clone().with_style(style)).unwrap_or(bar))
    }

    pub(super) fn at_of(&self, done: u64, all: u64) {
        self.0.set_length(all);
        self.0.set_position(done);
    }

    pub(super) fn at(&self, done: usize, all: usize) {
        self.0.set_length(all as u64);
        self.0.set_position(done as u64);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
