//! Objects that are nothing but one value: with its name beside it, or in a wrapper. They are fields of the entry
//! around them.

use super::{Entry, Field, Role, folded, role};
use crate::source_text::Text;

/// Names of what names a value.
const NAME_NAMES: &[&str] =
    &["name", "label", "key", "title", "property", "attribute", "field", "n", "k", "t", "fieldname", "keyname"];
/// Names of a value.
const VALUE_NAMES: &[&str] = &["value", "val", "v", "text", "content", "string", "concealed", "data"];
/// What else stands beside them.
const BESIDE: &[&str] = &[
    "type",
    "id",
    "linkedid",
    "hidden",
    "designation",
    "purpose",
    "kind",
    "section",
    "order",
    "protected",
    "protectinmemory",
    "guarded",
    "multiline",
    "indexatsource",
    "dontgenerate",
    "placeholder",
    "uid",
    "uuid",
    "sensitive",
    "deleted",
    "required",
    "readonly",
    "visible",
    "fieldtype",
    "datatype",
];
/// Beside a value that was wrapped by PowerShell.
const WRAPPED: &[&str] = &["displayhint", "datetime", "count", "kind"];
/// Lists of names and values.
const LISTS: &[&str] = &[
    "fields",
    "customfields",
    "extrafields",
    "properties",
    "attributes",
    "tags",
    "values",
    "sections",
    "string",
    "strings",
    "property",
    "field",
    "add",
];

/// Takes the value out, as a field of the entry around it.
pub(crate) fn lifted<'a>(entry: &mut Entry<'a>) -> Option<Field<'a>> {
    if entry.fields.len() > BESIDE.len() || entry.fields.is_empty() {
        return None;
    }
    let names: Vec<String> = entry.fields.iter().map(|field| folded(&field.name)).collect();
    let is_value = |name: &str| VALUE_NAMES.contains(&name);
    let take = |text: &mut Text<'a>| std::mem::replace(text, Text::Borrowed(""));
    if names.iter().all(|name| is_value(name) || WRAPPED.contains(&name.as_str())) {
        // Of a number and its name, the name.
        let last = names.iter().rposition(|name| is_value(name))?;
        let value = take(&mut entry.fields[last].value);
        return Some(Field::new(take(&mut entry.name), value));
    }
    let name = NAME_NAMES.iter().find_map(|wanted| names.iter().position(|name| name == wanted))?;
    let mut values = (0..names.len()).filter(|index| *index != name && is_value(&names[*index]));
    let (value, None) = (values.next()?, values.next()) else { return None };
    let rest = names.iter().enumerate().filter(|(index, _)| *index != name && *index != value);
    let known = rest.map(|(_, name)| name.as_str()).all(|name| BESIDE.contains(&name) || NAME_NAMES.contains(&name));
    let title = entry.fields[name].value.trim();
    let digits = title.bytes().filter(u8::is_ascii_digit).count();
    let is_known = role(title) != Role::Unknown || LISTS.contains(&folded(&entry.name).as_str());
    if !known || title.is_empty() || digits >= 6 || !is_known {
        return None;
    }
    let title = take(&mut entry.fields[name].value);
    Some(Field::new(title, take(&mut entry.fields[value].value)))
}
