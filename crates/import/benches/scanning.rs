//! How fast text without a key is passed over, on one core, beside `grep -P` with the same pattern in the same run; and
//! how fast the reader itself is: `cargo bench --bench scanning`, with parts of names for
//! some of them, and `--probe` for the first figure alone.
#![allow(clippy::format_push_string, clippy::cast_precision_loss, reason = "made-up texts, and rates to two digits")]
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark stops at the first surprise and prints its figures"
)]

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::Instant;

use drivekey_import::{could_hold, read};

const BYTES: usize = 64 << 20;
const ROUNDS: usize = 5;
/// The reference's pattern.
const PATTERN: &str = r"(?<!\d)(?<!\d-)\d{6}(?:[-+/\s]{0,8}\d{6}){7}(?!\d)(?!-\d)";

fn main() {
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    println!(
        "GB/s, best of {ROUNDS}, {} MiB each\n{:<34} {:>6} {:>6} {:>7}",
        BYTES >> 20,
        "",
        "probe",
        "reader",
        "grep -P"
    );
    for (name, words, zero) in [
        ("English", ENGLISH, '0'),
        ("Russian", RUSSIAN, '0'),
        ("Arabic with its own digits", ARABIC, '٠'),
        ("Hindi with its own digits", HINDI, '०'),
        ("Chinese", CHINESE, '0'),
        ("Japanese, full-width digits", JAPANESE, '０'),
    ] {
        figures(&format!("prose, {name}, UTF-8"), true, |noise| prose(noise, words, zero.into()).into_bytes());
        figures(&format!("prose, {name}, UTF-16"), false, |noise| utf16(&prose(noise, words, zero.into())));
    }
    figures("log", true, |noise| log(noise).into_bytes());
    figures("dense groups of six digits", true, |noise| groups(noise).into_bytes());
    figures("dense groups of six, UTF-16", false, |noise| utf16(&groups(noise)));
    figures("dense numbers", true, |noise| {
        made(|text| text.push_str(&format!("{} ", noise.next() >> (noise.next() % 60)))).into_bytes()
    });
    figures("one row of random digits", false, |noise| {
        (0..BYTES).map(|_| b'0' + u8::try_from(noise.next() % 10).unwrap()).collect()
    });
    figures("random bytes", false, |noise| (0..BYTES / 8).flat_map(|_| noise.next().to_le_bytes()).collect());
}

fn log(noise: &mut Noise) -> String {
    made(|text| {
        let (a, b) = (noise.next(), noise.next());
        text.push_str(&format!(
            "2026-09-{:02}T{:02}:{:02}:{:02}.{:06}Z INFO  [worker-{}] request {} from 10.{}.{}.{} took {} us\n",
            a % 30 + 1,
            a >> 8 & 15,
            a >> 16 & 31,
            a >> 24 & 31,
            a >> 30 & 0x7FFFF,
            b & 7,
            b >> 3 & 0xFF_FFFF,
            b >> 30 & 255,
            b >> 40 & 255,
            b >> 50 & 255,
            a >> 40 & 0xFFFF
        ));
    })
}

fn groups(noise: &mut Noise) -> String {
    made(|text| {
        for at in 0..8 {
            text.push_str(&format!("{:06}{}", noise.next() % 1_000_000, if at < 7 { '-' } else { '\n' }));
        }
    })
}

fn figures(name: &str, grep: bool, made: impl FnOnce(&mut Noise) -> Vec<u8>) {
    let mut chosen = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    if chosen.peek().is_some() && !chosen.any(|part| name.contains(&part)) {
        return;
    }
    let bytes = &*made(&mut Noise(0x9E37_79B9_7F4A_7C15));
    let rate = |seconds: f64| format!("{:.2}", bytes.len() as f64 / seconds / 1e9);
    let best = |mut run: Box<dyn FnMut() + '_>, rounds: usize| {
        let times = (0..rounds).map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64()
        });
        times.fold(f64::MAX, f64::min)
    };
    let probe = best(Box::new(|| assert!(!could_hold(None, black_box(bytes)))), ROUNDS);
    if std::env::args().any(|argument| argument == "--probe") {
        println!("{name:<34} {:>6}", rate(probe));
        return;
    }
    let part = &bytes[..bytes.len() / 8];
    let reader = best(Box::new(|| assert!(read(None, black_box(part)).records.is_empty())), 2) * 8.0;
    let grep = if grep {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let mut command = Command::new("grep");
        command
            .args(["-caP", PATTERN])
            .arg(file.path())
            .env("LC_ALL", "C.UTF-8")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        rate(best(Box::new(|| drop(command.status())), 2))
    } else {
        "-".to_owned()
    };
    println!("{name:<34} {:>6} {:>6} {grep:>7}", rate(probe), rate(reader));
}

/// Numbers that look random and are the same each time.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}

fn made(mut more: impl FnMut(&mut String)) -> String {
    let mut text = String::with_capacity(BYTES + 1024);
    while text.len() < BYTES {
        more(&mut text);
    }
    text
}

/// Words in random order, a number of up to four digits every hundred words or so, lines of some length.
fn prose(noise: &mut Noise, words: &str, zero: u32) -> String {
    let words: Vec<&str> = words.split(' ').collect();
    let mut count = 0;
    made(|text| {
        let chosen = noise.next();
        count += 1;
        if chosen.is_multiple_of(100) {
            let year = (chosen >> 8) % 3000;
            text.extend(year.to_string().chars().filter_map(|c| char::from_u32(zero + c.to_digit(10)?)));
        } else {
            text.push_str(words[usize::try_from(chosen >> 8).unwrap() % words.len()]);
        }
        text.push(if count % 14 == 0 { '\n' } else { ' ' });
    })
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().take(BYTES / 2).flat_map(u16::to_le_bytes).collect()
}

const ENGLISH: &str = "the of and to in a is that it was for on are as with his they I at be this have from or one had by word but not what all were we when your can said there use an each which she do how their if will up other about out many then them these so some her would make like him into time has look two more write go see number no way could people my than first water been call who oil its now find long down day did get come made may part “quoted” it’s — well,";
const RUSSIAN: &str = "и в не на я быть он с что а по это она этот к но они мы весь который из у то за свой год человек такой время если сказать для вот раз два город работа жизнь слово место лицо друг глаз вопрос дом сторона страна мир случай голова ребёнок сила конец вид система часть";
const ARABIC: &str = "في من على أن إلى التي هذا كان عن مع هذه ما بين بعد كل ذلك قبل لم حتى الذي قال عام أو منذ كما لا غير يوم تم حيث قد أكثر خلال دون وقد ولا الدول العربية المتحدة الملكية وفي عند أي لقد حول كانت مدينة";
const HINDI: &str = "के में की है यह और से हैं को पर इस होता कि जो कर मे गया करने किया लिये अपने ने बनी नहीं तो ही या एवं दिया हो इसका था द्वारा हुआ तक साथ करना वाले बाद लिए आप कुछ सकते किसी ये इसके सबसे इसमें थे दो होने वह वे करते बहुत कहा वर्ग कई करें";
const CHINESE: &str = "的一是在不了有和人这中大为上个国我以要他时来用们 生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经 十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装";
const JAPANESE: &str = "これは それから わたしたち について カタカナ コンピューター データ と、 です。 ます。 した。 日本 東京 時間 人間 世界 という ために ところが しかし または および ドライブ キー 回復 識別子 の は を に が で も から まで より";
