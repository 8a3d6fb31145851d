//! Our own pages, drawn and read back; pictures and documents that mean harm.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, ImageFormat};
use proptest::prelude::*;
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::document;
use crate::page::{KeyFacts, KeySheet, Page, key_page, share_page};
use crate::read::{ScanError, Scanned, read_scan, sort_payloads};
use crate::split::{Share, SplitKind, combine, split};
use crate::{Paper, pdf};
use drivekey_record::{Handle, KeyId, RecoveryPassword, State, VolumeType};

const KEY: &str = "471207-278498-422125-177177-561902-537405-468006-693451";
const ID: &str = "7EDB30ED-1234-4ABC-9DEF-0123456789AB";

fn facts() -> KeyFacts {
    KeyFacts {
        record: Handle::new(1).unwrap(),
        kind: drivekey_record::KeyKind::BitLocker,
        device: "Jürgens; 100% PC".parse().ok(),
        drive: "C:".parse().ok(),
        label: None,
        volume_type: VolumeType::OperatingSystem,
        key_id: ID.parse::<KeyId>().unwrap(),
        created: None,
        proven: None,
        state: State::Current,
    }
}

fn day() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(2026, 11, 25).unwrap()
}

fn key() -> Page {
    let digits = RecoveryPassword::parse(KEY).unwrap().expose_secret();
    key_page(&KeySheet { facts: facts(), key: &digits.into() }, day())
}

fn picture_of(page: Page) -> GrayImage {
    let document = pdf(&[page], Paper::A4, &[]).unwrap();
    let mut picture = None;
    document::each_page(&document, |page| picture = Some(page)).unwrap();
    picture.unwrap()
}

fn png(picture: &GrayImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn assert_is_the_key(found: &[Scanned]) {
    let [Scanned::Key { password, label: Some(label) }] = found else { panic!("{found:?}") };
    assert_eq!(password.expose_secret().as_str(), KEY);
    assert_eq!(label.key_id.to_string(), ID);
    assert_eq!(label.device.as_ref().map(ToString::to_string).as_deref(), Some("Jürgens; 100% PC"));
    assert_eq!(label.volume_type, VolumeType::OperatingSystem);
}

#[test]
fn a_key_is_read_from_document_and_pictures() {
    assert_is_the_key(&read_scan(&pdf(&[key()], Paper::A4, &[]).unwrap()).unwrap());
    let picture = picture_of(key());
    assert_is_the_key(&read_scan(&png(&picture)).unwrap());
    let smaller = image::imageops::resize(
        &picture,
        picture.width() / 2,
        picture.height() / 2,
        image::imageops::FilterType::Triangle,
    );
    let mut jpeg = Vec::new();
    smaller.write_with_encoder(JpegEncoder::new_with_quality(&mut jpeg, 60)).unwrap();
    assert_is_the_key(&read_scan(&jpeg).unwrap());
    let lying = image::imageops::rotate90(&smaller);
    assert_is_the_key(&read_scan(&png(&lying)).unwrap());
}

#[test]
fn sheets_of_a_split_add_up_from_scans() {
    let digits = RecoveryPassword::parse(KEY).unwrap().expose_secret();
    let mut next = 0_u8;
    let shares = split(&digits, SplitKind::TwoOfThree, &mut |bytes: &mut [u8]| -> Result<(), ()> {
        for byte in bytes {
            next = next.wrapping_mul(5).wrapping_add(37);
            *byte = next;
        }
        Ok(())
    });
    let pages: Vec<Page> = shares.unwrap().iter().skip(1).map(|share| share_page(&facts(), share, day())).collect();
    let read = read_scan(&pdf(&pages, Paper::Letter, &[]).unwrap()).unwrap();
    let shares: Vec<Share> =
        read.into_iter().filter_map(|one| if let Scanned::Share(share) = one { Some(share) } else { None }).collect();
    assert_eq!(shares.len(), 2);
    assert_eq!(combine(&shares).unwrap().expose_secret().as_str(), KEY);
}

#[test]
fn payloads_are_told_apart() {
    let kit = "AGE-SECRET-KEY-1WYYQCEQQGAMNKJWTQPLYWWHSWFTUUCFK65D7JWDDN63HMFTPXKMQP8TQ5H";
    let read = |texts: &[&str]| sort_payloads(texts.iter().map(|text| Zeroizing::new((*text).to_owned())).collect());
    assert!(matches!(&read(&[kit])[..], [Scanned::Kit(read)] if read.secret().expose_secret() == kit));
    assert!(matches!(read(&[KEY])[..], [Scanned::Key { label: None, .. }]));
    assert!(read(&["https://example.org", "123456", ""]).is_empty());
    assert!(matches!(read(&["DKS1;22;ABCD"])[..], [Scanned::BadShare(_)]));
    // A label of another key is not taken for this one's.
    let other = "DK1;C=00000000;D=PC";
    assert!(matches!(read(&[other, KEY])[..], [Scanned::Key { label: None, .. }, Scanned::LabelOnly(_)]));
}

#[test]
fn files_that_are_none_and_files_that_mean_harm() {
    assert_eq!(read_scan(b"").unwrap_err(), ScanError::Format);
    assert_eq!(read_scan(b"GIF89a").unwrap_err(), ScanError::Format);
    assert_eq!(read_scan(b"\x89PNG\r\n\x1a\n").unwrap_err(), ScanError::Damaged);
    assert_eq!(read_scan(b"%PDF-1.7\n").unwrap_err(), ScanError::Damaged);
    let mut cut = png(&GrayImage::from_pixel(50, 50, image::Luma([255])));
    cut.truncate(60);
    assert_eq!(read_scan(&cut).unwrap_err(), ScanError::Damaged);
    assert!(read_scan(&png(&GrayImage::from_pixel(1, 1, image::Luma([0])))).unwrap().is_empty());
    // A header that asks for 100,000 by 100,000 dots.
    let mut large = png(&GrayImage::from_pixel(1, 1, image::Luma([0])));
    large[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]);
    let crc = crc32(&large[12..29]);
    large[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(read_scan(&large).unwrap_err(), ScanError::TooLarge);
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_dots_make_it_panic(width in 1_u32..60, height in 1_u32..60, seed in any::<u64>()) {
        let mut state = seed | 1;
        let picture = GrayImage::from_fn(width, height, |_, _| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            image::Luma([if state & 4 == 0 { 0 } else { 255 }])
        });
        prop_assert!(read_scan(&png(&picture)).is_ok());
    }

    #[test]
    fn no_bent_document_makes_it_panic(at in 0_usize..3000, with in any::<[u8; 6]>(), cut in 1_usize..3000) {
        let document = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count \
                         1>>endobj 3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 90 90]/Contents 4 0 R>>endobj 4 0 \
                         obj<</Length 30>>stream\n0 0 m 20 20 l 40 0 l f 1 0 0 rg\nendstream endobj\ntrailer<</Root 1 \
                         0 R>>\n%%EOF";
        let mut document = document.to_vec();
        let at = at % document.len();
        for (place, byte) in document[at..].iter_mut().zip(with) {
            *place = byte;
        }
        document.truncate(document.len() - cut % document.len() / 4);
        let _ = read_scan(&document);
    }

    #[test]
    fn no_bytes_make_it_panic(
        start in prop_oneof![Just(&b"%PDF-1.7\n"[..]), Just(&b"\xFF\xD8\xFF"[..]), Just(&b"\x89PNG\r\n\x1a\n"[..])],
        rest in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let _ = read_scan(&[start, &rest].concat());
    }
}
