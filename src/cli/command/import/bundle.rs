//! Files encrypted with age among those that are imported: what opens them is asked for or read, and what is inside is
//! read as if it had been named itself. Must not know what is in them.

use std::path::PathBuf;

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::sources::{Source, Sources};
use crate::cli::args::{ImportArgs, Said};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::passphrase;
use crate::cli::world::World;
use crate::gather;
use drivekey_import::OtherKey;
use drivekey_record::{Details, LineText, Secret, SourceKind};
use drivekey_vault::Incoming;
use drivekey_vault::seal::{BundleAsks, BundleError, BundleIdentity, BundleKey, bundle_asks, open_bundle};

/// How often a passphrase may be mistyped.
const TRIES: usize = 3;

/// Opens what can be opened. What stays shut is refused with its reason.
pub(super) fn open(world: &mut World<'_>, args: &ImportArgs, sources: &mut Sources) -> Result<(), Failure> {
    let identities = identities(&args.identities)?;
    let passphrase = args.bundle_passphrase_file.as_deref().map(passphrase::from_file).transpose()?;
    for source in &mut sources.read {
        let Some(sealed) = source.sealed.take() else { continue };
        let text = match bundle_asks(&sealed) {
            Some(BundleAsks::Identity) => with_identities(source, &sealed, &identities)?,
            Some(BundleAsks::Passphrase) => with_passphrase(world, source, &sealed, passphrase.as_ref())?,
            None => None,
        };
        if let Some(text) = text {
            unpack(source, &text);
        }
    }
    Ok(())
}

fn with_identities(
    source: &Source,
    sealed: &[u8],
    identities: &[BundleIdentity],
) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    match open_bundle(sealed, &BundleKey::Identities(identities)) {
        Ok(text) => Ok(Some(text)),
        // One among many that is for somebody else is no reason to stop.
        Err(BundleError::WrongKey) => Ok(None),
        Err(error) => Err(failure(error, source)),
    }
}

fn with_passphrase(
    world: &mut World<'_>,
    source: &Source,
    sealed: &[u8],
    given: Option<&SecretString>,
) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    let limits = world.kdf.limits;
    if let Some(passphrase) = given {
        return match open_bundle(sealed, &BundleKey::Passphrase(passphrase, limits)) {
            Err(BundleError::WrongKey) if !source.named => Ok(None),
            opened => opened.map(Some).map_err(|error| failure(error, source)),
        };
    }
    if !world.terminal.is_present() {
        return Ok(None);
    }
    for left in (0..TRIES).rev() {
        let asked = world.terminal.ask_secret(&format!("Passphrase of {} (Enter leaves it out): ", source.shown()))?;
        if passphrase::is_empty(&asked) {
            return Ok(None);
        }
        match open_bundle(sealed, &BundleKey::Passphrase(&asked, limits)) {
            Err(BundleError::WrongKey) if left > 0 => world.terminal.say("Wrong passphrase.\n")?,
            opened => return opened.map(Some).map_err(|error| failure(error, source)),
        }
    }
    Ok(None)
}

/// The text may be a bundle of ours, or any file that somebody encrypted.
fn unpack(source: &mut Source, text: &[u8]) {
    if let Some(bundle) = drivekey_import::unpack_bundle(text) {
        source.reading = bundle.reading;
        source.told = bundle.details;
        return;
    }
    let name = source.path.as_deref().and_then(gather::file_name);
    // Its name without the ending that says that it was encrypted.
    let name = name.as_deref().map(|name| name.strip_suffix(".age").unwrap_or(name));
    source.reading = drivekey_import::read(name, text);
}

/// A record of a bundle keeps what only a bundle says: its tags, its state, its proof.
pub(super) fn with_all(mut incoming: Incoming, told: Option<Details>) -> Incoming {
    if let Some(told) = told {
        let said = incoming.details;
        let mut tags = told.tags;
        tags.extend(said.tags);
        incoming.details = Details {
            kind: told.kind,
            device_name: said.device_name,
            volume_type: said.volume_type,
            volume_label: said.volume_label,
            tags,
            key_id: told.key_id,
            device_id: told.device_id,
            mount_point: told.mount_point,
            created: told.created,
            note: told.note,
            state: told.state,
            proof: told.proof,
            unknown: told.unknown,
            ..Details::default()
        };
    }
    incoming
}

/// A key of a later version's kind, with all that the bundle says of it.
pub(super) fn other_key(
    key: OtherKey,
    file_name: Option<LineText>,
    suggestion: Option<&LineText>,
    said: &Said,
) -> Incoming {
    let told = key.details;
    let details = Details {
        device_name: said.device.clone().or(told.device_name.clone()).or_else(|| suggestion.cloned()),
        volume_type: said.volume_type.unwrap_or(told.volume_type),
        volume_label: said.label.clone().or(told.volume_label.clone()),
        tags: said.tags.clone(),
        ..Details::default()
    };
    let file_name = super::inside(file_name, key.inside.as_ref());
    let secret = Secret::Text(key.secret);
    with_all(Incoming { secret, details, kind: SourceKind::Bundle, file_name }, Some(told))
}

/// The private keys in these files, a line each.
fn identities(files: &[PathBuf]) -> Result<Vec<BundleIdentity>, Failure> {
    let mut found = Vec::new();
    for path in files {
        let bytes = gather::read_file(path).map_err(|error| {
            let sentence = format!("{} cannot be used: {}", path.display(), crate::cli::remarks::gather_words(&error));
            Failure::usage(sentence, "name the file that 'age-keygen' made")
        })?;
        let text = std::str::from_utf8(&bytes).unwrap_or_default();
        let before = found.len();
        found.extend(text.lines().filter_map(|line| line.parse::<BundleIdentity>().ok()));
        if found.len() == before {
            let sentence = format!("there is no private age key in {}", path.display());
            return Err(Failure::usage(
                sentence,
                "name the file that 'age-keygen' made; keys of other kinds only the age program can use",
            ));
        }
    }
    Ok(found)
}

fn failure(error: BundleError, source: &Source) -> Failure {
    let shown = source.shown();
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
