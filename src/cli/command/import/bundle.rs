//! Asks for or reads what opens the age files among the imported ones.

use super::shown;
use crate::cli::args::ImportArgs;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::passphrase;
use crate::cli::remarks::gather_words;
use crate::cli::world::World;
use drivekey_flows::intake::{BundleKeys, IdentityError, OpenError, Origin, Source, Sources, read_identities};
use drivekey_vault::seal::BundleError;

/// How often a passphrase may be mistyped.
const TRIES: usize = 3;

/// Opens the files that can be opened. The others are refused, each with its reason.
pub(super) fn open(world: &mut World<'_>, args: &ImportArgs, sources: &mut Sources) -> Result<(), Failure> {
    let identities = read_identities(&args.identities)?;
    let passphrase = args.bundle_passphrase_file.as_deref().map(passphrase::from_file).transpose()?;
    let limits = world.kdf.limits;
    sources.open_sealed(&BundleKeys { identities: &identities, passphrase: passphrase.as_ref(), limits })?;
    if world.terminal.is_present() {
        for at in sources.waiting_for_passphrase() {
            ask(world, &mut sources.read[at])?;
        }
    }
    Ok(())
}

fn ask(world: &mut World<'_>, source: &mut Source) -> Result<(), Failure> {
    let prompt = format!("Passphrase of {} (Enter leaves it out): ", shown(&source.origin));
    for left in (0..TRIES).rev() {
        let asked = world.terminal.ask_secret(&prompt)?;
        if passphrase::is_empty(&asked) {
            return Ok(());
        }
        match source.open_with_passphrase(&asked, world.kdf.limits) {
            Err(BundleError::WrongKey) if left > 0 => world.terminal.say("Wrong passphrase.\n")?,
            opened => return opened.map_err(|error| failure(error, &source.origin)),
        }
    }
    Ok(())
}

impl From<IdentityError> for Failure {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::Unreadable(error) => Self::usage(
                format!("{} cannot be used: {}", error.path().display(), gather_words(&error)),
                "name the file that 'age-keygen' made",
            ),
            IdentityError::NoKey(path) => Self::usage(
                format!("there is no private age key in {}", path.display()),
                "name the file that 'age-keygen' made; keys of other kinds only the age program can use",
            ),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        failure(error.error, &error.origin)
    }
}

fn failure(error: BundleError, origin: &Origin) -> Failure {
    let shown = shown(origin);
    match error {
        BundleError::WrongKey => Failure::new(
            Exit::WrongPassphrase,
            format!("this is not the passphrase of {shown}"),
            "a bundle has a passphrase of its own; ask whoever made it",
        ),
        BundleError::TooMuchWork => Failure::new(
            Exit::Refused,
            format!("{shown} asks for more work on its passphrase than is sensible"),
            "open it with the age program, if you trust where it comes from",
        ),
        _ => Failure::new(
            Exit::Damaged,
            format!("{shown} is damaged: it was cut off or changed since it was made"),
            "use another copy of it",
        ),
    }
}
