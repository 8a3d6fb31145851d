//! The table of what is about to be stored. Never shows digits.

use crate::cli::failure::Failure;
use crate::cli::question;
use crate::cli::table;
use crate::cli::world::World;
use drivekey_flows::intake::{Ready, Sources};
use drivekey_record::{KeyId, LineText, VolumeType};
use drivekey_vault::{Expected, Incoming};

/// Longest table; the rest is counted.
const SHOWN_KEYS: usize = 20;
const HEAD: [&str; 7] = ["KEY ID", "DEVICE", "DRIVE", "TYPE", "LABEL", "FROM", "IS"];

/// Shows what was found where there is no vault yet to compare it with.
pub(in crate::cli::command) fn found(world: &mut World<'_>, sources: &Sources) -> Result<(), Failure> {
    let rows = sources.read.iter().flat_map(|source| {
        let name = source.file_name();
        source.reading.records.iter().map(move |one| {
            let texts = [&one.device_name, &one.mount_point, &one.volume_label, &name];
            row(&one.key_id, texts, one.volume_type, String::new())
        })
    });
    let others = sources.read.iter().flat_map(|source| {
        let name = source.file_name();
        source.reading.other_keys.iter().map(move |one| {
            let details = &one.details;
            let texts = [&details.device_name, &details.mount_point, &details.volume_label, &name];
            row(&details.key_id, texts, details.volume_type, String::new())
        })
    });
    table(world, rows.chain(others).collect())
}

/// Shows what is new and asks whether to store it. Nobody is asked if nothing is new.
pub(in crate::cli::command) fn confirm(
    world: &mut World<'_>,
    ready: &Ready,
    expected: &[Expected],
) -> Result<(), Failure> {
    if !ready.brings_news(expected) {
        return Ok(());
    }
    let attachments = ready.attachments();
    let news: Vec<(&Incoming, &Expected)> =
        ready.records().iter().zip(expected).filter(|(_, expected)| !matches!(expected, Expected::Known(_))).collect();
    let keys = if news.len() == 1 { "this key".to_owned() } else { format!("these {} keys", news.len()) };
    let files = if attachments == 1 {
        "1 startup key or key package".to_owned()
    } else {
        format!("{attachments} startup keys or key packages")
    };
    let what = match (news.len(), attachments) {
        (_, 0) => keys,
        (0, _) => files,
        _ => format!("{keys} and {files}"),
    };
    let rows = news.iter().map(|(one, expected)| {
        let details = &one.details;
        let texts = [&details.device_name, &details.mount_point, &details.volume_label, &one.file_name];
        row(&details.key_id, texts, details.volume_type, is(expected))
    });
    table(world, rows.collect())?;
    if question::go_on(world, &format!("Store {what}?"))? {
        return Ok(());
    }
    Err(Failure::refused(
        "nothing was imported",
        "'drivekey import --help' tells what can be said of keys as they come in",
    ))
}

fn table(world: &mut World<'_>, mut rows: Vec<Vec<String>>) -> Result<(), Failure> {
    if rows.is_empty() {
        return Ok(());
    }
    let surplus = rows.len().saturating_sub(SHOWN_KEYS);
    rows.truncate(SHOWN_KEYS);
    rows.insert(0, HEAD.map(str::to_owned).to_vec());
    let mut text = Vec::new();
    table::write(&mut text, rows)?;
    world.terminal.say(&String::from_utf8_lossy(&text))?;
    if surplus > 0 {
        world.terminal.say(&format!("and {surplus} more\n"))?;
    }
    Ok(())
}

fn is(expected: &Expected) -> String {
    match expected {
        Expected::New => "new".to_owned(),
        Expected::Known(handle) => format!("already there ({handle})"),
        Expected::Conflict(handles) => {
            let with: Vec<String> = handles.iter().map(ToString::to_string).collect();
            format!("in conflict with {}", with.join(", "))
        }
    }
}

fn row(key_id: &KeyId, texts: [&Option<LineText>; 4], volume_type: VolumeType, is: String) -> Vec<String> {
    let [device, drive, label, from] = texts.map(|text| text.as_ref().map(ToString::to_string).unwrap_or_default());
    let volume_type = if volume_type == VolumeType::Unknown { String::new() } else { volume_type.to_string() };
    vec![table::first_8(key_id).into_owned(), device, drive, volume_type, label, from, is]
}
