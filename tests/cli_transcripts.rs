//! Every command in this process, against the transcripts in `tests/transcripts`: what is printed where, what is
//! asked, and the exit code, to the letter.

mod cli_house;

use std::fs;
use std::path::Path;

use cli_house::{House, transcript};

#[test]
fn every_transcript_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("transcripts");
    let write = std::env::var_os("DRIVEKEY_WRITE_TRANSCRIPTS").is_some();
    let mut seen = 0;
    let mut wrong = Vec::new();
    for item in fs::read_dir(&folder).unwrap() {
        let path = item.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // What differs between systems has a transcript for each.
        if name.ends_with(if cfg!(windows) { ".unix.txt" } else { ".windows.txt" }) {
            continue;
        }
        let expected = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
        let happened = std::panic::catch_unwind(|| transcript::play(&expected, &mut House::new()));
        let Ok(happened) = happened else {
            wrong.push(format!("{}: see above", path.display()));
            continue;
        };
        if write {
            fs::write(&path, &happened).unwrap();
        } else if happened != expected {
            wrong.push(format!("{}\n{}", path.display(), difference(&expected, &happened)));
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 10, "only {seen} transcripts");
}

/// The first lines that differ, with those before them.
fn difference(expected: &str, happened: &str) -> String {
    let same = expected.lines().zip(happened.lines()).take_while(|(a, b)| a == b).count();
    let around = |text: &str| text.lines().skip(same.saturating_sub(6)).take(12).collect::<Vec<_>>().join("\n");
    format!("expected, from line {}:\n{}\nhappened:\n{}", same + 1, around(expected), around(happened))
}
