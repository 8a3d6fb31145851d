//! A bundle: an age file for other people, encrypted to a passphrase or to their own age keys. The stock age program
//! opens it.

use std::io::{Read, Write};
use std::str::FromStr;

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::KdfLimits;
use super::stack::wiped;

/// The first line of an age file.
const MAGIC: &[u8] = b"age-encryption.org/v1\n";
/// The start of the scrypt stanza. A file that has one has no other stanza.
const PASSPHRASE_STANZA: &[u8] = b"-> scrypt ";
/// The scrypt work factor (log2) of the stock age program: about a second and 256 MiB.
const WORK_LOG2: u32 = 18;

/// A recipient of a bundle: an `age1…` key.
pub struct BundleRecipient(age::x25519::Recipient);

/// A private age key that may open a bundle. Boxed, so that a move leaves no copy behind.
pub struct BundleIdentity(Box<age::x25519::Identity>);

/// Who can open a bundle.
pub enum BundleLock<'a> {
    /// Whoever knows the passphrase. The work factor is within these limits.
    Passphrase(&'a SecretString, KdfLimits),
    /// The holders of these keys.
    Recipients(&'a [BundleRecipient]),
}

/// What opens a bundle.
pub enum BundleKey<'a> {
    /// The passphrase. A work factor beyond the limits is refused.
    Passphrase(&'a SecretString, KdfLimits),
    /// Any of these private keys.
    Identities(&'a [BundleIdentity]),
}

/// What is needed to open a bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleAsks {
    /// A passphrase.
    Passphrase,
    /// A private key.
    Identity,
}

/// Why a bundle was not sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The text is not an age key of a supported type.
    #[error("not an age key")]
    NotAKey,
    /// There are no recipients.
    #[error("no recipient")]
    NoRecipient,
    /// The passphrase or the keys do not open it.
    #[error("does not open it")]
    WrongKey,
    /// The work factor is beyond the limits.
    #[error("asks for too much work")]
    TooMuchWork,
    /// It is not an age file, or it is damaged.
    #[error("damaged")]
    Damaged,
}

impl FromStr for BundleRecipient {
    type Err = BundleError;

    fn from_str(text: &str) -> Result<Self, BundleError> {
        text.trim().parse().map(Self).map_err(|_| BundleError::NotAKey)
    }
}

impl FromStr for BundleIdentity {
    type Err = BundleError;

    fn from_str(text: &str) -> Result<Self, BundleError> {
        wiped(|| text.trim().parse().map(Box::new)).map(Self).map_err(|_| BundleError::NotAKey)
    }
}

impl std::fmt::Debug for BundleRecipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BundleRecipient({})", self.0)
    }
}

impl std::fmt::Debug for BundleIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BundleIdentity(hidden)")
    }
}

/// What is needed to open these bytes, if they start like an age file.
#[must_use]
pub fn bundle_asks(bytes: &[u8]) -> Option<BundleAsks> {
    let stanzas = bytes.strip_prefix(MAGIC)?;
    Some(if stanzas.starts_with(PASSPHRASE_STANZA) { BundleAsks::Passphrase } else { BundleAsks::Identity })
}

/// Encrypts a text.
///
/// # Errors
/// [`BundleError::NoRecipient`].
pub fn seal_bundle(text: &[u8], lock: &BundleLock<'_>) -> Result<Vec<u8>, BundleError> {
    wiped(|| seal_unwiped(text, lock))
}

fn seal_unwiped(text: &[u8], lock: &BundleLock<'_>) -> Result<Vec<u8>, BundleError> {
    let passphrase;
    let recipients: Vec<&dyn age::Recipient> = match lock {
        BundleLock::Passphrase(typed, limits) => {
            let mut recipient = age::scrypt::Recipient::new((*typed).clone());
            recipient.set_work_factor(work_factor(
                WORK_LOG2.clamp(limits.floor.memory_kib.ilog2(), limits.ceiling.memory_kib.ilog2()),
            ));
            passphrase = recipient;
            vec![&passphrase]
        }
        BundleLock::Recipients(recipients) => {
            recipients.iter().map(|recipient| &recipient.0 as &dyn age::Recipient).collect()
        }
    };
    let encryptor = age::Encryptor::with_recipients(recipients.into_iter()).map_err(|_| BundleError::NoRecipient)?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(|_| BundleError::Damaged)?;
    writer.write_all(text).and_then(|()| writer.finish()).map_err(|_| BundleError::Damaged)?;
    Ok(sealed)
}

/// Decrypts a bundle.
///
/// # Errors
/// Any [`BundleError`]. A truncated bundle gives no output at all.
pub fn open_bundle(sealed: &[u8], key: &BundleKey<'_>) -> Result<Zeroizing<Vec<u8>>, BundleError> {
    wiped(|| open_unwiped(sealed, key))
}

fn open_unwiped(sealed: &[u8], key: &BundleKey<'_>) -> Result<Zeroizing<Vec<u8>>, BundleError> {
    let passphrase;
    let identities: Vec<&dyn age::Identity> = match key {
        BundleKey::Passphrase(typed, limits) => {
            let mut identity = age::scrypt::Identity::new((*typed).clone());
            identity.set_max_work_factor(work_factor(limits.ceiling.memory_kib.ilog2()));
            passphrase = identity;
            vec![&passphrase]
        }
        BundleKey::Identities(identities) => {
            identities.iter().map(|identity| identity.0.as_ref() as &dyn age::Identity).collect()
        }
    };
    let decryptor = age::Decryptor::new(sealed).map_err(|_| BundleError::Damaged)?;
    let mut reader = decryptor.decrypt(identities.into_iter()).map_err(|error| refusal(&error))?;
    // The plaintext is shorter than the bundle, so the buffer never grows.
    let mut text = Zeroizing::new(vec![0_u8; sealed.len()]);
    let mut filled = 0;
    loop {
        match reader.read(&mut text[filled..]).map_err(|_| BundleError::Damaged)? {
            0 => break,
            count => filled += count,
        }
    }
    text.truncate(filled);
    Ok(text)
}

const fn refusal(error: &age::DecryptError) -> BundleError {
    use age::DecryptError::{DecryptionFailed, ExcessiveWork, KeyDecryptionFailed, NoMatchingKeys};
    match error {
        DecryptionFailed | KeyDecryptionFailed | NoMatchingKeys => BundleError::WrongKey,
        ExcessiveWork { .. } => BundleError::TooMuchWork,
        _ => BundleError::Damaged,
    }
}

/// scrypt with age's block size needs as many KiB as its cost parameter N, so memory limits are also limits of N.
fn work_factor(log2: u32) -> u8 {
    u8::try_from(log2.clamp(1, 30)).unwrap_or(30)
}

#[cfg(test)]
mod tests {
    use age::secrecy::ExposeSecret;

    use super::*;
    use crate::seal::KdfCost;

    const CHEAP: KdfLimits = KdfLimits {
        floor: KdfCost { memory_kib: 64, passes: 1, lanes: 1 },
        ceiling: KdfCost { memory_kib: 1024, passes: 4, lanes: 4 },
    };

    #[test]
    fn the_passphrase_opens_and_another_does_not() {
        let (right, wrong) = (SecretString::from("violet tractor"), SecretString::from("violet tracter"));
        let sealed = seal_bundle(b"text", &BundleLock::Passphrase(&right, CHEAP)).unwrap();
        assert_eq!(bundle_asks(&sealed), Some(BundleAsks::Passphrase));
        assert_eq!(
            open_bundle(&sealed, &BundleKey::Passphrase(&right, CHEAP)).as_deref().map(Vec::as_slice),
            Ok(&b"text"[..])
        );
        assert_eq!(open_bundle(&sealed, &BundleKey::Passphrase(&wrong, CHEAP)).err(), Some(BundleError::WrongKey));
        assert_eq!(open_bundle(&sealed, &BundleKey::Identities(&[])).err(), Some(BundleError::WrongKey));
        let less = KdfLimits { ceiling: KdfCost { memory_kib: 512, passes: 4, lanes: 4 }, ..CHEAP };
        assert_eq!(open_bundle(&sealed, &BundleKey::Passphrase(&right, less)).err(), Some(BundleError::TooMuchWork));
    }

    #[test]
    fn each_recipient_opens_it_alone() {
        let keys: Vec<age::x25519::Identity> = (0..3).map(|_| age::x25519::Identity::generate()).collect();
        let recipients: Vec<BundleRecipient> =
            keys[..2].iter().map(|key| key.to_public().to_string().parse().unwrap()).collect();
        let identity = |at: usize| keys[at].to_string().expose_secret().parse::<BundleIdentity>().unwrap();
        let text: Vec<u8> = (0..=255).cycle().take(200_000).collect();
        let sealed = seal_bundle(&text, &BundleLock::Recipients(&recipients)).unwrap();
        assert_eq!(bundle_asks(&sealed), Some(BundleAsks::Identity));
        for at in 0..2 {
            assert!(
                open_bundle(&sealed, &BundleKey::Identities(&[identity(2), identity(at)]))
                    .is_ok_and(|opened| *opened == text)
            );
        }
        assert_eq!(open_bundle(&sealed, &BundleKey::Identities(&[identity(2)])).err(), Some(BundleError::WrongKey));
        let cut = &sealed[..sealed.len() - 1];
        assert_eq!(open_bundle(cut, &BundleKey::Identities(&[identity(0)])).err(), Some(BundleError::Damaged));
        assert_eq!(seal_bundle(&text, &BundleLock::Recipients(&[])).err(), Some(BundleError::NoRecipient));
    }

    #[test]
    fn what_is_no_key_or_no_bundle() {
        assert!("age1qqq".parse::<BundleRecipient>().is_err() && "AGE-SECRET-KEY-1".parse::<BundleIdentity>().is_err());
        assert_eq!(bundle_asks(b"age-encryption.org/v2\n"), None);
        assert_eq!(bundle_asks(b""), None);
    }
}
