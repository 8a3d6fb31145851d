//! Running one command and timing it from outside.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

/// One run.
pub(crate) struct Figure {
    /// Wall time.
    pub(crate) ms: f64,
}

/// Runs a command that must succeed.
pub(crate) fn run(mut command: Command, input: Option<&str>) -> Figure {
    command.stdout(Stdio::null()).stderr(Stdio::null());
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let started = Instant::now();
    let mut child = command.spawn().unwrap();
    if let (Some(mut pipe), Some(text)) = (child.stdin.take(), input) {
        pipe.write_all(text.as_bytes()).unwrap();
    }
    let status = child.wait().unwrap();
    let ms = started.elapsed().as_secs_f64() * 1000.0;
    assert!(status.success(), "{command:?}: {status}");
    Figure { ms }
}

/// The middle of some times.
pub(crate) fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The peak memory of a command, where GNU time is installed.
pub(crate) fn peak_kib(command: &Command) -> Option<u64> {
    let mut measured = Command::new("/usr/bin/time");
    measured.args(["-f", "%M"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            measured.env(name, value);
        }
    }
    let output = measured.stdin(Stdio::null()).stdout(Stdio::null()).output().ok()?;
    String::from_utf8(output.stderr).ok()?.lines().last()?.trim().parse().ok()
}
