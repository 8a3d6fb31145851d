//! Proves a key of a vault on a drive or an image: `prove VAULT KEY-ID DRIVE`. The drive is only read; what was proved
//! is kept with the record. The passphrase comes from the terminal.
#![forbid(unsafe_code)]

use std::error::Error;
use std::io::Write;

use drivekey_flows::volumes::Target;
use drivekey_flows::{lookup, prove};
use drivekey_vault::seal::KdfLimits;
use drivekey_vault::{Machine, Vault};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [path, key_id, drive] = &arguments[..] else { return Err("which vault, which Key ID, which drive?".into()) };
    let target = Target::read(drive.as_ref())?;
    let volumes = target.volumes()?;
    // Without a folder for what this machine remembers, an older copy of the vault is not noticed.
    let locked = Vault::open(path.as_ref(), KdfLimits::PRODUCT, Machine::new(None))?;
    let passphrase = rpassword::prompt_password("Passphrase: ")?.into();
    let mut vault = locked.unlock(&passphrase, None).map_err(|failure| failure.error)?;
    let meant = lookup::one(&mut vault, key_id)?;
    let mut out = std::io::stdout();
    if meant.is_look_alike {
        writeln!(out, "Read as {}: compare it.", meant.entry.details.key_id)?;
    }
    let Some(proved) = prove::one(&mut vault, &volumes, &meant.sound()?, chrono::Utc::now())? else { return Ok(()) };
    match proved.trial.not_opened_by(&proved.entry) {
        None => writeln!(out, "{} opens the drive.", proved.entry.handle)?,
        Some(why) => writeln!(out, "{} was not seen to open the drive: {why:?}", proved.entry.handle)?,
    }
    let kept = proved.kept?;
    writeln!(out, "{} other keys of the drive are new in the vault.", kept.new_others().len())?;
    Ok(())
}
