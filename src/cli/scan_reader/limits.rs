//! What the child may use of this machine. On Unix it limits itself; on Windows and macOS the program watches it. What
//! a system does not enforce stands in `docs/THREATS.md`.

use std::io;
use std::process::Command;

/// All the memory of a child. The largest picture that is read, 56 million dots with colours and transparency, takes
/// about two thirds of it with all its copies.
#[cfg(any(unix, windows))]
const MEMORY_BYTES: u64 = 1 << 30;
/// Computing for one file. A page takes a quarter of a second; 250 of them, the most that are drawn, stay below it.
pub(super) const CPU_SECONDS: u64 = 120;

/// Limits this process once and for all, and lets go of what it inherited.
#[cfg(unix)]
pub(super) fn begin() -> io::Result<()> {
    use rustix::process::Resource;

    close_inherited()?;
    // macOS has this limit, but does not enforce it. If it refuses to set it, the other limits still hold.
    let memory = limit(Resource::As, MEMORY_BYTES);
    if cfg!(target_os = "linux") {
        memory?;
    }
    limit(Resource::Fsize, 0)?;
    limit(Resource::Core, 0)?;
    // What it has is open; nothing else ever will be.
    limit(Resource::Nofile, 0)?;
    renew()
}

#[cfg(unix)]
fn limit(resource: rustix::process::Resource, most: u64) -> io::Result<()> {
    let limit = rustix::process::Rlimit { current: Some(most), maximum: Some(most) };
    Ok(rustix::process::setrlimit(resource, limit)?)
}

/// Begins the time of another file.
#[cfg(unix)]
pub(super) fn renew() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    use rustix::time::{ClockId, clock_gettime};

    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(0);
    let maximum = getrlimit(Resource::Cpu).maximum;
    let current = (used + CPU_SECONDS).min(maximum.unwrap_or(u64::MAX));
    Ok(setrlimit(Resource::Cpu, Rlimit { current: Some(current), maximum })?)
}

/// A shell may have handed down more than the three streams, such as a passphrase. What Rust opens is not inherited.
#[cfg(target_os = "linux")]
fn close_inherited() -> io::Result<()> {
    let mut open = Vec::new();
    for item in std::fs::read_dir("/proc/self/fd")? {
        open.extend(item?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()).filter(|number| *number > 2));
    }
    for number in open {
        // The listing's own is closed already.
        let _ = nix::unistd::close(number);
    }
    Ok(())
}

#[cfg(all(unix, not(target_os = "linux")))]
#[expect(clippy::unnecessary_wraps, reason = "Linux can fail")]
fn close_inherited() -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "Unix can fail")]
pub(super) fn begin() -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "Unix can fail")]
pub(super) fn renew() -> io::Result<()> {
    Ok(())
}

/// Whether a child has more than it may, seen from outside where the system does not keep it within its memory.
#[cfg(any(windows, target_os = "macos"))]
pub(super) fn is_beyond(process: u32) -> bool {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

    let process = Pid::from_u32(process);
    let Ok(mut system) = System::new() else { return false };
    system.refresh_processes_specifics(
        ProcessesToUpdate::Some(&[process]),
        false,
        ProcessRefreshKind::nothing().with_memory(),
    );
    system.process(process).is_some_and(|process| process.memory() > MEMORY_BYTES)
}

#[cfg(not(any(windows, target_os = "macos")))]
pub(super) const fn is_beyond(_: u32) -> bool {
    false
}

/// Keeps a console window from flashing up.
#[cfg(windows)]
pub(super) fn without_window(command: &mut Command) {
    use std::os::windows::process::CommandExt;
    const CREATE_NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(CREATE_NO_WINDOW);
}

#[cfg(not(windows))]
pub(super) fn without_window(_: &mut Command) {}
