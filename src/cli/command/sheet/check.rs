//! `sheet check`: compares a printed page with the record it was printed from.

use serde_json::{Map, Value, json};

use crate::cli::args::{CheckArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, password_sentence, unreadable};
use crate::cli::outlet::on_one_line;
use crate::cli::session::{end_with_faults, exit_with_doubts, unlocked};
use crate::cli::world::World;
use crate::cli::{copy_note, json, key_entry};
use drivekey_flows::page_check::{self, Checked, Compared, NotCompared, UnreadableScan, Verdict, read_scans};
use drivekey_record::State;
use drivekey_sheet::{CombineError, ScanError, ShareTextError};
use drivekey_vault::{Entry, Unlocked, Vault};

pub(super) fn run(world: &mut World<'_>, shared: &Shared, args: &CheckArgs) -> Result<Exit, Failure> {
    let given = if args.key_stdin { Some(key_entry::from_stdin(world)?) } else { None };
    let scans = read_scans(world.scans, &args.scans)?;
    let mut vault = unlocked(world, shared)?;
    let typed = if given.is_none() && args.scans.is_empty() { Some(key_entry::typed(world)?) } else { given };
    let Compared { checked, faults } = page_check::check(&mut vault, typed.as_ref(), scans)?;
    if shared.json {
        let value: Vec<Value> = checked.iter().map(|one| Value::Object(as_json(one))).collect();
        json::print(world.out, &json!({ "value": value }))?;
    } else {
        for one in &checked {
            show(world, one)?;
        }
    }
    if !faults.is_empty() {
        return end_with_faults(&vault, &faults, "the lines above tell what is sound");
    }
    let noted = note(world, &mut vault, args, &checked)?;
    verdict_exit(&checked, if noted { exit_with_doubts(&vault) } else { Exit::Partly })
}

/// Notes which sheet was compared, where the vault can be relied on.
fn note(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    args: &CheckArgs,
    checked: &[Checked],
) -> Result<bool, Failure> {
    let verified = page_check::verified(checked);
    if verified.is_empty() || vault.doubt().is_some() || !vault.faults().is_empty() {
        return Ok(true);
    }
    let files: Vec<String> = checked.iter().filter_map(scanned_as).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    copy_note::compared(world, vault, args.copy, &files, &verified)
}

/// The scans of one thing; `None` for what was typed.
fn scanned_as(checked: &Checked) -> Option<String> {
    let scans: Vec<String> = checked.scans.iter().map(|path| path.display().to_string()).collect();
    (!scans.is_empty()).then(|| scans.join(" + "))
}

impl From<UnreadableScan> for Failure {
    fn from(error: UnreadableScan) -> Self {
        unreadable(&error.path, &error.source)
    }
}

/// Why nothing could be compared.
fn why(not_compared: &NotCompared) -> String {
    match not_compared {
        NotCompared::Scan(error) => scan_words(*error).to_owned(),
        NotCompared::NoCode => {
            "no code of drivekey could be read; scan it flat, at 150 dots per inch or more".to_owned()
        }
        NotCompared::Share(ShareTextError::Check { row, group }) => {
            format!("row {row}, group {group} does not fit its letter")
        }
        NotCompared::Share(ShareTextError::NotAShare) => "this is no sheet that drivekey can read".to_owned(),
        NotCompared::LabelOnly => "the code with the digits could not be read".to_owned(),
        NotCompared::Kit => "this is an emergency kit; 'drivekey kit check' compares it".to_owned(),
        NotCompared::Set { error, set } => combine_words(*error, set),
    }
}

const fn scan_words(error: ScanError) -> &'static str {
    match error {
        ScanError::Format => "neither a PNG or JPEG picture nor a PDF",
        ScanError::TooLarge => "too large for a scan; 300 dots per inch are enough",
        ScanError::Damaged => "the picture is damaged",
        ScanError::NotInThisBuild => {
            "this drivekey was built without the reading of pictures and PDFs; type the key in place of it"
        }
        ScanError::GaveUp => "it could not be looked into: drawing it took too much memory or time, or broke down",
    }
}

fn combine_words(error: CombineError, set: &str) -> String {
    match error {
        CombineError::OtherSet | CombineError::Missing { .. } => {
            format!("a sheet of set {set} alone tells nothing; give the scan of another sheet of the set, too")
        }
        CombineError::Differs { row } => format!("row {row} is not the same on the sheets of set {set}"),
        CombineError::NoKey(error) => format!("the sheets of set {set} give no key: {}", password_sentence(error)),
    }
}

fn show(world: &mut World<'_>, checked: &Checked) -> Result<(), Failure> {
    let scanned = scanned_as(checked);
    let path = on_one_line(scanned.as_deref().unwrap_or("typed"));
    match &checked.verdict {
        Verdict::Verified(entry) => writeln!(world.out, "verified       {path}: {}{}", named(entry), outdated(entry))?,
        Verdict::OtherKeyId(entry, said) => {
            writeln!(
                world.out,
                "other Key ID   {path}: the digits are those of {}, and the page says {said}",
                named(entry)
            )?;
        }
        Verdict::Unknown(label) => {
            let said = label.as_ref().map(|label| format!("; the page says {}", label.key_id)).unwrap_or_default();
            writeln!(world.out, "not in vault   {path}: a sound key that no record here has{said}")?;
        }
        Verdict::NotCompared(reason) => writeln!(world.out, "not compared   {path}: {}", why(reason))?,
    }
    Ok(())
}

fn named(entry: &Entry) -> String {
    let details = &entry.details;
    let first = details.key_id.known_hex().map(|hex| hex.chars().take(8).collect::<String>());
    let parts = [Some(entry.handle.to_string()), first, details.device_name.as_ref().map(ToString::to_string)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// What is to be said of a page whose key is no longer the one in use.
fn outdated(entry: &Entry) -> &'static str {
    match (entry.details.removed.is_some(), entry.details.state) {
        (true, _) => "; the record lies in the trash",
        (false, State::Superseded) => "; the key was replaced, destroy this page",
        (false, State::Used) => "; the key was used, the drive may have a newer one",
        (false, State::Retired) => "; the drive is gone, destroy this page",
        (false, State::Current) => "",
    }
}

fn as_json(checked: &Checked) -> Map<String, Value> {
    let mut map = Map::new();
    map.insert("path".to_owned(), scanned_as(checked).into());
    let (outcome, entry) = match &checked.verdict {
        Verdict::Verified(entry) => ("verified", Some(entry)),
        Verdict::OtherKeyId(entry, said) => {
            map.insert("pageKeyId".to_owned(), said.to_string().into());
            ("otherKeyId", Some(entry))
        }
        Verdict::Unknown(_) => ("notInVault", None),
        Verdict::NotCompared(reason) => {
            map.insert("refusedBecause".to_owned(), why(reason).into());
            ("refused", None)
        }
    };
    map.insert("outcome".to_owned(), outcome.into());
    if let Some(entry) = entry {
        map.insert("record".to_owned(), Value::Object(json::entry(entry)));
    }
    map
}

/// Done if all were verified, or else the worst of what is wrong.
fn verdict_exit(checked: &[Checked], done: Exit) -> Result<Exit, Failure> {
    let count = |is: fn(&Verdict) -> bool| checked.iter().filter(|one| is(&one.verdict)).count();
    let verified = count(|verdict| matches!(verdict, Verdict::Verified(_)));
    if verified == checked.len() {
        return Ok(done);
    }
    if verified > 0 {
        return Err(Failure::new(
            Exit::Partly,
            format!("{verified} of {} verified", checked.len()),
            "the lines above say what is wrong with the others",
        ));
    }
    if count(|verdict| matches!(verdict, Verdict::Unknown(_))) == checked.len() {
        return Err(Failure::new(Exit::NotFound, "no record has these digits", "'drivekey add' takes the key in"));
    }
    Err(Failure::new(
        Exit::Failed,
        "nothing was verified",
        "the lines above say why; a key can also be typed: 'drivekey sheet check'",
    ))
}
