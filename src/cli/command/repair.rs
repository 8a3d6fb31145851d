//! `repair`: finds out what a torn, faded or misread key was, by the rule of its digits and by its drive. Only `show`
//! shows the digits.

use std::io::Read;

use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::args::{RepairArgs, Shared};
use crate::cli::drive_failure::target_failure;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::guard;
use crate::cli::progress::Bar;
use crate::cli::proving::{TrialWords, not_opened_failure, say_kept};
use crate::cli::repairing::{arithmetic, grouped};
use crate::cli::session::{exit_with_doubts, unlocked, unlocked_if_wanted};
use crate::cli::volume_words::{drive_words, target_words, unconfirmed_note};
use crate::cli::volumes::{self, Target};
use crate::cli::{json, question, saved_header, table, volume_words, world::World};
use drivekey_flows::drive_says::ByPerson;
use drivekey_flows::repair::{FEW, Hit, MendError, Repair, Search, Searched, keep_possible};
use drivekey_fve::repair::{Candidates, Effort, Reading, ReadingError};
use drivekey_record::{GROUP_DIGITS, GROUPS};
use drivekey_vault::{Unlocked, Vault};

/// The most characters of a key, however it is typed.
const STDIN_BYTES: u64 = 4096;

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &RepairArgs) -> Result<Exit, Failure> {
    let target = args.drive.as_deref().map(|drive| volumes::target(drive, &args.remains)).transpose()?;
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
        "Type what can be read of the key, group by group, or paste all of it.\nType ? for a digit that cannot be \
         read, and Enter alone for a group of which nothing can.\n",
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
                world.terminal.say("Type digits, and ? for what cannot be read.\n")?;
            }
            Err(_) => {
                world.terminal.say(&format!("Group {group} has six digits; type ? for each that cannot be read.\n"))?;
            }
        }
    }
    Ok(Reading::parse(whole.trim())?)
}

/// Reads one group, so that a typing person learns at once what is wrong with it.
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
    let key_id = args.id.clone().unwrap_or_default();
    let entries = keep_possible(vault, candidates, &key_id, args.device.as_ref(), (world.now)())?;
    table::entries(world.err, entries)?;
    writeln!(world.err, "'drivekey show' shows the digits of one; 'drivekey prove ID --drive DRIVE' tries it.")?;
    Ok(exit_with_doubts(vault))
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
    let unread = |failure| target_failure(failure).sentence;
    let said = all
        .iter()
        .flat_map(|placed| volume_words::warnings(placed.volume).into_iter().chain(placed.unread.as_ref().map(unread)));
    let said: Vec<String> = said.collect();
    let repair = Repair::on(all, &key_id);
    if repair.has_nothing_to_try() {
        warn(world, &said)?;
        return Err(Failure::new(
            Exit::Failed,
            format!("{} has no recovery key that could be tried", target_words(&target.name)),
            "'drivekey identify' shows what opens the drive",
        ));
    }
    let search = repair.search(likely);
    if search.is_too_long() {
        agree_to(world, &search)?;
    }
    if let Some(hit) = run_search(world, &search) {
        return keep(world, shared, args, vault, &repair, hit);
    }
    // What was read right so far may be wrong, too.
    let thorough = Candidates::of(reading, Effort::Thorough);
    let search = repair.search(&thorough);
    if search.is_too_long() {
        if !world.terminal.is_present() {
            warn(world, &said)?;
            return Err(does_not_open(
                likely.count(),
                repair.is_unsure,
                format!(
                    "type ? for the digits that you are least sure of; in a terminal, what is less likely can be \
                     tried, too: {}",
                    arithmetic(&search.estimate())
                ),
            ));
        }
        writeln!(world.err, "None of the {} likeliest keys opens the drive.", grouped(likely.count()))?;
        agree_to(world, &search)?;
    }
    if let Some(hit) = run_search(world, &search) {
        return keep(world, shared, args, vault, &repair, hit);
    }
    warn(world, &said)?;
    Err(does_not_open(
        thorough.count(),
        repair.is_unsure,
        "type ? for the digits that you are least sure of; it may also be another drive's key: 'drivekey identify' \
         shows the Key IDs"
            .to_owned(),
    ))
}

/// It cannot be stopped halfway: Ctrl-C ends the program.
fn run_search<'a>(world: &World<'_>, search: &Search<'a>) -> Option<Hit<'a>> {
    match search.run(&Bar::timed(world, "tried")) {
        Searched::Found(hit) => Some(hit),
        Searched::NotFound | Searched::Stopped => None,
    }
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
                "none of the {tried} keys that this may have been was seen to open the drive, and not all that it has \
                 could be checked"
            ),
            hint,
        );
    }
    Failure::new(Exit::DoesNotOpen, format!("none of the {tried} keys that this may have been opens the drive"), hint)
}

/// What takes long is refused with the arithmetic; a person may start it all the same.
fn agree_to(world: &mut World<'_>, search: &Search<'_>) -> Result<(), Failure> {
    let arithmetic = arithmetic(&search.estimate());
    let refusal = || {
        Failure::refused(
            format!("trying them all would take too long: {arithmetic}"),
            "each digit more makes it ten times shorter; the Key ID, given with --id, helps where the drive has \
             several keys",
        )
    };
    if !world.terminal.is_present() {
        return Err(refusal());
    }
    question::typed(world, &format!("Trying them all takes long: {arithmetic}.\n"), "yes").map_err(|_| refusal())
}

/// Keeps what was found, with all that the drive says of it.
fn keep<'a>(
    world: &mut World<'_>,
    shared: &Shared,
    args: &RepairArgs,
    vault: &mut Vault<Unlocked>,
    repair: &Repair<'a>,
    hit: Hit<'a>,
) -> Result<Exit, Failure> {
    let unconfirmed = unconfirmed_note();
    let by = ByPerson { device: args.device.as_ref(), unconfirmed: unconfirmed.as_ref() };
    let mended = repair.keep(vault, hit, by, (world.now)()).map_err(|error| match error {
        MendError::Vault(error) => error.into(),
        MendError::NotOpened { drive, why } => not_opened_failure(&why, "the key", &drive_words(&drive)),
    })?;
    let Some(mended) = mended else { return Ok(Exit::Done) };
    let kept = say_kept(world, mended.kept)?;
    if shared.json {
        json::print(world.out, &json::entry(&mended.entry))?;
    } else {
        table::one(world.out, &mended.entry)?;
    }
    for warning in mended.trial.warnings() {
        writeln!(world.err, "Warning: {warning}.")?;
    }
    let after = match mended.before {
        0 => "at once".to_owned(),
        1 => "after 1 that is likelier".to_owned(),
        before => format!("after {} that are likelier", grouped(before)),
    };
    writeln!(world.err, "The key was found {after}. It opens {} and is in the vault.", mended.trial.drive())?;
    writeln!(world.err, "To see its digits: drivekey show {}", mended.entry.handle)?;
    guard::warn_of_vaults_place(world, vault)?;
    let exit = exit_with_doubts(vault);
    Ok(if exit == Exit::Done { kept } else { exit })
}
