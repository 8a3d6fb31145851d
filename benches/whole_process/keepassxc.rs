//! The same work done by keepassxc-cli, where it is installed: entries with the same titles and digits.

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use super::made::{self, Made};
use super::timing::{median, run};
use super::{COST, House};

const ROUNDS: usize = 3;

/// Imports and looks up as many entries as our own large vault has.
pub(crate) fn compare(house: &House, count: usize) {
    if Command::new("keepassxc-cli").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("\nkeepassxc-cli is not installed: no comparison");
        return;
    }
    let made = Made::new(4);
    let xml = house.folder.join("keepass.xml");
    std::fs::write(&xml, document(&made, count)).unwrap();
    let database = house.folder.join("keepass.kdbx");
    let bulk = house.folder.join("bulk.txt");
    let typed_twice = format!("{0}\n{0}\n", made::PASSPHRASE);
    let typed = format!("{}\n", made::PASSPHRASE);
    let (mut theirs, mut ours, mut their_show, mut our_show) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let _ = std::fs::remove_file(&database);
        let mut import = Command::new("keepassxc-cli");
        import.args(["import", "-p"]).arg(&xml).arg(&database).env("QT_QPA_PLATFORM", "offscreen");
        theirs.push(run(import, Some(&typed_twice)).ms);
        let vault = house.folder.join(format!("beside-{round}.drivekey"));
        made::vault(&vault, COST, Vec::new());
        ours.push(run(house.command(&vault, &["import", bulk.to_str().unwrap()]), None).ms);
        let mut show = Command::new("keepassxc-cli");
        show.args(["show", "-s"]).arg(&database).arg(made.guid(count / 2)).env("QT_QPA_PLATFORM", "offscreen");
        their_show.push(run(show, Some(&typed)).ms);
        our_show.push(run(house.command(&vault, &["show", &made.guid(count / 2)]), None).ms);
    }
    println!(
        "\n{:<28} {:>14} {:>10} {:>8}",
        format!("beside keepassxc-cli, {count}"),
        "keepassxc-cli",
        "drivekey",
        "ratio"
    );
    for (name, theirs, ours) in
        [("import", median(&theirs), median(&ours)), ("show one", median(&their_show), median(&our_show))]
    {
        println!("{name:<28} {theirs:>14.0} {ours:>10.0} {:>8.1}", theirs / ours);
    }
}

/// `KeePass` 2 XML with one group.
fn document(made: &Made, count: usize) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" \
         encoding=\"UTF-8\"?><KeePassFile><Meta/><Root><Group><UUID>AAAAAAAAAAAAAAAAAAAAAQ==</UUID><Name>Root</Name>",
    );
    for at in 0..count {
        write!(
            xml,
            "<Entry><UUID>{}</UUID><String><Key>Title</Key><Value>{}</Value></String><String><Key>UserName</Key><Value>{}</Value></String><String><Key>Password</Key><Value>{}</Value></String></Entry>",
            uuid(at),
            made.guid(at),
            Made::device(at),
            made.password(at)
        )
        .unwrap();
    }
    xml.push_str("</Group></Root></KeePassFile>");
    xml
}

/// Sixteen bytes in Base64, another for each entry.
fn uuid(at: usize) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: String = (0..5).rev().map(|place| char::from(LETTERS[(at >> (6 * place)) & 63])).collect();
    format!("{digits}{}==", "A".repeat(17))
}
