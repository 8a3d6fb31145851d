//! A layer between the database library and the system's files, registered as this process's default: the product knows
//! nothing of it. Every call that changes a folder is counted, written down, and fails as a plan says.
#![expect(unsafe_code, reason = "the database library's file layer is a table of C functions")]

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once};

use rusqlite::ffi;

use crate::disk::{Image, Op};

/// How a call fails.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Failing {
    /// It does nothing.
    Error,
    /// It does nothing, and says that the disk is full.
    Full,
    /// A write of so many thousandths arrives, an odd number of bytes; other calls do nothing. The disk is full.
    Short(usize),
    /// It does all, and says that it failed.
    Late,
    /// It does all and says so; before it something else happens in the folder.
    Meanwhile(fn(&Path)),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Calls that still go well.
    pub(crate) good: u32,
    pub(crate) failing: Failing,
    /// Every later call fails too: the disk is gone, or the power is.
    pub(crate) for_good: bool,
}

/// What was done to a folder.
pub(crate) struct Log {
    /// What lay in it before.
    pub(crate) files: Image,
    /// What lies in it now.
    pub(crate) left: Image,
    pub(crate) ops: Vec<Op>,
    /// Calls that wanted to change something.
    pub(crate) calls: u32,
    /// How many things had been done when the first call failed.
    pub(crate) failed_at: Option<usize>,
}

struct Watch {
    folder: PathBuf,
    plan: Option<Plan>,
    /// Files whose names no folder's sync has kept yet.
    new: Vec<PathBuf>,
    log: Log,
}

thread_local! {
    // The library calls its file layer on the thread of its caller, so that tests do not disturb each other.
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

static PATHS: Mutex<BTreeMap<usize, PathBuf>> = Mutex::new(BTreeMap::new());
static TABLES: Mutex<Vec<(usize, &'static Table)>> = Mutex::new(Vec::new());
static REGISTER: Once = Once::new();
static mut UNDER: *mut ffi::sqlite3_vfs = std::ptr::null_mut();

/// From now on what happens in this folder is written down, and goes wrong as planned. No vault may be open there.
pub(crate) fn watch(folder: &Path) {
    register();
    let log = Log { files: files_in(folder), left: Image::new(), ops: Vec::new(), calls: 0, failed_at: None };
    WATCH.set(Some(Watch { folder: folder.canonicalize().unwrap(), plan: None, new: Vec::new(), log }));
}

/// From now on the disk fails so; or it is well again.
pub(crate) fn plan(plan: Option<Plan>) {
    WATCH.with_borrow_mut(|watch| watch.as_mut().unwrap().plan = plan);
}

/// No more is written down. The vault must be closed: a second handle of this process would drop its locks.
pub(crate) fn unwatch() -> Log {
    let Watch { folder, mut log, .. } = WATCH.take().unwrap();
    log.left = files_in(&folder);
    log
}

fn files_in(folder: &Path) -> Image {
    let items = std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).filter(|path| path.is_file());
    items.map(|path| (name_of(&path), std::fs::read(&path).unwrap())).collect()
}

/// Whether a call that changes something beside `path` is to fail, and how; `None` also for other folders.
fn verdict(path: &Path) -> Option<Failing> {
    let (failing, folder) = WATCH.with_borrow_mut(|watch| {
        let watch = watch.as_mut().filter(|watch| path.parent() == Some(&watch.folder))?;
        watch.log.calls += 1;
        let plan = watch.plan.as_mut()?;
        if plan.good > 0 {
            plan.good -= 1;
            return None;
        }
        let failing = plan.failing;
        if !plan.for_good {
            watch.plan = None;
        }
        watch.log.failed_at.get_or_insert(watch.log.ops.len());
        Some((failing, watch.folder.clone()))
    })?;
    match failing {
        Failing::Meanwhile(happens) => {
            happens(&folder);
            None
        }
        failing => Some(failing),
    }
}

/// The library resolves links on the way to a file; its own name stays.
fn name_of(path: &Path) -> PathBuf {
    path.file_name().unwrap().into()
}

fn note(path: &Path, op: Op) {
    WATCH.with_borrow_mut(|watch| {
        if let Some(watch) = watch.as_mut().filter(|watch| path.parent() == Some(&watch.folder)) {
            match &op {
                Op::Create(path) => watch.new.push(path.clone()),
                Op::SyncFolder => watch.new.clear(),
                _ => {}
            }
            watch.log.ops.push(op);
        }
    });
}

/// The library's own layer syncs the folder with the first sync of a journal that it made.
fn is_new(path: &Path) -> bool {
    WATCH.with_borrow(|watch| watch.as_ref().is_some_and(|watch| watch.new.contains(&name_of(path))))
}

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

/// The calls of one kind of file, with those that were there before.
#[repr(C)]
struct Table {
    methods: ffi::sqlite3_io_methods,
    under: *const ffi::sqlite3_io_methods,
}

/// One for each kind of file that the library knows, made once.
unsafe fn table_over(under: *const ffi::sqlite3_io_methods) -> *const ffi::sqlite3_io_methods {
    let mut tables = TABLES.lock().unwrap();
    if let Some((_, table)) = tables.iter().find(|(known, _)| *known == under as usize) {
        return &raw const table.methods;
    }
    let mut methods = unsafe { *under };
    methods.xWrite = Some(write);
    methods.xTruncate = Some(truncate);
    methods.xSync = Some(sync);
    methods.xClose = Some(close);
    let table: &'static Table = Box::leak(Box::new(Table { methods, under }));
    tables.push((under as usize, table));
    &raw const table.methods
}

// Only read, and what it points at lives as long as the library.
unsafe impl Sync for Table {}

unsafe fn under(file: *mut ffi::sqlite3_file) -> &'static ffi::sqlite3_io_methods {
    unsafe { &*(*(*file).pMethods.cast::<Table>()).under }
}

unsafe fn named(name: *const c_char) -> PathBuf {
    PathBuf::from(unsafe { CStr::from_ptr(name) }.to_str().unwrap())
}

fn path_of(file: *mut ffi::sqlite3_file) -> PathBuf {
    PATHS.lock().unwrap()[&(file as usize)].clone()
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    unsafe {
        let path = if name.is_null() { None } else { Some(named(name.cast())) };
        let makes = flags & ffi::SQLITE_OPEN_CREATE != 0 && path.as_ref().is_some_and(|path| !path.exists());
        let failing = path.as_ref().filter(|_| makes).and_then(|path| verdict(path));
        if matches!(failing, Some(Failing::Error | Failing::Full | Failing::Short(_))) {
            (*file).pMethods = std::ptr::null();
            return ffi::SQLITE_CANTOPEN;
        }
        let code = (*UNDER).xOpen.unwrap()(UNDER, name, file, flags, out);
        let Some(path) = path.filter(|_| code == ffi::SQLITE_OK && !(*file).pMethods.is_null()) else { return code };
        if makes {
            note(&path, Op::Create(name_of(&path)));
        }
        if matches!(failing, Some(Failing::Late)) {
            (*(*file).pMethods).xClose.unwrap()(file);
            (*file).pMethods = std::ptr::null();
            return ffi::SQLITE_CANTOPEN;
        }
        PATHS.lock().unwrap().insert(file as usize, path);
        (*file).pMethods = table_over((*file).pMethods);
        code
    }
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    PATHS.lock().unwrap().remove(&(file as usize));
    unsafe { under(file).xClose.unwrap()(file) }
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, bytes: *const c_void, amount: c_int, at: i64) -> c_int {
    unsafe {
        let path = path_of(file);
        let whole = std::slice::from_raw_parts(bytes.cast::<u8>(), usize::try_from(amount).unwrap());
        let (part, code) = match verdict(&path) {
            None | Some(Failing::Meanwhile(_)) => (whole, ffi::SQLITE_OK),
            Some(Failing::Error) => (&whole[..0], ffi::SQLITE_IOERR_WRITE),
            Some(Failing::Full) => (&whole[..0], ffi::SQLITE_FULL),
            Some(Failing::Short(thousandths)) => {
                (&whole[..((whole.len() * thousandths / 1000) | 1).min(whole.len() - 1)], ffi::SQLITE_FULL)
            }
            Some(Failing::Late) => (whole, ffi::SQLITE_IOERR_WRITE),
        };
        if part.is_empty() {
            return code;
        }
        let done = under(file).xWrite.unwrap()(file, part.as_ptr().cast(), c_int::try_from(part.len()).unwrap(), at);
        if done != ffi::SQLITE_OK {
            return done;
        }
        note(&path, Op::Write { path: name_of(&path), at: at.unsigned_abs(), bytes: part.to_vec() });
        code
    }
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    unsafe {
        let path = path_of(file);
        let failing = verdict(&path);
        if matches!(failing, Some(Failing::Error | Failing::Full | Failing::Short(_))) {
            return ffi::SQLITE_IOERR_TRUNCATE;
        }
        let done = under(file).xTruncate.unwrap()(file, size);
        if done == ffi::SQLITE_OK {
            note(&path, Op::Truncate { path: name_of(&path), size: size.unsigned_abs() });
        }
        if matches!(failing, Some(Failing::Late)) { ffi::SQLITE_IOERR_TRUNCATE } else { done }
    }
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // Not handed on: memory has nothing to sync, and what a sync means stands in the log.
    let path = path_of(file);
    match verdict(&path) {
        Some(Failing::Error | Failing::Full | Failing::Short(_)) => {
            note(&path, Op::FailedSync(name_of(&path)));
            ffi::SQLITE_IOERR_FSYNC
        }
        failing => {
            note(&path, Op::Sync(name_of(&path)));
            if matches!(failing, Some(Failing::Late)) {
                return ffi::SQLITE_IOERR_FSYNC;
            }
            if is_new(&path) {
                note(&path, Op::SyncFolder);
            }
            ffi::SQLITE_OK
        }
    }
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, sync_folder: c_int) -> c_int {
    unsafe {
        let path = named(name);
        let failing = verdict(&path);
        if matches!(failing, Some(Failing::Error | Failing::Full | Failing::Short(_))) {
            return ffi::SQLITE_IOERR_DELETE;
        }
        let done = (*UNDER).xDelete.unwrap()(UNDER, name, 0);
        if done != ffi::SQLITE_OK {
            return done;
        }
        note(&path, Op::Delete(name_of(&path)));
        if matches!(failing, Some(Failing::Late)) {
            return ffi::SQLITE_IOERR_DIR_FSYNC;
        }
        if sync_folder != 0 {
            note(&path, Op::SyncFolder);
        }
        done
    }
}
