//! What a field's name says of its value, in many languages.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::{key_id, labels};

mod names;

/// What a field is for, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Role {
    /// A key protector's GUID.
    KeyId,
    /// Some GUID of the entry: a Key ID where nothing speaks against it.
    Id,
    /// A GUID of something else.
    OtherId,
    /// A recovery password.
    Password,
    /// A computer's name.
    Device,
    /// The device's id in Entra.
    DeviceId,
    /// A drive, or a word for what it is for.
    Drive,
    /// A volume's label.
    VolumeLabel,
    /// What a volume is for.
    VolumeType,
    /// When the key was made or backed up.
    Created,
    /// The type of a key protector.
    ProtectorType,
    /// A name in Active Directory.
    Directory,
    /// A name of anything.
    Name,
    /// A name of the entry that is no computer's.
    Title,
    /// A key package of Active Directory.
    KeyPackage,
    /// What is left of an entry with a key of another kind than BitLocker's.
    OtherKind,
    /// Nothing that is known.
    Unknown,
}

/// Words in the names of other GUIDs.
const OTHERS: &[&str] = &[
    "account",
    "activity",
    "asset",
    "client",
    "collection",
    "computer",
    "correlation",
    "customer",
    "device",
    "disk",
    "document",
    "drive",
    "entra",
    "external",
    "folder",
    "gerät",
    "group",
    "hardware",
    "host",
    "item",
    "machine",
    "object",
    "operation",
    "org",
    "owner",
    "parent",
    "partition",
    "request",
    "resource",
    "session",
    "startup",
    "site",
    "subscription",
    "system",
    "tenant",
    "tpm",
    "trace",
    "transaction",
    "user",
    "volume",
    "workstation",
];
/// Words in the names of Key IDs.
const KEYS: &[&str] = &[
    "keyprotector",
    "protectorid",
    "protectorguid",
    "keyid",
    "keyguid",
    "recoveryid",
    "recoveryguid",
    "passwordid",
    "passwordguid",
];
/// What the name of a GUID ends with.
const ID_ENDS: &[&str] = &["id", "ids", "guid", "guids", "uuid", "identifier"];
/// Longest name that is looked up.
const NAME_CHARS: usize = 64;

static ROLES: LazyLock<HashMap<String, Role>> = LazyLock::new(|| {
    let of_labels = [
        (labels::DEVICE, Role::Device),
        (labels::DRIVE, Role::Drive),
        (labels::VOLUME_LABEL, Role::VolumeLabel),
        (labels::VOLUME_TYPE, Role::VolumeType),
    ];
    let mut roles = HashMap::new();
    // The first meaning of a name stays.
    for (list, role) in names::ALL.iter().copied().chain(of_labels) {
        for name in list {
            roles.entry(folded(name)).or_insert(role);
        }
    }
    roles
});

/// What the name says.
pub(crate) fn role(name: &str) -> Role {
    if name.len() > NAME_CHARS * 4 {
        return Role::Unknown;
    }
    let name = folded(name);
    if name.is_empty() {
        return Role::Unknown;
    }
    // `RecoveryKey1`, `KeyId 2`
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit());
    ROLES.get(&name).or_else(|| ROLES.get(bare)).copied().unwrap_or_else(|| by_parts(bare))
}

/// What the name says, where it is one of those that are listed.
pub(crate) fn exact_role(name: &str) -> Option<Role> {
    if name.len() > NAME_CHARS * 4 { None } else { ROLES.get(&folded(name)).copied() }
}

fn by_parts(name: &str) -> Role {
    let holds = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if ID_ENDS.iter().any(|end| name.ends_with(end)) {
        return if holds(&["tpm", "external", "startup", "certificate"]) || key_id::names_a_foreign_key(name) {
            Role::OtherId
        } else if is_key_id(name) || is_only_about_keys(name) {
            Role::KeyId
        } else if holds(&["aaddevice", "azuredevice", "entradevice", "intunedevice"]) {
            Role::DeviceId
        } else if holds(OTHERS) || name.chars().count() > 2 {
            // An ID of whatever stands before the word.
            Role::OtherId
        } else {
            Role::Unknown
        };
    }
    if holds(&["recoverykey", "recoverypassword", "bitlockerkey", "bitlockerpassword"])
        && !holds(&["date", "time", "type", "count", "name", "status"])
    {
        return Role::Password;
    }
    if name.starts_with("created") || name.ends_with("created") || (name.contains("key") && name.ends_with("date")) {
        return Role::Created;
    }
    Role::Unknown
}

/// Whether it is the name of a Key ID; one of another thing's keys must say that they are recovery keys.
fn is_key_id(name: &str) -> bool {
    let holds = |words: &[&str]| words.iter().any(|word| name.contains(word));
    holds(KEYS) && (!holds(OTHERS) || holds(&["bitlocker", "recover", "protector"]))
}

/// Whether the name of an ID holds nothing but words for recovery keys.
fn is_only_about_keys(name: &str) -> bool {
    let about = ["bitlocker", "recoverykey", "recoverypassword"].iter().any(|word| name.contains(word));
    let mut rest = name.to_owned();
    for word in [
        "bitlocker",
        "recovery",
        "password",
        "key",
        "protector",
        "numerical",
        "full",
        "drive",
        "os",
        "backup",
        "current",
    ] {
        rest = rest.replace(word, "");
    }
    about && ID_ENDS.contains(&rest.as_str())
}

/// What is left of a name without the words that say its role: `os` of both `OS Key ID` and `OS Recovery Key`.
pub(crate) fn affix(name: &str) -> String {
    let mut name = folded(name);
    for word in [
        "bitlocker",
        "recovery",
        "password",
        "keyprotector",
        "protector",
        "identifier",
        "key",
        "guid",
        "uuid",
        "id",
        "backup",
    ] {
        name = name.replace(word, "");
    }
    name
}

/// The drive that a title names, and the title without it: `C: Key`, `Key (D:)`, `Recovery key of C:`.
pub(crate) fn title_drive(title: &str) -> Option<(char, String)> {
    let letter_of = |word: &str| {
        let word = word.trim_matches(['(', ')', '[', ']', '"', '\'']);
        let mut chars = word.chars();
        let letter = chars.next().filter(char::is_ascii_alphabetic)?;
        (chars.as_str() == ":" || chars.as_str() == ":\\").then_some(letter.to_ascii_uppercase())
    };
    let words: Vec<&str> = title.split([' ', '_', '\t', '\u{A0}']).filter(|word| !word.is_empty()).collect();
    let mut drives = words.iter().filter_map(|word| letter_of(word));
    let (letter, None) = (drives.next()?, drives.next()) else { return None };
    let rest: Vec<&str> = words.into_iter().filter(|word| letter_of(word).is_none()).collect();
    (!rest.is_empty()).then(|| (letter, rest.join(" ")))
}

/// Letters and digits only, in lower case.
pub(crate) fn folded(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_any_spelling() {
        for (names, expected) in [
            (
                &[
                    "KeyId",
                    "key_id",
                    "Recovery Key ID",
                    "BitLockerKeyID",
                    "msFVE-RecoveryGuid",
                    "Password ID",
                    "Bezeichner",
                    "回復キー ID",
                    "ID de clé",
                    "KeyProtectorId2",
                    "OS Recovery Key ID",
                ][..],
                Role::KeyId,
            ),
            (&["Id", "ID", "guid"], Role::Id),
            (
                &[
                    "request-id",
                    "volumeId",
                    "EntraObjectId",
                    "tpmProtectorId",
                    "tenantId",
                    "client-request-id",
                    "msFVE-VolumeGuid",
                ],
                Role::OtherId,
            ),
            (&["DeviceId", "azureADDeviceId", "aadDeviceId"], Role::DeviceId),
            (
                &[
                    "Key",
                    "RecoveryKey",
                    "Recovery password",
                    "msFVE-RecoveryPassword",
                    "Wiederherstellungsschlüssel",
                    "Clé de récupération",
                    "recoveryKey1",
                ],
                Role::Password,
            ),
            (&["DeviceName", "Machine Name", "Computer FQDN", "Gerät", "hostname"], Role::Device),
            (&["VolumeType", "volume_type"], Role::VolumeType),
            (&["CreatedDateTime", "KeyCreated", "Key upload date", "CreatedDatePT", "whenCreated"], Role::Created),
            (&["KeyProtectorType"], Role::ProtectorType),
            (&["Comments", "", "TPMPresent"], Role::Unknown),
        ] {
            for name in names {
                assert_eq!(role(name), expected, "{name}");
            }
        }
    }

    #[test]
    fn affixes_join_what_belongs_together() {
        assert_eq!(affix("OS Key ID"), affix("OS Recovery Key"));
        assert_eq!(affix("KeyProtectorId2"), affix("RecoveryPassword2"));
        assert_ne!(affix("KeyId1"), affix("RecoveryKey2"));
    }
}
