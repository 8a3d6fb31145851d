//! `sheet check`: from a finished page back to the record it was printed from.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::args::CheckArgs;
use crate::cli::args::Shared;
use crate::cli::exit::Exit;
use crate::cli::failure::{Failure, password_sentence, unreadable};
use crate::cli::outlet::on_one_line;
use crate::cli::session::{end_over, exit_over, unlocked};
use crate::cli::world::{ScanReader, World};
use crate::cli::{copy_note, json, key_entry};
use drivekey_files::vault_file::is_open_here;
use drivekey_record::{Handle, KeyId, RecoveryPassword, State};
use drivekey_sheet::{CombineError, Label, ScanError, Scanned, Share, ShareTextError, combine};
use drivekey_vault::{Entry, Fault, Unlocked, Vault};

/// Larger files are no scans.
const SCAN_BYTES: u64 = 128 << 20;

/// One thing that was looked at.
struct Checked {
    /// The file; `None` for what was typed.
    path: Option<String>,
    verdict: Verdict,
}

enum Verdict {
    /// The digits are those of this record, and what the page says of the drive fits.
    Verified(Box<Entry>),
    /// The digits are those of this record, and the page names another Key ID.
    OtherKeyId(Box<Entry>, KeyId),
    /// A sound key that no record has.
    Unknown(Option<Label>),
    /// Nothing could be compared, and why.
    Refused(String),
}

pub(super) fn run(world: &mut World<'_>, shared: &Shared, args: &CheckArgs) -> Result<Exit, Failure> {
    let typed = if args.key_stdin { Some(key_entry::from_stdin(world)?) } else { None };
    let mut scans = Vec::with_capacity(args.scans.len());
    for path in &args.scans {
        scans.push((path.display().to_string(), scanned(world.scans, path)?));
    }
    let mut vault = unlocked(world, shared)?;
    let (mut checked, mut faults) = (Vec::new(), Vec::new());
    if let Some(password) = typed {
        checked.push(Checked { path: None, verdict: compare(&mut vault, &password, None, &mut faults)? });
    } else if scans.is_empty() {
        let password = key_entry::typed(world)?;
        checked.push(Checked { path: None, verdict: compare(&mut vault, &password, None, &mut faults)? });
    }
    check_scans(&mut vault, scans, &mut checked, &mut faults)?;
    if shared.json {
        let value: Vec<Value> = checked.iter().map(|one| Value::Object(as_json(one))).collect();
        json::print(world.out, &json!({ "value": value }))?;
    } else {
        for one in &checked {
            show(world, one)?;
        }
    }
    if !faults.is_empty() {
        return end_over(&vault, &faults, "the lines above tell what is sound");
    }
    let noted = note(world, &mut vault, args, &checked)?;
    verdict_exit(&checked, if noted { exit_over(&vault) } else { Exit::Partly })
}

/// Notes which sheet was compared, where the vault can be relied on.
fn note(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    args: &CheckArgs,
    checked: &[Checked],
) -> Result<bool, Failure> {
    let verified: Vec<Handle> = checked
        .iter()
        .filter_map(|one| match &one.verdict {
            Verdict::Verified(entry) => Some(entry.handle),
            Verdict::OtherKeyId(..) | Verdict::Unknown(_) | Verdict::Refused(_) => None,
        })
        .collect();
    if verified.is_empty() || vault.doubt().is_some() || !vault.faults().is_empty() {
        return Ok(true);
    }
    let files: Vec<&str> = checked.iter().filter_map(|one| one.path.as_deref()).collect();
    copy_note::compared(world, vault, args.copy, &files, &verified)
}

/// Reads one file.
fn scanned(scans: &dyn ScanReader, path: &Path) -> Result<Result<Vec<Scanned>, ScanError>, Failure> {
    let failed = |error: std::io::Error| unreadable(path, &error);
    if path.metadata().is_ok_and(|data| is_open_here(&data)) {
        return Err(unreadable(path, &std::io::ErrorKind::ResourceBusy.into()));
    }
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    if length > SCAN_BYTES {
        return Ok(Err(ScanError::TooLarge));
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1));
    file.take(SCAN_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    Ok(scans.read(&bytes))
}

/// A file and what was read from it.
type ScanOf = (String, Result<Vec<Scanned>, ScanError>);

fn check_scans(
    vault: &mut Vault<Unlocked>,
    scans: Vec<ScanOf>,
    checked: &mut Vec<Checked>,
    faults: &mut Vec<Fault>,
) -> Result<(), Failure> {
    let mut shares: Vec<(String, Share)> = Vec::new();
    for (path, read) in scans {
        let mut refuse =
            |why: &str| checked.push(Checked { path: Some(path.clone()), verdict: Verdict::Refused(why.to_owned()) });
        let items = match read {
            Err(error) => {
                refuse(scan_words(error));
                continue;
            }
            Ok(items) if items.is_empty() => {
                refuse("no code of drivekey could be read; scan it flat, at 150 dots per inch or more");
                continue;
            }
            Ok(items) => items,
        };
        for item in items {
            let verdict = match item {
                Scanned::Key { password, label } => compare(vault, &password, label, faults)?,
                Scanned::Share(share) => {
                    shares.push((path.clone(), share));
                    continue;
                }
                Scanned::BadShare(ShareTextError::Check { row, group }) => {
                    Verdict::Refused(format!("row {row}, group {group} does not fit its letter"))
                }
                Scanned::BadShare(ShareTextError::NotAShare) => {
                    Verdict::Refused("this is no sheet that drivekey can read".to_owned())
                }
                Scanned::LabelOnly(_) => Verdict::Refused("the code with the digits could not be read".to_owned()),
                Scanned::Kit(_) => {
                    Verdict::Refused("this is an emergency kit; 'drivekey kit check' compares it".to_owned())
                }
            };
            checked.push(Checked { path: Some(path.clone()), verdict });
        }
    }
    check_shares(vault, shares, checked, faults)
}

/// Sheets of one set, put together.
fn check_shares(
    vault: &mut Vault<Unlocked>,
    mut shares: Vec<(String, Share)>,
    checked: &mut Vec<Checked>,
    faults: &mut Vec<Fault>,
) -> Result<(), Failure> {
    while let Some((_, first)) = shares.first() {
        let set = first.set.clone();
        let (same, others) = shares.into_iter().partition(|(_, share)| share.set == set);
        shares = others;
        let (paths, parts): (Vec<String>, Vec<Share>) = Vec::into_iter(same).unzip();
        let mut paths = paths;
        paths.dedup();
        let verdict = match combine(&parts) {
            Ok(password) => compare(vault, &password, None, faults)?,
            Err(error) => Verdict::Refused(combine_words(error, &set)),
        };
        checked.push(Checked { path: Some(paths.join(" + ")), verdict });
    }
    Ok(())
}

/// Leaves with `faults` what is wrong with others that may have the digits, too.
fn compare(
    vault: &mut Vault<Unlocked>,
    password: &RecoveryPassword,
    label: Option<Label>,
    faults: &mut Vec<Fault>,
) -> Result<Verdict, Failure> {
    let found = vault.whose(password)?;
    faults.extend(found.faults);
    faults.dedup();
    let mut found = found.entries;
    if found.is_empty() {
        return Ok(Verdict::Unknown(label));
    }
    let said = label.map(|label| label.key_id).unwrap_or_default();
    let fits = found.iter().position(|entry| entry.details.key_id.may_equal(&said));
    let entry = Box::new(found.swap_remove(fits.unwrap_or(0)));
    Ok(if fits.is_some() { Verdict::Verified(entry) } else { Verdict::OtherKeyId(entry, said) })
}

fn scan_words(error: ScanError) -> &'static str {
    match error {
        ScanError::Format => "neither a PNG or JPEG picture nor a PDF",
        ScanError::TooLarge => "too large for a scan; 300 dots per inch are enough",
        ScanError::Damaged => "the picture is damaged",
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
    let path = on_one_line(checked.path.as_deref().unwrap_or("typed"));
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
        Verdict::Refused(why) => writeln!(world.out, "not compared   {path}: {why}")?,
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
    map.insert("path".to_owned(), checked.path.clone().into());
    let (outcome, entry) = match &checked.verdict {
        Verdict::Verified(entry) => ("verified", Some(entry)),
        Verdict::OtherKeyId(entry, said) => {
            map.insert("pageKeyId".to_owned(), said.to_string().into());
            ("otherKeyId", Some(entry))
        }
        Verdict::Unknown(_) => ("notInVault", None),
        Verdict::Refused(why) => {
            map.insert("refusedBecause".to_owned(), why.clone().into());
            ("refused", None)
        }
    };
    map.insert("outcome".to_owned(), outcome.into());
    if let Some(entry) = entry {
        map.insert("record".to_owned(), Value::Object(json::entry(entry)));
    }
    map
}

/// All verified: done. Otherwise what is wrong, by its gravest.
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
