//! Tags, sorted and without duplicates. Two spellings of a tag are the same tag; the first spelling is kept.

use super::LineText;

/// Whether a tag is in the list, in any spelling.
#[must_use]
pub fn has_tag(tags: &[LineText], tag: &LineText) -> bool {
    let wanted = tag.normalised();
    tags.iter().any(|kept| kept.normalised() == wanted)
}

/// Adds a tag, unless the list has it in any spelling.
pub fn add_tag(tags: &mut Vec<LineText>, tag: &LineText) {
    if !has_tag(tags, tag) {
        tags.push(tag.clone());
        tags.sort();
    }
}

/// Removes a tag, in any spelling.
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
