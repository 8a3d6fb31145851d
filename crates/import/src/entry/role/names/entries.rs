//! Names of an entry itself in files: its title, its name in a directory, the kind of its protector. Data only.

pub(super) const NAME: &[&str] = &[
    "name", "nom", "nombre", "nome", "naam", "nazwa", "имя", "名前", "名称", "이름", "namn", "navn", "nimi", "název",
    "ad",
];
pub(super) const TITLE: &[&str] = &[
    "title",
    "item name",
    "entry",
    "entry name",
    "titel",
    "titre",
    "título",
    "titolo",
    "tytuł",
    "заголовок",
    "タイトル",
    "标题",
    "description",
    "beschreibung",
    "comment",
    "remark",
    "bemerkung",
    "kommentar",
];
pub(super) const DIRECTORY: &[&str] = &["dn", "distinguished name", "cn", "common name"];
pub(super) const PROTECTOR_TYPE: &[&str] = &[
    "key protector type",
    "key protector types",
    "protector type",
    "key protector",
    "key type",
    "Schutzvorrichtungstyp",
];
pub(super) const KEY_PACKAGE: &[&str] = &["msfvekeypackage", "key package"];
