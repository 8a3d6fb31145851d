//! The disk fails: every n-th write, sync, truncation and deletion, once or for good, with an error, a full disk or
//! half a write. Afterwards a fresh opening sees the state before or after, whole. The failing disk is a layer under
//! the database library, registered as this process's default: the product knows nothing of it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(unsafe_code, reason = "the database library's file layer is a table of C functions")]

mod house;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Once;

use drivekey::vault::{Edit, Machine, Setting, Unlocked, Vault, VaultError};
use house::{Class, House, LIMITS, PASSPHRASE, class, everything, handle, known_incoming, now, secret, text, unlock, whole_digits};
use rusqlite::ffi;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Failing {
    Error,
    Full,
    Short,
}

#[derive(Debug, Clone, Copy)]
struct Plan {
    /// Calls that still go well.
    good: u32,
    failing: Failing,
    /// Every later call fails too: the disk is gone, or the power is.
    for_good: bool,
}

thread_local! {
    // The library calls its file layer on the thread of its caller, so that tests do not disturb each other.
    static PLAN: Cell<Option<Plan>> = const { Cell::new(None) };
    static CALLS: Cell<u32> = const { Cell::new(0) };
    /// What was written since the last sync, newest last: where, and what stood there before.
    static UNSYNCED: RefCell<Vec<Undo>> = const { RefCell::new(Vec::new()) };
    static PATHS: RefCell<HashMap<usize, PathBuf>> = RefCell::new(HashMap::new());
}

#[derive(Debug, Clone)]
struct Undo {
    path: PathBuf,
    at: u64,
    before: Vec<u8>,
    length: u64,
}

/// Whether this call is to fail, and how.
fn fails() -> Option<Failing> {
    CALLS.set(CALLS.get() + 1);
    let plan = PLAN.get()?;
    if plan.good > 0 {
        PLAN.set(Some(Plan { good: plan.good - 1, ..plan }));
        return None;
    }
    if !plan.for_good {
        PLAN.set(None);
    }
    Some(plan.failing)
}

static REGISTER: Once = Once::new();
static mut UNDER: *mut ffi::sqlite3_vfs = std::ptr::null_mut();

fn register() {
    REGISTER.call_once(|| unsafe {
        ffi::sqlite3_initialize();
        UNDER = ffi::sqlite3_vfs_find(std::ptr::null());
        let mut failing = *UNDER;
        failing.zName = c"failing".as_ptr();
        failing.pNext = std::ptr::null_mut();
        failing.xOpen = Some(open);
        failing.xDelete = Some(delete);
        assert_eq!(ffi::sqlite3_vfs_register(Box::leak(Box::new(failing)), 1), ffi::SQLITE_OK);
    });
}

unsafe extern "C" fn open(
    vfs: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    unsafe {
        let _ = vfs;
        let code = (*UNDER).xOpen.unwrap()(UNDER, name, file, flags, out);
        if code == ffi::SQLITE_OK && !(*file).pMethods.is_null() && !name.is_null() {
            let path = PathBuf::from(CStr::from_ptr(name.cast()).to_str().unwrap());
            PATHS.with_borrow_mut(|paths| paths.insert(file as usize, path));
            let mut methods = *(*file).pMethods;
            methods.xWrite = Some(write);
            methods.xTruncate = Some(truncate);
            methods.xSync = Some(sync);
            let under = (*file).pMethods;
            (*file).pMethods = std::ptr::from_mut(Box::leak(Box::new(Methods { methods, under }))).cast();
        }
        code
    }
}

#[repr(C)]
struct Methods {
    methods: ffi::sqlite3_io_methods,
    under: *const ffi::sqlite3_io_methods,
}

unsafe fn under(file: *mut ffi::sqlite3_file) -> &'static ffi::sqlite3_io_methods {
    unsafe { &*(*(*file).pMethods.cast::<Methods>()).under }
}

fn path_of(file: *mut ffi::sqlite3_file) -> PathBuf {
    PATHS.with_borrow(|paths| paths[&(file as usize)].clone())
}

fn note(path: &Path, at: u64, amount: usize) {
    // Through the file's name: closing a second handle of the vault itself would drop this process's locks, but no
    // other process looks at these files.
    let whole = std::fs::read(path).unwrap_or_default();
    let from = usize::try_from(at).unwrap().min(whole.len());
    let to = (from + amount).min(whole.len());
    let undo = Undo { path: path.to_owned(), at, before: whole[from..to].to_vec(), length: whole.len() as u64 };
    UNSYNCED.with_borrow_mut(|all| all.push(undo));
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, bytes: *const c_void, amount: c_int, at: i64) -> c_int {
    unsafe {
        let methods = under(file);
        let failing = fails();
        if PLAN.get().is_some() || failing.is_some() {
            note(&path_of(file), at.unsigned_abs(), usize::try_from(amount).unwrap());
        }
        match failing {
            None => methods.xWrite.unwrap()(file, bytes, amount, at),
            Some(Failing::Error) => ffi::SQLITE_IOERR_WRITE,
            Some(Failing::Full) => ffi::SQLITE_FULL,
            Some(Failing::Short) => {
                // An odd part arrives: a header torn in its middle, a page torn across its cells.
                methods.xWrite.unwrap()(file, bytes, amount.min(amount / 2 + 1).min(if amount > 100 && at == 0 { 60 } else { amount }), at);
                ffi::SQLITE_IOERR_WRITE
            }
        }
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    unsafe { if fails().is_some() { ffi::SQLITE_IOERR_TRUNCATE } else { under(file).xTruncate.unwrap()(file, size) } }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, flags: c_int) -> c_int {
    unsafe {
        if fails().is_some() {
            return ffi::SQLITE_IOERR_FSYNC;
        }
        let path = path_of(file);
        UNSYNCED.with_borrow_mut(|all| all.retain(|undo| undo.path != path));
        under(file).xSync.unwrap()(file, flags)
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    unsafe { if fails().is_some() { ffi::SQLITE_IOERR_DELETE } else { (*UNDER).xDelete.unwrap()(UNDER, name, sync_folder) } }
}

/// The power goes: of what was not synced, some has reached the disk and some has not.
fn power_cut(seed: u32) {
    let mut lottery = seed.wrapping_mul(0x9E37_79B1) | 1;
    UNSYNCED.with_borrow_mut(|all| {
        for undo in all.drain(..).rev() {
            lottery = lottery.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if lottery >> 31 == 0 {
                continue;
            }
            let Ok(file) = std::fs::File::options().write(true).open(&undo.path) else { continue };
            file.write_all_at(&undo.before, undo.at).unwrap();
            if file.metadata().unwrap().len() > undo.length {
                file.set_len(undo.length).unwrap();
            }
        }
    });
}

type Act = fn(&mut Vault<Unlocked>) -> Result<(), VaultError>;

const ACTS: [(&str, Act); 6] = [
    ("take in", |vault| vault.take_in((4..10).map(known_incoming).collect(), now(), drivekey::vault::Taking::Keep, |_| {}).map(drop)),
    ("edit", |vault| vault.edit(handle(1), Edit { note: Setting::To(text("anders")), ..Edit::default() }).map(drop)),
    ("remove", |vault| vault.remove(handle(2), now()).map(drop)),
    ("purge", |vault| vault.purge(&[handle(3)])),
    ("change passphrase", |vault| match vault.change_passphrase(&secret("neu"), LIMITS.floor) {
        Ok(_) => Ok(()),
        Err(drivekey::vault::SlotChangeError::Vault(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }),
    ("repair", Vault::repair),
];

/// What a fresh opening sees, everything opened and verified.
fn sight(path: &Path) -> (String, Vec<drivekey::record::Handle>, Vec<String>, Vec<String>) {
    let (passphrase, mut vault) = match unlock(path, Machine::new(None), PASSPHRASE) {
        Ok(vault) => (PASSPHRASE, vault),
        Err(VaultError::WrongPassphrase) => ("neu", unlock(path, Machine::new(None), "neu").unwrap()),
        Err(error) => panic!("{error:?}"),
    };
    let digits = whole_digits(&mut vault);
    let listing = vault.list(&everything()).unwrap();
    let notes = listing.entries.iter().map(|entry| format!("{:?} {:?}", entry.details.note, entry.details.removed)).collect();
    (passphrase.to_owned(), listing.entries.iter().map(|entry| entry.handle).collect(), digits, notes)
}

fn model() -> House {
    let house = House::with(4);
    house.open().remove(handle(3), now()).unwrap();
    house
}

fn sweep(plan: impl Fn(u32) -> Plan, cut: bool) {
    register();
    let model = model();
    let bytes = model.bytes();
    for (name, act) in ACTS {
        let before = sight(&model.path());
        let done = House::empty();
        done.put(&bytes);
        act(&mut unlock(&done.path(), Machine::new(None), PASSPHRASE).unwrap()).unwrap();
        let after = sight(&done.path());
        let mut failed = 0;
        for good in 0.. {
            let house = House::empty();
            house.put(&bytes);
            let mut vault = unlock(&house.path(), Machine::new(None), PASSPHRASE).unwrap();
            UNSYNCED.with_borrow_mut(Vec::clear);
            PLAN.set(Some(plan(good)));
            let outcome = act(&mut vault);
            let met = PLAN.get().is_none_or(|plan| plan.good == 0);
            // The process ends while the disk still fails.
            drop(vault);
            PLAN.set(None);
            if cut {
                power_cut(good);
            }
            let what = format!("{name} with {:?}: {outcome:?}", plan(good));
            if let Err(error) = &outcome {
                failed += 1;
                assert!(matches!(class(error), Class::Failed | Class::Unwritable), "{what}");
            }
            let seen = sight(&house.path());
            assert!(seen == before || seen == after, "{what}: {seen:?}");
            assert!(outcome.is_err() || seen == after, "{what}: said done, and was not");
            // A journal that never became valid may lie there; the next write must not mind it.
            let mut vault = unlock(&house.path(), Machine::new(None), &seen.0).unwrap();
            vault.edit(handle(1), Edit { note: Setting::Clear, ..Edit::default() }).unwrap();
            assert!(!house.folder().join("vault.drivekey-journal").exists(), "{what}");
            if !met {
                break;
            }
        }
        assert!(failed > 3, "{name} failed {failed} times only: the layer is not in place");
    }
}

#[test]
fn an_error_once() {
    sweep(|good| Plan { good, failing: Failing::Error, for_good: false }, false);
}

#[test]
fn an_error_for_good() {
    sweep(|good| Plan { good, failing: Failing::Error, for_good: true }, false);
}

#[test]
fn a_full_disk() {
    sweep(|good| Plan { good, failing: Failing::Full, for_good: true }, false);
}

#[test]
fn half_a_write() {
    sweep(|good| Plan { good, failing: Failing::Short, for_good: true }, false);
}

#[test]
fn a_power_cut_that_loses_what_was_not_synced() {
    sweep(|good| Plan { good, failing: Failing::Short, for_good: true }, true);
}

#[test]
fn a_new_vault_is_made_whole_or_not_at_all() {
    register();
    for good in 0.. {
        let house = House::empty();
        PLAN.set(Some(Plan { good, failing: Failing::Error, for_good: true }));
        let new = drivekey::vault::NewVault { passphrase: &secret(PASSPHRASE), cost: LIMITS.floor, limits: LIMITS };
        let outcome = Vault::create(&house.path(), &new, &Machine::new(None));
        PLAN.set(None);
        let left = std::fs::read_dir(house.folder()).unwrap().count();
        if outcome.is_ok() {
            assert!(good > 3);
            assert!(sight(&house.path()).1.is_empty());
            break;
        }
        assert_eq!(left, 0, "{outcome:?} left something behind");
    }
}

/// After a write that failed, the same open vault goes on: nothing it remembers is ahead of the file.
#[test]
fn the_next_attempt_succeeds() {
    register();
    for (name, act) in ACTS {
        for good in [0, 2, 5, 8] {
            let house = model();
            let mut vault = house.open();
            PLAN.set(Some(Plan { good, failing: Failing::Full, for_good: true }));
            let first = act(&mut vault);
            PLAN.set(None);
            if first.is_err() {
                act(&mut vault).unwrap_or_else(|error| panic!("{name} after {first:?}: {error:?}"));
            }
            vault.edit(handle(1), Edit { note: Setting::Clear, ..Edit::default() }).unwrap();
            assert!(vault.verify(|_, _| {}).unwrap().faults.is_empty());
        }
    }
}
