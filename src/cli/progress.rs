//! A bar on standard error while long work goes on, on a terminal only.

use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt::Stoppable;
use super::world::World;
use drivekey_flows::{self, Watch};

/// How far a search came and how fast it is, or nothing. Ctrl-C stops the search.
pub(super) struct Rate {
    bar: ProgressBar,
    started: Instant,
    stop: Stoppable,
}

impl Rate {
    pub(super) fn of_search(world: &World<'_>) -> Self {
        let bar = drawn(world.surroundings.err_is_terminal, "{spinner} {msg}");
        Self { bar, started: Instant::now(), stop: Stoppable::begin() }
    }
}

impl Watch for Rate {
    fn progress(&self, progress: drivekey_flows::Progress) {
        let drivekey_flows::Progress { done, bytes, .. } = progress;
        let millis = self.started.elapsed().as_millis().max(1);
        let (each_second, rate) = (u128::from(done) * 1000 / millis, u128::from(bytes) / 1000 / millis);
        self.bar.set_message(format!("{done} files searched, {each_second} files/s, {rate} MB/s; Ctrl-C stops"));
        self.bar.tick();
    }

    fn is_cancelled(&self) -> bool {
        self.stop.is_asked()
    }
}

impl Drop for Rate {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A bar for work that cannot be stopped, where there is enough of it: otherwise it would only flicker.
pub(super) struct Bar {
    bar: ProgressBar,
    fewest: u64,
}

impl Bar {
    /// `fewest`: for no more than these there is none.
    pub(super) fn new(world: &World<'_>, unit: &str, fewest: u64) -> Self {
        Self {
            bar: drawn(world.surroundings.err_is_terminal, &format!("{{bar:30}} {{pos}} of {{len}} {unit}")),
            fewest,
        }
    }
}

impl Watch for Bar {
    fn progress(&self, progress: drivekey_flows::Progress) {
        if let Some(all) = progress.all.filter(|all| *all > self.fewest) {
            self.bar.set_length(all);
            self.bar.set_position(progress.done);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

fn drawn(shown: bool, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(
        None,
        if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() },
    );
    let style = ProgressStyle::with_template(template);
    style.map(|style| bar.clone().with_style(style)).unwrap_or(bar)
}

/// A progress bar, or nothing.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new(shown: bool, unit: &'static str) -> Self {
        Self(drawn(shown, &format!("{{bar:30}} {{pos}} of {{len}} {unit}")))
    }

    /// One that also tells how long it will take.
    pub(super) fn timed(shown: bool, unit: &'static str) -> Self {
        Self(drawn(shown, &format!("{{bar:30}} {{pos}} of {{len}} {unit}, {{eta}} left")))
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
