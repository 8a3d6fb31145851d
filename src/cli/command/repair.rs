//! `repair`: a torn, faded or misread key is mended: counted by the rule of its digits, found by its drive. Its digits
//! are shown by `show` alone.

use std::io::Read;

use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::args::{RepairArgs, Shared};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::proving::{self, Trial};
use crate::cli::repairing::{Hit, Search, UNASKED, grouped, to_try};
use crate::cli::session::{exit_over, unlocked, unlocked_if_wanted};
use crate::cli::volumes::{Placed, Target, details_of};
use crate::cli::{json, question, saved_header, table, world::World};
use crate::fve::Integrity;
use crate::record::{Details, GROUP_DIGITS, GROUPS, KeyId, LineText, Repairs, SourceKind, TornError, TornPassword, check_torn_group};
use crate::vault::{Incoming, Taking, Unlocked, Vault};

/// More than any spelling of a key needs.
const STDIN_BYTES: u64 = 4096;
/// So many can be kept and tried by hand.
const FEW: u128 = 20;
/// What those are tagged with.
const POSSIBLE: &str = "possible";

pub(in crate::cli) fn run(world: &mut World<'_>, shared: &Shared, args: &RepairArgs) -> Result<Exit, Failure> {
    let target = args.drive.as_deref().map(Target::read).transpose()?;
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
    let torn = match given {
        Some(torn) => torn,
        None => typed(world)?,
    };
    let repairs = Repairs::of(&torn);
    drop(torn);
    if repairs.likelihoods().next().is_none() {
        return Err(Failure::new(
            Exit::Failed,
            "no recovery key can have been read so, even with a few wrong digits",
            "type ? for what you are not sure of; each group has six digits",
        ));
    }
    match (target, &mut vault) {
        (Some(target), Some(vault)) => on(world, shared, args, vault, &target, &repairs),
        (_, vault) => count(world, shared, args, vault.as_mut(), &repairs),
    }
}

fn from_stdin(world: &mut World<'_>) -> Result<TornPassword, Failure> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(4097));
    world.input.take(STDIN_BYTES + 1).read_to_end(&mut bytes)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| Failure::usage("standard input is not text", "give the key as plain text"))?;
    Ok(TornPassword::parse(text.trim())?)
}

/// Group by group, or all at once.
fn typed(world: &mut World<'_>) -> Result<TornPassword, Failure> {
    if !world.terminal.is_present() {
        return Err(Failure::no_terminal("what is left of the recovery key is needed", "give it on standard input with --key-stdin"));
    }
    world.terminal.say("Type what can be read of the key, group by group, or paste all of it. Type ? for a digit that cannot be read; Enter alone for a group of which nothing can.\n")?;
    // Each line as it was typed, wiped with its holder.
    let mut groups: Vec<Zeroizing<String>> = Vec::with_capacity(GROUPS);
    while groups.len() < GROUPS {
        let number = groups.len() + 1;
        let line = world.terminal.ask_line(&format!("Group {number} of {GROUPS}: "))?;
        if number == 1 && line.trim().chars().count() > GROUP_DIGITS + 1 {
            match TornPassword::parse(line.trim()) {
                Ok(torn) => return Ok(torn),
                Err(error) => world.terminal.say(&format!("That is not it: {}.\n", torn_sentence(error)))?,
            }
            continue;
        }
        match check_torn_group(line.trim()) {
            Ok(()) => groups.push(line),
            Err(TornError::TooLong { .. }) => world.terminal.say(&format!("Group {number} has six digits. Type it again.\n"))?,
            Err(_) => world.terminal.say("Type digits, and ? for what cannot be read.\n")?,
        }
    }
    Ok(TornPassword::from_groups(groups.iter().map(|group| group.trim()))?)
}

/// What is wrong with what was typed; never shows a digit of it.
fn torn_sentence(error: TornError) -> String {
    match error {
        TornError::GroupCount { found: 1 } => "there is 1 group instead of 8".to_owned(),
        TornError::GroupCount { found } => format!("there are {found} groups instead of 8"),
        TornError::TooLong { group, found } => format!("group {group} has {found} characters instead of 6"),
        TornError::NotADigit { group } => format!("group {group} has a character that stands for no digit"),
    }
}

impl From<TornError> for Failure {
    fn from(error: TornError) -> Self {
        Self::new(
            Exit::Failed,
            torn_sentence(error),
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
    repairs: &Repairs,
) -> Result<Exit, Failure> {
    let (count, wrong) = (repairs.nearest_count(), repairs.wrong_groups());
    if shared.json {
        // Too large for a number in JSON, where nearly all is torn.
        json::print(world.out, &json!({ "candidates": count.to_string(), "wrongGroups": wrong }))?;
    } else {
        if !wrong.is_empty() {
            let names: Vec<String> = wrong.iter().map(ToString::to_string).collect();
            let cannot = if wrong.len() == 1 { "Group" } else { "Groups" };
            writeln!(world.out, "{cannot} {} cannot be right as it was read; one slip in it is allowed for.", names.join(", "))?;
        }
        let keys = if count == 1 { "1 key".to_owned() } else { format!("{} keys", grouped(count)) };
        writeln!(world.out, "{keys} may have been this one.")?;
    }
    if count > FEW {
        writeln!(world.err, "Its drive can tell which: 'drivekey repair --drive DRIVE', or '--header' with a drive header in the vault.")?;
        return Ok(Exit::Done);
    }
    let Some(vault) = vault else {
        writeln!(world.err, "With a vault, they can be kept and tried on the drive.")?;
        return Ok(Exit::Done);
    };
    let what = if count == 1 { "Keep it in the vault?".to_owned() } else { format!("Keep all {count} in the vault, tagged '{POSSIBLE}', to be tried?") };
    let agreed = shared.yes || world.terminal.is_present() && question::ask(world, &what)?;
    if !agreed {
        writeln!(world.err, "Nothing was kept; --yes keeps it.")?;
        return Ok(Exit::Done);
    }
    let sure = count == 1 && wrong.is_empty();
    let tags: Vec<LineText> = if sure { Vec::new() } else { POSSIBLE.parse().into_iter().collect() };
    let details = |tags: &[LineText]| Details {
        key_id: args.id.clone().unwrap_or_default(),
        device_name: args.device.clone(),
        tags: tags.to_vec(),
        ..Details::default()
    };
    let incoming: Vec<Incoming> = (0..count)
        .filter_map(|number| repairs.nearest(number))
        .map(|password| Incoming { password, details: details(&tags), kind: SourceKind::Typed, file_name: None })
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
    repairs: &Repairs,
) -> Result<Exit, Failure> {
    let key_id = args.id.clone().unwrap_or_default();
    let volumes = to_try(target.volumes()?, &key_id);
    if volumes.is_empty() {
        return Err(Failure::new(
            Exit::Failed,
            format!("{} has no recovery key that could be tried", target.path.display()),
            "'drivekey identify' shows what opens the drive",
        ));
    }
    let bar = world.surroundings.err_is_terminal;
    let (search, first) = Search::begin(repairs, &volumes, &key_id);
    let (soon, late) = search.within(UNASKED);
    let soon_count = sum(&soon);
    if let Some(hit) = first {
        return keep(world, shared, args, vault, hit);
    }
    if let Some(hit) = search.go_through(&soon, 0, bar) {
        return keep(world, shared, args, vault, hit);
    }
    let tried = if soon.is_empty() { 1 } else { soon_count };
    for likelihood in &late {
        ask_to_go_on(world, &search, tried, likelihood.count)?;
        if let Some(hit) = search.go_through(std::slice::from_ref(likelihood), tried, bar) {
            return keep(world, shared, args, vault, hit);
        }
    }
    Err(does_not_open(tried))
}

fn sum(likelihoods: &[crate::record::Likelihood]) -> u128 {
    likelihoods.iter().map(|likelihood| likelihood.count).fold(0, u128::saturating_add)
}

fn does_not_open(tried: u128) -> Failure {
    Failure::new(
        Exit::DoesNotOpen,
        format!("none of the {} keys that this may have been opens the drive", grouped(tried)),
        "type ? for the digits that you are least sure of; it may also be another drive's key: 'drivekey identify' shows the Key IDs",
    )
}

/// What takes long is refused with the arithmetic; a person may start it all the same.
fn ask_to_go_on(world: &mut World<'_>, search: &Search<'_>, tried: u128, next: u128) -> Result<(), Failure> {
    let arithmetic = search.arithmetic(next);
    let sentence = format!("of {} keys none opens the drive, and the next would take too long: {arithmetic}", grouped(tried));
    if !world.terminal.is_present() {
        return Err(Failure::refused(sentence, "more digits make it shorter; in a terminal it can be started all the same"));
    }
    let what = format!("Of {} keys none opens the drive. The next: {arithmetic}.\n", grouped(tried));
    question::typed(world, &what, "yes").map_err(|failure| Failure { sentence, ..failure })
}

/// What was found is kept with all that the drive says of it.
fn keep(world: &mut World<'_>, shared: &Shared, args: &RepairArgs, vault: &mut Vault<Unlocked>, hit: Hit<'_>) -> Result<Exit, Failure> {
    let one: [Placed<'_>; 1] = [Placed { place: hit.placed.place.clone(), volume: hit.placed.volume }];
    let Some(trial) = Trial::of(&one, &hit.password, args.id.as_ref().unwrap_or(&KeyId::Unknown)) else { return Ok(Exit::Done) };
    let Some(opened) = &trial.opened else { return Err(trial.failure("the key")) };
    let said = if opened.integrity == Integrity::Intact {
        details_of(opened.volume(), opened.protector)
    } else {
        Details { key_id: KeyId::Full(opened.protector), ..Details::default() }
    };
    let details = Details { device_name: args.device.clone().or(said.device_name.clone()), ..said };
    let before = hit.before;
    let incoming = Incoming { password: hit.password, details, kind: SourceKind::Typed, file_name: None };
    let taken = vault.take_in(vec![incoming], (world.now)(), Taking::Keep, |_| {})?;
    let Some(taken) = taken.first() else { return Ok(Exit::Done) };
    let entry = vault.entry(taken.handle())?;
    let kept = proving::keep(world, vault, &entry, &trial)?;
    let entry = vault.entry(entry.handle)?;
    if shared.json {
        json::print(world.out, &json::entry(&entry))?;
    } else {
        table::one(world.out, &entry)?;
    }
    for warning in trial.warnings() {
        writeln!(world.err, "Warning: {warning}.")?;
    }
    writeln!(
        world.err,
        "The key was found ({} tried before it), opens {}, and is in the vault. To see its digits: drivekey show {}",
        grouped(before),
        trial.drive(),
        entry.handle
    )?;
    let exit = exit_over(vault);
    Ok(if exit == Exit::Done { kept } else { exit })
}
