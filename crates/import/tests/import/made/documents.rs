//! Documents: pages printed to a file, flat office files, cards.

use super::{Case, bare, case, id, key, whole};
use drivekey_testkit::documents::pack;

pub(super) fn cases() -> Vec<Case> {
    let (a, b) = (7000, 7001);
    let sheet = |rows: &[&[&str]]| {
        let cell = |text: &&str| {
            format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
        };
        let row = |cells: &&[&str]| {
            format!("<table:table-row>{}</table:table-row>", cells.iter().map(cell).collect::<String>())
        };
        format!(
            "<?xml version=\"1.0\"?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" office:mimetype=\"application/vnd.oasis.opendocument.spreadsheet\"><office:body><office:spreadsheet><table:table>{}</table:table></office:spreadsheet></office:body></office:document>",
            rows.iter().map(row).collect::<String>()
        )
    };
    let text = |paragraphs: &[String]| {
        let all: String = paragraphs.iter().map(|text| format!("<text:p>{text}</text:p>")).collect();
        format!(
            "<?xml version=\"1.0\"?><office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" office:mimetype=\"application/vnd.oasis.opendocument.text\"><office:body><office:text>{all}</office:text></office:body></office:document>"
        )
    };
    let glyphs = |x: f64, y: f64, text: &str| {
        format!(
            "<Glyphs FontUri=\"/f/{}.odttf\" FontRenderingEmSize=\"10\" OriginX=\"{x}\" OriginY=\"{y}\" Indices=\"{}\" UnicodeString=\"{text}\"/>",
            id(99),
            vec!["1,50"; text.len()].join(";")
        )
    };
    let page = |glyphs: &str| format!("<FixedPage Width=\"800\" Height=\"1000\">{glyphs}</FixedPage>");
    let halves = |y: f64, text: &str| {
        let (first, second) = text.split_at(17);
        glyphs(48.0, y, first) + &glyphs(48.0 + 17.0 * 5.0, y, second)
    };
    let whole_page = page(
        &(glyphs(48.0, 100.0, "Identifier:")
            + &halves(120.0, &id(a))
            + &glyphs(48.0, 140.0, "Recovery Key:")
            + &halves(160.0, &key(a))),
    );
    let upside = page(
        &(halves(160.0, &key(a))
            + &glyphs(48.0, 140.0, "Recovery key")
            + &halves(120.0, &id(a))
            + &glyphs(48.0, 100.0, "BitLocker key ID")),
    );
    let no_id = page(&(glyphs(48.0, 140.0, "Recovery key") + &halves(160.0, &key(a))));
    let (first, last) = whole_page.split_at(whole_page.len() / 2);
    vec![
        case(
            "flat spreadsheet",
            "keys.fods",
            sheet(&[&["Computer", "Key ID", "Recovery key"], &["PC-1", &id(a), &key(a)], &["PC-2", &id(b), &key(b)]]),
            vec![whole(a).on("PC-1"), whole(b).on("PC-2")],
        ),
        case(
            "flat spreadsheet on its side",
            "keys.fods",
            sheet(&[&["", "PC-1", "PC-2"], &["Recovery key", &key(a), &key(b)], &["Key ID", &id(a), &id(b)]]),
            vec![whole(a).on("PC-1"), whole(b).on("PC-2")],
        ),
        case(
            "flat text",
            "keys.fodt",
            text(&["Serial 7EDA30ED".to_owned(), format!("Key ID: {}", id(a)), key(a)]),
            vec![whole(a)],
        ),
        case(
            "flat text without ID",
            "keys.fodt",
            text(&[format!("Document {}", id(1)), format!("key {}", key(a))]),
            vec![bare(a)],
        ),
        case(
            "Excel 2003",
            "keys.xml",
            format!(
                "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet><Table><Row><Cell><Data ss:Type=\"String\">Recovery key</Data></Cell><Cell><Data ss:Type=\"String\">Device ID</Data></Cell><Cell ss:Index=\"4\"><Data ss:Type=\"String\">Key ID</Data></Cell></Row><Row><Cell><Data ss:Type=\"String\">{}</Data></Cell><Cell><Data ss:Type=\"String\">{}</Data></Cell><Cell ss:Index=\"4\"><Data ss:Type=\"String\">{}</Data></Cell></Row></Table></Worksheet></Workbook>",
                key(a),
                id(2),
                id(a)
            ),
            vec![whole(a)],
        ),
        case("printed page", "key.xps", pack(&[("Documents/1/Pages/1.fpage", whole_page.as_bytes())]), vec![whole(a)]),
        case(
            "printed page, drawn from below",
            "key.oxps",
            pack(&[("Documents/1/Pages/1.fpage", upside.as_bytes())]),
            vec![whole(a)],
        ),
        case(
            "printed page without ID",
            "key.xps",
            pack(&[("Documents/1/Pages/1.fpage", no_id.as_bytes())]),
            vec![bare(a)],
        ),
        case(
            "printed page in pieces",
            "key.xps",
            pack(&[
                ("Documents/1/Pages/1.fpage/[0].piece", first.as_bytes()),
                ("x.txt", b"x"),
                ("Documents/1/Pages/1.fpage/[1].last.piece", last.as_bytes()),
            ]),
            vec![whole(a)],
        ),
    ]
}
