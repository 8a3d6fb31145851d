//! The emergency kit: the page that opens the vault if the passphrase is lost.

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::{Block, Day, Page, Symbol, SymbolKind, destroy, foot};
use crate::SheetError;
use crate::kit_text::{LINES, PREFIX, kit_lines};
use drivekey_record::{LineText, SlotId};

/// A kit to print.
#[derive(Debug)]
pub struct KitSheet<'a> {
    /// The age identity.
    pub secret: &'a SecretString,
    /// The keyslot that it opens.
    pub slot: SlotId,
    /// The keyslot's name.
    pub name: Option<LineText>,
    /// The vault file's name, without its folder.
    pub vault: LineText,
}

/// The page of a kit.
///
/// # Errors
/// [`SheetError::Document`] when the secret is no age identity.
pub fn kit_page(kit: &KitSheet<'_>, printed: Day) -> Result<Page, SheetError> {
    // EXPOSE: a kit is this secret on paper.
    let secret = kit.secret.expose_secret();
    let lines = kit_lines(secret).ok_or(SheetError::Document)?;
    let slot = kit.slot.to_string();
    let short: String = slot.chars().take(8).collect();
    let text = lines.iter().enumerate().map(|(at, line)| {
        let mut text = Zeroizing::new(String::with_capacity(64));
        // The number, the groups, and behind a colon the check letters.
        text.push(char::from_digit(u32::try_from(at + 1).unwrap_or(0), 10).unwrap_or(' '));
        text.push(')');
        for group in &line.groups {
            text.push(' ');
            text.push_str(group);
        }
        text.push_str(" : ");
        text.push_str(&line.check);
        text
    });
    let payload = Zeroizing::new(secret.trim().to_ascii_uppercase());
    let rows = [
        ("Vault", Some(kit.vault.to_string())),
        ("For", kit.name.as_ref().map(ToString::to_string)),
        ("Keyslot", Some(slot.clone())),
    ];
    let mut blocks = vec![
        Block::Title("Emergency kit", None),
        Block::Text(
            "This page opens a drivekey vault: an encrypted file with the recovery keys of computers and drives. It \
             does what the vault's passphrase does, when nobody remembers that."
                .to_owned(),
        ),
        Block::Strong(
            "Keep it where only people may look who may see every key in the vault, and not beside the vault \
             file."
                .to_owned(),
        ),
        Block::Facts(rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()),
        Block::Heading("The kit".to_owned()),
        Block::SecretLines(std::iter::once(Zeroizing::new(PREFIX.to_owned())).chain(text).collect()),
        Block::Symbols(vec![Symbol {
            kind: SymbolKind::Qr,
            payload,
            caption: "The same without the check letters. There is no letter O, I or B in the kit, and no digit 1 \
                      behind its first line: what looks like O is zero. The two letters behind the colon check their \
                      line."
                .to_owned(),
            shown: None,
        }]),
        Block::Heading("With drivekey".to_owned()),
        Block::Steps(vec![
            "Start a terminal where the vault file is and type: drivekey --vault FILE --kit list".to_owned(),
            format!("Type the {LINES} lines of the kit when you are asked for them. A line that is mistyped is named."),
            "Choose a new passphrase with: drivekey --vault FILE --kit passphrase".to_owned(),
        ]),
        Block::Heading("Without drivekey".to_owned()),
        Block::Text(
            "The programs age and sqlite3 are free and can be had for every system. Write the kit into a text file \
             kit.txt (UTF-8): one line, AGE-SECRET-KEY-1 and all groups behind it, no spaces, no line numbers, no \
             check letters. Then, beside a copy of the vault file, type what stands behind each $:"
                .to_owned(),
        ),
        Block::Commands(commands(&kit.vault, &slot)),
        Block::Text(
            "The last line opens record r1; do the same with each file in records. In the .json file \"key\" is the \
             recovery key, \"id\" its Key ID, \"deviceName\" the computer. Destroy kit.txt, root.txt and records \
             afterwards. The whole way is docs/WAY_OUT.md of drivekey."
                .to_owned(),
        ),
    ];
    blocks.extend(destroy("To destroy this page"));
    blocks.push(Block::Text(format!(
        "If it was lost or seen: drivekey keyslot remove {short} shuts the vault file to it. Copies of the file from \
         before still open."
    )));
    Ok(Page { name: "Emergency kit", blocks, foot: foot(printed, &format!("Keyslot {short}")) })
}

/// The commands of `docs/WAY_OUT.md`.
fn commands(vault: &LineText, slot: &str) -> Vec<String> {
    let vault = quote(vault.as_str());
    vec![
        format!(
            "sqlite3 {vault} \"SELECT writefile('slot.age', wrapped) FROM slot WHERE lower(hex(slot_id)) = '{slot}'\""
        ),
        "age -d -i kit.txt -o root.txt slot.age".to_owned(),
        "mkdir records".to_owned(),
        format!("sqlite3 {vault} \"SELECT writefile('records/r' || handle || '.age', age) FROM sealed\""),
        "age -d -i root.txt -o records/r1.json records/r1.age".to_owned(),
    ]
}

/// A file name as a shell takes it.
fn quote(name: &str) -> String {
    let within = |more: &str| name.chars().all(|c| c.is_alphanumeric() || more.contains(c)) && !name.starts_with('-');
    if within(".-_") {
        name.to_owned()
    } else if within(".-_ ()',+&") {
        // Works in every shell of every system.
        format!("\"{name}\"")
    } else {
        format!("'{}'", name.replace('\'', "'\\''"))
    }
}
