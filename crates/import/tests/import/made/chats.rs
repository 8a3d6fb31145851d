//! Chats and mails.

use super::{Case, bare, case, id, key, whole};

pub(super) fn cases() -> Vec<Case> {
    let a = 5000;
    let encoded = {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(format!("Key ID: {}\nRecovery key: {}\n", id(a), key(a)))
    };
    let mail = format!(
        "From: a@example.org\nTo: b@example.org\nSubject: key\nMessage-ID: <{}@x>\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{encoded}\n",
        id(1)
    );
    vec![
        case(
            "a text in pieces, ID first",
            "result.json",
            format!(
                "{{\"messages\":[{{\"id\":1,\"text\":[\"Key ID \",{{\"type\":\"code\",\"text\":\"{}\"}},\"\\n\",{{\"type\":\"code\",\"text\":\"{}\"}}]}}]}}",
                id(a),
                key(a)
            ),
            vec![whole(a)],
        ),
        case(
            "a key in two pieces, with an ID of a sticker",
            "result.json",
            format!(
                "{{\"messages\":[{{\"id\":1,\"media\":\"{}\",\"text\":[{{\"type\":\"bold\",\"text\":\"key \"}},{{\"type\":\"phone\",\"text\":\"{}\"}},\"{}\"]}}]}}",
                id(2),
                &key(a)[..27],
                &key(a)[27..]
            ),
            vec![bare(a)],
        ),
        case(
            "lines of a phone",
            "chat.txt",
            format!(
                "[12.03.24, 10:11:12] Tom: here is the key\n[12.03.24, 10:11:40] Tom: ID {}\n[12.03.24, 10:11:52] Tom: {}\n",
                id(a),
                key(a)
            ),
            vec![whole(a)],
        ),
        case(
            "message IDs",
            "chat.json",
            format!("[{{\"messageId\":\"{}\",\"conversationId\":\"{}\",\"body\":\"key: {}\"}}]", id(3), id(4), key(a)),
            vec![bare(a)],
        ),
        case(
            "mail of a Mac",
            "1.emlx",
            format!(
                "{}\n{mail}<?xml version=\"1.0\"?><plist version=\"1.0\"><dict><key>flags</key><integer>1</integer></dict></plist>\n",
                mail.len()
            ),
            vec![whole(a)],
        ),
        case(
            "sealed mail",
            "sealed.eml",
            format!(
                "From: a@example.org\nMIME-Version: 1.0\nSubject: {}\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIIB\n",
                id(5)
            ),
            vec![],
        ),
        case(
            "a saved page",
            "page.mht",
            format!(
                "From: <Saved by Browser>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html\r\nContent-ID: <{}>\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<html><body><p>Key ID: {}<p>Recovery key: {}=\r\n{}</body></html>\r\n--b--\r\n",
                id(6),
                id(a),
                &key(a)[..30],
                &key(a)[30..]
            ),
            vec![whole(a)],
        ),
    ]
}
