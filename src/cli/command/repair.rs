//! `repair`: a torn, faded or misread key is mended: counted by the rule of its digits, found by its drive. Its digits
//! are shown by `show` alone.

use std::io::Read;

use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::args::{RepairArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard;
use crate::cli::proving::{self, Trial};
use crate::cli::repairing::{Hit, Search, grouped, is_unsure, to_try};
use crate::cli::session::{exit_over, unlocked, unlocked_if_wanted};
use crate::cli::volumes::{Placed, Target};
use crate::cli::{harvesting, json, question, saved_header, table, volume_words, world::World};
use drivekey_fve::repair::{Candidates, Effort, Reading, ReadingError};
use drivekey_record::{Details, GROUP_DIGITS, GROUPS, KeyId, LineText, SourceKind};
use drivekey_vault::{Edit, Incoming, Taking, Unlocked, Vault};

/// More than any spelling of a key needs.
const STDIN_BYTES: u64 = 4096;
/// So many can be kept and tried by hand.
const FEW: u128 = 20;
/// What those are tagged with.
const POSSIBLE: &str = "possible";

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &RepairArgs) -> Result<Exit, Failure> {
    let target = args.drive.as_deref().map(|drive| Target::of(drive, &args.remains)).transpose()?;
    if let Some(target) = &target {
        target.volumes()?;
    }
    let given = if args.key_stdin { Some(from_stdin(world)?) } else { None };
    let on_drive = target.is_some() || args.header.is_some();
    // What is found must have a place before hours go by.
    let mut vault = if on_drive { Some(unlocked(world, shared)?) } else { unlocked_if_wanted(world, shared)? };
    let target = match (target, &args.header, &mut vault) {
        (None, Some(header), Some(vault)) => Some(saved_header::target(vault, header)?),
        (target, ..) => target,
    };
    let reading = match given {
        Some(reading) => reading,
        None => typed(world)?,
    };
    let candidates = Candidates::of(&reading, Effort::Likely);
    match (target, &mut vault) {
        (Some(target), Some(vault)) => on(world, shared, args, vault, &target, &reading, &candidates),
        (_, vault) => count(world, shared, args, vault.as_mut(), &candidates),
    }
}

fn from_stdin(world: &mut World<'_>) -> Result<Reading, Failure> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4097));
    world.input.take(STDIN_BYTES + 1).read_to_end(&mut bytes)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Failure::usage("standard input is not text", "give the key as plain text"))?;
    Ok(Reading::parse(text.trim())?)
}

/// Group by group, or all at once.
fn typed(world: &mut World<'_>) -> Result<Reading, Failure> {
    if !world.terminal.is_present() {
        return Err(Failure::no_terminal(
            "what is left of the recovery key is needed",
            "give it on standard input with --key-stdin",
        ));
    }
    world.terminal.say(
        "Type what can be read of the key, group by group, or paste all of it.\nType ? for a digit that cannot be read, and Enter alone for a group of which nothing can.\n",
    )?;
    let mut whole = Zeroizing::new(String::with_capacity(GROUPS * (GROUP_DIGITS + 2) * 4));
    let mut group = 1;
    while group <= GROUPS {
        let line = world.terminal.ask_line(&format!("Group {group} of {GROUPS}: "))?;
        let line = line.trim();
        if group == 1 && line.chars().count() > GROUP_DIGITS + 1 {
            match Reading::parse(line) {
                Ok(reading) => return Ok(reading),
                Err(error) => world.terminal.say(&format!("That is not it: {}.\n", reading_sentence(error)))?,
            }
            continue;
        }
        let line = if line.is_empty() { "?" } else { line };
        match check_group(line) {
            Ok(()) => {
                whole.push_str(line);
                whole.push(' ');
                group += 1;
            }
            Err(ReadingError::Character { .. }) => {
                world.terminal.say("Type digits, and ? for what cannot be read.\n")?
            }
            Err(_) => {
                world.terminal.say(&format!("Group {group} has six digits; type ? for each that cannot be read.\n"))?
            }
        }
    }
    Ok(Reading::parse(whole.trim())?)
}

/// One group by itself, so that a person typing is told at once.
fn check_group(line: &str) -> Result<(), ReadingError> {
    const OTHERS: &str = " ? ? ? ? ? ? ?";
    let mut all = Zeroizing::new(String::with_capacity(line.len() + OTHERS.len()));
    all.push_str(line);
    all.push_str(OTHERS);
    Reading::parse(&all).map(drop)
}

/// What is wrong with what was typed; never shows a digit of it.
fn reading_sentence(error: ReadingError) -> String {
    match error {
        ReadingError::GroupCount { found: 1 } => "there is 1 group instead of 8".to_owned(),
        ReadingError::GroupCount { found } => format!("there are {found} groups instead of 8"),
        ReadingError::Length { group, found: 1 } => format!("group {group} has 1 character instead of 6"),
        ReadingError::Length { group, found } => format!("group {group} has {found} characters instead of 6"),
        ReadingError::Character { group } => format!("group {group} has a character that stands for no digit"),
    }
}

impl From<ReadingError> for Failure {
    fn from(error: ReadingError) -> Self {
        Self::new(
            Exit::Failed,
            reading_sentence(error),
            "a recovery key has eight groups of six digits; type ? for each digit that cannot be read",
        )
    }
}

/// Without a drive: how many there are, and an offer when they are few.
fn count(
    world: &mut World<'_>,
    shared: &Shared,
    args: &RepairArgs,
    vault: Option<&mut Vault<Unlocked>>,
    candidates: &Candidates,
) -> Result<Exit, Failure> {
    let count = candidates.count();
    if shared.json {
        // As text: where nearly all is torn it is too large for a number in JSON.
        json::print(world.out, &json!({ "candidates": count.to_string() }))?;
    } else {
        let keys = if count == 1 { "1 key".to_owned() } else { format!("{} keys", grouped(count)) };
        writeln!(world.out, "{keys} may have been this one.")?;
    }
    if count == 0 {
        return Err(Failure::new(
            Exit::Failed,
            "no recovery key can have been read so, even with a wrong digit in each group",
            "type ? for each digit that you are not sure of",
        ));
    }
    if count > FEW {
        writeln!(
            world.err,
            "Its drive can tell which: 'drivekey repair --drive DRIVE', or '--header' with a drive header in the vault."
        )?;
        return Ok(Exit::Done);
    }
    let Some(vault) = vault else {
        let they = if count == 1 { "it" } else { "they" };
        writeln!(world.err, "With the vault open, {they} can be kept and tried on the drive.")?;
        return Ok(Exit::Done);
    };
    let what = if count == 1 {
        "Keep it in the vault?".to_owned()
    } else {
        format!("Keep all {count} in the vault to be tried?")
    };
    let agreed = shared.yes || world.terminal.is_present() && question::ask(world, &what)?;
    if !agreed {
        writeln!(world.err, "Nothing was kept; --yes keeps it.")?;
        return Ok(Exit::Done);
    }
    let tags: Vec<LineText> = POSSIBLE.parse().into_iter().collect();
    let details = |tags: &[LineText]| Details {
        key_id: args.id.clone().unwrap_or_default(),
        device_name: args.device.clone(),
        tags: tags.to_vec(),
        ..Details::default()
    };
    let incoming: Vec<Incoming> = (0..count)
        .filter_map(|number| candidates.nth(number))
        .map(|password| Incoming {
            secret: password.into(),
            details: details(&tags),
            kind: SourceKind::Typed,
            file_name: None,
        })
        .collect();
    let taken = vault.take_in(incoming, (world.now)(), Taking::Keep, |_| {})?;
    let entries: Result<Vec<_>, _> = taken.iter().map(|taken| vault.entry(taken.handle())).collect();
    table::entries(world.err, entries?)?;
    writeln!(world.err, "'drivekey show' shows the digits of one; 'drivekey prove ID --drive DRIVE' tries it.")?;
    Ok(exit_over(vault))
}

/// On the drive itself, or its header.
fn on(
    world: &mut World<'_>,
    shared: &Shared,
    args: &RepairArgs,
    vault: &mut Vault<Unlocked>,
    target: &Target,
    reading: &Reading,
    likely: &Candidates,
) -> Result<Exit, Failure> {
    let key_id = args.id.clone().unwrap_or_default();
    let all = target.volumes()?;
    let unsure = is_unsure(&all, &key_id);
    let said =
        all.iter().flat_map(|placed| volume_words::warnings(placed.volume).into_iter().chain(placed.unread.clone()));
    let said: Vec<String> = said.collect();
    let volumes = to_try(all, &key_id);
    if volumes.is_empty() {
        warn(world, &said)?;
        return Err(Failure::new(
            Exit::Failed,
            format!("{} has no recovery key that could be tried", target.path.display()),
            "'drivekey identify' shows what opens the drive",
        ));
    }
    let bar = world.surroundings.err_is_terminal;
    let search = Search::new(likely, &volumes, &key_id);
    if search.is_too_long() {
        agree_to(world, &search)?;
    }
    if let Some(hit) = search.go(bar) {
        return keep(world, shared, args, vault, hit);
    }
    // What was read right so far may be wrong, too.
    let thorough = Candidates::of(reading, Effort::Thorough);
    let search = Search::new(&thorough, &volumes, &key_id);
    if search.is_too_long() {
        if !world.terminal.is_present() {
            warn(world, &said)?;
            return Err(does_not_open(
                likely.count(),
                unsure,
                format!(
                    "type ? for the digits that you are least sure of; in a terminal, what is less likely can be tried, too: {}",
                    search.arithmetic()
                ),
            ));
        }
        writeln!(world.err, "None of the {} likeliest keys opens the drive.", grouped(likely.count()))?;
        agree_to(world, &search)?;
    }
    if let Some(hit) = search.go(bar) {
        return keep(world, shared, args, vault, hit);
    }
    warn(world, &said)?;
    Err(does_not_open(
        thorough.count(),
        unsure,
        "type ? for the digits that you are least sure of; it may also be another drive's key: 'drivekey identify' shows the Key IDs"
            .to_owned(),
    ))
}

fn warn(world: &mut World<'_>, sentences: &[String]) -> Result<(), Failure> {
    sentences.iter().try_for_each(|sentence| writeln!(world.err, "Warning: {sentence}."))?;
    Ok(())
}

/// `unsure`: the drive has keys that could not be read or judged, and it may be one of those.
fn does_not_open(tried: u128, unsure: bool, hint: String) -> Failure {
    let tried = grouped(tried);
    if unsure {
        return Failure::new(
            Exit::Failed,
            format!(
                "none of the {tried} keys that this may have been was seen to open the drive, and not all that it has could be checked"
            ),
            hint,
        );
    }
    Failure::new(Exit::DoesNotOpen, format!("none of the {tried} keys that this may have been opens the drive"), hint)
}

/// What takes long is refused with the arithmetic; a person may start it all the same.
fn agree_to(world: &mut World<'_>, search: &Search<'_>) -> Result<(), Failure> {
    let arithmetic = search.arithmetic();
    let refusal = || {
        Failure::refused(
            format!("trying them all would take too long: {arithmetic}"),
            "each digit more makes it ten times shorter; the Key ID, given with --id, helps where the drive has several keys",
        )
    };
    if !world.terminal.is_present() {
        return Err(refusal());
    }
    question::typed(world, &format!("Trying them all takes long: {arithmetic}.\n"), "yes").map_err(|_| refusal())
}

/// What was found is kept with all that the drive says of it.
fn keep(
    world: &mut World<'_>,
    shared: &Shared,
    args: &RepairArgs,
    vault: &mut Vault<Unlocked>,
    hit: Hit<'_>,
) -> Result<Exit, Failure> {
    let one: [Placed<'_>; 1] =
        [Placed { live: hit.placed.live, ..Placed::alone(hit.placed.place.clone(), hit.placed.volume) }];
    let Some(trial) = Trial::of(&one, &hit.password, args.id.as_ref().unwrap_or(&KeyId::Unknown)) else {
        return Ok(Exit::Done);
    };
    let Some(opened) = &trial.opened else { return Err(trial.failure("the key")) };
    let details = harvesting::details(opened.volume(), opened.integrity, opened.protector, args.device.as_ref());
    let before = hit.before;
    let incoming = Incoming { secret: hit.password.into(), details, kind: SourceKind::Typed, file_name: None };
    let taken = vault.take_in(vec![incoming], (world.now)(), Taking::Keep, |_| {})?;
    let Some(taken) = taken.first() else { return Ok(Exit::Done) };
    let entry = vault.entry(taken.handle())?;
    let kept = proving::keep(world, vault, &entry, &trial)?;
    let mut entry = vault.entry(entry.handle)?;
    let possible: Vec<LineText> = entry.details.tags.iter().filter(|tag| tag.as_str() == POSSIBLE).cloned().collect();
    if !possible.is_empty() {
        entry = vault.edit(entry.handle, Edit { remove_tags: possible, ..Edit::default() })?;
    }
    if shared.json {
        json::print(world.out, &json::entry(&entry))?;
    } else {
        table::one(world.out, &entry)?;
    }
    for warning in trial.warnings() {
        writeln!(world.err, "Warning: {warning}.")?;
    }
    let after = match before {
        0 => "at once".to_owned(),
        1 => "after 1 that is likelier".to_owned(),
        before => format!("after {} that are likelier", grouped(before)),
    };
    writeln!(world.err, "The key was found {after}. It opens {} and is in the vault.", trial.drive())?;
    writeln!(world.err, "To see its digits: drivekey show {}", entry.handle)?;
    guard::warn_of_vaults_place(world, vault)?;
    let exit = exit_over(vault);
    Ok(if exit == Exit::Done { kept } else { exit })
}
