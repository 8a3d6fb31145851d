//! Texts that grow and leave no unwiped copy behind.

use zeroize::Zeroizing;

/// Appends, and wipes the old buffer where a larger one is needed.
pub(crate) fn append(text: &mut Zeroizing<String>, more: &str) {
    let needed = text.len() + more.len();
    if needed > text.capacity() {
        let mut larger = Zeroizing::new(String::with_capacity(needed.max(text.capacity() * 2)));
        larger.push_str(text);
        *text = larger;
    }
    text.push_str(more);
}
