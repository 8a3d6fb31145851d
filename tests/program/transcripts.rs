//! Every command in this process, against the transcripts in `tests/transcripts`: what is printed where, what is
//! asked, and the exit code, to the letter.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli_house::{House, transcript};

#[test]
fn every_transcript_holds() {
    let folder = drivekey_testkit::repository().join("tests").join("transcripts");
    // What differs between systems has a transcript for each.
    let foreign = if cfg!(windows) { ".unix.txt" } else { ".windows.txt" };
    let all = fs::read_dir(&folder).unwrap().map(|item| item.unwrap().path());
    let ours: Vec<PathBuf> = all.filter(|path| path.is_file() && !path.to_string_lossy().ends_with(foreign)).collect();
    // Threads of their own: the commands use rayon's, and would wait for themselves there.
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let playing: Vec<_> = ours.iter().map(|path| scope.spawn(|| play(path))).collect();
        playing.into_iter().filter_map(|one| one.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(ours.len() > 10, "only {} transcripts", ours.len());
}

/// What is wrong with it.
fn play(path: &Path) -> Option<String> {
    let expected = fs::read_to_string(path).unwrap().replace("\r\n", "\n");
    let happened = std::panic::catch_unwind(|| transcript::play(&expected, &mut House::new()));
    let Ok(happened) = happened else { return Some(format!("{}: see above", path.display())) };
    if std::env::var_os("DRIVEKEY_WRITE_TRANSCRIPTS").is_some() {
        fs::write(path, &happened).unwrap();
        return None;
    }
    (happened != expected).then(|| format!("{}\n{}", path.display(), difference(&expected, &happened)))
}

/// The first lines that differ, with those before them.
fn difference(expected: &str, happened: &str) -> String {
    let same = expected.lines().zip(happened.lines()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.lines().skip(same.saturating_sub(6)).take(12).collect::<Vec<_>>().join("\n");
    format!("expected, from line {}:\n{}\nhappened:\n{}", same + 1, around(expected), around(happened))
}
