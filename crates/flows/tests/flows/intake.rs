//! From files to the vault: what is asked, what is answered, what comes in under which name.

use chrono::{DateTime, Utc};
use drivekey_export::Item;
use drivekey_flows::intake::{
    BundleKeys, Counts, Fate, IdentityError, KeyPlace, Named, NoKeyBecause, Origin, Outcome, Said, Sources, read,
    read_identities,
};
use drivekey_flows::sweep::search;
use drivekey_flows::{ReadHere, Unwatched, Work};
use drivekey_import::Unread;
use drivekey_record::{Details, Guid, KeyId, SourceKind, VolumeType};
use drivekey_testkit::house::{House, LIMITS, everything, handle, now, secret, text};
use drivekey_vault::reveal::reveal;
use drivekey_vault::seal::{BundleError, BundleIdentity, BundleLock, BundleRecipient, seal_bundle};
use drivekey_vault::{Expected, Taking};

use crate::tools::{ID_1, ID_2, KEY_1, KEY_2, Looker, keep, key_text, read_below, write};

const WEAK: &str = "000000-000000-000000-000000-000000-000000-000000-000000";

fn guid(text: &str) -> Guid {
    text.parse().unwrap()
}

#[test]
fn a_folder_comes_in_in_one_write_and_is_known_afterwards() {
    let house = House::new();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "a/one.txt", key_text(ID_1, KEY_1));
    write(folder.path(), "b.txt", key_text(ID_2, KEY_2));
    write(folder.path(), "c.txt", "nothing of interest");
    let mut vault = house.open();
    let looker = Looker::default();
    let paths = [folder.path().to_owned(), folder.path().join("absent.txt")];
    let sources = read(Named { paths: &paths, ..Named::default() }, &ReadHere, &looker);
    assert_eq!((sources.keys(), sources.attachments(), sources.stopped), (2, 0, false));
    let said = Said { device: Some(text("PC-7")), volume_type: Some(VolumeType::FixedData), ..Said::default() };
    let ready = sources.sort(&said, Some(text("a stick")));
    let expected = ready.expect(&mut vault).unwrap();
    assert_eq!(expected, [Expected::New, Expected::New]);
    assert!(ready.brings_news(&expected));
    let outcome = ready.take_in(&mut vault, now(), Taking::Keep, &looker).unwrap();
    let counts = Counts { new: 2, refused: 1, without: 1, ..Counts::default() };
    assert_eq!((outcome.counts(), outcome.counts().keys()), (counts, 2));
    let fates: Vec<Fate> = outcome.files.iter().map(drivekey_flows::intake::FileOutcome::fate).collect();
    assert_eq!(fates, [Fate::Imported, Fate::Refused, Fate::Imported, Fate::Refused]);
    let entries = vault.list(&everything()).unwrap().entries;
    assert_eq!(outcome.handles().collect::<Vec<_>>(), entries.iter().map(|one| one.handle).collect::<Vec<_>>());
    assert!(entries.iter().all(|one| one.details.device_name == Some(text("PC-7"))));
    let told = looker.told.into_inner().unwrap();
    let read = told.iter().filter(|one| one.work == Work::FilesRead && one.all == Some(3)).count();
    assert_eq!((read, told.last().map(|one| (one.work, one.done))), (3, Some((Work::RecordsTaken, 2))));

    let ready = read_below(folder.path()).sort(&Said::default(), None);
    let expected = ready.expect(&mut vault).unwrap();
    assert!(!ready.brings_news(&expected), "{expected:?}");
    let outcome = ready.take_in(&mut vault, now(), Taking::Keep, &Unwatched).unwrap();
    assert_eq!(outcome.counts(), Counts { known: 2, without: 1, ..Counts::default() });
    assert_eq!(outcome.files[0].fate(), Fate::AlreadyThere);
}

#[test]
fn what_a_person_says_goes_before_what_a_file_says() {
    let house = House::new();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "keys.csv", format!("ComputerName,RecoveryKeyId,RecoveryPassword\nPC-1,{ID_1},{KEY_1}\n"));
    let mut vault = house.open();
    let device = |vault: &mut drivekey_vault::Vault<_>| vault.entry(handle(1)).unwrap().details.device_name;
    let said = Said { device: Some(text("PC-7")), ..Said::default() };
    let sources = read_below(folder.path());
    assert_eq!(sources.read[0].reading.records[0].device_name, Some(text("PC-1")));
    sources.sort(&said, None).take_in(&mut vault, now(), Taking::Keep, &Unwatched).unwrap();
    assert_eq!(device(&mut vault), Some(text("PC-7")));
}

#[test]
fn a_dry_run_changes_nothing_and_says_what_would_come() {
    let house = House::new();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "one.txt", key_text(ID_1, KEY_1));
    let before = house.bytes();
    let mut vault = house.open();
    let ready = read_below(folder.path()).sort(&Said::default(), None);
    let outcome = ready.take_in(&mut vault, now(), Taking::DryRun, &Unwatched).unwrap();
    assert_eq!(outcome.counts(), Counts { new: 1, ..Counts::default() });
    assert!(vault.list(&everything()).unwrap().entries.is_empty());
    assert_eq!(house.bytes(), before);
}

#[test]
fn the_clipboard_is_a_source_without_a_name() {
    let house = House::new();
    let mut vault = house.open();
    let clipboard = key_text(ID_1, KEY_1);
    let sources = read(Named { clipboard: Some(&clipboard), ..Named::default() }, &ReadHere, &Unwatched);
    let outcome = keep(&mut vault, sources);
    assert_eq!((outcome.files.len(), &outcome.files[0].origin), (1, &Origin::Clipboard));
    let entry = vault.entry(handle(1)).unwrap();
    assert_eq!(entry.details.sources[0].kind, SourceKind::Clipboard);
}

#[test]
fn a_stopped_reading_says_so_and_reads_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "one.txt", key_text(ID_1, KEY_1));
    let looker = Looker { stops: true, ..Looker::default() };
    let sources = read(Named { paths: &[folder.path().to_owned()], ..Named::default() }, &ReadHere, &looker);
    assert!(sources.stopped && sources.is_empty() && sources.passed_over.without == 0);
}

#[test]
fn doubtful_letters_are_asked_about_and_a_refusal_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "ocr.txt", key_text(ID_2, &KEY_2.replace('0', "O")));
    let mut sources = read_below(folder.path());
    assert_eq!((sources.keys(), sources.doubtful()), (1, vec![0]));
    sources.decline(0);
    assert!(sources.is_empty());
    let house = House::new();
    let outcome = keep(&mut house.open(), sources);
    assert!(matches!(outcome.files[0].no_key_because(), Some(NoKeyBecause::LeftOut)));
    assert_eq!(outcome.counts(), Counts { refused: 1, ..Counts::default() });
}

#[test]
fn an_open_key_id_and_a_weak_key_are_asked_about_once() {
    let house = House::new();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "open.txt", format!("{ID_1}\n{ID_2}\n\n\n{KEY_1}\n"));
    write(folder.path(), "weak.txt", key_text(ID_2, WEAK));
    let mut vault = house.open();
    let mut sources = read_below(folder.path());
    let open = sources.open_keys(Some(&mut vault)).unwrap();
    assert_eq!(open.iter().map(|one| (one.at.file, one.is_weak)).collect::<Vec<_>>(), [(0, false), (1, true)]);
    assert_eq!((open[0].key_ids.clone(), open[1].key_ids.clone()), (vec![guid(ID_1), guid(ID_2)], vec![]));
    assert_eq!(sources.candidate(open[0].at).unwrap().key_id, KeyId::Unknown);
    let remarks = sources.read[0].reading.remarks.len();
    sources.choose_key_id(open[0].at, guid(ID_2));
    assert_eq!(sources.read[0].reading.remarks.len(), remarks - 1);
    sources.leave_out(&[open[1].at]);
    let outcome = keep(&mut vault, sources);
    assert!(matches!(outcome.files[1].no_key_because(), Some(NoKeyBecause::LeftOut)));
    assert!(outcome.files[0].undecided.is_empty());
    assert_eq!(vault.entry(handle(1)).unwrap().details.key_id, KeyId::Full(guid(ID_2)));
    let again = read_below(folder.path()).open_keys(Some(&mut vault)).unwrap();
    assert_eq!(again.len(), 1, "{again:?}");
    assert!(again[0].is_weak);
}

#[test]
fn a_computer_is_suggested_for_what_the_vault_lacks_and_taken_only_if_accepted() {
    let house = House::new();
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "PC-0042/key.txt", key_text(ID_1, KEY_1));
    write(folder.path(), "PC-0043/key.txt", key_text(ID_2, KEY_2));
    let mut vault = house.open();
    let mut sources = read_below(folder.path());
    let suggestions = sources.suggestions(Some(&mut vault)).unwrap();
    let told: Vec<(String, usize)> = suggestions.iter().map(|one| (one.device.to_string(), one.keys)).collect();
    assert_eq!(told, [("PC-0042".to_owned(), 1), ("PC-0043".to_owned(), 1)]);
    sources.accept(&suggestions[1].device);
    keep(&mut vault, sources);
    let devices: Vec<_> =
        vault.list(&everything()).unwrap().entries.into_iter().map(|one| one.details.device_name).collect();
    assert_eq!(devices, [None, Some(text("PC-0043"))]);
    let again = read_below(folder.path());
    assert!(again.suggestions(Some(&mut vault)).unwrap().is_empty());
    assert_eq!(again.suggestions(None).unwrap().len(), 2);
}

/// A bundle of these keys, as it is before it is sealed.
fn bundle(keys: &[(&str, &str, &str)]) -> zeroize::Zeroizing<Vec<u8>> {
    let details: Vec<Details> = keys
        .iter()
        .map(|(id, _, note)| Details { key_id: KeyId::Full(guid(id)), note: Some(text(note)), ..Details::default() })
        .collect();
    let shown: Vec<_> = keys.iter().map(|(_, key, _)| shown(key)).collect();
    let items: Vec<Item<'_>> = details
        .iter()
        .zip(&shown)
        .enumerate()
        .map(|(at, (details, key))| Item { handle: handle(u32::try_from(at).unwrap() + 1), details, key })
        .collect();
    drivekey_export::bundle(&items, &[], DateTime::<Utc>::UNIX_EPOCH)
}

/// A key as only a vault gives it out.
fn shown(key: &str) -> drivekey_record::KeyText {
    let house = House::new();
    let mut vault = house.open();
    let one = drivekey_testkit::house::incoming(key, "", "", "");
    drivekey_testkit::house::take(&mut vault, vec![one]);
    let entry = vault.entry(handle(1)).unwrap();
    reveal(&mut vault, &entry).unwrap().key
}

/// What a bundle says of a key stays with that key, whatever is left out before it.
#[test]
fn a_key_left_out_of_a_bundle_takes_its_own_words_along() {
    let house = House::new();
    let folder = tempfile::tempdir().unwrap();
    let passphrase = secret("bundle");
    let text = bundle(&[(ID_1, WEAK, "the weak one"), (ID_2, KEY_2, "the good one")]);
    write(folder.path(), "keys.age", seal_bundle(&text, &BundleLock::Passphrase(&passphrase, LIMITS)).unwrap());
    let mut sources = read_below(folder.path());
    assert_eq!(sources.waiting_for_passphrase(), [0]);
    sources.read[0].open_with_passphrase(&passphrase, LIMITS).unwrap();
    let open = sources.open_keys(None).unwrap();
    assert_eq!(
        open.iter().map(|one| (one.at, one.is_weak)).collect::<Vec<_>>(),
        [(KeyPlace { file: 0, key: 0 }, true)]
    );
    sources.leave_out(&[open[0].at]);
    let mut vault = house.open();
    keep(&mut vault, sources);
    let entry = vault.entry(handle(1)).unwrap();
    assert_eq!(reveal(&mut vault, &entry).unwrap().key.as_str(), KEY_2);
    assert_eq!(entry.details.key_id, KeyId::Full(guid(ID_2)));
    assert_eq!(entry.details.note, Some(drivekey_testkit::house::text("the good one")));
}

/// A private age key and the public one that belongs to it.
fn identity() -> (String, BundleRecipient) {
    use age::secrecy::ExposeSecret as _;
    let identity = age::x25519::Identity::generate();
    (identity.to_string().expose_secret().to_owned(), identity.to_public().to_string().parse().unwrap())
}

fn sealed_folder(named: bool) -> (tempfile::TempDir, String, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let (private, public) = identity();
    let with_passphrase = seal_bundle(key_text(ID_1, KEY_1).as_bytes(), &BundleLock::Passphrase(&secret("a"), LIMITS));
    write(folder.path(), "one.txt.age", with_passphrase.unwrap());
    let for_somebody = seal_bundle(key_text(ID_2, KEY_2).as_bytes(), &BundleLock::Recipients(&[public]));
    write(folder.path(), "two.txt.age", for_somebody.unwrap());
    let paths = [folder.path().to_owned(), folder.path().join("one.txt.age")];
    let sources = read(Named { paths: &paths[..if named { 2 } else { 1 }], ..Named::default() }, &ReadHere, &Unwatched);
    (folder, private, sources)
}

#[test]
fn what_is_sealed_opens_with_what_is_at_hand() {
    let (_folder, private, mut sources) = sealed_folder(false);
    let other = secret("b");
    let keys = BundleKeys { identities: &[], passphrase: None, limits: LIMITS };
    sources.open_sealed(&keys).unwrap();
    assert_eq!((sources.keys(), sources.waiting_for_passphrase()), (0, vec![0]));
    assert!(matches!(sources.read[0].open_with_passphrase(&other, LIMITS), Err(BundleError::WrongKey)));
    assert_eq!(sources.waiting_for_passphrase(), [0]);
    sources.read[0].open_with_passphrase(&secret("a"), LIMITS).unwrap();
    assert_eq!((sources.keys(), sources.waiting_for_passphrase()), (1, vec![]));

    let (_folder, private_2, mut sources) = sealed_folder(false);
    let identities: [BundleIdentity; 2] = [private.parse().unwrap(), private_2.parse().unwrap()];
    let keys = BundleKeys { identities: &identities, passphrase: Some(&other), limits: LIMITS };
    sources.open_sealed(&keys).unwrap();
    assert_eq!((sources.keys(), sources.waiting_for_passphrase()), (1, vec![]));
}

#[test]
fn a_named_file_with_another_passphrase_stops_the_intake() {
    let (folder, _, mut sources) = sealed_folder(true);
    let other = secret("b");
    let keys = BundleKeys { identities: &[], passphrase: Some(&other), limits: LIMITS };
    let error = sources.open_sealed(&keys).unwrap_err();
    assert_eq!(error.origin, Origin::File(folder.path().join("one.txt.age")));
    assert!(matches!(error.error, BundleError::WrongKey));
}

#[test]
fn a_damaged_file_in_a_folder_stops_nothing_and_one_that_was_named_does() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "good.txt", key_text(ID_1, KEY_1));
    let damaged = write(folder.path(), "x.age", "age-encryption.org/v1\n-> X25519 abc\n");
    let keys = BundleKeys { identities: &[], passphrase: None, limits: LIMITS };
    let mut sources = read_below(folder.path());
    sources.open_sealed(&keys).unwrap();
    assert_eq!((sources.keys(), sources.waiting_for_passphrase()), (1, vec![]));
    let counts = Outcome::without_vault(sources).counts();
    assert_eq!((counts.found, counts.refused), (1, 1));
    assert!(read_below(&damaged).open_sealed(&keys).is_err());
}

#[test]
fn private_keys_are_read_a_line_each() {
    let folder = tempfile::tempdir().unwrap();
    let good = write(folder.path(), "good", format!("# created by hand\n{}\n{}\n", identity().0, identity().0));
    let bad = write(folder.path(), "bad", "ssh-rsa AAAA\n");
    assert_eq!(read_identities(std::slice::from_ref(&good)).unwrap().len(), 2);
    assert!(matches!(read_identities(&[good.clone(), bad.clone()]), Err(IdentityError::NoKey(path)) if path == bad));
    let absent = folder.path().join("absent");
    assert!(matches!(read_identities(&[good, absent]), Err(IdentityError::Unreadable(_))));
}

/// Small and large, met on the way by an import and by a sweep; one that is named is refused with its kind.
#[test]
fn what_nobody_looked_into_is_counted_by_kind_and_never_as_without_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let large = |mark: &[u8]| [mark, &vec![0x03; 2 << 20]].concat();
    let picture = write(folder.path(), "small.png", b"\x89PNG\r\n\x1A\n and no more");
    write(folder.path(), "photo.jpg", large(b"\xFF\xD8\xFF\xE0"));
    write(folder.path(), "a/keys.7z", large(b"7z\xBC\xAF\x27\x1C"));
    write(folder.path(), "a/app.db", b"SQLite format 3\0 and no more");
    write(folder.path(), "program.bin", large(b"\x7FELF"));
    write(folder.path(), "nothing.txt", "nothing of interest");
    let expected = [(Unread::Picture, 2), (Unread::SevenZip, 1), (Unread::Database, 1)];
    let paths = [folder.path().to_owned()];
    let by_import = Outcome::without_vault(read_below(folder.path())).counts();
    let by_sweep = Outcome::without_vault(search(&paths, &Unwatched).0).counts();
    for counts in [by_import, by_sweep] {
        assert_eq!(counts.not_looked_into.kinds().collect::<Vec<_>>(), expected);
        assert_eq!((counts.not_looked_into.files(), counts.without, counts.refused), (4, 2, 0));
    }
    let named = Outcome::without_vault(read_below(&picture)).counts();
    assert_eq!((named.not_looked_into.files(), named.refused), (0, 1));
}

#[test]
fn what_is_handed_over_is_read_as_a_file_is() {
    let zip = drivekey_testkit::documents::zip(&[("a.txt", key_text(ID_1, KEY_1))]);
    let mut sources = Sources::default();
    sources.hand_over(zip.into(), &ReadHere);
    assert_eq!((sources.keys(), &sources.read[0].origin, sources.read[0].named), (1, &Origin::StandardInput, true));
    let house = House::new();
    let mut vault = house.open();
    let outcome = sources.sort(&Said::default(), None).take_in(&mut vault, now(), Taking::Keep, &Unwatched).unwrap();
    assert_eq!((outcome.files[0].origin.path(), outcome.counts().new), (None, 1));
    // Not the clipboard: what it is, its reader says.
    let kind = vault.list(&everything()).unwrap().entries[0].details.sources[0].kind;
    assert_ne!(kind, SourceKind::Clipboard);
}
