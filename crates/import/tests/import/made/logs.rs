//! Logs, consoles and scripts: line after line has IDs of other things.

use super::{Case, Wanted, bare, begun, case, id, key, whole};

pub(super) fn cases() -> Vec<Case> {
    let (a, b) = (3000, 3001);
    let colours = format!(
        "\x1B[32;1mKeyProtectorId   : \x1B[0m{{{}}}\r\n\x1B[32;1mKeyProtectorType : \x1B[0mTpm\r\n\x1B[32;1mRecoveryPassword : \x1B[0m\r\n\r\n\x1B[32;1mKeyProtectorId   : \x1B[0m{{{}}}\r\n\x1B[32;1mKeyProtectorType : \x1B[0mRecoveryPassword\r\n\x1B[32;1mRecoveryPassword : \x1B[0m{}\r\n",
        id(1),
        id(a),
        key(a)
    );
    let wide: Vec<u8> = [b"\xFF\xFE".to_vec(), colours.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat();
    let none = || -> Vec<Wanted> { Vec::new() };
    vec![
        case("colours", "transcript.txt", colours, vec![whole(a)]),
        case("colours in UTF-16", "transcript.txt", wide, vec![whole(a)]),
        case(
            "policy one line above",
            "agent.log",
            format!(
                "<![LOG[Processing policy with id = {}]LOG]!><time=\"10:11\">\r\n<![LOG[output = Recovery key {}]LOG]!><time=\"10:12\">\r\n",
                id(2),
                key(a)
            ),
            vec![bare(a)],
        ),
        case(
            "policy and labelled ID",
            "agent.log",
            format!(
                "2026-05-04 policy {} applied\n2026-05-04 BitLocker key ID: {}\n2026-05-04 session {}\n2026-05-04 recovery key: {}\n",
                id(3),
                id(a),
                id(4),
                key(a)
            ),
            vec![whole(a)],
        ),
        case(
            "script block",
            "event.txt",
            format!(
                "Creating Scriptblock text (1 of 1):\nmanage-bde -unlock E: -rp {}\n\nScriptBlock ID: {}\nPath: \n",
                key(a),
                id(5)
            ),
            vec![bare(a)],
        ),
        case(
            "event in XML",
            "event.xml",
            format!(
                "<Event><System><Provider Name=\"X\" Guid=\"{{{}}}\"/><Correlation ActivityID=\"{{{}}}\"/><Computer>PC-1</Computer></System><EventData><Data Name=\"Id\">{}</Data><Data Name=\"Text\">Recovery key {} backed up</Data></EventData></Event>",
                id(6),
                id(7),
                id(8),
                key(a)
            ),
            vec![bare(a).on("PC-1")],
        ),
        case(
            "a hash and its salt",
            "found.pot",
            format!(
                "$bitlocker$1$16${}$1048576$12$d04d9c58eed6da010a000000$60$aa:{}\n",
                id(9).replace('-', "").to_lowercase(),
                key(a)
            ),
            vec![bare(a)],
        ),
        case(
            "disk and volume",
            "diskpart.txt",
            format!(
                "Disk ID: 7EDA30ED\nDisk {{{}}}\n\\\\?\\Volume{{{}}}\\\n\nrecovery password\n{}\n",
                id(10),
                id(11).to_lowercase(),
                key(a)
            ),
            vec![bare(a)],
        ),
        case(
            "places in an image",
            "strings.txt",
            format!(
                "  104857600 BitLocker Drive Encryption recovery key\n  104857860 \t{}\n  104858160 \t{}\n",
                id(a),
                key(a)
            ),
            vec![whole(a)],
        ),
        case(
            "places in hex",
            "strings.txt",
            format!(
                "6400000 BitLocker Drive Encryption recovery key\n6400104 Identifier:\n6400122 {}\n6400200 Recovery Key:\n6400230 {}\n",
                id(a),
                key(a)
            ),
            vec![whole(a)],
        ),
        case(
            "places in hex with letters, tabs kept",
            "strings.txt",
            format!(" 61a8a00 BitLocker Drive Encryption recovery key\n 61a8b04 \t{}\n 61a8c30 \t{}\n", id(a), key(a)),
            vec![whole(a)],
        ),
        case("odd hyphens", "note.txt", format!("bitlocker key id {}\nkey {}\n", odd(&id(a)), key(a)), vec![whole(a)]),
        case(
            "eight characters below, German",
            "zettel.txt",
            format!("Schlüssel vom Kassen-PC\n{}\nSchlüssel-ID (erste 8 Zeichen): {}\n", key(a), &id(a)[..8]),
            vec![begun(a)],
        ),
        case(
            "two keys, eight characters below each",
            "note.txt",
            format!("till 1\n{}\nKey ID: {}\n\ntill 2\n{}\nKey ID: {}\n", key(a), &id(a)[..8], key(b), &id(b)[..8]),
            vec![begun(a), begun(b)],
        ),
        case(
            "a command and a ticket",
            "howto.txt",
            format!(
                "Ticket {}\nmanage-bde -protectors -get C: gave\n  Numerical Password:\n    ID: {{{}}}\n    Password:\n      {}\nRef: {}\n",
                id(12),
                id(a),
                key(a),
                id(13)
            ),
            vec![whole(a)],
        ),
        case(
            "the screen that asks",
            "screen.txt",
            format!("Enter the recovery key for this drive\nRecovery key ID: {}\n", id(a)),
            none(),
        ),
        case("another kind of key", "mac.txt", "FileVault recovery key: 5ADZ-HTZ8-LJJ4-B2F8-JWH3-YPBT\n", none()),
        case(
            "rows of a database's script",
            "keys.sql",
            format!("INSERT INTO keys (uuid, computer, recovery_key) VALUES ('{}', 'PC-1', '{}');\n", id(14), key(a)),
            vec![bare(a)],
        ),
    ]
}

/// Hyphens as people copy them from a screen.
fn odd(id: &str) -> String {
    let hex: Vec<char> = id.chars().filter(char::is_ascii_hexdigit).collect();
    let parts: Vec<String> = [0..8, 8..16, 16..24, 24..32].map(|part| hex[part].iter().collect()).to_vec();
    parts.join("-")
}
