//! Every command that the README names is run, in the order of the page, on a vault of its own.
#![allow(
    clippy::case_sensitive_file_extension_comparisons,
    clippy::match_same_arms,
    reason = "the page is compared to the letter, and answers are listed a command a line"
)]
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use crate::cli_house::{House, ID_1, KEY_1};

/// The commands in the README: in code spans of the tables and texts, and after a prompt in the session.
fn commands(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in page.lines() {
        if let Some(typed) = line.strip_prefix("PS> ") {
            found.push(typed.to_owned());
        } else {
            found.extend(
                line.split('`').skip(1).step_by(2).filter(|span| span.starts_with("drivekey ")).map(str::to_owned),
            );
        }
    }
    found
}

/// Splits at spaces, quoted texts whole.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            c => words.last_mut().unwrap().push(c),
        }
    }
    words
}

#[test]
fn every_command_of_the_readme_runs() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let commands = commands(&page);
    assert!(commands.len() > 25, "{commands:?}");
    let mut house = House::with_vault();
    let lay_down =
        |house: &House| drop(house.key_file(&format!("stick/BitLocker Recovery Key {ID_1}.TXT"), ID_1, KEY_1));
    lay_down(&house);
    // Stands for the drive E: a suspended one, which needs no key to be read.
    crate::cli_house::volumes::save(&crate::cli_house::volumes::named("suspended"), &house.path("drive.img"));
    std::fs::create_dir_all(house.path("out")).unwrap();
    house.clipboard.content = Some(format!("{ID_1} {KEY_1}"));
    for command in &commands {
        if command.contains("COMMAND") || command.ends_with("--help") {
            continue;
        }
        let typed: Vec<String> = words(command)
            .into_iter()
            .skip(1)
            .map(|word| match word.as_str() {
                "E:\\" => "~/stick".to_owned(),
                "E:" => "~/drive.img".to_owned(),
                name if name.ends_with(".pdf") || name.ends_with(".age") => format!("~/out/{name}"),
                _ => word,
            })
            .collect();
        let mut arguments: Vec<&str> = typed.iter().map(String::as_str).collect();
        if let ("man", Some(at)) = (arguments[0], arguments.iter().position(|argument| *argument == "--to")) {
            arguments[at + 1] = "~/man";
        }
        let answers: &[&str] = match arguments[0] {
            // The folder that holds the files is proposed as a computer.
            "import" if arguments.contains(&"--clipboard") => &[""],
            "import" => &["n", ""],
            "sweep" if arguments.contains(&"--erase") => &["ERASE"],
            "sweep" => &["n"],
            "undo" | "harvest" => &["y"],
            "repair" => &["471207", "278498", "422125", "177177", "561902", "537405", "468006", "69345?", "n"],
            "export" if arguments[1] == "bundle" => &["another quiet tractor hums", "another quiet tractor hums"],
            "add" => &[KEY_1, "", ""],
            "whose" => &[KEY_1],
            "show" if arguments.contains(&"--read-aloud") => &["", "", "", "", "", "", "", ""],
            "remove" => &["y"],
            "purge" => &["DELETE"],
            "passphrase" => &["violet tractor hums quietly", "violet tractor hums quietly"],
            "keyslot" => &["another quiet tractor hums", "another quiet tractor hums"],
            _ => &[],
        };
        if command == "drivekey purge r1" {
            // The page takes the key back before it deletes it.
            assert_eq!(house.given(&["remove", "r1", "--yes"], &[]).exit, 0);
        }
        let outcome = if ["completions", "man"].contains(&arguments[0]) {
            house.run(&arguments, answers)
        } else {
            house.given(&arguments, answers)
        };
        // A list narrowed to a computer and a type may well be empty; everything else must find its key.
        let expected = if arguments[0] == "find" && arguments.len() > 2 { [0, 3] } else { [0, 0] };
        assert!(expected.contains(&outcome.exit), "{command}: {} {:?}", outcome.exit, outcome.log);
        if arguments.contains(&"--erase") {
            lay_down(&house);
        }
        if command == "drivekey purge r1" {
            assert_eq!(house.given(&["import", "~/stick"], &["n", ""]).exit, 0);
        }
    }
}
