//! The child that reads scans: pages that mean harm end it and not the program, and it limits itself before it reads.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a helper that cannot go on fails the test")]

use std::fs;
use std::io::{Cursor, Read as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::cli_house::{House, KEY_1, KEY_2};
use crate::trouble::{PROGRAM, ends, shell};
use flate2::{Compress, Compression, FlushCompress};
use image::codecs::png::{CompressionType as PngCompression, FilterType, PngEncoder};
use image::{ExtendedColorType, GrayImage, ImageEncoder as _};

const NOT_SEEN: &str = "it could not be looked into: drawing it took too much memory or time, or broke down; if you \
                        trust it, open it and look yourself";

/// One page whose content unpacks to three GiB of blanks; a few kilobytes.
fn bomb() -> Vec<u8> {
    let mut packer = Compress::new(Compression::best(), false);
    let mut chunk = Vec::with_capacity(1 << 16);
    packer.compress_vec(&b" ".repeat(1 << 20), &mut chunk, FlushCompress::Full).unwrap();
    // Each chunk stands by itself; behind all an empty last one, and a sum that nobody gets to.
    let mut blanks = vec![0x78, 0x9C];
    (0..3 << 10).for_each(|_| blanks.extend_from_slice(&chunk));
    blanks.extend_from_slice(&[1, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0]);
    let mut twice = Vec::with_capacity(1 << 20);
    Compress::new(Compression::best(), true).compress_vec(&blanks, &mut twice, FlushCompress::Finish).unwrap();
    let mut document = b"%PDF-1.7\n1 0 obj\n<</Type /Catalog /Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type /Pages /Count 1 \
                         /Kids [3 0 R]>>\nendobj\n3 0 obj\n<</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] \
                         /Contents 4 0 R>>\nendobj\n"
        .to_vec();
    document
        .extend(format!("4 0 obj\n<</Filter [/FlateDecode /FlateDecode] /Length {}>>\nstream\n", twice.len()).bytes());
    document.extend_from_slice(&twice);
    document.extend_from_slice(b"\nendstream\nendobj\ntrailer\n<</Root 1 0 R /Size 5>>\n%%EOF\n");
    document
}

/// The digits of a key as a code on a picture.
fn code(key: &str) -> GrayImage {
    let code = qrcode::QrCode::new(key).unwrap();
    let side = u32::try_from(code.width()).unwrap();
    let dark = code.to_colors();
    GrayImage::from_fn((side + 8) * 8, (side + 8) * 8, |x, y| {
        let (x, y) = ((x / 8).wrapping_sub(4), (y / 8).wrapping_sub(4));
        let is_dark = x < side && y < side && dark[(y * side + x) as usize] == qrcode::Color::Dark;
        image::Luma([if is_dark { 0 } else { 255 }])
    })
}

/// As large as pictures may be, and as deep as they come: 56 million dots of eight bytes.
fn large_picture() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let encoder = PngEncoder::new_with_quality(&mut bytes, PngCompression::Fast, FilterType::NoFilter);
    encoder.write_image(&vec![0xFF; 7_480 * 7_480 * 8], 7_480, 7_480, ExtendedColorType::Rgba16).unwrap();
    bytes.into_inner()
}

/// What the child itself does before it reads anything.
#[cfg(target_os = "linux")]
/// Files of strangers: what it costs to look at them is lost with the child that looked.
#[test]
fn pages_that_mean_harm_end_a_child_and_not_the_program() {
    let house = House::new();
    let bomb = bomb();
    assert!(bomb.len() < 1 << 20);
    house.write("~/in/a bomb.pdf", &bomb);
    house.write("~/in/c another.pdf", &bomb);
    house.write("~/in/e large.png", &large_picture());
    for (name, key) in [("b", KEY_1), ("d", KEY_2)] {
        code(key).save(house.path(&format!("~/in/{name}.png"))).unwrap();
    }
    let began = Instant::now();
    let output = shell(&house, "drivekey import ~/in --dry-run --vault ~/none");
    let said = String::from_utf8_lossy(&output.stdout).replace(&house.root().display().to_string(), "~");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(8), ""), "{said}");
    for name in ["a bomb.pdf", "c another.pdf"] {
        assert!(said.contains(&format!("refused        ~/in/{name}: {NOT_SEEN}\n")), "{said}");
    }
    for name in ["b.png", "d.png"] {
        assert!(said.contains(&format!("found          ~/in/{name}: (no Key ID)\n")), "{said}");
    }
    // A bound for a program that hangs, not a measurement.
    assert!(began.elapsed() < Duration::from_secs(200), "{:?}", began.elapsed());
    // For programs, and where a person named it.
    let output = shell(&house, "drivekey import '~/in/a bomb.pdf' --dry-run --json --vault ~/none");
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (output.status.code(), document["files"][0]["remarks"][0]["code"].as_str()),
        (Some(1), Some("not_seen")),
        "{document}"
    );
    // The other ways by which scans come in.
    let opened = "--vault ~/v --passphrase-file ~/passphrase.txt";
    assert_eq!(shell(&house, &format!("drivekey init {opened}")).status.code(), Some(0));
    let output = shell(&house, &format!("drivekey sheet check '~/in/a bomb.pdf' {opened}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let expected = "a bomb.pdf: it could not be looked into: drawing it took too much memory or time, or broke down\n";
    assert!(output.status.code() == Some(1) && said.ends_with(expected), "{output:?}");
    let kit = "drivekey: there is no emergency kit in ~/in/a bomb.pdf.\n  Drawing it took too much memory or time; \
               scan the page again, or type it with --kit.\n";
    ends(&house, "drivekey list --vault ~/v --kit-file '~/in/a bomb.pdf'", 2, kit);
}

#[test]
fn the_reader_of_scans_limits_itself_first() {
    let house = House::new();
    // A descriptor of the shell, as --passphrase-fd has one: it is shut while the child still waits for its first file.
    let line = format!("exec 3>&2 2>/dev/null; exec '{PROGRAM}' scan-reader");
    let mut child = Command::new("/bin/sh");
    child.args(["-c", &line]).env("DRIVEKEY_VAULT", house.path("v")).current_dir("/");
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut inherited = Vec::new();
    child.stderr.take().unwrap().read_to_end(&mut inherited).unwrap();
    assert!(inherited.is_empty() && child.try_wait().unwrap().is_none());
    let limits = || {
        let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
        ["Max address space", "Max open files", "Max file size", "Max core file size", "Max cpu time"].map(|name| {
            let line =
                limits.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("{name}: {limits}"));
            line.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>()
        })
    };
    let memory = (1_u64 << 30).to_string();
    let expected = [[memory.as_str(), memory.as_str()], ["0", "0"], ["0", "0"], ["0", "0"], ["120", "unlimited"]];
    let began = Instant::now();
    while limits() != expected {
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", limits());
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
