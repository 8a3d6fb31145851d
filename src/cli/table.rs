//! Records for people: aligned tables, and one record in full. Never shows digits.

use std::borrow::Cow;
use std::io::{self, Write};

use rayon::prelude::*;
use unicode_width::UnicodeWidthStr;

use drivekey_record::{Details, Field, KeyId, LineText, Proof, ProofLevel, Source, VolumeType};
use drivekey_vault::Entry;

/// Widest cell in a table.
const CELL_WIDTH: usize = 28;
/// Rows made into text at a time.
const BLOCK_ROWS: usize = 1024;

const HEAD: [&str; 10] = ["RECORD", "KIND", "KEY ID", "DEVICE", "DRIVE", "TYPE", "LABEL", "STATE", "ADDED", "PROVED"];

/// A table of records. Takes them by value: giving back the memory of 100,000 is work for all cores, too. Each cell is
/// made twice, once to measure it and once to write it: keeping all of them would cost more than making them.
pub(super) fn entries(out: &mut dyn Write, entries: Vec<Entry>) -> io::Result<()> {
    let widths = entries
        .par_iter()
        .map(|entry| cells(entry).map(|cell| shown_width(&cell)))
        .reduce(|| [0; HEAD.len()], |a, b| std::array::from_fn(|column| a[column].max(b[column])));
    let widths: [usize; HEAD.len()] =
        std::array::from_fn(|column| if widths[column] == 0 { 0 } else { widths[column].max(HEAD[column].len()) });
    let mut head = String::new();
    line(&mut head, &HEAD, &widths);
    out.write_all(head.as_bytes())?;
    let blocks: Vec<String> = entries
        .into_par_iter()
        .chunks(BLOCK_ROWS)
        .map(|entries| {
            let mut text = String::with_capacity(entries.len() * (widths.iter().sum::<usize>() + widths.len() * 2));
            for entry in &entries {
                line(&mut text, &cells(entry).map(cut), &widths);
            }
            text
        })
        .collect();
    blocks.into_iter().try_for_each(|block| out.write_all(block.as_bytes()))
}

fn cells(entry: &Entry) -> [Cow<'_, str>; 10] {
    fn text(value: Option<&LineText>) -> Cow<'_, str> {
        value.map_or(Cow::Borrowed(""), |text| Cow::Borrowed(text.as_str()))
    }
    let details = &entry.details;
    let added = details.sources.first().map(|source| source.imported_date_time.date_naive());
    [
        Cow::Owned(entry.handle.to_string()),
        // Where all are of the usual kind the column is left out.
        Cow::Borrowed(if details.is_recovery_password() { "" } else { details.kind.name() }),
        first_8(&details.key_id),
        text(details.device_name.as_ref()),
        text(details.mount_point.as_ref()),
        Cow::Borrowed(if details.volume_type == VolumeType::Unknown { "" } else { details.volume_type.word() }),
        text(details.volume_label.as_ref()),
        state(details),
        added.map_or(Cow::Borrowed(""), |day| Cow::Owned(day.to_string())),
        proved(details),
    ]
}

/// As the recovery screen shows it.
pub(super) fn first_8(key_id: &KeyId) -> Cow<'_, str> {
    match key_id {
        KeyId::Full(guid) => Cow::Owned(guid.first_8()),
        KeyId::Prefix(prefix) => Cow::Borrowed(prefix.as_str()),
        KeyId::Unknown => Cow::Borrowed("unknown"),
    }
}

fn state(details: &Details) -> Cow<'static, str> {
    if details.conflicts_with.is_empty() && !details.weak && details.removed.is_none() {
        return Cow::Borrowed(details.state.word());
    }
    let mut words = vec![details.state.to_string()];
    if !details.conflicts_with.is_empty() {
        words.push("conflict".to_owned());
    }
    if details.weak {
        words.push("weak".to_owned());
    }
    if details.removed.is_some() {
        words.push("in the trash".to_owned());
    }
    Cow::Owned(words.join(", "))
}

/// Rows with their columns aligned; empty columns are left out.
pub(super) fn write(out: &mut dyn Write, rows: Vec<Vec<String>>) -> io::Result<()> {
    let columns = rows.first().map_or(0, Vec::len);
    let rows: Vec<Vec<Cow<'_, str>>> =
        rows.into_iter().map(|row| row.into_iter().map(|cell| cut(cell.into())).collect()).collect();
    let width = |column: usize| {
        let filled = rows.iter().skip(1).any(|row| !row[column].is_empty());
        if filled { rows.iter().map(|row| row[column].width()).max().unwrap_or(0) } else { 0 }
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in &rows {
        line(&mut text, row, &widths);
    }
    out.write_all(text.as_bytes())
}

/// One row; columns of no width are left out.
fn line<T: AsRef<str>>(text: &mut String, row: &[T], widths: &[usize]) {
    for (cell, &width) in row.iter().zip(widths).filter(|(_, width)| **width > 0) {
        let cell = cell.as_ref();
        text.push_str(cell);
        text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
    }
    text.truncate(text.trim_end_matches(' ').len());
    text.push('\n');
}

fn shown_width(cell: &str) -> usize {
    let width = cell.width();
    if width <= CELL_WIDTH { width } else { cut(Cow::Borrowed(cell)).width() }
}

fn cut(cell: Cow<'_, str>) -> Cow<'_, str> {
    if cell.width() <= CELL_WIDTH {
        return cell;
    }
    let mut kept = String::new();
    for c in cell.chars() {
        if kept.width() + unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) >= CELL_WIDTH {
            break;
        }
        kept.push(c);
    }
    kept.push('…');
    Cow::Owned(kept)
}

/// One record, everything but its digits: a name and a value a line.
pub(super) fn one(out: &mut dyn Write, entry: &Entry) -> io::Result<()> {
    let details = &entry.details;
    let text = |value: &Option<drivekey_record::LineText>| value.as_ref().map(ToString::to_string);
    let kind = (!details.is_recovery_password()).then(|| format!("{} (kept for a later version)", details.kind));
    let volume_type = match &details.volume_type {
        VolumeType::OperatingSystem => Some("drive with Windows (os)"),
        VolumeType::FixedData => Some("fixed data drive (fixed)"),
        VolumeType::RemovableData => Some("removable drive (removable)"),
        VolumeType::Data => Some("data drive (data)"),
        VolumeType::Unknown => None,
        VolumeType::Other(name) => Some(name.as_str()),
    };
    let source = details.sources.first();
    let from = source.map(|source| {
        let day = source.imported_date_time.format("%Y-%m-%d");
        source.file_name.as_ref().map_or_else(|| day.to_string(), |name| format!("{day}, from \"{name}\""))
    });
    let conflict = (!details.conflicts_with.is_empty()).then(|| {
        let names: Vec<String> = details.conflicts_with.iter().map(ToString::to_string).collect();
        format!(
            "{} says otherwise under the same Key ID or digits; if this key does not open the drive, try that one",
            names.join(", ")
        )
    });
    let lines = [
        ("Kind", kind),
        ("Key ID", Some(details.key_id.to_string())),
        ("Device", text(&details.device_name)),
        ("Drive", text(&details.mount_point)),
        ("Label", text(&details.volume_label)),
        ("Type", volume_type.map(str::to_owned)),
        ("Created", details.created.as_ref().map(ToString::to_string)),
        ("Added", from),
        ("State", Some(state(details).into_owned())),
        ("Proved", details.proof.as_ref().map(proof)),
        ("Note", text(&details.note)),
        (
            "Tags",
            (!details.tags.is_empty())
                .then(|| details.tags.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        ),
        ("Conflict", conflict),
    ];
    let others =
        details.sources.iter().filter_map(|source| otherwise(details, source)).map(|said| ("Elsewhere", Some(said)));
    for (name, value) in lines.into_iter().chain(others).chain([("Record", Some(entry.handle.to_string()))]) {
        if let Some(value) = value {
            writeln!(out, "{name:<9} {value}")?;
        }
    }
    Ok(())
}

/// What a source says otherwise than the record, which may have come to say the same since.
fn otherwise(details: &Details, source: &Source) -> Option<String> {
    let one = |field: Field| {
        let said = field.otherwise(source)?.to_string();
        (field.of(details).map(|kept| kept.to_string()).as_ref() != Some(&said))
            .then(|| format!("{} \"{said}\"", field.word()))
    };
    let said: Vec<String> = Field::ALL.into_iter().filter_map(one).collect();
    let from = source.file_name.as_ref().map(|name| format!(", from \"{name}\"")).unwrap_or_default();
    (!said.is_empty()).then(|| format!("{} ({}{from})", said.join(", "), source.imported_date_time.format("%Y-%m-%d")))
}

/// What trying the key on its drive gave.
fn proof(proof: &Proof) -> String {
    let words = match proof.level {
        ProofLevel::DoesNotOpen => "did NOT open the drive that lists its Key ID",
        ProofLevel::KeyIdFits => "not proved: the drive lists its Key ID and could not be tried",
        ProofLevel::OpensVolume | ProofLevel::OpensData => {
            "opened its drive; what the drive says of itself was not confirmed"
        }
        ProofLevel::MetadataIntact | ProofLevel::FirstSector => "opened its drive",
    };
    format!("{}, {words}", proof.at.format("%Y-%m-%d"))
}

/// The same in a column.
fn proved(details: &Details) -> Cow<'static, str> {
    match &details.proof {
        Some(proof) if proof.level.is_proof() => Cow::Owned(proof.at.date_naive().to_string()),
        Some(proof) if proof.level == ProofLevel::DoesNotOpen => Cow::Borrowed("does not open"),
        _ => Cow::Borrowed(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_keep_the_columns_straight() {
        let rows = [["A", "B"], ["東京", "1"], ["x", "2"]].map(|row| row.map(str::to_owned).to_vec());
        let mut out = Vec::new();
        write(&mut out, rows.to_vec()).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "A     B\n東京  1\nx     2\n");
    }

    #[test]
    fn empty_columns_are_left_out_and_long_cells_cut() {
        let long = "x".repeat(60);
        let rows = [["A", "B", "C"], [&long, "", "1"]].map(|row| row.map(str::to_owned).to_vec());
        let mut out = Vec::new();
        write(&mut out, rows.to_vec()).unwrap();
        let shown = String::from_utf8(out).unwrap();
        assert!(shown.contains("x…  1") && !shown.contains('B'), "{shown}");
    }
}
