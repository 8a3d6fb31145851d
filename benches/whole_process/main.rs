//! Whole commands on vaults of 1,000 and 100,000 records, each beside a bare key derivation and, where it is
//! installed, beside keepassxc-cli, all in one run: `cargo bench --bench whole_process`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark stops at the first surprise and prints its figures"
)]

mod keepassxc;
mod made;
mod timing;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use argon2::{Algorithm, Argon2, Params, Version};
use drivekey_vault::seal::{KdfCost, KdfLimits};
use made::Made;
use rayon::prelude::*;
use timing::{Figure, median, run};

/// The cost of the vaults made here: the product's floor, so that it hides as little as possible.
const COST: KdfCost = KdfLimits::PRODUCT.floor;
const SMALL: usize = 1_000;
const LARGE: usize = 100_000;
const ROUNDS: usize = 11;
const HEAVY_ROUNDS: usize = 5;

fn main() {
    if std::env::args().any(|argument| argument == "--one-derivation") {
        return one_derivation();
    }
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let house = House::new(folder.path());
    println!(
        "derivation: Argon2id, {} MiB, {} passes, {} lanes; times are medians in ms\n",
        COST.memory_kib / 1024,
        COST.passes,
        COST.lanes
    );
    let small = house.filled("small", SMALL);
    let large = house.filled("large", LARGE);
    lookups(&house, &small, &large);
    imports(&house);
    keepassxc::compare(&house, LARGE);
}

/// What the KDF alone takes, in a process of its own as the commands are; the parent reads the number.
fn one_derivation() {
    let params = Params::new(COST.memory_kib, COST.passes, COST.lanes, Some(64)).unwrap();
    let mut out = [0; 64];
    let started = Instant::now();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(made::PASSPHRASE.as_bytes(), &[7; 16], &mut out)
        .unwrap();
    println!("{}", started.elapsed().as_micros());
}

/// Where everything of one run lies.
struct House {
    folder: PathBuf,
    passphrase: PathBuf,
}

/// A vault with known records.
struct Vault {
    path: PathBuf,
    made: Made,
    count: usize,
}

impl House {
    fn new(folder: &Path) -> Self {
        let passphrase = folder.join("passphrase");
        std::fs::write(&passphrase, made::PASSPHRASE).unwrap();
        Self { folder: folder.to_owned(), passphrase }
    }

    fn filled(&self, name: &str, count: usize) -> Vault {
        let path = self.folder.join(name).with_extension("drivekey");
        let made = Made::new(count as u64);
        made::vault(&path, COST, made.incoming(count));
        Vault { path, made, count }
    }

    fn command(&self, vault: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drivekey"));
        command.arg("--vault").arg(vault).arg("--passphrase-file").arg(&self.passphrase).arg("--yes").args(arguments);
        command.env("DRIVEKEY_STATE", self.folder.join("state")).stdin(Stdio::null());
        command
    }

    /// One bare derivation in a process of its own, in ms.
    fn derivation(&self) -> f64 {
        let output = Command::new(std::env::current_exe().unwrap())
            .arg("--one-derivation")
            .current_dir(&self.folder)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse::<f64>().unwrap() / 1000.0
    }
}

fn lookups(house: &House, small: &Vault, large: &Vault) {
    println!(
        "{:<28} {:>8} {:>9} {:>9} {:>9} {:>10} {:>9}",
        "command", "KDF", "1,000", "100,000", "- KDF", "- 1,000", "target"
    );
    let mut next = 0;
    for (name, rounds, target, arguments) in [
        (
            "show, whole Key ID",
            ROUNDS,
            10.0,
            (|vault: &Vault| vec!["show".to_owned(), vault.made.guid(vault.count / 2)]) as fn(&Vault) -> Vec<String>,
        ),
        ("find, first 8", ROUNDS, 10.0, |vault| {
            vec!["find".to_owned(), vault.made.guid(vault.count / 3)[..8].to_owned()]
        }),
        ("find, look-alikes", ROUNDS, 10.0, |vault| vec!["find".to_owned(), vault.made.misread(vault.count / 3)]),
        ("find, device", ROUNDS, 10.0, |vault| vec!["find".to_owned(), Made::device(vault.count / 4)]),
        ("add", ROUNDS, 10.0, |_| vec!["add".to_owned(), "--key-stdin".to_owned()]),
        ("list", HEAVY_ROUNDS, 400.0, |_| vec!["list".to_owned()]),
        ("find, a word inside", HEAVY_ROUNDS, 400.0, |vault| vec!["find".to_owned(), Made::rare_word(vault.count / 2)]),
    ] {
        let (mut kdf, mut few, mut many) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..=rounds {
            kdf.push(house.derivation());
            for (vault, times) in [(small, &mut few), (large, &mut many)] {
                let arguments = arguments(vault);
                let borrowed: Vec<&str> = arguments.iter().map(String::as_str).collect();
                let key = (arguments[0] == "add").then(|| {
                    next += 1;
                    Made::new(u64::MAX).password(next)
                });
                times.push(run(house.command(&vault.path, &borrowed), key.as_deref()).ms);
            }
        }
        // The first round warms the caches.
        let (kdf, few, many) = (median(&kdf[1..]), median(&few[1..]), median(&many[1..]));
        println!("{name:<28} {kdf:>8.1} {few:>9.1} {many:>9.1} {:>9.1} {:>10.1} {target:>9.0}", many - kdf, many - few);
    }
    let memory = timing::peak_kib(&house.command(&large.path, &["show", &large.made.guid(1)]));
    if let Some(kib) = memory {
        println!("peak memory of a lookup: {} MiB, {} MiB of it the derivation's", kib / 1024, COST.memory_kib / 1024);
    }
}

/// What age itself takes to seal as many empty files on all cores: no import can be faster. In ms.
fn age_alone() -> f64 {
    let recipient = age::x25519::Identity::generate().to_public();
    let started = Instant::now();
    (0..LARGE).into_par_iter().for_each(|_| {
        let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).unwrap();
        encryptor.wrap_output(std::io::sink()).unwrap().finish().unwrap();
    });
    started.elapsed().as_secs_f64() * 1000.0
}

fn imports(house: &House) {
    let folder = house.folder.join("txt");
    Made::new(3).windows_files(&folder, 1_000);
    let bulk = house.folder.join("bulk.txt");
    Made::new(4).one_file(&bulk, LARGE);
    println!("\n{:<28} {:>8} {:>9} {:>9} {:>9}", "import", "KDF", "time", "- KDF", "target");
    for (name, source, rounds, target) in
        [("1,000 TXT files", &folder, ROUNDS, 300.0), ("100,000 keys in one file", &bulk, 3, 5000.0)]
    {
        let (mut kdf, mut times) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            kdf.push(house.derivation());
            let vault = house.folder.join(format!("import-{}-{round}.drivekey", source.file_stem().unwrap().display()));
            made::vault(&vault, COST, Vec::new());
            let Figure { ms, .. } = run(house.command(&vault, &["import", source.to_str().unwrap()]), None);
            times.push(ms);
            std::fs::remove_file(&vault).unwrap();
        }
        let (kdf, time) = (median(&kdf), median(&times));
        println!("{name:<28} {kdf:>8.1} {time:>9.1} {:>9.1} {target:>9.0}", time - kdf);
    }
    println!("{:<28} {:>8} {:>9} {:>9.1}", "age alone, 100,000 times", "", "", age_alone());
}
