//! Recovery keys of other kinds than `BitLocker`'s: named as what they are, never taken.

use sha2::{Digest, Sha256};

/// A kind of recovery key that opens no drive of `BitLocker`'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ForeignKey {
    /// Of macOS: six groups of four letters and digits.
    FileVault,
    /// Of an Apple Account: seven groups of four.
    AppleAccount,
    /// Of `systemd-cryptenroll` for LUKS: eight groups of eight letters.
    Systemd,
    /// Of Ubuntu and snapd for LUKS: eight groups of five digits.
    Snapd,
}

impl ForeignKey {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::FileVault, Self::AppleAccount, Self::Systemd, Self::Snapd];

    /// The fixed name of this kind, for programs.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::FileVault => "filevault",
            Self::AppleAccount => "apple_account",
            Self::Systemd => "systemd",
            Self::Snapd => "snapd",
        }
    }
}

/// Groups, signs in each, and which signs.
struct Form {
    kind: ForeignKey,
    groups: usize,
    group_len: usize,
    is_sign: fn(u8) -> bool,
}

/// The signs of an Apple Account's key.
const APPLE: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// The signs of a key of systemd.
const MODHEX: &[u8] = b"cbdefghijklnrtuv";
/// A group of a key of snapd is a number of sixteen bits.
const SNAPD_MAX: u32 = 65_535;

const FORMS: &[Form] = &[
    Form { kind: ForeignKey::AppleAccount, groups: 7, group_len: 4, is_sign: |byte| APPLE.contains(&byte) },
    Form {
        kind: ForeignKey::FileVault,
        groups: 6,
        group_len: 4,
        is_sign: |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit(),
    },
    Form { kind: ForeignKey::Systemd, groups: 8, group_len: 8, is_sign: |byte| MODHEX.contains(&byte) },
    Form { kind: ForeignKey::Snapd, groups: 8, group_len: 5, is_sign: |byte| byte.is_ascii_digit() },
];

/// The first key of another kind in a text.
pub(super) fn find(text: &str) -> Option<ForeignKey> {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let words = text.as_bytes().split(|byte| !is_part(*byte));
    words.filter(|word| (28..=72).contains(&word.len())).find_map(known)
}

fn known(word: &[u8]) -> Option<ForeignKey> {
    let form = FORMS.iter().find(|form| {
        let mut groups = 0;
        let all = word.split(|byte| *byte == b'-').all(|group| {
            groups += 1;
            group.len() == form.group_len && group.iter().all(|byte| (form.is_sign)(*byte))
        });
        all && groups == form.groups
    })?;
    let signs: Vec<u8> = word.iter().copied().filter(|byte| *byte != b'-').collect();
    let is_one = match form.kind {
        ForeignKey::AppleAccount => apple_check(&signs),
        // Mere words and mere numbers are other things' names.
        ForeignKey::FileVault => signs.iter().any(u8::is_ascii_digit) && signs.iter().any(u8::is_ascii_alphabetic),
        ForeignKey::Systemd => true,
        ForeignKey::Snapd => signs
            .chunks(form.group_len)
            .all(|group| group.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0')) <= SNAPD_MAX),
    };
    is_one.then_some(form.kind)
}

/// The last two signs are made from the hash of the others.
fn apple_check(signs: &[u8]) -> bool {
    let (content, check) = signs.split_at(signs.len() - 2);
    let hash = Sha256::digest(content);
    let sign = |at: usize| APPLE[usize::from(hash[at]) % APPLE.len()];
    check == [sign(0), sign(1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_other_kinds_are_named() {
        for (text, kind) in [
            ("key: 5ADZ-HTZ8-LJJ4-B2F8-JWH3-YPBT.", Some(ForeignKey::FileVault)),
            ("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAGW", Some(ForeignKey::AppleAccount)),
            ("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAGV", None),
            ("LOOK-THIS-ISNO-KEYB-UTWO-RDSX", None),
            ("rflhtrei-kghktkkr-ngjltttb-jtkkdtbv-brcghdit-vihtgdgg-fdlivhhk-gekugvvh", Some(ForeignKey::Systemd)),
            ("55055-39320-64491-48436-47667-15525-36879-32875", Some(ForeignKey::Snapd)),
            ("55055-39320-64491-48436-47667-15525-36879-92875", None),
            ("506825-429770-002244-257444-671440-299750-212256-683067", None),
        ] {
            assert_eq!(find(text), kind, "{text}");
        }
    }
}
