//! What tools read out of a directory.

use super::{Case, bare, case, id, key, whole};

pub(super) fn cases() -> Vec<Case> {
    let (a, b) = (8000, 8001);
    vec![
        case(
            "ExtractBitlockerKeys as CSV",
            "keys.csv",
            format!(
                "Computer FQDN,Domain,Recovery Key,Volume GUID,Created At,Organizational Units\npc-1.corp.example,corp.example,{},{},2023-10-10T10:00:00-08:00,Clients\n",
                key(a),
                id(a).to_lowercase()
            ),
            vec![whole(a).on("pc-1.corp.example")],
        ),
        case(
            "a volume's GUID elsewhere",
            "keys.csv",
            format!("Computer,Volume GUID,Recovery Key\nPC-1,{},{}\n", id(1), key(a)),
            vec![bare(a).on("PC-1")],
        ),
        case(
            "objects with GUIDs of their own",
            "objects.txt",
            format!(
                "DistinguishedName      : CN=2024-03-05T09:30:00\\+01:00{{{}}},CN=PC-1,DC=x\nObjectGUID             : {}\nmsFVE-RecoveryPassword : {}\n\nDistinguishedName      : CN=2024-03-05T09:30:00\\+01:00{{{}}},CN=PC-2,DC=x\nObjectGUID             : {}\nmsFVE-RecoveryPassword : {}\n",
                id(a),
                id(2),
                key(a),
                id(b),
                id(3),
                key(b)
            ),
            vec![whole(a).on("PC-1"), whole(b).on("PC-2")],
        ),
    ]
}
