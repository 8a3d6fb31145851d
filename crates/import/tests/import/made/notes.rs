//! Notes, contacts and calendars.

use super::{Case, bare, begun, case, id, key, whole};

pub(super) fn cases() -> Vec<Case> {
    let a = 4000;
    let line = |text: &str| {
        // Folded at 30 characters, as calendars fold at 75.
        let chars: Vec<char> = text.chars().collect();
        chars.chunks(30).map(|part| part.iter().collect::<String>()).collect::<Vec<_>>().join("\r\n ")
    };
    vec![
        case(
            "sticky note",
            "note.txt",
            format!("\\id={} laptop of Ben\n\\id={} Key ID {}\n\\id={} {}\n", id(1), id(2), &id(a)[..8], id(3), key(a)),
            vec![begun(a)],
        ),
        case(
            "sticky note without ID",
            "note.txt",
            format!("\\id={} laptop\n\\id={} {}\n", id(1), id(2), key(a)),
            vec![bare(a)],
        ),
        case(
            "a page of our own, copied",
            "page.txt",
            format!(
                "Key ID. The screen shows these first 8 characters, or all of it:\n{} {}\nComputer not known: ____\n{}\n",
                &id(a)[..8],
                id(a),
                key(a)
            ),
            vec![whole(a)],
        ),
        case(
            "calendar",
            "cal.ics",
            format!(
                "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:{}\r\n{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
                id(4),
                line(&format!("DESCRIPTION:BitLocker key ID {}\\nkey {}\\n", id(a), key(a)))
            ),
            vec![whole(a)],
        ),
        case(
            "calendar without ID",
            "cal.ics",
            format!(
                "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{}\r\nUID:{}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
                line(&format!("SUMMARY:key {}", key(a))),
                id(4)
            ),
            vec![bare(a)],
        ),
        case(
            "contact, French, folded by a tab",
            "contact.vcf",
            format!(
                "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:BitLocker\r\nUID:urn:uuid:{}\r\nNOTE:ID de clé : {}\\nClé : {}\r\n\t{}\r\nEND:VCARD\r\n",
                id(5),
                id(a),
                &key(a)[..20],
                &key(a)[20..]
            ),
            vec![whole(a)],
        ),
        case(
            "soft line ends outside of a mail",
            "copied.txt",
            format!("Key ID: {}\nRecovery key: {}=\n{}\nb=C3=BCro\n", id(a), &key(a)[..25], &key(a)[25..]),
            vec![whole(a)],
        ),
        case(
            "a note of a phone",
            "keep.json",
            format!(
                "{{\"color\":\"DEFAULT\",\"isTrashed\":false,\"textContent\":\"bitlocker PC\\nKey ID {}\\n{}\",\"title\":\"PC\",\"uuid\":\"{}\"}}",
                id(a),
                key(a),
                id(6)
            ),
            vec![whole(a)],
        ),
        case(
            "a note with an ID of its own",
            "notes.json",
            format!(
                "[{{\"uuid\":\"{}\",\"content_type\":\"Note\",\"text\":\"recovery key {}\",\"created_at\":\"2024-01-01\"}}]",
                id(7),
                key(a)
            ),
            vec![bare(a)],
        ),
        case(
            "a notebook",
            "notes.enex",
            format!(
                "<?xml version=\"1.0\"?><en-export><note><title>PC</title><guid>{}</guid><content><![CDATA[<en-note><div>Key ID: {}</div><div>{}</div></en-note>]]></content></note></en-export>",
                id(8),
                id(a),
                key(a)
            ),
            vec![whole(a)],
        ),
    ]
}
