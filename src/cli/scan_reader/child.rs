//! The child process: limits itself, then reads files until no more come. It touches nothing but its two pipes.

use std::io;

use super::{limits, wire};
use crate::cli::Exit;
use drivekey_sheet::read_payloads;

/// Serves the program that started it.
pub(in crate::cli) fn serve() -> Exit {
    // Digits pass through this process. If the system does not shut out debuggers, the program has said so already.
    let _ = secmem_proc::harden_process();
    // Before a byte of anybody's is read.
    match limits::begin().and_then(|()| each_file()) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Failed,
    }
}

fn each_file() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    for file in 1.. {
        let Some(bytes) = wire::take(&mut input, limits::renew)? else { break };
        wire::answer(&mut output, file, &read_payloads(&bytes))?;
    }
    Ok(())
}
