//! The text beside the key files on a stick, for somebody who has never seen this program. It names no key and no
//! computer, and never changes, so that a second export finds it in place.

use zeroize::Zeroizing;

use super::text;

const README: &str = "\
ABOUT THESE RECOVERY KEYS

A computer that shows a blue screen and asks for the recovery key can be opened with one of these files.

1. The blue screen shows a Key ID. Note its first 8 characters.
2. On another computer or a phone, open the file whose name has the same 8 characters. Its name begins \
with \"BitLocker Recovery Key\".
3. Type the 48 digits on the blue screen, group by group. Each group has six digits. If the number keys do nothing, \
F1 to F9 stand for 1 to 9 and F10 for 0.

The blue screen itself does not read these text files. A file that ends in .BEK is another kind of key, a startup \
key: with the stick plugged in, the blue screen finds it by itself.

KEEP THIS STICK SAFE

Whoever holds it can unlock the drives. Keep it away from the computers that it opens, in a drawer at home, not \
in the laptop bag.
Do not keep it as the only copy: sticks fail.
To get rid of the keys, deleting the files is not enough: destroy the stick.
";

/// The text, in ASCII with CRLF.
#[must_use]
pub fn readme() -> Zeroizing<Vec<u8>> {
    text::utf8(&[README])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_editor_shows_it() {
        let bytes = readme();
        assert!(bytes.is_ascii() && !bytes.contains(&0));
        let text = std::str::from_utf8(&bytes).unwrap();
        assert!(text.lines().count() > 10 && text.matches('\n').count() == text.matches("\r\n").count());
    }
}
