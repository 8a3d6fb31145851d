//! `edit`: what is known of a key. Its digits cannot be changed.

use crate::cli::args::{EditArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::session::{exit_over, one_entry, unlocked};
use crate::cli::{json, table, world::World};
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
    if nothing(&edit) {
        return Err(Failure::usage(
            "nothing to change was given",
            "for example: drivekey edit r1 --device \"Annas Laptop\"",
        ));
    }
    let mut vault = unlocked(world, shared)?;
    let entry = one_entry(world, &mut vault, &args.id.id)?;
    if let Some(new) = &edit.key_id
        && !entry.details.key_id.may_equal(new)
    {
        return Err(Failure::refused(
            format!("record {} has another Key ID ({})", entry.handle, entry.details.key_id),
            "a Key ID can be completed, not exchanged; 'drivekey add' takes in the key under the other one",
        ));
    }
    let entry = vault.edit(entry.handle, edit)?;
    if shared.json {
        json::print(world.out, &json::entry(&entry))?;
    } else {
        table::one(world.out, &entry)?;
    }
    Ok(exit_over(&vault))
}

fn nothing(edit: &Edit) -> bool {
    edit.key_id.is_none()
        && edit.volume_type.is_none()
        && edit.state.is_none()
        && edit.add_tags.is_empty()
        && edit.remove_tags.is_empty()
        && [&edit.device_name, &edit.mount_point, &edit.volume_label, &edit.note]
            .into_iter()
            .all(|setting| *setting == Setting::Keep)
}

/// An empty text clears a field.
fn setting(text: Option<&str>) -> Result<Setting<LineText>, Failure> {
    Ok(match text {
        None => Setting::Keep,
        Some("") => Setting::Clear,
        Some(text) => Setting::To(text.parse()?),
    })
}

/// A drive letter in its one spelling, or a folder's path.
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
