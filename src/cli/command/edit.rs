//! `edit`: changes what is known of a key. Its digits cannot be changed.

use crate::cli::args::{EditArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{exit_with_doubts, one_entry, unlocked};
use crate::cli::{json, table, world::World};
use drivekey_flows::edit::{self, EditError, is_nothing};
use drivekey_record::{LineText, parse_mount_point};
use drivekey_vault::{Edit, Setting};

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &EditArgs) -> Result<Exit, Failure> {
    let edit = Edit {
        key_id: args.key_id.clone(),
        device_name: setting(args.device.as_deref())?,
        volume_type: args.volume_type,
        mount_point: drive(args.mount_point.as_deref())?,
        volume_label: setting(args.label.as_deref())?,
        note: setting(args.note.as_deref())?,
        add_tags: args.add_tags.clone(),
        remove_tags: args.remove_tags.clone(),
        state: args.state,
    };
    if is_nothing(&edit) {
        return Err(nothing());
    }
    let mut vault = unlocked(world, shared)?;
    let entry = one_entry(world, &mut vault, &args.id.id)?;
    let edited = edit::edit(&mut vault, std::slice::from_ref(&entry), &edit).map_err(|error| match error {
        EditError::Nothing | EditError::KeyIdForMany => nothing(),
        EditError::OtherKeyId { handle, key_id } => Failure::refused(
            format!("record {handle} has another Key ID ({key_id})"),
            "a Key ID can be completed, not exchanged; 'drivekey add' takes in the key under the other one",
        ),
        EditError::Vault { error, .. } => error.into(),
    })?;
    for entry in &edited {
        if shared.json {
            json::print(world.out, &json::entry(entry))?;
        } else {
            table::one(world.out, entry)?;
        }
    }
    Ok(exit_with_doubts(&vault))
}

fn nothing() -> Failure {
    Failure::usage("nothing to change was given", "for example: drivekey edit r1 --device \"Annas Laptop\"")
}

/// An empty text clears a field.
fn setting(text: Option<&str>) -> Result<Setting<LineText>, Failure> {
    Ok(match text {
        None => Setting::Keep,
        Some("") => Setting::Clear,
        Some(text) => Setting::To(text.parse()?),
    })
}

/// A drive letter such as `C:`, or the path of a folder.
fn drive(text: Option<&str>) -> Result<Setting<LineText>, Failure> {
    match setting(text)? {
        Setting::To(typed) => parse_mount_point(typed.as_str()).map(Setting::To).ok_or_else(|| {
            let hint =
                "give a letter such as C:, or the folder where the drive is mounted, such as /mnt/data or D:\\data";
            Failure::usage(format!("\"{typed}\" is no drive letter and no folder's path"), hint)
        }),
        other => Ok(other),
    }
}
