//! Made-up systems: drives, partitions, mapped devices, images and mounts, as plain files.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::{AttachedVolume, Below, Roots, attached, below};

struct System {
    folder: tempfile::TempDir,
    mounts: String,
}

impl System {
    fn new() -> Self {
        let system = Self { folder: tempfile::tempdir().unwrap(), mounts: String::new() };
        for folder in ["sys/block", "proc/self", "dev/mapper", "run/udev/data"] {
            fs::create_dir_all(system.at(folder)).unwrap();
        }
        system
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// `name` is `sda`, or `sda/sda1` for a partition.
    fn block(&self, name: &str, number: &str, sectors: u64) {
        let folder = format!("sys/block/{name}");
        self.write(&format!("{folder}/dev"), &format!("{number}\n"));
        self.write(&format!("{folder}/size"), &format!("{sectors}\n"));
        if name.contains('/') {
            self.write(&format!("{folder}/partition"), "1\n");
        } else {
            self.write(&format!("{folder}/removable"), "0\n");
        }
        self.write(&format!("dev/{}", name.rsplit('/').next().unwrap()), "");
    }

    fn mount(&mut self, number: &str, source: &str, point: &str, kind: &str, options: &str) {
        let (source, point) = (self.named(source), self.named(point));
        fs::create_dir_all(&point).unwrap();
        writeln!(self.mounts, "1 1 {number} / {point} rw - {kind} {source} rw{options}").unwrap();
        self.write("proc/self/mountinfo", &self.mounts);
    }

    fn named(&self, path: &str) -> String {
        path.strip_prefix('~').map_or_else(
            || path.to_owned(),
            |rest| format!("{}{rest}", self.at("").display().to_string().trim_end_matches('/')),
        )
    }

    fn roots(&self) -> Roots {
        Roots::below(&self.at(""))
    }

    /// Layers as paths from the system's root.
    fn below(&self, path: &str) -> (Vec<String>, bool) {
        let Below { layers, all_seen } = below(&self.roots(), Path::new(&self.named(path)));
        (layers.iter().map(|layer| self.short(&layer.path)).collect(), all_seen)
    }

    fn short(&self, path: &Path) -> String {
        path.strip_prefix(self.at(""))
            .map_or_else(|_| path.display().to_string(), |path| format!("~/{}", path.display()))
    }
}

/// A disk with two partitions and a stick without any.
fn usual() -> System {
    let mut system = System::new();
    system.block("sda", "8:0", 1000);
    system.block("sda/sda1", "8:1", 400);
    system.block("sda/sda2", "8:2", 500);
    system.block("sdb", "8:16", 2048);
    system.write("sys/block/sdb/removable", "1\n");
    system.write(
        "run/udev/data/b8:16",
        "S:disk/by-label/x\nE:ID_FS_TYPE=BitLocker\nE:ID_FS_LABEL_ENC=PC\\x20E:\\x201.2.2026\n\
         E:ID_FS_UUID=8f595209-f5b9-49a0-85d4-cb8f80258c27\n",
    );
    system.block("loop0", "7:0", 0);
    system.block("zram0", "252:0", 4096);
    system.mount("8:1", "~/dev/sda1", "~", "ext4", "");
    system
}

#[test]
fn volumes_are_listed_with_what_is_known() {
    let mut system = usual();
    system.mount("8:2", "~/dev/sda2", "~/media/My\\040Data", "ntfs3", "");
    let volumes = attached(&system.roots());
    let shown = |volume: &AttachedVolume| {
        let label = volume.label.as_ref().map(ToString::to_string).unwrap_or_default();
        let kind = volume.file_system.as_ref().map(ToString::to_string).unwrap_or_default();
        format!(
            "{} {label:?} {kind} {} {}",
            system.short(volume.device.as_deref().unwrap()),
            volume.size.unwrap(),
            volume.removable
        )
    };
    let lines: Vec<String> = volumes.iter().map(shown).collect();
    assert_eq!(
        lines,
        [
            "~/dev/sda1 \"\" ext4 204800 false",
            "~/dev/sda2 \"\" ntfs3 256000 false",
            "~/dev/sdb \"PC E: 1.2.2026\" BitLocker 1048576 true"
        ]
    );
    assert_eq!(volumes[1].mount_points.len(), 1);
    assert!(volumes[2].mount_points.is_empty());
}

#[test]
fn a_disk_on_a_usb_cable_can_be_pulled() {
    let system = System::new();
    fs::create_dir_all(system.at("sys/devices/usb1/1-1/block")).unwrap();
    system.block("sdc", "8:32", 100);
    system.block("sdc/sdc1", "8:33", 90);
    fs::rename(system.at("sys/block/sdc"), system.at("sys/devices/usb1/1-1/block/sdc")).unwrap();
    symlink(system.at("sys/devices/usb1/1-1/block/sdc"), system.at("sys/block/sdc")).unwrap();
    let volumes = attached(&system.roots());
    assert!(volumes.len() == 1 && volumes[0].removable, "{volumes:?}");
}

#[test]
fn links_bind_mounts_and_folders_that_do_not_exist_yet() {
    let mut system = usual();
    system.mount("8:2", "~/dev/sda2", "~/data", "ext4", "");
    system.mount("8:2", "~/dev/sda2", "~/srv/bound", "ext4", "");
    symlink(system.at("data"), system.at("link")).unwrap();
    let on_sda2 = (vec!["~/dev/sda2".to_owned()], true);
    for path in ["~/data", "~/data/new/folder/file.txt", "~/srv/bound/x", "~/link/x"] {
        assert_eq!(system.below(path), on_sda2, "{path}");
    }
    assert_eq!(system.below("~/elsewhere"), (vec!["~/dev/sda1".to_owned()], true));
}

#[test]
fn mapped_devices_are_seen_through() {
    let mut system = usual();
    system.block("dm-0", "253:0", 900);
    system.write("sys/block/dm-0/dm/name", "stick\n");
    system.write("sys/block/dm-0/dm/uuid", "CRYPT-BITLK-8f5952090000000085d4cb8f80258c27-stick\n");
    fs::create_dir_all(system.at("sys/block/dm-0/slaves")).unwrap();
    symlink(system.at("sys/block/sdb"), system.at("sys/block/dm-0/slaves/sdb")).unwrap();
    system.mount("253:0", "~/dev/mapper/stick", "~/media/stick", "ntfs3", "");
    assert_eq!(system.below("~/media/stick"), (vec!["~/dev/mapper/stick".to_owned(), "~/dev/sdb".to_owned()], true));
    // udev has noted the drive's own name, which is better than cryptsetup's.
    let layers = below(&system.roots(), &system.at("media/stick")).layers;
    assert!(!layers[0].noted_encrypted && layers[1].noted_encrypted);
    assert_eq!(layers[1].volume.map(|guid| guid.first_8()).as_deref(), Some("8F595209"));
    fs::remove_file(system.at("run/udev/data/b8:16")).unwrap();
    let layers = below(&system.roots(), &system.at("media/stick")).layers;
    assert!(layers[1].noted_encrypted);
    assert_eq!(layers[1].volume.map(|guid| guid.to_string()).as_deref(), Some("8F595209-0000-0000-85D4-CB8F80258C27"));
}

#[test]
fn images_lie_where_their_file_lies() {
    let mut system = usual();
    system.mount("8:2", "~/dev/sda2", "~/data", "ext4", "");
    system.write("data/image.img", "");
    system.block("loop1", "7:1", 100);
    system.write("sys/block/loop1/loop/backing_file", &format!("{}\n", system.at("data/image.img").display()));
    system.mount("7:1", "~/dev/loop1", "~/media/image", "vfat", "");
    let all = ["~/dev/loop1", "~/data/image.img", "~/dev/sda2"].map(str::to_owned).to_vec();
    assert_eq!(system.below("~/media/image"), (all, true));
    // A partition of an image: the image's other partitions are not under it.
    system.block("loop1/loop1p2", "259:0", 50);
    system.mount("259:0", "~/dev/loop1p2", "~/media/part", "vfat", "");
    assert_eq!(system.below("~/media/part"), (vec!["~/dev/loop1p2".to_owned(), "~/dev/sda2".to_owned()], true));
}

#[test]
fn a_file_system_of_dislocker_is_traced_to_its_drive() {
    let mut system = usual();
    system.mount("0:50", "dislocker", "~/mnt/dislocker", "fuse.dislocker", "");
    assert_eq!(system.below("~/mnt/dislocker"), (vec![], false));
    system.write(
        "proc/77/cmdline",
        &format!("dislocker\0-V{}\0-u\0--\0{}\0", system.at("dev/sdb").display(), system.at("mnt/dislocker").display()),
    );
    // Where the program stands is not known, and so is not what a relative path of it means.
    assert_eq!(system.below("~/mnt/dislocker"), (vec!["~/dev/sdb".to_owned()], false));
    std::os::unix::fs::symlink(system.at("images"), system.at("proc/77/cwd")).unwrap();
    assert_eq!(system.below("~/mnt/dislocker"), (vec!["~/dev/sdb".to_owned()], true));
    system.block("loop2", "7:2", 100);
    system.write("mnt/dislocker/dislocker-file", "");
    system.write("sys/block/loop2/loop/backing_file", &system.at("mnt/dislocker/dislocker-file").display().to_string());
    system.mount("7:2", "~/dev/loop2", "~/media/open", "ntfs3", "");
    let all = ["~/dev/loop2", "~/mnt/dislocker/dislocker-file", "~/dev/sdb"].map(str::to_owned).to_vec();
    assert_eq!(system.below("~/media/open"), (all, true));
}

#[test]
fn a_relative_path_is_from_where_the_program_stands() {
    let mut system = usual();
    system.mount("0:50", "dislocker", "~/mnt/dislocker", "fuse.dislocker", "");
    system.mount("8:2", "~/dev/sda2", "~/images", "ext4", "");
    system.write("images/drive.img", "");
    let point = system.at("mnt/dislocker");
    for volume in ["-V\0drive.img", "-Vdrive.img", "--volume=drive.img"] {
        system.write("proc/77/cmdline", &format!("dislocker\0{volume}\0-l\0none.log\0--\0{}\0", point.display()));
        let _ = std::os::unix::fs::symlink(system.at("images"), system.at("proc/77/cwd"));
        assert_eq!(
            system.below("~/mnt/dislocker"),
            (vec!["~/images/drive.img".to_owned(), "~/dev/sda2".to_owned()], false),
            "{volume}"
        );
    }
}

#[test]
fn overlays_shares_and_memory() {
    let mut system = usual();
    system.mount("8:2", "~/dev/sda2", "~/data", "ext4", "");
    fs::create_dir_all(system.at("data/upper")).unwrap();
    let upper = format!(",lowerdir=/l,upperdir={},workdir=/w", system.at("data/upper").display());
    system.mount("0:60", "overlay", "~/over", "overlay", &upper);
    system.mount("0:61", "server:/share", "~/share", "nfs4", "");
    system.mount("0:62", "tmpfs", "~/ram", "tmpfs", "");
    system.mount("0:63", "~/dev/sda2", "~/btrfs", "btrfs", "");
    assert_eq!(system.below("~/over/x"), (vec!["~/dev/sda2".to_owned()], true));
    assert_eq!(system.below("~/share/x"), (vec![], false));
    assert_eq!(system.below("~/ram/x"), (vec![], true));
    assert_eq!(system.below("~/btrfs/x"), (vec!["~/dev/sda2".to_owned()], true));
}

#[test]
fn circles_come_to_an_end() {
    let mut system = usual();
    for (one, other, number) in [("dm-1", "dm-2", "253:1"), ("dm-2", "dm-1", "253:2")] {
        system.block(one, number, 10);
        fs::create_dir_all(system.at(&format!("sys/block/{one}/slaves/{other}"))).unwrap();
    }
    system.mount("253:1", "~/dev/dm-1", "~/circle", "ext4", "");
    assert_eq!(system.below("~/circle").0, ["~/dev/dm-1", "~/dev/dm-2"]);
    let mut bare = System::new();
    bare.mount("0:1", "overlay", "~", "overlay", &format!(",upperdir={}", bare.at("upper").display()));
    assert_eq!(bare.below("~/x"), (vec![], false));
    assert_eq!(System::new().below("~/x"), (vec![], false));
    assert!(attached(&Roots::below(Path::new("/nowhere"))).is_empty());
}
