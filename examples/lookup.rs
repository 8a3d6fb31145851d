//! Opens a vault and looks a key up by its Key ID, its device or words: `lookup VAULT WORDS…`. The passphrase comes from
//! the terminal. No digits are shown.
#![forbid(unsafe_code)]

use std::error::Error;
use std::io::Write;

use drivekey_flows::lookup::{Answer, find};
use drivekey_vault::seal::KdfLimits;
use drivekey_vault::{Machine, Vault};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which vault?")?;
    let words: Vec<String> = arguments.collect();
    // Without a folder for what this machine remembers, an older copy of the vault is not noticed.
    let locked = Vault::open(path.as_ref(), KdfLimits::PRODUCT, Machine::new(None))?;
    let passphrase = rpassword::prompt_password("Passphrase: ")?.into();
    let mut vault = locked.unlock(&passphrase, None).map_err(|failure| failure.error)?;
    let answer = find(&mut vault, &words)?;
    let mut out = std::io::stdout();
    match &answer {
        Answer::Nothing => writeln!(out, "Nothing fits.")?,
        Answer::Hits { .. } => {}
        Answer::LookAlike(entry) => writeln!(out, "Read as {}: compare it.", entry.details.key_id)?,
        Answer::LookAlikes(_) => writeln!(out, "Several look like it: compare all characters.")?,
    }
    for entry in answer.entries() {
        let device = entry.details.device_name.as_ref().map(ToString::to_string).unwrap_or_default();
        writeln!(out, "{}  {}  {device}", entry.handle, entry.details.key_id)?;
    }
    for fault in answer.faults() {
        writeln!(out, "Something is wrong with the vault: {fault:?}")?;
    }
    Ok(())
}
