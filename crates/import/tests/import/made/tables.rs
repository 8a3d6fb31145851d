//! Tables: every order of columns, several languages, drives side by side, tables on their side.

use super::{Case, bare, begun, case, id, key, whole};

pub(super) fn cases() -> Vec<Case> {
    let (a, b) = (1000, 1001);
    let policy = id(9000);
    vec![
        case(
            "key before ID, policy between",
            "export.csv",
            format!(
                "PolicyId,RecoveryKey,DeviceId,KeyId,ComputerName\n{policy},{},{},{},PC-1\n{policy},{},{},{},PC-2\n",
                key(a),
                id(1),
                id(a),
                key(b),
                id(2),
                id(b)
            ),
            vec![whole(a).on("PC-1"), whole(b).on("PC-2")],
        ),
        case(
            "policy only",
            "states.csv",
            format!("DeviceName;PolicyId;ScriptId;Output\nPC-1;{policy};{};key {}\n", id(3), key(a)),
            vec![bare(a).on("PC-1")],
        ),
        case(
            "German titles, semicolons",
            "liste.csv",
            format!(
                "Rechnername;Laufwerk;Geräte-ID;Wiederherstellungsschlüssel;Schlüssel-ID\nPC-7;C:;{};{};{}\n",
                id(4),
                key(a),
                id(a)
            ),
            vec![whole(a).on("PC-7").at("C:")],
        ),
        case(
            "French titles, tabs",
            "liste.tsv",
            format!(
                "Nom de l'appareil\tClé de récupération\tID de clé\tID de l'appareil\nPC-8\t{}\t{}\t{}\n",
                key(a),
                id(a),
                id(5)
            ),
            vec![whole(a).on("PC-8")],
        ),
        case(
            "first eight in another column",
            "short.csv",
            format!(
                "Computer,Recovery Key,Key ID\nPC-9,{},{}\nPC-10,{},{}\n",
                key(a),
                &id(a)[..8],
                key(b),
                &id(b)[..8]
            ),
            vec![begun(a).on("PC-9"), begun(b).on("PC-10")],
        ),
        case(
            "words before keys in cells",
            "words.csv",
            format!(
                "Host,Asset,Remark\nPC-1,10486320,\"Bitlocker recovery key {}, Key ID {}\"\nPC-2,20486320,\"Bitlocker recovery key {}\"\n",
                key(a),
                &id(a)[..8],
                key(b)
            ),
            vec![begun(a).on("PC-1"), bare(b).on("PC-2")],
        ),
        case(
            "drives side by side, key first",
            "drives.csv",
            format!("Hostname,Key C:,ID C:,Key D:,ID D:\nPC-1,{},{},{},{}\n", key(a), id(a), key(b), id(b)),
            vec![whole(a).on("PC-1").at("C:"), whole(b).on("PC-1").at("D:")],
        ),
        case(
            "drives side by side, in brackets",
            "drives.csv",
            format!(
                "PC;Recovery Key (C:);Key ID (C:);Recovery Key (D:);Key ID (D:)\nPC-1;{};{};{};{}\n",
                key(a),
                id(a),
                key(b),
                id(b)
            ),
            vec![whole(a).on("PC-1").at("C:"), whole(b).on("PC-1").at("D:")],
        ),
        case(
            "on its side, with other IDs",
            "side.csv",
            format!(
                "Computer,PC-1,PC-2\nDevice ID,{},{}\nRecovery key,{},{}\nKey ID,{},{}\n",
                id(6),
                id(7),
                key(a),
                key(b),
                id(a),
                id(b)
            ),
            vec![whole(a).on("PC-1"), whole(b).on("PC-2")],
        ),
        case(
            "on its side, German",
            "seite.tsv",
            format!(
                "\tPC-1\tPC-2\nSchlüssel-ID\t{}\t{}\nWiederherstellungsschlüssel\t{}\t{}\n",
                id(a),
                id(b),
                key(a),
                key(b)
            ),
            vec![whole(a).on("PC-1"), whole(b).on("PC-2")],
        ),
        case("an ID of a note", "notes.csv", format!("Title,Text,Id\nBL,{},{}\n", key(a), id(3)), vec![bare(a)]),
        case(
            "names and values below each other",
            "list.csv",
            format!(
                "Computer,PC-1\nKey ID,{}\nRecovery key,{}\n\nComputer,PC-2\nKey ID,{}\nRecovery key,{}\n",
                id(a),
                key(a),
                id(b),
                key(b)
            ),
            vec![whole(a).on("PC-1"), whole(b).on("PC-2")],
        ),
        case(
            "an ID of the row is none",
            "rows.csv",
            format!(
                "id,device_name,os_version,recovery_key\n{},PC-1,11,{}\n{},PC-2,11,{}\n",
                id(8),
                key(a),
                id(9),
                key(b)
            ),
            vec![bare(a).on("PC-1"), bare(b).on("PC-2")],
        ),
        case(
            "Markdown, unknown other column",
            "keys.md",
            format!(
                "# Keys\n\n| PC | Ticket | Key ID | Recovery key |\n|---|---|---|---|\n| PC-1 | {} | `{}` | `{}` |\n",
                id(10),
                id(a),
                key(a)
            ),
            vec![whole(a).on("PC-1")],
        ),
    ]
}
