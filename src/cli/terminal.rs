//! The real terminal. It is opened directly, so that questions work while the standard streams are redirected.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};

use crossterm::terminal::{Clear, ClearType};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::world::Terminal;

/// Longest line that is read.
const LINE_BYTES: usize = 64 * 1024;

#[cfg(unix)]
const INPUT: &str = "/dev/tty";
#[cfg(unix)]
const OUTPUT: &str = "/dev/tty";
#[cfg(windows)]
const INPUT: &str = "CONIN$";
#[cfg(windows)]
const OUTPUT: &str = "CONOUT$";

/// The terminal of this process.
#[derive(Debug, Default)]
pub(super) struct SystemTerminal;

impl SystemTerminal {
    fn output() -> io::Result<File> {
        File::options().write(true).read(cfg!(windows)).open(OUTPUT)
    }

    fn input() -> io::Result<File> {
        File::options().read(true).write(cfg!(windows)).open(INPUT)
    }
}

impl Terminal for SystemTerminal {
    fn is_present(&mut self) -> bool {
        Self::input().is_ok_and(|file| file.is_terminal()) && Self::output().is_ok()
    }

    fn ask_secret(&mut self, prompt: &str) -> io::Result<SecretString> {
        self.say(prompt)?;
        rpassword::read_password().map(SecretString::from)
    }

    fn ask_line(&mut self, prompt: &str) -> io::Result<Zeroizing<String>> {
        self.say(prompt)?;
        // A Windows console gives Unicode only through the standard library's own reading.
        if cfg!(windows) && io::stdin().is_terminal() {
            let mut line = Zeroizing::new(String::with_capacity(LINE_BYTES));
            if io::stdin().read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let end = line.trim_end_matches(['\r', '\n']).len();
            line.truncate(end);
            return Ok(line);
        }
        read_line(&mut Self::input()?)
    }

    fn say(&mut self, text: &str) -> io::Result<()> {
        if cfg!(windows) && io::stderr().is_terminal() {
            // The same, for writing.
            let mut err = io::stderr();
            err.write_all(text.as_bytes())?;
            return err.flush();
        }
        Self::output()?.write_all(text.as_bytes())
    }

    fn clear(&mut self) -> io::Result<()> {
        // As a mere writer: a file is a reader, too, and the macro could not choose.
        let mut output: Box<dyn Write> = Box::new(Self::output()?);
        crossterm::execute!(output, Clear(ClearType::All), Clear(ClearType::Purge), crossterm::cursor::MoveTo(0, 0))
    }
}

/// One line, byte by byte: nothing read ahead stays behind in a buffer.
fn read_line(input: &mut impl Read) -> io::Result<Zeroizing<String>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LINE_BYTES));
    let mut byte = [0_u8];
    loop {
        match input.read(&mut byte) {
            Ok(0) if bytes.is_empty() => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(0) => break,
            Ok(_) if byte[0] == b'\n' => break,
            Ok(_) if bytes.len() == LINE_BYTES => return Err(io::ErrorKind::InvalidData.into()),
            Ok(_) => bytes.push(byte[0]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if bytes.last() == Some(&b'\r') {
        bytes.pop();
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| io::ErrorKind::InvalidData)?;
    let mut line = Zeroizing::new(String::with_capacity(text.len()));
    line.push_str(text);
    Ok(line)
}
