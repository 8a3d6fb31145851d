//! Fonts of the system, for letters that the built-in typefaces do not have. They are looked for only when a name needs
//! them, under the file names that each system gives them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use drivekey_sheet::{FontBytes, Page, SheetError, uncovered};

/// Larger files are not read.
const FONT_BYTES: u64 = 64 << 20;
/// How deep folders of fonts are searched, and how many there may be.
const DEPTH: usize = 5;
const FOLDERS: usize = 2000;

/// The files that together have letters of most scripts, those with the most letters first.
const FILES: [&str; 40] = [
    // Windows
    "YuGothM.ttc",
    "meiryo.ttc",
    "msgothic.ttc",
    "msyh.ttc",
    "msjh.ttc",
    "simsun.ttc",
    "malgun.ttf",
    "segoeui.ttf",
    "arial.ttf",
    "LeelawUI.ttf",
    "Nirmala.ttc",
    "Nirmala.ttf",
    "ebrima.ttf",
    "seguisym.ttf",
    // macOS
    "Arial Unicode.ttf",
    "ヒラギノ角ゴシック W3.ttc",
    "Hiragino Sans GB.ttc",
    "PingFang.ttc",
    "AppleSDGothicNeo.ttc",
    "ArialHB.ttc",
    "GeezaPro.ttc",
    "Thonburi.ttc",
    "Kohinoor.ttc",
    // Linux
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJK-VF.ttc",
    "NotoSansCJKjp-Regular.otf",
    "DroidSansFallbackFull.ttf",
    "DroidSansFallback.ttf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "fonts-japanese-gothic.ttf",
    "ipag.ttf",
    "NanumGothic.ttf",
    "DejaVuSans.ttf",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansThai-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "FreeSans.ttf",
    "unifont.otf",
];

/// The fonts that these pages need besides the built-in ones.
pub(super) fn covering(pages: &[Page]) -> Result<Vec<FontBytes>, SheetError> {
    let mut fonts = Vec::new();
    let mut missing = uncovered(pages, &fonts)?;
    if missing.is_empty() {
        return Ok(fonts);
    }
    for path in candidates(&folders()) {
        let Some(bytes) = read(&path) else { continue };
        fonts.push(FontBytes { bytes: Arc::new(bytes), index: 0 });
        match uncovered(pages, &fonts) {
            Ok(left) if left.len() < missing.len() => missing = left,
            // It adds nothing, or is no font.
            _ => drop(fonts.pop()),
        }
        if missing.is_empty() {
            break;
        }
    }
    Ok(fonts)
}

fn folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if cfg!(windows) {
        let windows = std::env::var_os("SystemRoot").map_or_else(|| PathBuf::from("C:\\Windows"), PathBuf::from);
        folders.push(windows.join("Fonts"));
        folders.extend(dirs::data_local_dir().map(|data| data.join("Microsoft").join("Windows").join("Fonts")));
    } else if cfg!(target_os = "macos") {
        folders.extend(["/System/Library/Fonts", "/Library/Fonts"].map(PathBuf::from));
        folders.extend(dirs::home_dir().map(|home| home.join("Library").join("Fonts")));
    } else {
        folders.extend(["/usr/share/fonts", "/usr/local/share/fonts"].map(PathBuf::from));
        folders.extend(dirs::data_dir().map(|data| data.join("fonts")));
    }
    folders
}

/// The files of [`FILES`] that are there, in its order.
fn candidates(folders: &[PathBuf]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open: Vec<(PathBuf, usize)> = folders.iter().map(|folder| (folder.clone(), 0)).collect();
    let mut seen = 0;
    while let Some((folder, depth)) = open.pop() {
        seen += 1;
        if seen > FOLDERS {
            break;
        }
        for item in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = item.path();
            let Ok(kind) = item.file_type() else { continue };
            if kind.is_dir() && depth < DEPTH {
                open.push((path, depth + 1));
            } else if let Some(rank) = rank(&path) {
                found.push((rank, path));
            }
        }
    }
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}

fn rank(path: &Path) -> Option<usize> {
    let name = path.file_name()?.to_str()?;
    FILES.iter().position(|known| known.eq_ignore_ascii_case(name))
}

fn read(path: &Path) -> Option<Vec<u8>> {
    let data = path.metadata().ok()?;
    if !data.is_file() || data.len() > FONT_BYTES {
        return None;
    }
    std::fs::read(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_font_files_are_found_in_subfolders() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("truetype/droid");
        std::fs::create_dir_all(&deep).unwrap();
        for name in ["truetype/droid/DROIDSANSFALLBACK.TTF", "malgun.ttf", "Comic.ttf"] {
            std::fs::write(folder.path().join(name), b"").unwrap();
        }
        let found = candidates(&[folder.path().to_owned(), folder.path().join("none")]);
        let names: Vec<_> = found.iter().filter_map(|path| path.file_name()?.to_str()).collect();
        assert_eq!(names, ["malgun.ttf", "DROIDSANSFALLBACK.TTF"]);
    }
}
