//! Keys on paper and on a stick that is memory, as whole processes beside a bare unlocking of the same vault:
//! `cargo bench --bench giving_out`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark stops at the first surprise and prints its figures"
)]
#![allow(dead_code, reason = "the keys are made for another benchmark, too")]

#[path = "whole_process/made.rs"]
mod made;
#[path = "whole_process/timing.rs"]
mod timing;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use drivekey_vault::seal::{KdfCost, KdfLimits};
use made::Made;
use timing::{median, run};

const COST: KdfCost = KdfLimits::PRODUCT.floor;
const KEYS: usize = 1_000;
const ROUNDS: usize = 7;
/// A file system in memory, where there is one.
const MEMORY: &str = "/dev/shm";

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let memory = Path::new(MEMORY);
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let house = House::new(folder.path());
    println!("{KEYS} keys; medians of {ROUNDS} rounds in ms, and what is beyond looking for a key in the same vault\n");
    println!("{:<32} {:>8} {:>9} {:>9} {:>8}", "", "find", "whole", "beyond", "target");
    for (name, target, arguments) in [
        ("one sheet", 50.0, ["sheet", "r7", "--to"].as_slice()),
        ("one sheet as HTML", 50.0, &["sheet", "r7", "--html", "--to"]),
        ("1,000 sheets", 5_000.0, &["sheet", "--all", "--to"]),
        ("a list of 1,000", 5_000.0, &["sheet", "--all", "--compact", "--to"]),
        ("1,000 TXT files", 1_000.0, &["export", "usb", "--all", "--to"]),
        ("a bundle of 1,000", 1_000.0, &["export", "bundle", "--recipient", RECIPIENT, "--all", "--to"]),
    ] {
        let (mut find, mut whole) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            find.push(run(house.command(&["find", "r7"]), None).ms);
            let out = house.folder.join(format!("out-{round}"));
            if arguments[0] == "export" && arguments[1] == "usb" {
                std::fs::create_dir(&out).unwrap();
            }
            whole.push(run(house.command(&[arguments, &[out.to_str().unwrap()]].concat()), None).ms);
            let removed = if out.is_dir() { std::fs::remove_dir_all(&out) } else { std::fs::remove_file(&out) };
            removed.unwrap();
        }
        // The first round warms the caches.
        let (find, whole) = (median(&find[1..]), median(&whole[1..]));
        println!("{name:<32} {find:>8.1} {whole:>9.1} {:>9.1} {target:>8.0}", whole - find);
    }
}

/// Of an identity that nobody kept.
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

struct House {
    folder: PathBuf,
    passphrase: PathBuf,
    vault: PathBuf,
}

impl House {
    fn new(folder: &Path) -> Self {
        let (passphrase, vault) = (folder.join("passphrase"), folder.join("vault.drivekey"));
        std::fs::write(&passphrase, made::PASSPHRASE).unwrap();
        made::vault(&vault, COST, Made::new(1).incoming(KEYS));
        Self { folder: folder.to_owned(), passphrase, vault }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drivekey"));
        command
            .arg("--vault")
            .arg(&self.vault)
            .arg("--passphrase-file")
            .arg(&self.passphrase)
            .arg("--yes")
            .args(arguments);
        command.env("DRIVEKEY_STATE", self.folder.join("state")).stdin(Stdio::null());
        command
    }
}
