//! Tags, sorted, each once. Two spellings of one tag are one: the first stays.

use super::LineText;

/// Whether a tag is among these, in any spelling.
#[must_use]
pub fn has_tag(tags: &[LineText], tag: &LineText) -> bool {
    let wanted = tag.normalised();
    tags.iter().any(|kept| kept.normalised() == wanted)
}

/// Adds a tag that is not there in another spelling.
pub fn add_tag(tags: &mut Vec<LineText>, tag: &LineText) {
    if !has_tag(tags, tag) {
        tags.push(tag.clone());
        tags.sort();
    }
}

/// Takes a tag away, however it is spelt.
pub fn remove_tag(tags: &mut Vec<LineText>, tag: &LineText) {
    let unwanted = tag.normalised();
    tags.retain(|kept| kept.normalised() != unwanted);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_spelling_stays_and_any_takes_it_away() {
        let tag = |text: &str| text.parse::<LineText>().unwrap();
        let mut tags = vec![tag("Zoo")];
        for one in ["Family", "family", "ＦＡＭＩＬＹ", "summer  house", "Summer house"] {
            add_tag(&mut tags, &tag(one));
        }
        assert_eq!(tags, [tag("Family"), tag("Zoo"), tag("summer  house")]);
        remove_tag(&mut tags, &tag("FAMILY"));
        remove_tag(&mut tags, &tag("zoo"));
        assert_eq!(tags, [tag("summer  house")]);
    }
}
