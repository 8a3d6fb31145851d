//! Names the files that an earlier run left in a folder when it was killed. It never touches them.

use std::path::Path;

use super::failure::Failure;
use super::world::World;
use drivekey_files::private;

/// Tells of it on standard error.
pub(super) fn tell(world: &mut World<'_>, folder: &Path) -> Result<(), Failure> {
    for path in private::left_behind(folder) {
        writeln!(
            world.err,
            "An earlier run was interrupted and left {} there; it may hold keys, and nothing needs it: delete it.",
            path.display()
        )?;
    }
    Ok(())
}
