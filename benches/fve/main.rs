//! One proof beside the bare chain of hashes it rests on, a search with one and with all cores, a listing, and other
//! programs on the same volume: `cargo bench --bench fve`.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark stops at the first surprise and prints its figures"
)]

mod hostile;
mod others;

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::time::Instant;

use drivekey_fve::repair::{Candidates, Effort, Reading, Search, search};
use drivekey_fve::{Source, Verdict, Volume, prove, scan};
use drivekey_record::{KeyId, RecoveryPassword};
use drivekey_testkit::fve_support::crypt::ROUNDS;
use drivekey_testkit::fve_support::made::{Made, digits, guid_of, key_of};
use others::Real;
use sha2::block_api::compress256;

const TURNS: usize = 21;
/// The other programs are slow.
const OTHERS_TURNS: usize = 5;
/// Candidates of one search on one core.
const SHARE: u32 = 8;

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("drive.img");
    let mut image = Made::default().image();
    std::io::copy(&mut image, &mut std::fs::File::create(&path).unwrap()).unwrap();
    let volume = list(&path);
    let password = RecoveryPassword::parse(&digits(key_of(1))).unwrap();
    let key_id: KeyId = guid_of(1).parse().unwrap();
    let text = digits(key_of(7)).replacen(|c: char| c.is_ascii_digit(), "?", 12);
    let candidates = Candidates::of(&Reading::parse(&text).unwrap(), Effort::Likely);
    let cores = std::thread::available_parallelism().unwrap();
    let (mut bare, mut proofs, mut alone, mut all, mut listings) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        bare.push(ms(bare_chain));
        proofs.push(ms(|| assert_eq!(prove(&volume, &password, &key_id).0.verdict, Verdict::Opens)));
        alone.push(ms(|| try_candidates(&candidates, &volume, &key_id, NonZeroUsize::MIN)) / f64::from(SHARE));
        let everywhere = u32::try_from(cores.get()).unwrap();
        all.push(ms(|| try_candidates(&candidates, &volume, &key_id, cores)) / f64::from(SHARE * everywhere));
        listings.push(ms(|| drop(black_box(list(&path)))));
    }
    println!("{TURNS} turns, times in ms: the least, the middle\n");
    let rows = [
        ("bare chain, 2^20 double blocks", bare),
        ("one proof", proofs),
        ("a candidate, one core", alone),
        ("a candidate, all cores", all),
        ("a listing, file opened anew", listings),
    ];
    for (name, mut times) in rows {
        times.sort_by(f64::total_cmp);
        println!("{name:<32} {:>9.3} {:>9.3}", times[0], times[TURNS / 2]);
    }
    let (count, middle, most) = hostile::slowest(|work| ms(work));
    println!("{:<32} {middle:>9.3} {most:>9.3}", format!("{count} hostile: middle, slowest"));
    let mut crowded = Source::new(hostile::crowded_disk()).unwrap();
    let mut times: Vec<f64> = (0..TURNS).map(|_| ms(|| drop(black_box(scan(&mut crowded))))).collect();
    times.sort_by(f64::total_cmp);
    println!("{:<32} {:>9.3} {:>9.3}", "a crowded disk", times[0], times[TURNS / 2]);
    beside_others(folder.path());
}

/// In turns, so that all have the same machine.
fn beside_others(folder: &std::path::Path) {
    let Some(real) = Real::unpacked(folder) else { return println!("no real volume is at hand") };
    let volume = list(&real.path);
    let password = RecoveryPassword::parse(&real.password).unwrap();
    let mut programs = real.programs();
    programs.insert(
        0,
        (
            "a proof, the same volume",
            Box::new(|| assert_eq!(prove(&volume, &password, &KeyId::Unknown).0.verdict, Verdict::Opens)),
        ),
    );
    programs.insert(1, ("a listing, the same volume", Box::new(|| drop(black_box(list(&real.path))))));
    let mut times = vec![Vec::new(); programs.len()];
    for _ in 0..OTHERS_TURNS {
        for ((_, work), times) in programs.iter_mut().zip(&mut times) {
            times.push(ms(work));
        }
    }
    println!("\n{OTHERS_TURNS} turns on a real volume\n");
    for ((name, _), mut times) in programs.iter().zip(times) {
        times.sort_by(f64::total_cmp);
        println!("{name:<32} {:>9.3} {:>9.3}", times[0], times[OTHERS_TURNS / 2]);
    }
}

fn ms(work: impl FnOnce()) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64() * 1000.0
}

/// What no proof can be faster than: each hash needs the last. Two prepared blocks, nothing wiped, nothing read.
fn bare_chain() {
    const START: [u32; 8] =
        [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];
    let mut blocks = [[0_u8; 64]; 2];
    blocks[1][24] = 0x80;
    blocks[1][56..].copy_from_slice(&704_u64.to_be_bytes());
    for count in 0..ROUNDS {
        let mut state = START;
        blocks[1][16..24].copy_from_slice(&count.to_le_bytes());
        compress256(&mut state, &blocks);
        for (bytes, word) in blocks[0].chunks_exact_mut(4).zip(state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
    }
    black_box(blocks);
}

fn try_candidates(candidates: &Candidates, volume: &Volume, key_id: &KeyId, threads: NonZeroUsize) {
    let limit = u128::from(SHARE) * threads.get() as u128;
    let searched =
        search(&Search { candidates, volume, key_id, from: 0, limit, threads }, &|_| ControlFlow::Continue(()));
    assert_eq!(u128::from(searched.progress.done), limit);
}

fn list(path: &std::path::Path) -> Volume {
    let mut source = Source::new(std::fs::File::open(path).unwrap()).unwrap();
    scan(&mut source).unwrap().found.remove(0).volume.unwrap()
}
