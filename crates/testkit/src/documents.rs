//! Makes documents and containers that hold a Key ID and its recovery password.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::{Compress, Compression, FlushCompress};

/// First bytes by which the readers know their formats.
pub const MARKS: [&[u8]; 17] = [
    b"PK\x03\x04",
    b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x3E\0\x03\0\xFE\xFF\x09\0\x06\0",
    b"%PDF-1.7\n1 0 obj << /Type /Page /Contents 2 0 R /Resources << /Font << /F 3 0 R >> >> >> \
      endobj\n2 0 obj << >> stream\nBT /F 9 Tf ",
    b"{\\rtf1\\ansi ",
    b"<!DOCTYPE html><table>",
    b"From: a\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\n",
    b"From a@b\r\nFrom: a\r\nMessage-ID: b\r\n\r\n",
    b"\x1F\x8B\x08\0\0\0\0\0\0\0",
    b"PK\x05\x06",
    b"\x9C\0\0\0\x01\0\0\0\x30\0\0\0\x9C\0\0\0",
    b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0a",
    b"<html><body>",
    b"bplist00\xD1\x01\x02",
    b"<?xml version=\"1.0\"?><plist><dict><key>",
    b"BEGIN:VCARD\r\nNOTE;ENCODING=QUOTED-PRINTABLE:",
    b"<?xml version=\"1.0\"?><office:document office:mimetype=\"application/vnd.oasis.opendocument.spreadsheet\">\
      <table:table-row>",
    b"99999\nFrom: a\nMessage-ID: b\n\n",
];

/// A document that shows the pair itself.
#[derive(Debug, Clone, Copy)]
pub enum Leaf {
    Html,
    HtmlTable,
    Rtf,
    RtfTable,
    Word,
    OpenText,
    OpenSheet,
    Excel,
    Pdf,
    PdfGlyphs,
    Mail,
    MailHtml,
}

impl Leaf {
    pub const ALL: [Self; 12] = [
        Self::Html,
        Self::HtmlTable,
        Self::Rtf,
        Self::RtfTable,
        Self::Word,
        Self::OpenText,
        Self::OpenSheet,
        Self::Excel,
        Self::Pdf,
        Self::PdfGlyphs,
        Self::Mail,
        Self::MailHtml,
    ];

    /// `chunk`: after how many characters the values are cut, where the format cuts.
    pub fn bytes(self, guid: &str, key: &str, chunk: usize) -> Vec<u8> {
        let cut = |text: &str, open: &str, close: &str| -> String {
            let pieces: Vec<String> = text
                .as_bytes()
                .chunks(chunk)
                .map(|part| format!("{open}{}{close}", String::from_utf8_lossy(part)))
                .collect();
            pieces.concat()
        };
        match self {
            Self::Html => format!(
                "<!doctype html><p>ID: {}</p>\n<p>Key:<br>{}</p>",
                cut(guid, "<b>", "</b>"),
                key.replace('-', "&#8209;")
            )
            .into(),
            Self::HtmlTable => {
                format!("<html><table><tr><th>ID<th>Key<tr><td>{guid}<td>{}</table>", cut(key, "<span>", "</span>"))
                    .into()
            }
            Self::Rtf => {
                format!("{{\\rtf1\\ansi ID: {}\\par Key: {}\\par}}", cut(guid, "{\\b ", "}"), key.replace('-', "\\_"))
                    .into()
            }
            Self::RtfTable => format!("{{\\rtf1\\trowd\\intbl {guid}\\cell {}\\cell\\row}}", cut(key, "{", "}")).into(),
            Self::Word => {
                let run = |text: &str| cut(text, "<w:r><w:t xml:space=\"preserve\">", "</w:t></w:r>");
                zip(&[(
                    "word/document.xml",
                    format!("<w:document><w:p>{}</w:p><w:p>{}</w:p></w:document>", run(guid), run(key)),
                )])
            }
            Self::OpenText => open(
                "text",
                &format!("<text:p>{}</text:p><text:p>{key}</text:p>", cut(guid, "<text:span>", "</text:span>")),
            ),
            Self::OpenSheet => {
                let cell = |text: &str| {
                    format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
                };
                open("spreadsheet", &format!("<table:table-row>{}{}</table:table-row>", cell(guid), cell(key)))
            }
            Self::Excel => zip(&[
                ("xl/workbook.xml", "<workbook/>".to_owned()),
                ("xl/sharedStrings.xml", format!("<sst><si>{}</si></sst>", cut(guid, "<r><t>", "</t></r>"))),
                (
                    "xl/worksheets/sheet1.xml",
                    format!(
                        "<sheetData><row><c t=\"s\"><v>0</v></c><c \
                             t=\"inlineStr\"><is><t>{key}</t></is></c></row></sheetData>"
                    ),
                ),
            ]),
            Self::Pdf => {
                pdf(&format!("BT /F 12 Tf 50 700 Td (ID: {guid}) Tj 0 -20 Td [{}] TJ ET", cut(key, "(", ") ")))
            }
            Self::PdfGlyphs => {
                let mut drawn = String::new();
                for (line, text) in [(700, guid), (680, key)] {
                    for (at, c) in text.chars().enumerate() {
                        // One by one, each at its place.
                        let _ = write!(drawn, "BT /F 10 Tf {} {line} Td ({c}) Tj ET ", 50 + at * 6);
                    }
                }
                pdf(&drawn)
            }
            Self::Mail => format!(
                "From: a@b\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: \
                                   quoted-printable\r\n\r\nID=3A {}\r\nKey: \
                                   {}\r\n",
                cut(guid, "", "=\r\n"),
                cut(key, "", "=\r\n")
            )
            .into(),
            Self::MailHtml => format!(
                "From: a@b\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; \
                 boundary=\"q\"\r\n\r\n--q\r\n\r\n{guid}\r\n{key}\r\n--q\r\nContent-Type: \
                 text/html\r\n\r\n<p>{guid}<p>{key}\r\n--q--\r\n"
            )
            .into(),
        }
    }
}

/// Something that holds files.
#[derive(Debug, Clone, Copy)]
pub enum Container {
    Zip,
    Gzip,
    Mail,
    Tar,
}

impl Container {
    pub const ALL: [Self; 4] = [Self::Zip, Self::Gzip, Self::Mail, Self::Tar];

    pub fn around(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Zip => pack(&[("folder/member", bytes), ("beside.txt", b"nothing")]),
            Self::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap()
            }
            Self::Mail => format!(
                "From: a@b\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\n--zz\r\n\r\nsee \
                 there\r\n--zz\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; \
                 filename=x\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n--zz--\r\n",
                base64(bytes)
            )
            .into(),
            Self::Tar => tar("member", bytes),
        }
    }
}

pub fn zip(members: &[(&str, String)]) -> Vec<u8> {
    pack(&members.iter().map(|(name, text)| (*name, text.as_bytes())).collect::<Vec<_>>())
}

pub fn pack(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer
            .start_file(
                *name,
                zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated),
            )
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Archives inside each other.
pub fn deep(bytes: &[u8], depth: usize) -> Vec<u8> {
    (0..depth).fold(bytes.to_vec(), |inner, _| pack(&[("inner", &inner)]))
}

fn open(kind: &str, body: &str) -> Vec<u8> {
    zip(&[
        ("mimetype", format!("application/vnd.oasis.opendocument.{kind}")),
        (
            "content.xml",
            format!("<office:document-content><office:body>{body}</office:body></office:document-content>"),
        ),
    ])
}

fn pdf(content: &str) -> Vec<u8> {
    let page =
        "<< /Type /Page /Contents 2 0 R /Resources << /Font << /F << /Subtype /Type1 /BaseFont /Courier >> >> >> >>";
    format!(
        "%PDF-1.4\n1 0 obj {page} endobj\n2 0 obj << /Length {} >> stream\n{content}\nendstream endobj\n",
        content.len()
    )
    .into()
}

/// A packed stream of so many MiB of zeros: the same piece again and again.
pub fn zeros(mebibytes: usize) -> Vec<u8> {
    let mut compress = Compress::new(Compression::best(), false);
    let mut piece = Vec::with_capacity(1 << 16);
    compress.compress_vec(&vec![0; 1 << 20], &mut piece, FlushCompress::Full).unwrap();
    let mut all = piece.repeat(mebibytes);
    // A last block without anything in it.
    all.extend_from_slice(&[3, 0]);
    all
}

/// A gzip file round a packed stream; its check is never reached.
pub fn gz(deflated: &[u8]) -> Vec<u8> {
    [b"\x1F\x8B\x08\0\0\0\0\0\0\x03", deflated, &[0; 8]].concat()
}

/// An archive round a packed stream, without a list of members.
pub fn deflated_zip(name: &str, deflated: &[u8]) -> Vec<u8> {
    let whole = pack(&[(name, b"x")]);
    let start = 30 + name.len();
    [&whole[..start], deflated].concat()
}

fn tar(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
    header[156] = b'0';
    header[257..262].copy_from_slice(b"ustar");
    let padding = bytes.len().next_multiple_of(512) - bytes.len();
    [&header[..], bytes, &vec![0; padding + 1024]].concat()
}

fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for (index, chunk) in bytes.chunks(3).enumerate() {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place <= chunk.len() { char::from(sign) } else { '=' });
        }
        if index % 19 == 18 {
            out.push_str("\r\n");
        }
    }
    out
}
