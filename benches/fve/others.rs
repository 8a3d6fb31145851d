//! Asks other programs the same question, each as a whole process on the same real volume.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A small volume of Windows 10, with its keys, beside the repository.
const IMAGE: &str = "win10-xts128.img.xz";

/// What runs something once, under its name.
pub(crate) type Program<'a> = (&'static str, Box<dyn FnMut() + 'a>);

/// A real volume and its key.
pub(crate) struct Real {
    pub(crate) path: PathBuf,
    pub(crate) password: String,
}

impl Real {
    /// Unpacks it; `None` where it is not at hand.
    pub(crate) fn unpacked(folder: &Path) -> Option<Self> {
        let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/volumes");
        let expected: Value = serde_json::from_slice(&std::fs::read(shared.join("expected.json")).ok()?).unwrap();
        let image = expected["images"].as_array().unwrap().iter().find(|image| image["file"] == IMAGE)?;
        let path = folder.join("real.img");
        let packed = std::fs::File::open(shared.join(IMAGE)).unwrap();
        std::io::copy(&mut xz4rust::XzReader::new(packed), &mut std::fs::File::create(&path).unwrap()).unwrap();
        Some(Self { path, password: image["recovery"][0]["password"].as_str().unwrap().to_owned() })
    }

    /// Each program that is installed, and what runs it once.
    pub(crate) fn programs(&self) -> Vec<Program<'_>> {
        let image = self.path.to_str().unwrap();
        let out = self.path.with_extension("out");
        let ours = env!("CARGO_BIN_EXE_drivekey");
        let mut all: Vec<Program<'_>> = vec![
            ("drivekey identify, whole", Box::new(move || run(ours, &["identify", image], ""))),
            ("cryptsetup bitlkDump, whole", Box::new(move || run("cryptsetup", &["bitlkDump", image], ""))),
            ("bdeinfo, whole", Box::new(move || run("bdeinfo", &[image], ""))),
            (
                "cryptsetup, a proof, whole",
                Box::new(move || {
                    run("cryptsetup", &["open", "--type", "bitlk", "--test-passphrase", image], &self.password);
                }),
            ),
            ("bdeinfo, a proof, whole", Box::new(move || run("bdeinfo", &["-r", &self.password, image], ""))),
            (
                "dislocker, to a file, whole",
                Box::new(move || {
                    let _ = std::fs::remove_file(&out);
                    run(
                        "dislocker-file",
                        &["-V", image, &format!("-p{}", self.password), "--", out.to_str().unwrap()],
                        "",
                    );
                }),
            ),
        ];
        all.retain(|(name, _)| {
            let program = match name.split([' ', ',']).next().unwrap() {
                "dislocker" => "dislocker-file",
                "drivekey" => ours,
                program => program,
            };
            Command::new(program).arg("--help").stdin(Stdio::null()).output().is_ok()
        });
        all
    }
}

fn run(program: &str, arguments: &[&str], input: &str) {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .env("DRIVEKEY_VAULT", "none.drivekey")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // Whoever does not read has closed its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait().unwrap();
}
