//! The lists of values in the documents are those of the code, in both directions. Each list of the code is made by a
//! match without a wildcard: a new variant does not compile here until it is listed, and then it must be written down.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use drivekey::cli::Exit;
use drivekey_fve::{
    Cipher, CopyState, Doubt, Kind, Layout, Level, Outcome, ProtectorKind, State as VolumeState, Verdict, Warning,
};
use drivekey_import::RemarkKind;
use drivekey_record::{
    AttachmentInfo, AttachmentKind, CopyInfo, CopyKind, Created, Details, Field, Guid, Handle, HandleSet,
    ImportJournal, Item, ItemNumber, KeyId, KeyKind, LineText, Proof, ProofLevel, SetHere, Source, SourceKind, State,
    VolumeType, Word,
};
use drivekey_vault::seal::SlotKind;
use serde::Serialize;

/// Every variant, one value of each.
macro_rules! every {
    ($kind:ident: $($variant:ident $(($($value:expr),*))? $({$($name:ident: $field:expr),*})?),+ $(,)?) => {{
        const fn known(value: &$kind) {
            match value {
                $($kind::$variant { .. })|+ => {}
            }
        }
        let all = vec![$($kind::$variant $(($($value),*))? $({$($name: $field),*})?),+];
        all.iter().for_each(known);
        all
    }};
}

fn document(name: &str) -> String {
    fs::read_to_string(drivekey_testkit::repository().join(name)).unwrap().replace("\r\n", "\n")
}

/// The words in backticks behind `after`, up to `until`.
fn listed(document: &str, after: &str, until: &str) -> BTreeSet<String> {
    let (_, rest) = document.split_once(after).unwrap_or_else(|| panic!("no list behind {after:?}"));
    let (list, _) = rest.split_once(until).unwrap();
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn words<T>(all: &[T], word: impl Fn(&T) -> &str) -> BTreeSet<String> {
    let words: BTreeSet<String> = all.iter().map(|one| word(one).to_owned()).collect();
    assert_eq!(words.len(), all.len(), "two values of one name");
    words
}

/// Their names in JSON.
fn json<T: Serialize>(all: &[T]) -> BTreeSet<String> {
    let names: Vec<String> =
        all.iter().map(|one| serde_json::to_value(one).unwrap().as_str().unwrap().to_owned()).collect();
    words(&names, |name| name)
}

/// The names of an object, without those that were given.
fn names(value: &impl Serialize, without: &[&str]) -> BTreeSet<String> {
    let value = serde_json::to_value(value).unwrap();
    value.as_object().unwrap().keys().filter(|name| !without.contains(&name.as_str())).cloned().collect()
}

/// One list of a document.
fn same(name: &str, after: &str, until: &str, code: &BTreeSet<String>) {
    assert_eq!(&listed(&document(name), after, until), code, "{name}, behind {after:?}");
}

fn source_kinds() -> Vec<SourceKind> {
    every!(SourceKind:
        WindowsTxt, WindowsTxtWin7, ScriptTxt, FreeText, OcrText, ManageBde, PowerShell, MicrosoftAccount, Graph,
        ActiveDirectory, Mbam, Table, Json, Xml, KeePass, Bitwarden, OnePassword, Html, Rtf, Mail, Pdf, Document,
        Spreadsheet, ExternalKey, Drive, Scan, Bundle, Clipboard, Typed, Other)
}

fn remarks() -> Vec<RemarkKind> {
    every!(RemarkKind:
        NotSeen, NoScanReader, OddLengthUtf16, DigitsFolded, RejoinedLines, AmbiguousPairing, KeyIdNotLabelled,
        KeyIdPrefixOnly,
        OtherKindOfKey { kind: drivekey_import::ForeignKey::FileVault }, MadeUpKey,
        NotLookedInto { what: drivekey_import::Unread::Picture }, NoKeyId, DuplicateRecord,
        ConflictingPasswords, ConflictingKeyIds, WeakPassword, OcrSubstitution,
        ConfirmWithUser, FilenameKeyIdMismatch, GroupNotDivisibleBy11 { group: 1 }, GroupOutOfRange { group: 1 },
        WrongGroupLength { group: 1 }, GroupNotDigits { group: 1 }, WrongGroupCount { found: 1 },
        PasswordMasked { group: 1 }, OtherKind { kind: Word::new("word") }, PasswordTruncated, NoPasswordInFile,
        EmptyFile, PasswordLostInNumberFormat, GroupZeroPadded, ServiceErrorDocument, MorePages,
        ExternalKeyNotRecoveryPassword, KeyPackageNotRecoveryPassword, Encrypted, SealedBundle, BeyondCeiling,
        BrokenStructure)
}

fn fields() -> Vec<Field> {
    every!(Field: KeyId, DeviceName, DeviceId, VolumeType, MountPoint, VolumeLabel, Created, Note, State, Proof)
}

/// Without `..`: a new field does not compile here until it is listed.
fn source() -> Source {
    Source {
        kind: SourceKind::Bundle,
        file_name: line(),
        imported_date_time: time(),
        device_name: line(),
        volume_type: Some(VolumeType::Data),
        mount_point: line(),
        volume_label: line(),
        created_raw: line(),
        device_id: line(),
        note: line(),
        state: Some(State::Used),
        proof: Some(proof()),
    }
}

fn details(key_id: &str, created: Created) -> Details {
    let mut set_here = SetHere::default();
    set_here.note(Field::Note, true);
    set_here.add_tag(&line().unwrap());
    Details {
        kind: KeyKind::BitLocker,
        key_id: key_id.parse::<KeyId>().unwrap(),
        device_name: line(),
        device_id: line(),
        volume_type: VolumeType::Data,
        mount_point: line(),
        volume_label: line(),
        created: Some(created),
        note: line(),
        tags: line().into_iter().collect(),
        state: State::Used,
        weak: true,
        conflicts_with: vec![Handle::new(1).unwrap()],
        removed: Some(time()),
        undone: true,
        proof: Some(proof()),
        guard_override: Some(time()),
        sources: vec![source()],
        set_here,
        unknown: serde_json::Map::new(),
    }
}

fn line() -> Option<LineText> {
    "text".parse().ok()
}

fn time() -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::UNIX_EPOCH
}

fn proof() -> Proof {
    Proof { at: time(), level: ProofLevel::OpensData, volume: Guid::from_bytes([1; 16]) }
}

#[test]
fn a_records_fields_stand_in_the_format() {
    let page = document("docs/FORMAT.md");
    let (_, table) = page.split_once("Details, here and in the summary:").unwrap();
    let (table, _) = table.split_once("| any other").unwrap();
    let rows: BTreeSet<String> =
        table.lines().filter_map(|line| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned())).collect();
    let whole = details("7EDB30ED-1234-4ABC-9DEF-0123456789AB", Created::Zoned(time().into()));
    let begun = details("7EDB30ED", Created::Raw(line().unwrap()));
    let expected: BTreeSet<String> = names(&whole, &[]).union(&names(&begun, &[])).cloned().collect();
    assert_eq!(rows, expected);
    let otherwise = names(&source(), &["kind", "fileName", "importedDateTime"]);
    same("docs/FORMAT.md", "what this source says otherwise than the record:", ".", &otherwise);
    same("docs/JSON.md", "Where it says otherwise than the record, it also has", ".", &otherwise);
    assert_eq!(names(&proof(), &[]), ["level", "provedDateTime", "volume"].map(str::to_owned).into());
}

#[test]
fn an_items_fields_stand_in_the_format() {
    let attachment = AttachmentInfo {
        attachment: AttachmentKind::ExternalKey,
        guid: Guid::from_bytes([1; 16]),
        key_ids: vec![Guid::from_bytes([1; 16])],
        device_name: line(),
        volume_label: line(),
        file_name: line(),
        created: line().map(Created::Raw),
        imported_date_time: time(),
        bytes: 1,
        sha256: String::new(),
        removed_date_time: Some(time()),
    };
    let copy = CopyInfo {
        copy: CopyKind::Kit,
        name: line(),
        place: line().unwrap(),
        made_date_time: time(),
        revision: 1,
        records: HandleSet::default(),
        slot: Some(String::new()),
        checked_date_time: Some(time()),
        destroyed_date_time: Some(time()),
    };
    let change = || drivekey_record::DetailsChange {
        handle: Handle::new(1).unwrap(),
        before: Details::default(),
        after: Details::default(),
    };
    let import = ImportJournal {
        imported_date_time: time(),
        part_of: ItemNumber::new(1),
        origin: line(),
        added: HandleSet::default(),
        attached: ItemNumber::new(1).into_iter().collect(),
        changed: vec![change()],
    };
    let page = document("docs/FORMAT.md");
    for item in every!(Item: Attachment(attachment.clone()), Copy(copy.clone()), Import(import.clone())) {
        let (kind, mut expected) = match &item {
            Item::Attachment(_) => ("attachment", attachment_kinds()),
            Item::Copy(_) => ("copy", copy_kinds()),
            Item::Import(_) => ("import", names(&change(), &[])),
        };
        expected.extend(names(&item, &["kind"]));
        assert_eq!(serde_json::to_value(&item).unwrap()["kind"], kind);
        assert_eq!(listed(&page, &format!("| `{kind}` | "), " |\n"), expected, "{kind}");
    }
}

fn attachment_kinds() -> BTreeSet<String> {
    let all = every!(AttachmentKind: ExternalKey, KeyPackage, DriveHeader, Other(Word::new("word").unwrap()));
    let known: Vec<_> = all.into_iter().filter(|one| !matches!(one, AttachmentKind::Other(_))).collect();
    assert_eq!(AttachmentKind::KNOWN.to_vec(), known);
    json(&known)
}

fn copy_kinds() -> BTreeSet<String> {
    json(&every!(CopyKind: Stick, File, Bundle, Sheet, Kit))
}

/// Values that only the command line knows: each that a transcript shows is explained.
#[test]
fn every_value_that_is_printed_is_explained() {
    const NAMES: [&str; 15] = [
        "cannotCheck",
        "cipher",
        "code",
        "field",
        "kind",
        "layout",
        "level",
        "nextState",
        "outcome",
        "readAs",
        "readBack",
        "state",
        "type",
        "verdict",
        "volumeType",
    ];
    let page = document("docs/JSON.md");
    let folder = drivekey_testkit::repository().join("tests").join("transcripts");
    let mut values = BTreeSet::new();
    for path in fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).filter(|path| path.is_file()) {
        for line in fs::read_to_string(path).unwrap().lines() {
            let Some((name, value)) = line.strip_prefix('>').and_then(|printed| printed.split_once(": ")) else {
                continue;
            };
            let quoted =
                |text: &str| text.trim().trim_end_matches(',').strip_prefix('"')?.strip_suffix('"').map(str::to_owned);
            if let (Some(name), Some(value)) = (quoted(name), quoted(value))
                && NAMES.contains(&name.as_str())
            {
                values.insert((name, value));
            }
        }
    }
    assert!(values.len() > 30, "{values:?}");
    let missing: Vec<_> = values.iter().filter(|(_, value)| !page.contains(&format!("`{value}`"))).collect();
    assert!(missing.is_empty(), "not in docs/JSON.md: {missing:?}");
}

#[test]
fn lists_that_the_code_keeps_itself_are_whole() {
    let word = || Word::new("word").unwrap();
    let KeyKind::Other(later) = KeyKind::named(word()) else { panic!("a word that is no kind yet") };
    let kinds = every!(KeyKind: BitLocker, Other(later));
    assert_eq!(
        KeyKind::KNOWN.to_vec(),
        kinds.into_iter().filter(|one| !matches!(one, KeyKind::Other(_))).collect::<Vec<_>>()
    );
    let known =
        |all: Vec<VolumeType>| all.into_iter().filter(|one| !matches!(one, VolumeType::Other(_))).collect::<Vec<_>>();
    assert_eq!(
        VolumeType::KNOWN.to_vec(),
        known(every!(VolumeType: OperatingSystem, FixedData, RemovableData, Data, Unknown, Other(word())))
    );
    assert_eq!(State::ALL.to_vec(), every!(State: Current, Superseded, Used, Retired));
    assert_eq!(
        ProofLevel::ALL.to_vec(),
        every!(ProofLevel: DoesNotOpen, KeyIdFits, OpensVolume, OpensData, MetadataIntact, FirstSector)
    );
    assert_eq!(Field::ALL.to_vec(), fields());
    assert_eq!(json(&ProofLevel::ALL), words(&ProofLevel::ALL, |level| level.name()));
    assert_eq!(json(&State::ALL), words(&State::ALL, |state| state.word()));
}

#[test]
fn a_records_values_stand_in_both_documents() {
    for name in ["docs/FORMAT.md", "docs/JSON.md"] {
        same(name, "| `volumeType` |", "\n", &json(&VolumeType::KNOWN));
        same(name, "| `state` | ", "\n", &json(&State::ALL));
        same(name, "| `kind` | ", ";", &json(&KeyKind::KNOWN));
        same(name, "A source has `kind` (", ")", &json(&source_kinds()));
    }
    same("docs/FORMAT.md", "`level` (", ")", &json(&ProofLevel::ALL));
    same("docs/JSON.md", "(its `volumeId`), and `level`:", "\n\n", &json(&ProofLevel::ALL));
    same("docs/FORMAT.md", "no source (", ";", &words(&fields(), |field| field.name()));
    let differing: Vec<Field> = fields().into_iter().filter(|field| *field != Field::KeyId).collect();
    same("docs/JSON.md", "`differences`: `field` (", ")", &words(&differing, |field| field.name()));
}

#[test]
fn what_lies_beside_records_stands_in_both_documents() {
    let (attachments, copies) = (attachment_kinds(), copy_kinds());
    same("docs/FORMAT.md", "| `attachment` | `attachment` (", ")", &attachments);
    same("docs/JSON.md", "has `attachment` (`a3`), `kind` (", ")", &attachments);
    same("docs/FORMAT.md", "| `copy` | `copy` (", ")", &copies);
    same("docs/JSON.md", "A copy has `copy` (its name, `c3`), `kind` (", ")", &copies);
}

#[test]
fn keyslots_stand_in_both_documents() {
    let all = every!(SlotKind: Passphrase, Kit, Recipient, PostQuantum, Other(5));
    let known: Vec<SlotKind> = all.into_iter().filter(|kind| !matches!(kind, SlotKind::Other(_))).collect();
    assert_eq!(SlotKind::KNOWN.to_vec(), known);
    let names: BTreeSet<String> = known.iter().map(SlotKind::to_string).collect();
    same("docs/JSON.md", "opened the vault for this command. `kind` is", ";", &names);
    let page = document("docs/FORMAT.md");
    for kind in known {
        let row = format!("| {} | `{kind}` |", kind.number());
        assert!(page.contains(&row), "docs/FORMAT.md has no row {row}");
    }
}

#[test]
fn what_a_volume_says_of_itself_stands_in_the_document() {
    let page = "docs/JSON.md";
    let kinds = every!(Kind: Fixed, ToGo, Vista);
    let layouts = every!(Layout: Normal, EncryptOnWrite);
    same(
        page,
        "| `kind`, `layout` | text |",
        "|",
        &words(&kinds, |kind| kind.name()).union(&words(&layouts, |layout| layout.name())).cloned().collect(),
    );
    let copies = every!(CopyState: Valid, Misplaced, BadChecksum, NoChecksum, Missing, Unreadable);
    same(page, "| `copies` | list of texts |", "|", &words(&copies, |copy| copy.name()));
    let states = every!(VolumeState: Decrypted, ConvertingDirty, Paused, Encrypted, Converting, Unknown(9));
    same(page, "| `state`, `nextState` | text |", "|", &words(&states, |state| state.name()));
    let ciphers = every!(Cipher:
        None, AesCbc128Diffuser, AesCbc256Diffuser, AesCbc128, AesCbc256, AesXts128, AesXts256, Unknown(9));
    same(page, "| `cipher` | text |", "|", &words(&ciphers, |cipher| cipher.name()));
    let warnings = every!(Warning:
        NoValidCopy, ListEndsEarly, UnreadableProtector, CopiesDiffer, BootSectorLost, WrongPlaces, Version(9));
    let mut expected = words(&warnings, |warning| warning.name());
    // Fields that a warning speaks of.
    expected.extend(["kind", "layout", "sectorSize"].map(str::to_owned));
    same(page, "| `warnings` | list of texts |", "|", &expected);
    let protectors = every!(ProtectorKind:
        ClearKey, Tpm, StartupKey, TpmStartupKey, TpmPin, TpmPinStartupKey, RecoveryPassword, PublicKey, Password,
        Unknown);
    same(page, "(for a recovery key the Key ID), `type` (", ")", &words(&protectors, |kind| kind.name()));
    let doubts = every!(Doubt: StretchFlags(1), StretchMethod(1), Incomplete);
    same(page, "`cannotCheck` (", ")", &words(&doubts, |doubt| doubt.name()));
}

#[test]
fn a_trials_outcomes_stand_in_the_document() {
    let page = "docs/JSON.md";
    let verdicts = every!(Verdict: Opens, DoesNotOpen, CannotCheck, NoRecoveryPassword);
    same(page, "`verdict` (", ")", &words(&verdicts, |verdict| verdict.name()));
    let levels = every!(Level: KeyId, MasterKey, VolumeKey, MetadataIntact, FirstSector);
    let mut expected = words(&levels, |level| level.name());
    expected.insert("null".to_owned());
    same(page, "`no-recovery-password`), `level` (", ")", &expected);
    let outcomes = every!(Outcome: Opens, DoesNotOpen, CannotCheck(Doubt::Incomplete), NotTried);
    same(page, "with its `id`, `outcome` (", ")", &words(&outcomes, |outcome| outcome.name()));
}

#[test]
fn remarks_stand_in_both_documents() {
    let all = remarks();
    let codes = words(&all, |kind| kind.code());
    same("docs/JSON.md", "`code` is one of", ".\n\n", &codes);
    let page = document("docs/IMPORT.md");
    let (_, table) = page.split_once("| code | |").unwrap();
    let rows: BTreeMap<&str, bool> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .map(|(code, rest)| (code, rest.starts_with("refusal |")))
        .collect();
    let expected: BTreeMap<&str, bool> = all.iter().map(|kind| (kind.code(), kind.is_refusal())).collect();
    assert_eq!(rows, expected);
}

#[test]
fn exit_codes_stand_in_the_readme() {
    let all = every!(Exit:
        Done, Failed, Usage, NotFound, Ambiguous, WrongPassphrase, Damaged, Refused, Partly, DoesNotOpen, OtherCopy);
    let page = document("README.md");
    let (_, table) = page.split_once("| code | meaning |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let rows: Vec<u8> =
        table.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" |")?.0.parse::<u8>().ok()).collect();
    let mut codes: Vec<u8> = all.iter().map(|exit| exit.code()).collect();
    codes.sort_unstable();
    assert_eq!(rows, codes);
}

/// Help and refusals offer the words that are taken.
#[test]
fn the_command_line_offers_every_word() {
    let offered = |words: Vec<&str>, last: &str| {
        let (end, begin) = words.split_last().unwrap();
        format!("{}{last}{end}", begin.join(", "))
    };
    let types: Vec<&str> = VolumeType::KNOWN.iter().map(VolumeType::word).collect();
    let states: Vec<&str> = State::ALL.iter().map(|state| state.word()).collect();
    let values = document("src/cli/args/values.rs");
    assert!(values.contains(&offered(types.clone(), ", ")) && values.contains(&offered(states.clone(), ", ")));
    for (file, list) in [
        ("src/cli/args/intake.rs", &types),
        ("src/cli/args/looking.rs", &types),
        ("src/cli/args/editing.rs", &types),
        ("src/cli/args/editing.rs", &states),
        ("src/cli/args/export.rs", &types),
        ("src/cli/args/sheet.rs", &types),
    ] {
        assert!(document(file).contains(&offered(list.clone(), " or ")), "{file}");
    }
}
