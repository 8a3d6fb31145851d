//! Control words of RTF that matter for its text.

/// What a control word means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Character(char),
    Line,
    Tab,
    Row,
    CellEnd,
    RowEnd,
    /// The group it stands in is not text.
    Skip,
    /// The group it stands in is text, though the one round it is not: a text box.
    Show,
}

/// `None` for what changes the look alone.
pub(super) fn meaning(word: &[u8]) -> Option<Meaning> {
    Some(match word {
        b"par" | b"line" | b"sect" | b"page" | b"column" | b"softline" => Meaning::Line,
        b"tab" => Meaning::Tab,
        b"trowd" => Meaning::Row,
        b"cell" | b"nestcell" => Meaning::CellEnd,
        b"row" | b"nestrow" => Meaning::RowEnd,
        b"emdash" => Meaning::Character('\u{2014}'),
        b"endash" => Meaning::Character('\u{2013}'),
        b"emspace" | b"enspace" | b"qmspace" => Meaning::Character(' '),
        b"bullet" => Meaning::Character('\u{2022}'),
        b"lquote" => Meaning::Character('\u{2018}'),
        b"rquote" => Meaning::Character('\u{2019}'),
        b"ldblquote" => Meaning::Character('\u{201C}'),
        b"rdblquote" => Meaning::Character('\u{201D}'),
        b"shptxt" => Meaning::Show,
        b"colortbl"
        | b"stylesheet"
        | b"info"
        | b"pict"
        | b"objdata"
        | b"objclass"
        | b"fldinst"
        | b"themedata"
        | b"colorschememapping"
        | b"datastore"
        | b"latentstyles"
        | b"listtable"
        | b"listoverridetable"
        | b"rsidtbl"
        | b"generator"
        | b"xmlnstbl"
        | b"mmathPr"
        | b"filetbl"
        | b"revtbl"
        | b"nonesttables"
        | b"bkmkstart"
        | b"bkmkend"
        | b"xe"
        | b"tc"
        | b"nonshppict"
        | b"pnseclvl"
        | b"datafield"
        | b"formfield"
        | b"passwordhash" => Meaning::Skip,
        _ => return None,
    })
}
