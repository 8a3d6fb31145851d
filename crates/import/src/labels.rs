//! Words before values, in many languages, and what kind of value they announce. Helps where structure leaves a choice;
//! no key is found or lost by them.

/// Labels of a computer's name, in lower case.
pub(super) const DEVICE: &[&str] = &[
    "appareil",
    "bilgisayar",
    "bilgisayar adı",
    "cihaz",
    "computador",
    "computer",
    "computer name",
    "computername",
    "computernaam",
    "computernavn",
    "számítógép",
    "dator",
    "datornamn",
    "device",
    "device name",
    "devicename",
    "dispositivo",
    "enhetsnamn",
    "equipo",
    "gerät",
    "geraet",
    "gerätename",
    "host",
    "host name",
    "hostname",
    "komputer",
    "laptop",
    "machine",
    "machine name",
    "naam computer",
    "nazwa komputera",
    "nazwa urządzenia",
    "název počítače",
    "nom de l'appareil",
    "nom de l'ordinateur",
    "nom de l’appareil",
    "nom de l’ordinateur",
    "nom du pc",
    "nombre de equipo",
    "nombre de host",
    "nombre del dispositivo",
    "nombre del equipo",
    "nome computer",
    "nome del computer",
    "nome do computador",
    "nome do dispositivo",
    "nome dispositivo",
    "ordenador",
    "ordinateur",
    "pc",
    "pc name",
    "pc-name",
    "pcname",
    "počítač",
    "poste",
    "rechner",
    "rechnername",
    "system name",
    "systemname",
    "számítógép neve",
    "tietokone",
    "имя компьютера",
    "имя устройства",
    "имя пк",
    "компьютер",
    "комп'ютер",
    "устройство",
    "υπολογιστής",
    "コンピューター",
    "コンピューター名",
    "コンピュータ",
    "コンピュータ名",
    "デバイス名",
    "计算机",
    "计算机名",
    "计算机名称",
    "设备",
    "设备名称",
    "電腦",
    "電腦名稱",
    "裝置名稱",
    "컴퓨터",
    "컴퓨터 이름",
    "장치 이름",
];
/// Labels of a drive, in lower case.
pub(super) const DRIVE: &[&str] = &[
    "disco",
    "disk",
    "disque",
    "drive",
    "drive letter",
    "driveletter",
    "dysk",
    "enhet",
    "jednotka",
    "laufwerk",
    "laufwerkbuchstabe",
    "laufwerksbuchstabe",
    "lecteur",
    "letra",
    "letra da unidade",
    "letra de unidad",
    "lettre de lecteur",
    "lettera di unità",
    "mount point",
    "mountpoint",
    "mount",
    "station",
    "stationsletter",
    "sürücü",
    "unidad",
    "unidade",
    "unità",
    "volume",
    "volumen",
    "wolumin",
    "диск",
    "том",
    "ドライブ",
    "ドライブ文字",
    "ボリューム",
    "驱动器",
    "驱动器号",
    "磁碟機",
    "磁碟機代號",
    "卷",
    "드라이브",
    "볼륨",
];
/// Labels of a volume's label, in lower case.
pub(super) const VOLUME_LABEL: &[&str] = &[
    "bezeichnung",
    "datenträgerbezeichnung",
    "etichetta",
    "etiqueta",
    "étiquette",
    "file system label",
    "filesystemlabel",
    "label",
    "volume label",
    "volume name",
    "volumebezeichnung",
    "volumelabel",
    "volumename",
    "метка тома",
    "ボリューム ラベル",
    "卷标",
];
/// Labels of a volume's type, in lower case.
pub(super) const VOLUME_TYPE: &[&str] = &[
    "drive type",
    "drivetype",
    "tipo de volumen",
    "tipo de volume",
    "type de volume",
    "volume type",
    "volumetype",
    "volumetyp",
];
/// The types of key protectors, as PowerShell and manage-bde name them.
const PROTECTOR_TYPES: &[&str] = &[
    "tpm",
    "tpmpin",
    "tpmstartupkey",
    "tpmpinstartupkey",
    "tpmnetworkkey",
    "tpmandpin",
    "tpmandstartupkey",
    "externalkey",
    "recoverykey",
    "recoverypassword",
    "numericalpassword",
    "password",
    "passphrase",
    "publickey",
    "certificate",
    "sid",
    "adaccountorgroup",
    "unknown",
];
/// Longest label.
const LABEL_CHARS: usize = 40;

/// What a label announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// A computer's name.
    Device,
    /// A drive letter.
    Drive,
    /// A volume's label.
    VolumeName,
    /// What a volume is for.
    VolumeType,
}

/// What these words announce, if anything. Words with digits are no label, so no password is ever copied here.
pub(super) fn label(words: &str) -> Option<Label> {
    let words = words.trim_matches(|c: char| c.is_whitespace() || "*#-•\"'".contains(c));
    if words.is_empty() || words.chars().count() > LABEL_CHARS || words.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let folded = words.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let is_in = |list: &[&str]| list.contains(&folded.as_str());
    [
        (DEVICE, Label::Device),
        (DRIVE, Label::Drive),
        (VOLUME_LABEL, Label::VolumeName),
        (VOLUME_TYPE, Label::VolumeType),
    ]
    .into_iter()
    .find_map(|(list, label)| is_in(list).then_some(label))
}

/// Whether the word is a type of key protector, and whether it is the recovery password's.
pub(super) fn protector_type(word: &str) -> Option<bool> {
    let is = |name: &&&str| word.eq_ignore_ascii_case(name);
    PROTECTOR_TYPES.iter().find(is).map(|name| matches!(*name, "recoverypassword" | "numericalpassword"))
}

/// Whether the text holds the word, ASCII letters in any case. The word is in lower case.
pub(super) fn holds(text: &str, word: &str) -> bool {
    find_last(text, word).is_some()
}

/// Without a copy: the text may hold a password.
fn find_last(text: &str, word: &str) -> Option<usize> {
    let (bytes, word) = (text.as_bytes(), word.as_bytes());
    let last = bytes.len().checked_sub(word.len())?;
    (0..=last).rev().find(|at| {
        bytes[*at].to_ascii_lowercase() == word[0] && bytes[*at..*at + word.len()].eq_ignore_ascii_case(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_known_in_any_case() {
        assert_eq!(label("  Computer "), Some(Label::Device));
        assert_eq!(label("EQUIPO"), Some(Label::Device));
        assert_eq!(label("Mount  Point"), Some(Label::Drive));
        assert_eq!(label("ボリューム"), Some(Label::Drive));
        assert_eq!(label("Recovery Key"), None);
        assert_eq!(label("PC 1"), None);
    }

    #[test]
    fn no_word_stands_twice() {
        let mut all: Vec<_> = [DEVICE, DRIVE, VOLUME_LABEL, VOLUME_TYPE].concat();
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]), "{all:?}");
    }
}
