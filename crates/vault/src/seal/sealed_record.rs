//! A whole record as an age file to the root's recipient: its contents, its binding and its padding. The JSON inside is
//! what anybody with the stock age program reads.

use std::io::{Read, Write};

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::stack::wiped;
use super::{Root, SealError};
use drivekey_record::{Details, Handle, Record, RecordId, Revision, Secret, SecretText, VaultId};

/// Bytes of a SHA-256.
pub const SHA256_BYTES: usize = 32;
/// Plaintexts are padded with spaces to a multiple of this, to hide their length.
const PAD_BYTES: usize = 512;
/// No honest record comes near this.
const PLAINTEXT_CEILING_BYTES: usize = 1024 * 1024;

/// The place that a sealed blob is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// The vault.
    pub vault: VaultId,
    /// The record.
    pub record: RecordId,
    /// The revision in which it was written.
    pub revision: Revision,
}

/// An age file that holds one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRecord(Vec<u8>);

impl SealedRecord {
    /// Makes it from bytes in a store.
    #[must_use]
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The age file.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its SHA-256. The summary is bound to it.
    #[must_use]
    pub fn sha256(&self) -> [u8; SHA256_BYTES] {
        sha256(&self.0)
    }

    /// Seals a record for its place.
    ///
    /// # Errors
    /// [`SealError::TooLarge`] beyond a size that no honest record reaches; [`SealError::Malformed`] if the key is not
    /// of the kind in the details.
    pub fn seal(root: &Root, binding: Binding, handle: Handle, record: &Record) -> Result<Self, SealError> {
        if !record.secret.is_of(record.details.kind) {
            return Err(SealError::Malformed);
        }
        let details = details_json(&record.details)?;
        let head = serde_json::to_string(&Head {
            vault: binding.vault.to_string(),
            record: binding.record.to_string(),
            revision: binding.revision.number(),
            handle,
        })
        .map_err(|_| SealError::Malformed)?;
        // EXPOSE: the record is sealed with its key.
        let key = record.secret.expose_secret().json();
        let mut text = Zeroizing::new(Vec::with_capacity(head.len() + details.len() + key.len() + 2 * PAD_BYTES));
        // Joins three objects into one. None of them is empty.
        for part in [&head[..head.len() - 1], ",", &details[1..details.len() - 1], ",\"", KEY, "\":"] {
            text.extend_from_slice(part.as_bytes());
        }
        text.extend_from_slice(&key);
        text.push(b'}');
        let padded = text.len().next_multiple_of(PAD_BYTES);
        if padded > PLAINTEXT_CEILING_BYTES {
            return Err(SealError::TooLarge);
        }
        text.resize(padded, b' ');
        age_seal(root.recipient(), &text).map(Self)
    }

    /// Unseals a record and checks that it was sealed for this place.
    ///
    /// # Errors
    /// [`SealError::DoesNotOpen`] for bytes that were not encrypted to this root, [`SealError::BelongsElsewhere`] for
    /// another record's bytes, [`SealError::Malformed`] for an invalid record.
    pub fn unseal(&self, root: &Root, binding: Binding, handle: Handle) -> Result<Record, SealError> {
        let text = age_unseal(root.identity(), &self.0)?;
        let opened: ParsedRecord = serde_json::from_slice(&text).map_err(|_| SealError::Malformed)?;
        if opened.vault != binding.vault.to_string()
            || opened.record != binding.record.to_string()
            || opened.revision != binding.revision.number()
            || opened.handle != handle
        {
            return Err(SealError::BelongsElsewhere);
        }
        let details: Details =
            serde_json::from_value(serde_json::Value::Object(opened.details)).map_err(|_| SealError::Malformed)?;
        let secret = Secret::read(details.kind, &opened.key).map_err(|_| SealError::Malformed)?;
        Ok(Record { details, secret })
    }
}

/// SHA-256 of some bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; SHA256_BYTES] {
    Sha256::digest(bytes).into()
}

pub(super) fn age_seal(recipient: &age::x25519::Recipient, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    wiped(|| age_seal_unwiped(recipient, plaintext))
}

fn age_seal_unwiped(recipient: &age::x25519::Recipient, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    let recipients = std::iter::once(recipient as &dyn age::Recipient);
    let encryptor = age::Encryptor::with_recipients(recipients).map_err(|_| SealError::Malformed)?;
    let mut sealed = Vec::with_capacity(plaintext.len() + 512);
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(|_| SealError::Malformed)?;
    writer.write_all(plaintext).and_then(|()| writer.finish()).map_err(|_| SealError::Malformed)?;
    Ok(sealed)
}

/// Streams into a buffer of fixed size, because `age::decrypt` would grow a plain `Vec` and leave copies behind.
pub(super) fn age_unseal(identity: &age::x25519::Identity, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    if sealed.len() > PLAINTEXT_CEILING_BYTES + 4096 {
        return Err(SealError::TooLarge);
    }
    wiped(|| age_unseal_unwiped(identity, sealed))
}

fn age_unseal_unwiped(identity: &age::x25519::Identity, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let decryptor = age::Decryptor::new(sealed).map_err(|_| SealError::DoesNotOpen)?;
    let mut reader =
        decryptor.decrypt(std::iter::once(identity as &dyn age::Identity)).map_err(|_| SealError::DoesNotOpen)?;
    let mut plaintext = Zeroizing::new(vec![0_u8; sealed.len()]);
    let mut filled = 0;
    loop {
        let read = reader.read(&mut plaintext[filled..]).map_err(|_| SealError::DoesNotOpen)?;
        if read == 0 {
            break;
        }
        filled += read;
    }
    plaintext.truncate(filled);
    Ok(plaintext)
}

/// The place, at the start of a sealed record. The details and the key follow.
#[derive(Serialize)]
struct Head {
    vault: String,
    record: String,
    revision: u32,
    handle: Handle,
}

const VAULT: &str = "vault";
const RECORD: &str = "record";
const REVISION: &str = "revision";
const HANDLE: &str = "handle";
const KEY: &str = "key";

/// The names that the details must not use.
const RESERVED: [&str; 5] = [VAULT, RECORD, REVISION, HANDLE, KEY];

/// The details as a JSON object. It is identical in the sealed record and in its summary.
pub(super) fn details_json(details: &Details) -> Result<String, SealError> {
    if details.unknown.keys().any(|name| RESERVED.contains(&name.as_str())) {
        return Err(SealError::Malformed);
    }
    serde_json::to_string(details).map_err(|_| SealError::Malformed)
}

struct ParsedRecord {
    vault: String,
    record: String,
    revision: u32,
    handle: Handle,
    key: SecretText,
    details: serde_json::Map<String, serde_json::Value>,
}

impl<'de> Deserialize<'de> for ParsedRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ParsedRecordVisitor)
    }
}

/// Reads the key straight into its type. Serde's `flatten` would keep it in a buffer that is not wiped.
struct ParsedRecordVisitor;

impl<'de> Visitor<'de> for ParsedRecordVisitor {
    type Value = ParsedRecord;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a sealed record")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ParsedRecord, A::Error> {
        use serde::de::Error;
        let (mut vault, mut record, mut revision, mut handle, mut key) = (None, None, None, None, None);
        let mut details = serde_json::Map::new();
        while let Some(name) = map.next_key::<String>()? {
            // A duplicate name could mean one thing here and another to other readers.
            match name.as_str() {
                VAULT if vault.is_none() => vault = Some(map.next_value()?),
                RECORD if record.is_none() => record = Some(map.next_value()?),
                REVISION if revision.is_none() => revision = Some(map.next_value()?),
                HANDLE if handle.is_none() => handle = Some(map.next_value()?),
                KEY if key.is_none() => key = Some(map.next_value()?),
                name if RESERVED.contains(&name) || details.contains_key(name) => {
                    return Err(A::Error::custom("a name stands twice"));
                }
                _ => drop(details.insert(name, map.next_value()?)),
            }
        }
        Ok(ParsedRecord {
            vault: vault.ok_or_else(|| A::Error::missing_field(VAULT))?,
            record: record.ok_or_else(|| A::Error::missing_field(RECORD))?,
            revision: revision.ok_or_else(|| A::Error::missing_field(REVISION))?,
            handle: handle.ok_or_else(|| A::Error::missing_field(HANDLE))?,
            key: key.ok_or_else(|| A::Error::missing_field(KEY))?,
            details,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivekey_record::{KeyKind, RecoveryPassword, Word};

    pub(super) const LIBBDE: &str = "471207-278498-422125-177177-561902-537405-468006-693451";

    fn binding() -> Binding {
        Binding {
            vault: VaultId::from_bytes([1; 16]),
            record: RecordId::from_bytes([2; 16]),
            revision: Revision::new(7).unwrap(),
        }
    }

    fn record() -> Record {
        let details = Details {
            device_name: "ATELIER-PC".parse().ok(),
            key_id: "7EDB30ED".parse().unwrap(),
            ..Details::default()
        };
        Record { details, secret: RecoveryPassword::parse(LIBBDE).unwrap().into() }
    }

    #[test]
    fn a_record_comes_back_whole() {
        let root = Root::make(binding().vault).unwrap();
        let handle = Handle::new(3).unwrap();
        let sealed = SealedRecord::seal(&root, binding(), handle, &record()).unwrap();
        let opened = sealed.unseal(&root, binding(), handle).unwrap();
        assert_eq!(opened.details, record().details);
        assert_eq!(opened.secret.expose_secret().as_str(), LIBBDE);
    }

    #[test]
    fn a_key_of_a_later_kind_comes_back_to_the_byte() {
        let root = Root::make(binding().vault).unwrap();
        let handle = Handle::new(3).unwrap();
        let kind = KeyKind::named(Word::new("luks2").unwrap());
        let text = "-----BEGIN KEY-----\r\n\"\u{0}\u{202E}k\u{fc} \n".repeat(100);
        let secret = || Secret::Text(SecretText::new(&text));
        let other = Record { details: Details { kind, ..record().details }, secret: secret() };
        let sealed = SealedRecord::seal(&root, binding(), handle, &other).unwrap();
        let opened = sealed.unseal(&root, binding(), handle).unwrap();
        assert_eq!((opened.details, opened.secret.expose_secret().as_str()), (other.details, text.as_str()));
        // A key is never sealed with details of another kind.
        for wrong in [
            Record { details: record().details, secret: secret() },
            Record { details: Details { kind, ..Details::default() }, ..record() },
        ] {
            assert_eq!(SealedRecord::seal(&root, binding(), handle, &wrong), Err(SealError::Malformed));
        }
    }

    #[test]
    fn a_kind_in_other_capitals_is_no_second_kind() {
        let root = Root::make(binding().vault).unwrap();
        let handle = Handle::new(3).unwrap();
        let Binding { vault, record, revision } = binding();
        for (stored, kept) in [("BitLocker", "bitlocker"), ("LUKS2", "luks2")] {
            let number = revision.number();
            let text = format!(
                r#"{{"vault":"{vault}","record":"{record}","revision":{number},"handle":"{handle}","kind":"{stored}","volumeType":"unknown","state":"current","key":"{LIBBDE}"}}"#
            );
            let sealed = SealedRecord(age_seal(root.recipient(), text.as_bytes()).unwrap());
            let opened = sealed.unseal(&root, binding(), handle).unwrap();
            assert_eq!(opened.details.kind.name(), kept);
            assert_eq!(opened.secret.recovery_password().is_some(), kept == "bitlocker");
            // Sealing it again uses the one spelling, so its tokens match.
            let again = SealedRecord::seal(&root, binding(), handle, &opened).unwrap();
            let plain = age_unseal(root.identity(), again.as_bytes()).unwrap();
            assert!(String::from_utf8_lossy(&plain).contains(&format!(r#""kind":"{kept}""#)));
            let kind = KeyKind::named(Word::new(kept).unwrap());
            let wanted = Secret::read(kind, &SecretText::new(LIBBDE)).unwrap();
            assert_eq!(root.key_token(opened.details.kind, &opened.secret), root.key_token(kind, &wanted));
        }
    }

    #[test]
    fn a_record_opens_only_in_its_place() {
        let root = Root::make(binding().vault).unwrap();
        let handle = Handle::new(3).unwrap();
        let sealed = SealedRecord::seal(&root, binding(), handle, &record()).unwrap();
        let elsewhere = [
            Binding { vault: VaultId::from_bytes([9; 16]), ..binding() },
            Binding { record: RecordId::from_bytes([9; 16]), ..binding() },
            Binding { revision: Revision::new(8).unwrap(), ..binding() },
        ];
        for place in elsewhere {
            assert_eq!(sealed.unseal(&root, place, handle).err(), Some(SealError::BelongsElsewhere));
        }
        assert_eq!(sealed.unseal(&root, binding(), Handle::new(4).unwrap()).err(), Some(SealError::BelongsElsewhere));
        let other = Root::make(binding().vault).unwrap();
        assert_eq!(sealed.unseal(&other, binding(), handle).err(), Some(SealError::DoesNotOpen));
    }

    #[test]
    fn every_flipped_byte_is_refused() {
        let root = Root::make(binding().vault).unwrap();
        let handle = Handle::new(3).unwrap();
        let sealed = SealedRecord::seal(&root, binding(), handle, &record()).unwrap();
        for at in (0..sealed.as_bytes().len()).step_by(7) {
            let mut bytes = sealed.as_bytes().to_vec();
            bytes[at] ^= 0x20;
            assert!(SealedRecord::from_bytes(bytes).unseal(&root, binding(), handle).is_err(), "byte {at}");
        }
    }

    #[test]
    fn an_error_inside_never_quotes_the_digits() {
        let wrong = format!(
            r#"{{"vault":"a","record":"b","revision":1,"handle":"r1","key":"{}"}}"#,
            LIBBDE.replace("422125", "422126")
        );
        let opened: ParsedRecord = serde_json::from_str(&wrong).unwrap();
        let error = Secret::read(KeyKind::BitLocker, &opened.key).err().unwrap().to_string();
        assert!(error.contains("group 3") && !error.contains("4711") && !error.contains("422126"), "{error}");
    }
}
