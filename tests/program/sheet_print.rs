//! `sheet --print` and `--to -` of the real program: what the printing system gets, and that no file of ours is made.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};

use crate::cli_house::{House, ID_1, KEY_1};

/// A house with one key in its vault.
fn house() -> House {
    let mut house = House::new();
    assert_eq!(house.given(&["init"], &[]).exit, 0);
    house.key_file("k/one.txt", ID_1, KEY_1);
    assert_eq!(house.given(&["import", "~/k", "--yes"], &[]).exit, 0);
    house
}

/// The real program needs the product's cost of a derivation: a vault of its own.
fn program(house: &House, lp: Option<&str>, arguments: &[&str]) -> Output {
    let programs = house.root().join("programs");
    fs::create_dir_all(&programs).unwrap();
    if let Some(script) = lp {
        let path = programs.join("lp");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path =
        if lp.is_some() { format!("{}:/usr/bin:/bin", programs.display()) } else { programs.display().to_string() };
    Command::new(env!("CARGO_BIN_EXE_drivekey"))
        .args(arguments)
        .args(["--vault", "real.drivekey", "--passphrase-file", "passphrase.txt"])
        .current_dir(house.root())
        .env("PATH", path)
        .env("TMPDIR", &programs)
        .env("DRIVEKEY_STATE", house.root().join("real-state"))
        .output()
        .unwrap()
}

#[test]
fn the_printer_gets_the_page_through_a_pipe() {
    let house = house();
    assert!(program(&house, None, &["init"]).status.success());
    assert!(program(&house, None, &["import", "k"]).status.success());
    let before = house.others().len();

    let take = format!(
        "echo \"$@\" > '{0}/order'; cat > '{0}/page.pdf'; echo 'request id is desk-7 (1 file(s))'",
        house.root().display()
    );
    let printed = program(&house, Some(&take), &["sheet", "r1", "--print"]);
    let said = String::from_utf8(printed.stderr).unwrap();
    assert!(printed.status.success(), "{said}");
    assert!(
        said.contains("handed to the printer, not encrypted. request id is desk-7 (1 file(s))\n")
            && said.contains("print queue"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(house.path("order")).unwrap(), "-t drivekey -\n");
    let page = fs::read(house.path("page.pdf")).unwrap();
    assert!(page.starts_with(b"%PDF-"));

    // The same bytes on standard output, and nothing beside what the printing system itself made.
    let sent_on = program(&house, None, &["sheet", "r1", "--to", "-"]);
    assert!(sent_on.status.success() && sent_on.stdout == page);
    assert_eq!(house.others().len(), before + 3, "lp, order and page.pdf");

    let refused = program(&house, Some("cat > /dev/null; exit 1"), &["sheet", "r1", "--print"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8(refused.stderr).unwrap().contains("did not take the page for printing"));
    fs::remove_file(house.path("programs/lp")).unwrap();
    let none = program(&house, None, &["sheet", "r1", "--print"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(String::from_utf8(none.stderr).unwrap().contains("no program 'lp'"));
}
