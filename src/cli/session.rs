//! Opens the vault that the command line means: which file, which passphrase, and what to warn of.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::args::Shared;
use super::exit::Exit;
use super::failure::{Failure, beside_sentence, doubt_sentence, fault_words, faults_sentence};
use super::kit_entry;
use super::passphrase::{self, NewPassphrase};
use super::world::World;
use drivekey_files::private;
use drivekey_flows::lookup::{self, LookupError, One};
use drivekey_flows::slots::{self, WhichSlot};
use drivekey_record::SlotId;
use drivekey_vault::seal::calibrate;
use drivekey_vault::store::StoreError;
use drivekey_vault::{Entry, Fault, Locked, Machine, NewVault, Unlocked, Vault, VaultError};

/// The file that a new user gets without asking.
const DEFAULT_NAME: &str = "vault.drivekey";
/// How often a passphrase may be mistyped.
const TRIES: usize = 3;

/// Where the vault is: `--vault`, then `DRIVEKEY_VAULT`, then the user's data folder.
pub(super) fn vault_path(world: &World<'_>, shared: &Shared) -> Result<PathBuf, Failure> {
    let surroundings = &world.surroundings;
    let chosen = shared.vault.clone().or_else(|| surroundings.vault_variable.clone());
    let usual = || surroundings.data_folder.as_ref().map(|folder| folder.join(DEFAULT_NAME));
    chosen
        .or_else(usual)
        .ok_or_else(|| Failure::usage("it is not known where your data lies", "name the vault with --vault FILE"))
}

pub(super) fn machine(world: &World<'_>) -> Machine {
    Machine::new(world.surroundings.state_folder.clone())
}

/// Opens the file without its passphrase.
pub(super) fn locked(world: &World<'_>, path: &Path) -> Result<Vault<Locked>, Failure> {
    // Opening a pipe would wait for somebody to write into it.
    if path.metadata().is_ok_and(|data| !data.is_file()) {
        return Err(Failure::refused(
            format!("{} is no ordinary file", path.display()),
            "name the vault's file with --vault FILE",
        ));
    }
    Vault::open(path, world.kdf.limits, machine(world)).map_err(|error| match error {
        VaultError::Store(StoreError::Missing) => Failure::no_vault(path),
        other => other.into(),
    })
}

/// Opens and unlocks the vault, and warns of what is wrong with it as a whole.
pub(super) fn unlocked(world: &mut World<'_>, shared: &Shared) -> Result<Vault<Unlocked>, Failure> {
    let ask = |world: &mut World<'_>| passphrase::ask(world, "Passphrase: ").map(Some);
    unlocked_by(world, shared, ask)?.ok_or_else(|| VaultError::WrongPassphrase.into())
}

/// The same for a command that can do without: `None` when there is no vault, or nobody gives its passphrase.
pub(super) fn unlocked_if_wanted(world: &mut World<'_>, shared: &Shared) -> Result<Option<Vault<Unlocked>>, Failure> {
    let asked = &shared.passphrase;
    let given =
        asked.passphrase_file.is_some() || asked.passphrase_fd.is_some() || asked.kit || asked.kit_file.is_some();
    let named = shared.vault.is_some() || given;
    let there = vault_path(world, shared).is_ok_and(|path| path.symlink_metadata().is_ok());
    if !named && !there || !given && !world.terminal.is_present() {
        return Ok(None);
    }
    unlocked_by(world, shared, passphrase::ask_or_skip)
}

/// `None` when whoever is asked does not want to.
fn unlocked_by(
    world: &mut World<'_>,
    shared: &Shared,
    ask: impl Fn(&mut World<'_>) -> Result<Option<SecretString>, Failure>,
) -> Result<Option<Vault<Unlocked>>, Failure> {
    let path = vault_path(world, shared)?;
    let mut vault = locked(world, &path)?;
    if let Some(kit) = kit_entry::given(world, &shared.passphrase)? {
        let unlocked = vault.unlock_with_kit(&kit).map_err(|failure| Failure::from(failure.error))?;
        warn(world, &unlocked)?;
        return Ok(Some(unlocked));
    }
    let only = shared.passphrase.slot.as_deref().map(|typed| one_slot(typed, vault.slot_ids())).transpose()?;
    let given = passphrase::given(world, &shared.passphrase)?;
    let tries = if given.is_some() { 1 } else { TRIES };
    for left in (0..tries).rev() {
        let asked;
        let passphrase = if let Some(given) = &given {
            given
        } else {
            match ask(world)? {
                Some(typed) => asked = typed,
                None => return Ok(None),
            }
            &asked
        };
        match vault.unlock(passphrase, only) {
            Ok(unlocked) => {
                warn(world, &unlocked)?;
                return Ok(Some(unlocked));
            }
            Err(failure) if left > 0 && matches!(failure.error, VaultError::WrongPassphrase) => {
                world.terminal.say("Wrong passphrase.\n")?;
                vault = *failure.vault;
            }
            Err(failure) if given.is_some() && matches!(failure.error, VaultError::WrongPassphrase) => {
                return Err(Failure {
                    hint: Some("the first line of what was given is not this vault's passphrase".to_owned()),
                    ..failure.error.into()
                });
            }
            Err(failure) => return Err(failure.error.into()),
        }
    }
    Err(VaultError::WrongPassphrase.into())
}

/// Unlocks with a passphrase that is at hand.
pub(super) fn unlock_with(
    world: &mut World<'_>,
    vault: Vault<Locked>,
    passphrase: &SecretString,
) -> Result<Vault<Unlocked>, Failure> {
    let unlocked = vault.unlock(passphrase, None).map_err(|failure| Failure::from(failure.error))?;
    warn(world, &unlocked)?;
    Ok(unlocked)
}

fn warn(world: &mut World<'_>, vault: &Vault<Unlocked>) -> Result<(), Failure> {
    for fault in vault.faults() {
        writeln!(
            world.err,
            "Warning: {}. Reading goes on, changes are refused. Run 'drivekey verify'.",
            fault_words(fault)
        )?;
    }
    if let Some(doubt) = vault.doubt() {
        writeln!(world.err, "Warning: {}. Reading goes on, changes are refused.", doubt_sentence(doubt))?;
        writeln!(world.err, "If you know why, take this copy for the right one with 'drivekey verify --accept-copy'.")?;
    }
    if !vault.refused().is_empty() {
        writeln!(
            world.err,
            "Warning: {}. It was not taken up. Reading goes on, changes are refused.",
            beside_sentence(vault.refused())
        )?;
        writeln!(
            world.err,
            "If you know where it comes from and do not need it: 'drivekey verify --set-aside' renames it."
        )?;
    }
    if vault.is_undone_damaged() {
        writeln!(
            world.err,
            "Warning: a change was broken off here, and undoing it leaves a damaged vault. Reading goes on without \
             that change, changes are refused; 'drivekey verify --repair' undoes it."
        )?;
    } else if vault.is_unfinished() {
        writeln!(
            world.err,
            "Warning: a change was broken off here, and cannot be undone where the vault lies. Reading goes on \
             without it, changes are refused."
        )?;
    }
    if vault.has_undone() {
        writeln!(world.err, "A change that was broken off was undone: the vault is as it was before that change.")?;
    }
    if vault.names() > 1 {
        writeln!(
            world.err,
            "Warning: the vault's file has a second name (a hard link). Reading goes on, changes are refused."
        )?;
    }
    if let Err(kind) = vault.memory() {
        writeln!(
            world.err,
            "Warning: this machine could not note which copy of the vault it saw ({kind}); an older copy would not be \
             noticed."
        )?;
    }
    Ok(())
}

/// The exit code of a command that did what it was asked, over a vault with which something may be wrong.
pub(super) fn exit_with_doubts(vault: &Vault<Unlocked>) -> Exit {
    match (vault.faults().is_empty(), vault.doubt()) {
        (false, _) => Exit::Damaged,
        (true, None) if vault.refused().is_empty() && !vault.is_unfinished() => Exit::Done,
        (true, _) => Exit::OtherCopy,
    }
}

/// The end of a command that answered with what is sound, over what is wrong with the rest. The hint begins with what
/// that was: "what is listed is sound".
pub(super) fn end_with_faults(vault: &Vault<Unlocked>, faults: &[Fault], sound: &str) -> Result<Exit, Failure> {
    if faults.is_empty() {
        return Ok(exit_with_doubts(vault));
    }
    Err(Failure::new(
        Exit::Damaged,
        faults_sentence(faults),
        format!("{sound}; 'drivekey verify' names everything that is wrong"),
    ))
}

/// Makes a new vault at the path.
pub(super) fn create(
    world: &mut World<'_>,
    path: &Path,
    new: NewPassphrase<'_>,
    yes: bool,
) -> Result<SecretString, Failure> {
    if path.symlink_metadata().is_ok() {
        return Err(Failure::refused(
            format!("there is a file at {} already; it was not touched", path.display()),
            "use it as it is, or choose another name with --vault FILE",
        ));
    }
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        private::make_folders(folder).map_err(|error| no_folder(folder, &error))?;
    }
    let passphrase = passphrase::choose(world, new, yes)?;
    let cost = calibrate(world.kdf.limits, world.kdf.target, None).map_err(Failure::from)?;
    let new = NewVault { passphrase: &passphrase, cost, limits: world.kdf.limits };
    Vault::<Locked>::create(path, &new, &machine(world)).map_err(|error| match error {
        VaultError::Store(StoreError::DiskFull) => {
            Failure::new(Exit::Failed, "the disk is full; no vault was made", "make room and try again")
        }
        VaultError::Store(StoreError::ReadOnly) => Failure::new(
            Exit::Failed,
            "the folder or medium is read-only; no vault was made",
            "choose another place with --vault FILE",
        ),
        other => other.into(),
    })?;
    Ok(passphrase)
}

fn no_folder(folder: &Path, error: &std::io::Error) -> Failure {
    use std::io::ErrorKind::{AlreadyExists, NotADirectory, PermissionDenied, ReadOnlyFilesystem};
    let why = match error.kind() {
        AlreadyExists | NotADirectory => "a file stands in its place".to_owned(),
        PermissionDenied => "you may not write there".to_owned(),
        ReadOnlyFilesystem => "the medium is read-only".to_owned(),
        kind => kind.to_string(),
    };
    let sentence = format!("the folder {} cannot be made: {why}", folder.display());
    Failure::new(Exit::Failed, sentence, "choose another place with --vault FILE")
}

/// The one slot that is meant.
pub(super) fn one_slot(typed: &str, slots: impl Iterator<Item = SlotId>) -> Result<SlotId, Failure> {
    slots::one(typed, slots).map_err(|which| match which {
        WhichSlot::NotFound => VaultError::NoSuchSlot.into(),
        WhichSlot::Ambiguous => Failure::new(
            Exit::Ambiguous,
            format!("more than one keyslot begins with \"{typed}\""),
            "type more of it; 'drivekey keyslot list' shows them",
        ),
    })
}

/// The one record that an identifier names, for who changes something: nothing may be wrong with any that is named.
pub(super) fn one_entry(world: &mut World<'_>, vault: &mut Vault<Unlocked>, id: &str) -> Result<Entry, Failure> {
    Ok(one(world, vault, id)?.sound()?)
}

/// The one sound record that an identifier names, and what is wrong with others that it may name.
pub(super) fn one_sound_entry(
    world: &mut World<'_>,
    vault: &mut Vault<Unlocked>,
    id: &str,
) -> Result<(Entry, Vec<Fault>), Failure> {
    one(world, vault, id).map(|one| (one.entry, one.faults))
}

/// Several are listed on standard error.
fn one(world: &mut World<'_>, vault: &mut Vault<Unlocked>, id: &str) -> Result<One, Failure> {
    refuse_digits(id)?;
    match lookup::one(vault, id) {
        Ok(one) => {
            if one.is_look_alike {
                note_look_alike(world, &one.entry, id)?;
            }
            Ok(one)
        }
        Err(LookupError::Vault(error)) => Err(error.into()),
        Err(LookupError::NotFound) => Err(Failure::new(
            Exit::NotFound,
            format!("no record is named \"{id}\", and no Key ID has it as a part"),
            "'drivekey find WORDS' also looks at devices, labels, notes and tags; the key may be in another vault or \
             account",
        )),
        Err(LookupError::Ambiguous { entries, faults }) => {
            let sentence = format!("{} records fit \"{id}\"", entries.len());
            super::table::entries(world.err, entries)?;
            let hint = "name one by its record, such as 'r1', or type more of the Key ID";
            Err(if faults.is_empty() {
                Failure::new(Exit::Ambiguous, sentence, hint)
            } else {
                Failure::new(Exit::Damaged, format!("{sentence}, and {}", faults_sentence(&faults)), hint)
            })
        }
    }
}

/// A key given as an argument stands in the shell's history and in every list of processes: it is not looked for.
pub(super) fn refuse_digits(typed: &str) -> Result<(), Failure> {
    if !super::mask::holds_digits(typed) {
        return Ok(());
    }
    Err(Failure::usage(
        "a recovery key is never an argument: the shell's history and other programs can see it",
        "take it out of the history; 'drivekey whose' asks for the key and finds its record",
    ))
}

/// A Key ID that was read otherwise than it was typed is said.
pub(super) fn note_look_alike(world: &mut World<'_>, entry: &Entry, typed: &str) -> Result<(), Failure> {
    writeln!(world.err, "No Key ID has \"{typed}\"; read as {}. Compare it with your screen.", entry.details.key_id)?;
    Ok(())
}
