//! A progress bar on standard error during long work, on a terminal only.

use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt::Stoppable;
use super::world::World;
use drivekey_flows::{Progress, Watch};

/// Shows how far a search is and how fast. Ctrl-C stops the search.
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
    fn progress(&self, progress: Progress) {
        let Progress { done, bytes, .. } = progress;
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

/// A bar for work that cannot be stopped.
pub(super) struct Bar {
    bar: ProgressBar,
    few: u64,
}

impl Bar {
    pub(super) fn new(world: &World<'_>, unit: &str) -> Self {
        Self::of(world, &format!("{{bar:30}} {{pos}} of {{len}} {unit}"))
    }

    /// One that also tells how long it will take.
    pub(super) fn timed(world: &World<'_>, unit: &str) -> Self {
        Self::of(world, &format!("{{bar:30}} {{pos}} of {{len}} {unit}, {{eta}} left"))
    }

    fn of(world: &World<'_>, template: &str) -> Self {
        Self { bar: drawn(world.surroundings.err_is_terminal, template), few: 0 }
    }

    /// Shows no bar for this many or fewer, because it would only flicker.
    pub(super) const fn beyond(mut self, few: u64) -> Self {
        self.few = few;
        self
    }
}

impl Watch for Bar {
    fn progress(&self, progress: Progress) {
        let all = progress.all.unwrap_or(progress.done);
        if all > self.few {
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
