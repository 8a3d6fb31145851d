//! Whole disks around volumes: MBR with logical partitions, and GPT with either sector size.

use super::made::{MIB, Made};
use super::sparse::Sparse;

pub fn mbr_entry(kind: u8, first: u64, sectors: u64) -> [u8; 16] {
    let mut entry = [0; 16];
    entry[4] = kind;
    entry[8..12].copy_from_slice(&u32::try_from(first).unwrap().to_le_bytes());
    entry[12..].copy_from_slice(&u32::try_from(sectors).unwrap().to_le_bytes());
    entry
}

pub fn mbr(image: &mut Sparse, at: u64, entries: &[[u8; 16]]) {
    let mut sector = [0; 512];
    for (index, entry) in entries.iter().enumerate() {
        sector[446 + index * 16..462 + index * 16].copy_from_slice(entry);
    }
    sector[510..].copy_from_slice(&[0x55, 0xAA]);
    image.put(at, &sector);
}

/// One primary and two logical partitions, in sectors of `sector` bytes.
pub fn with_mbr(sector: u64, primary: &Made, logical: [&Made; 2]) -> Sparse {
    let mut image = Sparse::new(60 * MIB);
    let in_sectors = |bytes: u64| bytes / sector;
    let [one, two] = [20 * MIB, 40 * MIB];
    mbr(
        &mut image,
        0,
        &[
            mbr_entry(7, in_sectors(MIB), in_sectors(primary.size)),
            mbr_entry(0x0F, in_sectors(one), in_sectors(40 * MIB)),
        ],
    );
    let first = mbr_entry(7, in_sectors(MIB), in_sectors(logical[0].size));
    mbr(&mut image, one, &[first, mbr_entry(5, in_sectors(two - one), in_sectors(20 * MIB))]);
    mbr(&mut image, two, &[mbr_entry(7, in_sectors(MIB), in_sectors(logical[1].size))]);
    primary.write(&mut image, MIB);
    logical[0].write(&mut image, one + MIB);
    logical[1].write(&mut image, two + MIB);
    image
}

/// An empty partition, then the volumes; `spare_only` leaves out the first header.
pub fn with_gpt(sector: u64, volumes: &[&Made], spare_only: bool) -> Sparse {
    let size = (60 * MIB).max((volumes.len() as u64 * 16 + 8) * MIB);
    let mut image = Sparse::new(size);
    mbr(&mut image, 0, &[mbr_entry(0xEE, 1, size / sector - 1)]);
    let mut entries = vec![gpt_entry("Empty", MIB / sector, 2 * MIB / sector - 1)];
    for (index, volume) in volumes.iter().enumerate() {
        let start = 2 * MIB + index as u64 * 16 * MIB;
        entries.push(gpt_entry(&format!("Disk {index}"), start / sector, (start + volume.size) / sector - 1));
        volume.write(&mut image, start);
    }
    for (header_at, table_at) in [(sector, 2 * sector), (size - sector, size - sector * 40)] {
        if spare_only && header_at == sector {
            continue;
        }
        let mut header = [0; 512];
        header[..8].copy_from_slice(b"EFI PART");
        header[72..80].copy_from_slice(&(table_at / sector).to_le_bytes());
        header[80..84].copy_from_slice(&128_u32.to_le_bytes());
        header[84..88].copy_from_slice(&128_u32.to_le_bytes());
        image.put(header_at, &header);
        image.put(table_at, &entries.concat());
    }
    image
}

pub fn gpt_entry(name: &str, first: u64, last: u64) -> Vec<u8> {
    let mut entry = vec![0x11; 32];
    entry.extend(first.to_le_bytes());
    entry.extend(last.to_le_bytes());
    entry.extend([0; 8]);
    entry.extend(name.encode_utf16().flat_map(u16::to_le_bytes));
    entry.resize(128, 0);
    entry
}

/// A fixed or growing Virtual PC disk's footer.
pub fn vhd_footer(kind: u8) -> [u8; 512] {
    let mut footer = [0; 512];
    footer[..8].copy_from_slice(b"conectix");
    footer[63] = kind;
    footer
}
