//! Inventories and management: JSON and XML in which many other things have IDs.

use super::{Case, bare, case, id, key, whole};

pub(super) fn cases() -> Vec<Case> {
    let (a, b) = (2000, 2001);
    vec![
        case(
            "drives by letter",
            "asset.json",
            format!(
                "{{\"asset\":{{\"uuid\":\"{}\",\"hostname\":\"PC-1\",\"drives\":{{\"C\":{{\"size\":1,\"keyProtectorId\":\"{{{}}}\",\"recoveryPassword\":\"{}\"}},\"D\":{{\"keyProtectorId\":\"{{{}}}\",\"recoveryPassword\":\"{}\"}}}}}}}}",
                id(1),
                id(a),
                key(a),
                id(b),
                key(b)
            ),
            vec![whole(a).on("PC-1").at("C:"), whole(b).on("PC-1").at("D:")],
        ),
        case(
            "the device stands above",
            "report.json",
            format!(
                "{{\"report\":{{\"id\":\"{}\"}},\"system\":{{\"hostname\":\"PC-2\",\"uuid\":\"{}\"}},\"bitlocker\":[{{\"mountPoint\":\"C:\",\"key\":\"{}\"}}]}}",
                id(2),
                id(3),
                key(a)
            ),
            vec![bare(a).on("PC-2").at("C:")],
        ),
        case(
            "an object's own id",
            "devices.json",
            format!("[{{\"id\":\"{}\",\"name\":\"PC-3\",\"model\":\"X\",\"recoveryKey\":\"{}\"}}]", id(4), key(a)),
            vec![bare(a)],
        ),
        case(
            "names and values in sibling objects",
            "fields.json",
            format!(
                "{{\"item\":{{\"id\":\"{}\",\"title\":\"PC\",\"fields\":[{{\"label\":\"Key ID\",\"value\":\"{}\"}},{{\"label\":\"Recovery key\",\"value\":\"{}\"}},{{\"label\":\"Asset ID\",\"value\":\"{}\"}}]}}}}",
                id(5),
                id(a),
                key(a),
                id(6)
            ),
            vec![whole(a)],
        ),
        case(
            "custom fields, key first",
            "custom.json",
            format!(
                "{{\"customFields\":[{{\"fieldName\":\"BitLocker recovery key\",\"data\":{{\"content\":\"{}\"}}}},{{\"fieldName\":\"BitLocker key ID\",\"data\":{{\"content\":\"{}\"}}}}],\"agentId\":\"{}\"}}",
                key(a),
                id(a),
                id(7)
            ),
            vec![whole(a)],
        ),
        case(
            "XML of an agent",
            "agent.xml",
            format!(
                "<?xml version=\"1.0\"?><REQUEST><DEVICEID>{}</DEVICEID><CONTENT><HARDWARE><NAME>PC-4</NAME><UUID>{}</UUID></HARDWARE><BITLOCKER><VOLUME>C:</VOLUME><KEYID>{}</KEYID><RECOVERYKEY>{}</RECOVERYKEY></BITLOCKER></CONTENT></REQUEST>",
                id(8),
                id(9),
                id(a),
                key(a)
            ),
            vec![whole(a).on("PC-4").at("C:")],
        ),
        case(
            "names in attributes",
            "cards.xml",
            format!(
                "<database><card id=\"{}\" title=\"PC\"><field name=\"Recovery key\" type=\"secret\" score=\"3\">{}</field><field name=\"Key ID\" type=\"text\">{}</field></card></database>",
                id(10),
                key(a),
                id(a)
            ),
            vec![whole(a)],
        ),
        case(
            "an answer about a computer",
            "computer.json",
            format!(
                "{{\"computer\":{{\"computerName\":\"PC-5\",\"computerId\":\"{}\",\"policies\":[{{\"policyId\":\"{}\"}}],\"bitlockerRecoveryKey\":\"{}\"}}}}",
                id(11),
                id(12),
                key(a)
            ),
            vec![bare(a).on("PC-5")],
        ),
        case(
            "property list of a profile",
            "profile.plist",
            format!(
                "<?xml version=\"1.0\"?><!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"x\"><plist version=\"1.0\"><dict><key>PayloadUUID</key><string>{}</string><key>Keys</key><array><dict><key>RecoveryKey</key><string>{}</string><key>KeyID</key><string>{}</string></dict><dict><key>RecoveryKey</key><string>{}</string><key>DeviceUUID</key><string>{}</string></dict></array></dict></plist>",
                id(13),
                key(a),
                id(a),
                key(b),
                id(14)
            ),
            vec![whole(a), bare(b)],
        ),
        case(
            "a settings file",
            "host.yaml",
            format!(
                "host: PC-6\nuuid: {}\nbitlocker:\n  - drive: 'C:'\n    key_id: {}\n    recovery_key: {}\n",
                id(15),
                id(a),
                key(a)
            ),
            vec![whole(a)],
        ),
        case(
            "a settings file without ID",
            "app.ini",
            format!("[device]\nguid={}\nserial=7EDA30ED\n[bitlocker]\nrecovery_key={}\n", id(16), key(a)),
            vec![bare(a)],
        ),
    ]
}
