//! Exports of password managers: each entry has an ID of its own.

use super::{Case, bare, case, id, key, whole};

pub(super) fn cases() -> Vec<Case> {
    let (a, b) = (6000, 6001);
    vec![
        case(
            "Keeper",
            "keeper.csv",
            format!(
                "\"IT\",\"BitLocker PC\",\"\",\"{}\",\"\",\"\",\"\",\"$text:Key ID:1\",\"{}\",\"$text:Asset ID:1\",\"{}\"\n\"IT\",\"BitLocker lab\",\"{}\",\"{}\",\"\",\"note\",\"\"\n",
                key(a),
                id(a),
                id(1),
                id(b),
                key(b)
            ),
            vec![whole(a), whole(b)],
        ),
        case(
            "LastPass, ID in the note",
            "lastpass.csv",
            format!(
                "url,username,password,totp,extra,name,grouping,fav\nhttp://sn,,,,\"Identifier: {}\nRecovery Key: {}\",BitLocker PC,IT,0\n",
                id(a),
                key(a)
            ),
            vec![whole(a)],
        ),
        case(
            "Chrome's, note without ID",
            "passwords.csv",
            format!("name,url,username,password,note\nPC-1,https://example.org/{},,{},\n", id(2), key(a)),
            vec![bare(a)],
        ),
        case(
            "Enpass",
            "enpass.json",
            format!(
                "{{\"items\":[{{\"uuid\":\"{}\",\"title\":\"PC\",\"fields\":[{{\"label\":\"Key ID\",\"type\":\"text\",\"uid\":11,\"value\":\"{}\"}},{{\"label\":\"Recovery key\",\"type\":\"password\",\"uid\":12,\"value\":\"{}\"}}]}}]}}",
                id(3),
                id(a),
                key(a)
            ),
            vec![whole(a)],
        ),
        case(
            "Proton Pass, note",
            "proton.json",
            format!(
                "{{\"vaults\":{{\"x==\":{{\"items\":[{{\"itemId\":\"{}\",\"data\":{{\"metadata\":{{\"name\":\"PC\",\"note\":\"recovery key {}\",\"itemUuid\":\"a1b2c3d4\"}},\"type\":\"note\"}}}}]}}}}}}",
                id(4),
                key(a)
            ),
            vec![bare(a)],
        ),
        case(
            "KeePass",
            "export.xml",
            format!(
                "<?xml version=\"1.0\"?><KeePassFile><Root><Group><UUID>x</UUID><Entry><UUID>{}</UUID><String><Key>Title</Key><Value>PC</Value></String><String><Key>Password</Key><Value>{}</Value></String><String><Key>Notes</Key><Value>Kennung {}</Value></String></Entry></Group></Root></KeePassFile>",
                id(5),
                key(a),
                id(a)
            ),
            vec![whole(a)],
        ),
    ]
}
