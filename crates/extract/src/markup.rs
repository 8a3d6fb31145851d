//! Takes HTML and XML apart as browsers do: names without regard to case, values with or without quotes, comments,
//! whatever is broken taken as text.

/// A tag.
pub(crate) struct Tag<'a> {
    name: &'a str,
    attributes: &'a str,
    /// Whether it ends its element.
    pub(crate) closes: bool,
    /// Whether it says itself that nothing is in it.
    pub(crate) empty: bool,
}

impl<'a> Tag<'a> {
    /// Its name without the prefix of a name space.
    pub(crate) fn local_name(&self) -> &'a str {
        self.name.rsplit(':').next().unwrap_or_default()
    }

    /// Whether it has this name, with or without a prefix.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.local_name().eq_ignore_ascii_case(name)
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&'a str> {
        let mut rest = self.attributes;
        while !rest.is_empty() {
            let end = rest.find(|c: char| c == '=' || c.is_ascii_whitespace()).unwrap_or(rest.len());
            let found = &rest[..end];
            let after = rest[end..].trim_start();
            let Some(value) = after.strip_prefix('=') else {
                rest = if end == 0 { after.get(1..).unwrap_or_default() } else { after };
                continue;
            };
            let value = value.trim_start();
            let (value, after) = match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value[1..].split_once(quote).unwrap_or((&value[1..], "")),
                _ => value.split_once(|c: char| c.is_ascii_whitespace()).unwrap_or((value, "")),
            };
            if found.eq_ignore_ascii_case(name) {
                return Some(value);
            }
            rest = after.trim_start();
        }
        None
    }
}

/// A piece of a page.
pub(crate) enum Piece<'a> {
    /// Text in which references are still to be resolved.
    Text(&'a str),
    /// Text as it stands.
    Verbatim(&'a str),
    Tag(Tag<'a>),
}

/// Takes a page apart in one pass. What is opened and never closed is noticed once and then taken as text, so that no
/// page makes it look through the same part again and again.
pub(crate) struct Pieces<'a> {
    rest: &'a str,
    /// How much follows the last end of a tag.
    tail_bytes: usize,
    quotes: bool,
    comments: bool,
    skips: bool,
}

impl<'a> Pieces<'a> {
    pub(crate) fn new(page: &'a str) -> Self {
        let tail_bytes = page.len() - page.rfind('>').unwrap_or(0);
        Self { rest: page, tail_bytes, quotes: true, comments: true, skips: true }
    }

    /// Leaves out what stands before the end of this element.
    pub(crate) fn skip_to_end(&mut self, of: &Tag<'a>) {
        if let Some(after) = self.skips.then(|| after_end(self.rest, of.name)).flatten() {
            self.rest = after;
        } else {
            self.skips = false;
        }
    }

    /// The tag at the beginning, which is `<`; comments and declarations are tags without a name.
    fn tag(&mut self) -> Option<Tag<'a>> {
        let inner = self.rest.strip_prefix('<')?;
        if inner.starts_with(['!', '?']) {
            self.rest = self.after_declaration(inner)?;
            return Some(Tag { name: "", attributes: "", closes: false, empty: true });
        }
        let closes = inner.starts_with('/');
        let inner = inner.strip_prefix('/').unwrap_or(inner);
        if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return None;
        }
        let outside_quotes = self.quotes.then(|| end_of_tag(inner)).flatten();
        self.quotes = outside_quotes.is_some();
        let end = outside_quotes.or_else(|| inner.find('>'))?;
        let content = &inner[..end];
        let name_end = content.find(|c: char| c.is_ascii_whitespace() || c == '/').unwrap_or(content.len());
        let empty = content.ends_with('/');
        let attributes = content[name_end..].trim_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        self.rest = &inner[end + 1..];
        Some(Tag { name: &content[..name_end], attributes, closes, empty })
    }

    fn after_declaration(&mut self, inner: &'a str) -> Option<&'a str> {
        if inner.starts_with("![CDATA[") {
            self.comments = false;
        }
        if let Some(comment) = inner.strip_prefix("!--").filter(|_| self.comments) {
            if let Some((_, after)) = comment.split_once("-->") {
                return Some(after);
            }
            self.comments = false;
        }
        inner.split_once('>').map(|(_, after)| after)
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let open = self.rest.find('<').unwrap_or(self.rest.len());
        if open > 0 {
            let (text, rest) = self.rest.split_at(open);
            self.rest = rest;
            return Some(Piece::Text(text));
        }
        let rest = self.rest;
        if rest.is_empty() {
            return None;
        }
        if rest.len() <= self.tail_bytes {
            self.rest = "";
            return Some(Piece::Text(rest));
        }
        if let Some((verbatim, after)) =
            rest.strip_prefix("<![CDATA[").filter(|_| self.comments).and_then(|data| data.split_once("]]>"))
        {
            self.rest = after;
            return Some(Piece::Verbatim(verbatim));
        }
        if let Some(tag) = self.tag() {
            return Some(Piece::Tag(tag));
        }
        // A sign that opens no tag is text.
        self.rest = &rest[1..];
        Some(Piece::Text(&rest[..1]))
    }
}

/// What follows the end tag of this name.
fn after_end<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut at = 0;
    while let Some(open) = text[at..].find("</") {
        let start = at + open + 2;
        let found = text.as_bytes().get(start..start + name.len());
        if found.is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes())) {
            return text[start..].split_once('>').map(|(_, after)| after);
        }
        at = start;
    }
    None
}

/// The first `>` outside quotes.
fn end_of_tag(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let mut value = false;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'>' => return Some(at),
            // Only after an equals sign: elsewhere it is a character like any other.
            quote @ (b'"' | b'\'') if value => {
                at += text[at + 1..].find(char::from(*quote))? + 1;
                value = false;
            }
            b'=' => value = true,
            byte if byte.is_ascii_whitespace() => {}
            _ => value = false,
        }
        at += 1;
    }
    None
}
