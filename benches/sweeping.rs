//! A folder of 100,000 small files without a key, swept by the program and searched by ripgrep, where it is installed,
//! in the same run: `cargo bench --bench sweeping`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark stops at the first surprise and prints its figures"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const FILES: usize = 100_000;
const FILES_IN_FOLDER: usize = 250;
const ROUNDS: usize = 5;
/// Eight groups, with what may stand between them: what ripgrep's own engine can look for.
const GROUPS: &str = r"\d{6}(?:[-+/\s]{0,8}\d{6}){7}";
/// The same, and no digit beside it, for its other engine.
const EXACT: &str = r"(?<!\d)(?<!\d-)\d{6}(?:[-+/\s]{0,8}\d{6}){7}(?!\d)(?!-\d)";

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    // In memory, where there is such a place: the disk is not what is measured.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let (files, vault) = (folder.path().join("files"), folder.path().join("none.drivekey"));
    let bytes = make(&files);
    println!("{FILES} files, {} MiB; the least and the middle of {ROUNDS} rounds\n", bytes >> 20);
    let path = files.to_str().unwrap();
    let sweep = ["--vault", vault.to_str().unwrap(), "sweep", path];
    let programs: [(&str, &str, &[&str]); 4] = [
        ("drivekey sweep", env!("CARGO_BIN_EXE_drivekey"), &sweep),
        ("rg, groups of digits", "rg", &["-uuuc", GROUPS, path]),
        ("rg -P, the same and no digit beside", "rg", &["-uuucP", EXACT, path]),
        ("rg, a fixed text", "rg", &["-uuuc", "Recovery Key:", path]),
    ];
    let mut times = vec![Vec::new(); programs.len()];
    for _ in 0..=ROUNDS {
        for ((_, program, arguments), times) in programs.iter().zip(&mut times) {
            let begun = Instant::now();
            let mut command = Command::new(program);
            if command
                .args(*arguments)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok()
            {
                times.push(begun.elapsed().as_secs_f64());
            }
        }
    }
    for ((name, ..), mut times) in programs.iter().zip(times) {
        if times.len() <= ROUNDS {
            println!("{name:<38} not installed");
            continue;
        }
        // The first round warms the caches.
        times.remove(0);
        times.sort_by(f64::total_cmp);
        let (least, middle) = (times[0], times[ROUNDS / 2]);
        println!(
            "{name:<38} {least:>6.2} s {middle:>6.2} s {:>8.0} files/s {:>6.0} MB/s",
            FILES as f64 / middle,
            bytes as f64 / middle / 1e6
        );
    }
}

/// Files of up to eight kilobytes of words and some numbers; gives their bytes.
fn make(folder: &Path) -> u64 {
    let words: Vec<&str> = WORDS.split(' ').collect();
    let mut noise = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = move |below: usize| {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        usize::try_from(noise.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % below
    };
    let mut text = String::new();
    while text.len() < 8 << 20 {
        match next(50) {
            0 => write!(text, "{} ", next(3000)).unwrap(),
            1..=4 => text.push('\n'),
            _ => write!(text, "{} ", words[next(words.len())]).unwrap(),
        }
    }
    let mut bytes = 0;
    for number in 0..FILES {
        let inner = folder.join(format!("{:03}", number / FILES_IN_FOLDER));
        std::fs::create_dir_all(&inner).unwrap();
        let len = 300 + next(7_700);
        let from = next(text.len() - len);
        let end = ["txt", "log", "md", "json"][next(4)];
        std::fs::write(inner.join(format!("{number:05}.{end}")), &text.as_bytes()[from..from + len]).unwrap();
        bytes += len as u64;
    }
    bytes
}

const WORDS: &str = "the of and to in a is that it was for on are as with his they I at be this have from or one had \
                     by word but not what all were we when your can said there use an each which she do how their if \
                     will up other about out many then them these so some her would make like him into time has look \
                     two more write go see number no way could people my than first water been call who oil its now \
                     find long down day did get come made may part";
