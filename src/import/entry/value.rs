//! Values of fields: dates, volume types, Key IDs, in the forms that tools write. Must not guess a date's order.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, TimeZone};

use super::Numbers;
use crate::import::context::drive_in;
use crate::import::scan::{begun_at, guid_at};
use crate::record::{Created, GROUP_DIGITS, Guid, KeyId, VolumeType};

/// Longest date.
const DATE_BYTES: usize = 80;
/// Most digits of a date, with its fractions and zone.
const DATE_DIGITS: usize = 27;
/// Earlier years are what empty dates of databases become.
const FIRST_YEAR: i32 = 1990;

/// A date: zoned, or its own text.
pub(super) fn created(text: &str) -> Option<Created> {
    let text = text.trim().trim_matches('"');
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    // Never a password, nor three groups of one.
    let groups = text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() == GROUP_DIGITS).count();
    if text.len() > DATE_BYTES || !(3..=DATE_DIGITS).contains(&digits) || groups > 2 {
        return None;
    }
    match zoned(text) {
        Some(time) => (time.year() >= FIRST_YEAR).then_some(Created::Zoned(time)),
        None => text.parse().ok().map(Created::Raw),
    }
}

fn zoned(text: &str) -> Option<DateTime<FixedOffset>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time);
    }
    for form in ["%Y-%m-%d %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f%z"] {
        if let Ok(time) = DateTime::parse_from_str(text, form) {
            return Some(time);
        }
    }
    if let Some(time) = text.strip_suffix(" UTC").or_else(|| text.strip_suffix(" GMT")) {
        return NaiveDateTime::parse_from_str(time, "%Y-%m-%d %H:%M:%S").ok().map(|time| time.and_utc().fixed_offset());
    }
    ldap_time(text).or_else(|| script_date(text))
}

/// `20231010180000.0Z`.
fn ldap_time(text: &str) -> Option<DateTime<FixedOffset>> {
    let (time, rest) = text.split_at_checked(14)?;
    let fraction = rest.strip_suffix('Z')?;
    let is_fraction =
        fraction.is_empty() || fraction.strip_prefix(['.', ',']).is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let time = NaiveDateTime::parse_from_str(time, "%Y%m%d%H%M%S").ok()?;
    is_fraction.then(|| time.and_utc().fixed_offset())
}

/// `/Date(1718000000000)/`, with or without an offset that only says where it was written.
fn script_date(text: &str) -> Option<DateTime<FixedOffset>> {
    let inner = text.trim_matches(['\\', '/']).strip_prefix("Date(")?.strip_suffix(')')?;
    let end = inner.char_indices().skip(1).find(|(_, c)| matches!(c, '+' | '-')).map_or(inner.len(), |(at, _)| at);
    let millis: i64 = inner[..end].parse().ok()?;
    chrono::Utc.timestamp_millis_opt(millis).single().map(|time| time.fixed_offset())
}

/// Whether the text is a date, as tables write them.
pub(in crate::import) fn is_date(text: &str) -> bool {
    let text = text.trim();
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).count();
    let signs = text.contains(['/', '.', '-', '年', ':', ' ']);
    let short = text.len() <= 40 && text.bytes().filter(u8::is_ascii_digit).count() >= 5;
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 9).count();
    short && signs && (2..=8).contains(&numbers) && words == 0 && (zoned(text).is_some() || has_date(text))
}

/// Three numbers, or two and a month's name, one of them a year, in a row.
fn has_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).take(4).collect();
    let is_year = |part: &&str| part.parse::<u16>().is_ok_and(|year| (FIRST_YEAR..2100).contains(&i32::from(year))) && part.len() == 4;
    let asian = text.contains('年') || text.contains("년");
    let [day, month, year] = [parts.first(), parts.get(1), parts.get(2)];
    let date = [day, month, year].into_iter().flatten().any(is_year) || parts.get(3).is_some_and(is_year);
    let small = |part: &&str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    (date && parts.len() >= 3) || asian || (parts.len() >= 3 && parts[..3].iter().all(small) && text.contains(['/', '.']))
}

/// Words for what a volume is for, without blanks and signs.
const VOLUME_WORDS: &[(VolumeType, &[&str])] = &[
    (
        VolumeType::OperatingSystem,
        &[
            "os",
            "osv",
            "osvolume",
            "osdrive",
            "operatingsystem",
            "operatingsystemvolume",
            "operatingsystemdrive",
            "system",
            "systemvolume",
            "systemdrive",
            "betriebssystem",
            "betriebssystemlaufwerk",
            "betriebssystemvolume",
            "systemlaufwerk",
            "systèmedexploitation",
            "lecteurdusystèmedexploitation",
            "volumedusystèmedexploitation",
            "sistemaoperativo",
            "unidaddelsistemaoperativo",
            "volumendelsistemaoperativo",
            "unitàdelsistemaoperativo",
            "sistemaoperacional",
            "unidadedosistemaoperacional",
            "besturingssysteem",
            "besturingssysteemstation",
            "systemoperacyjny",
            "dysksystemuoperacyjnego",
            "операционнаясистема",
            "системный",
            "системныйдиск",
            "дископерационнойсистемы",
            "томоперационнойсистемы",
            "オペレーティングシステム",
            "osドライブ",
            "osボリューム",
            "操作系统",
            "操作系统驱动器",
            "操作系统卷",
            "系统盘",
            "作業系統",
            "作業系統磁碟機",
            "운영체제",
            "운영체제드라이브",
            "operativsystem",
            "käyttöjärjestelmä",
            "operačnísystém",
            "işletimsistemi",
        ],
    ),
    (
        VolumeType::FixedData,
        &[
            "fixed",
            "fdv",
            "fixeddata",
            "fixeddatavolume",
            "fixeddatadrive",
            "fixeddrive",
            "fixedvolume",
            "festplatte",
            "festplattenlaufwerk",
            "festesdatenlaufwerk",
            "festerdatenträger",
            "lecteurdedonnéesfixe",
            "lecteurfixe",
            "fixe",
            "unidaddedatosfija",
            "fijo",
            "fija",
            "unitàdatifissa",
            "fisso",
            "fissa",
            "unidadededadosfixa",
            "fixa",
            "fixo",
            "vastgegevensstation",
            "vast",
            "stałydyskdanych",
            "stały",
            "несъемный",
            "несъёмный",
            "фиксированный",
            "фиксированныйдиск",
            "несъемныйдискданных",
            "固定データドライブ",
            "固定データボリューム",
            "固定数据驱动器",
            "固定数据卷",
            "固定",
            "固定資料磁碟機",
            "고정데이터드라이브",
            "고정",
        ],
    ),
    (
        VolumeType::RemovableData,
        &[
            "removable",
            "rdv",
            "removabledata",
            "removabledatavolume",
            "removabledatadrive",
            "removabledrive",
            "removablevolume",
            "usb",
            "wechseldatenträger",
            "wechsellaufwerk",
            "wechselmedium",
            "wechseldatenlaufwerk",
            "lecteurdedonnéesamovible",
            "amovible",
            "lecteuramovible",
            "unidaddedatosextraíble",
            "extraíble",
            "unitàdatirimovibile",
            "rimovibile",
            "unidadededadosremovível",
            "removível",
            "verwisselbaargegevensstation",
            "verwisselbaar",
            "wymiennydyskdanych",
            "wymienny",
            "съемный",
            "съёмный",
            "съемныйдиск",
            "съемныйдискданных",
            "リムーバブルデータドライブ",
            "リムーバブル",
            "リムーバブルドライブ",
            "可移动数据驱动器",
            "可移动数据卷",
            "可移动",
            "卸除式資料磁碟機",
            "卸除式",
            "이동식데이터드라이브",
            "이동식",
        ],
    ),
    (
        VolumeType::Data,
        &[
            "data",
            "datavolume",
            "datadrive",
            "daten",
            "datenvolume",
            "datenlaufwerk",
            "données",
            "datos",
            "dati",
            "dados",
            "данные",
            "データ",
            "数据",
            "資料",
            "데이터",
        ],
    ),
];

/// What a volume is for; bare numbers by the source's own meaning.
pub(super) fn volume_type(text: &str, numbers: Numbers) -> Option<VolumeType> {
    let word = super::folded(text.trim().trim_start_matches("microsoft.graph."));
    if word.is_empty() || word.chars().count() > 40 {
        return None;
    }
    if let (Ok(number), true) = (word.parse::<u32>(), word.len() <= 2) {
        return match (numbers, number) {
            (Numbers::Graph, 1) | (Numbers::PowerShell, 0) => Some(VolumeType::OperatingSystem),
            (Numbers::Graph, 2) => Some(VolumeType::FixedData),
            (Numbers::Graph, 3) => Some(VolumeType::RemovableData),
            (Numbers::PowerShell, 1) => Some(VolumeType::Data),
            _ => None,
        };
    }
    VOLUME_WORDS.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(kind, _)| *kind)
}

/// Whether the text is a word for a volume's type.
pub(in crate::import) fn is_volume_word(text: &str) -> bool {
    volume_type(text, Numbers::Unknown).is_some()
}

/// Whether the text is a drive, such as `C:`.
pub(in crate::import) fn is_drive(text: &str) -> bool {
    text.trim().len() <= 64 && drive_in(text, false).is_some()
}

/// The Key ID that fills a value: whole, begun, without hyphens, as bytes in hex or in numbers.
pub(super) fn key_id(text: &str) -> Option<KeyId> {
    let clean = text.trim().trim_matches(|c: char| c.is_whitespace() || "{}()[]\"'`".contains(c));
    if let Some(guid) = bytes_of(text.trim()).map(little_endian) {
        return Some(KeyId::Full(guid));
    }
    if let Some(found) = guid_at(clean.as_bytes(), 0).filter(|found| !found.ocr && found.span.end == clean.len()) {
        return Some(KeyId::Full(found.guid));
    }
    if clean.len() == 32
        && clean.bytes().all(|byte| byte.is_ascii_hexdigit())
        && let Ok(guid) = clean.parse()
    {
        return Some(KeyId::Full(guid));
    }
    let (prefix, span) = begun_at(clean, 0)?;
    let rest = clean[span.end..].trim_start_matches('-');
    (rest.is_empty() || rest == "..." || rest == "…" || rest == "*").then_some(KeyId::Prefix(prefix))
}

/// Whether a Key ID or its beginning fills the value.
pub(in crate::import) fn is_key_id(text: &str) -> bool {
    text.len() <= 80 && key_id(text).is_some()
}

/// A GUID whose first three parts are stored with their low byte first, as Windows does.
pub(in crate::import) fn little_endian(bytes: [u8; 16]) -> Guid {
    let mut written = bytes;
    written[..4].reverse();
    written[4..6].reverse();
    written[6..8].reverse();
    Guid::from_bytes(written)
}

/// Sixteen bytes as csvde writes them (`X'…'`), or as a list of numbers.
fn bytes_of(text: &str) -> Option<[u8; 16]> {
    if let Some(hex) = text.strip_prefix(['X', 'x']).and_then(|rest| rest.strip_prefix('\'')).and_then(|rest| rest.strip_suffix('\'')) {
        let guid: Guid = (hex.len() == 32).then(|| hex.parse().ok())??;
        return Some(*guid.as_bytes());
    }
    let list = text.trim_matches(|c: char| "{}[]()".contains(c));
    if list.len() > 100 || !list.contains([',', ' ']) {
        return None;
    }
    let numbers: Option<Vec<u8>> =
        list.split([',', ' ', ';']).filter(|part| !part.is_empty()).map(|part| part.parse::<u8>().ok()).collect();
    numbers?.try_into().ok()
}

/// Whether a value may hold a GUID, a beginning of one, or a password.
pub(in crate::import) fn may_hold_value(text: &str) -> bool {
    let mut hex = 0;
    text.len() >= 8
        && text.bytes().any(|byte| {
            hex += usize::from(byte.is_ascii_hexdigit() || !byte.is_ascii());
            hex >= 8
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_zoned_or_raw() {
        for (text, expected) in [
            ("2020-06-15T13:45:30.0000000Z", "2020-06-15T13:45:30Z"),
            ("20231010180000.0Z", "2023-10-10T18:00:00Z"),
            ("/Date(1718000000000)/", "2024-06-10T06:13:20Z"),
            ("/Date(1718000000000+0200)/", "2024-06-10T06:13:20Z"),
            ("2009-05-20 10:40:00 -0600", "2009-05-20T10:40:00-06:00"),
            ("2024-01-02 03:04:05 UTC", "2024-01-02T03:04:05Z"),
            ("04.03.2025 17:06", "04.03.2025 17:06"),
            ("2025-03-04T17:06:07", "2025-03-04T17:06:07"),
        ] {
            assert_eq!(created(text).map(|created| created.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "506825-429770-002244-257444-671440-299750-212256-683067",
            "506825-429770-002244",
            "506825429770002244257444671440",
            "String (timestamp)",
            "0001-01-01T00:00:00Z",
            "",
        ] {
            assert_eq!(created(text), None, "{text}");
        }
        for text in ["2/14/2025, 9:41 AM", "14. März 2025", "2025年2月14日", "12/24/2024, 8:00:00 AM", "Mar 5, 2025", "2025-02-14"] {
            assert!(is_date(text), "{text}");
        }
        for text in ["DESKTOP-77AB", "A7F3705B", "506825-429770", "Windows 11 23H2", "10.0.26100", "C:"] {
            assert!(!is_date(text), "{text}");
        }
    }

    #[test]
    fn numbers_mean_what_the_source_means() {
        assert_eq!(volume_type("1", Numbers::Graph), Some(VolumeType::OperatingSystem));
        assert_eq!(volume_type("1", Numbers::PowerShell), Some(VolumeType::Data));
        assert_eq!(volume_type("0", Numbers::Graph), None);
        assert_eq!(volume_type("1", Numbers::Unknown), None);
        assert_eq!(volume_type("Operating System Drive", Numbers::Unknown), Some(VolumeType::OperatingSystem));
        assert_eq!(volume_type("unknownFutureValue", Numbers::Graph), None);
    }

    #[test]
    fn key_ids_are_read_in_every_form() {
        let guid = "F520FABE-BD85-41D9-B88E-DE5655329326";
        for text in [
            guid.to_owned(),
            format!("{{{}}}", guid.to_lowercase()),
            guid.replace('-', ""),
            "X'befa20f585bdd941b88ede5655329326'".to_owned(),
            "{190, 250, 32, 245, 133, 189, 217, 65, 184, 142, 222, 86, 85, 50, 147, 38}".to_owned(),
        ] {
            assert_eq!(key_id(&text), guid.parse().ok().map(KeyId::Full), "{text}");
        }
        assert!(matches!(key_id("F520FABE"), Some(KeyId::Prefix(_))));
        assert!(matches!(key_id("F520FABE-BD85-41D9..."), Some(KeyId::Prefix(_))));
        for text in ["PC-1", "506825-429770-002244-257444-671440-299750-212256-683067", "C:", ""] {
            assert_eq!(key_id(text), None, "{text}");
        }
    }
}
