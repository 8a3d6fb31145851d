//! Made-up BitLocker volumes of every kind. Their keys are numbers counted up, and open nothing of value.

use super::crypt::{ROUNDS, ccm_seal, crc32, encrypt_sector, sha256, stretch};
use super::sparse::Sparse;

pub const MIB: u64 = 1 << 20;
/// 2026-11-22 10:00:00 UTC.
pub const CREATED: u64 = 134_398_152_000_000_000;
const NORMAL: [u8; 16] =
    [0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01];
const EOW: [u8; 16] = [0x3b, 0x4d, 0xa8, 0x92, 0x80, 0xdd, 0x0e, 0x4d, 0x9e, 0x4e, 0xb1, 0xe3, 0x28, 0x4e, 0xae, 0xd8];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    Fixed,
    FixedEow,
    ToGo,
    Vista,
}

#[derive(Clone)]
pub enum Secret {
    Recovery {
        key: [u8; 16],
        flags: u16,
        nested_role: u16,
    },
    Password(&'static str),
    External([u8; 32]),
    Clear([u8; 32]),
    /// Of a kind that only its own hardware opens.
    Machine,
}

#[derive(Clone)]
pub struct Protector {
    pub number: u8,
    pub code: u16,
    pub label: Option<&'static str>,
    pub hint: Option<&'static str>,
    pub secret: Secret,
    /// Since the volume was made.
    pub modified_seconds: u64,
}

#[derive(Clone)]
pub struct Made {
    pub shape: Shape,
    pub sector: u16,
    pub cipher: u16,
    pub state: [u16; 2],
    pub description: Option<String>,
    pub protectors: Vec<Protector>,
    pub offsets: [u64; 3],
    pub header_at: u64,
    pub size: u64,
    /// Of the volume's own GUID.
    pub number: u8,
}

/// The secret's 16 bytes as 48 digits.
pub fn digits(key: [u8; 16]) -> String {
    let groups = key.chunks(2).map(|pair| format!("{:06}", u32::from(u16::from_le_bytes([pair[0], pair[1]])) * 11));
    groups.collect::<Vec<_>>().join("-")
}

/// Recovery key of a number.
pub fn key_of(number: u8) -> [u8; 16] {
    std::array::from_fn(|at| number.wrapping_mul(31).wrapping_add(u8::try_from(at).unwrap().wrapping_mul(17)))
}

/// Its GUID as it is written.
pub fn guid_of(number: u8) -> String {
    format!("{number:02X}030201-0504-0706-0809-0A0B0C0D0E0F")
}

fn guid_bytes(number: u8) -> [u8; 16] {
    [1, 2, 3, number, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
}

impl Protector {
    pub fn recovery(number: u8) -> Self {
        let secret = Secret::Recovery { key: key_of(number), flags: 0, nested_role: 0x12 };
        Self::of(number, 0x0800, secret)
    }

    pub fn of(number: u8, code: u16, secret: Secret) -> Self {
        Self { number, code, label: None, hint: None, secret, modified_seconds: 2 }
    }
}

/// One datum.
pub fn datum(role: u16, kind: u16, data: &[u8]) -> Vec<u8> {
    let size = u16::try_from(data.len() + 8).unwrap();
    [size, role, kind, 1].iter().flat_map(|word| word.to_le_bytes()).chain(data.iter().copied()).collect()
}

/// A key datum's data: method, flags, key.
fn key_data(method: u16, key: &[u8]) -> Vec<u8> {
    [&method.to_le_bytes()[..], &[0, 0], key].concat()
}

fn sealed(role: u16, with: &[u8; 32], counter: u32, method: u16, key: &[u8]) -> Vec<u8> {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&CREATED.to_le_bytes());
    nonce[8..].copy_from_slice(&counter.to_le_bytes());
    let mut payload = datum(0, 1, &key_data(method, key));
    payload[6] = 0;
    datum(role, 5, &ccm_seal(with, nonce, &payload))
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

impl Default for Made {
    /// A small Windows 10 volume with one recovery password.
    fn default() -> Self {
        Self {
            shape: Shape::Fixed,
            sector: 512,
            cipher: 0x8004,
            state: [4, 4],
            description: Some("PC-MADE Data disk 22/11/2026".to_owned()),
            protectors: vec![Protector::recovery(1)],
            offsets: [2 * MIB, 3 * MIB, 4 * MIB],
            header_at: MIB,
            size: 8 * MIB,
            number: 0xEE,
        }
    }
}

impl Made {
    pub const MASTER: [u8; 32] = [0xA5; 32];

    pub fn volume_key(&self) -> Vec<u8> {
        let len = match self.cipher {
            0x8002 => 16,
            0x8003 | 0x8004 => 32,
            _ => 64,
        };
        (0..len).map(|at| at ^ 0x5A).collect()
    }

    fn protector(protector: &Protector) -> Vec<u8> {
        let counter = u32::from(protector.number) * 16;
        let salt: [u8; 16] = std::array::from_fn(|at| protector.number ^ u8::try_from(at).unwrap());
        let master = |with: &[u8; 32]| sealed(0, with, counter, 0x2003, &Self::MASTER);
        let mut body = Vec::new();
        if let Some(label) = protector.label {
            body.extend(datum(0, 2, &wide(label)));
        }
        if let Some(hint) = protector.hint {
            body.extend(datum(0, 0x18, &wide(hint)));
        }
        match &protector.secret {
            Secret::Recovery { key, flags, nested_role } => {
                let stretched = stretch(sha256(key), salt, ROUNDS);
                let nested = sealed(*nested_role, &Self::MASTER, counter + 1, 0x1000, key);
                let own = sealed(0x13, &Self::MASTER, counter + 2, 0x2008, &stretched);
                body.extend(datum(
                    0,
                    3,
                    &[&0x1000_u16.to_le_bytes()[..], &flags.to_le_bytes(), &salt, &nested, &own].concat(),
                ));
                body.extend(master(&stretched));
                body.extend(datum(0, 0x15, &[0; 20]));
            }
            Secret::Password(text) => {
                let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
                let stretched = stretch(sha256(&sha256(&units)), salt, ROUNDS);
                let own = sealed(0, &Self::MASTER, counter + 2, 0x2007, &stretched);
                body.extend(datum(0, 3, &[&0x1001_u16.to_le_bytes()[..], &[0, 0], &salt, &own].concat()));
                body.extend(master(&stretched));
            }
            Secret::External(key) => {
                let nested = sealed(0, &Self::MASTER, counter + 1, 0x2002, key);
                body.extend(datum(0, 4, &[&0x2002_u16.to_le_bytes()[..], &[0, 0], &nested].concat()));
                body.extend(master(key));
            }
            Secret::Clear(key) => {
                body.extend(datum(0, 1, &key_data(0x2000, key)));
                body.extend(master(key));
            }
            Secret::Machine => {
                body.extend(datum(0, 6, &[0xAB; 300]));
                body.extend(datum(4, 7, &[0xCD; 40]));
                body.extend(master(&[0x77; 32]));
            }
        }
        let modified = CREATED + protector.modified_seconds * 10_000_000;
        let head = [&guid_bytes(protector.number)[..], &modified.to_le_bytes(), &[0, 0], &protector.code.to_le_bytes()]
            .concat();
        datum(2, 8, &[head, body].concat())
    }

    /// The metadata block without its validation area.
    pub fn block(&self) -> Vec<u8> {
        let vista = self.shape == Shape::Vista;
        let mut datums = Vec::new();
        if let Some(text) = &self.description {
            datums.extend(datum(7, 2, &wide(text)));
        }
        datums.extend(sealed(3, &Self::MASTER, 8, self.cipher, &self.volume_key()));
        datums.extend(self.protectors.iter().flat_map(Self::protector));
        datums.extend(datum(0x0F, 0x0F, &[self.header_at.to_le_bytes(), 8192_u64.to_le_bytes()].concat()));
        let said = u32::try_from(datums.len() + 48).unwrap();
        let size = (64 + 48 + datums.len()).next_multiple_of(16);
        let units = u16::try_from(if vista { size } else { size / 16 }).unwrap();
        let mut block = b"-FVE-FS-".to_vec();
        block.extend(
            [units, if vista { 1 } else { 2 }, self.state[0], self.state[1]].iter().flat_map(|word| word.to_le_bytes()),
        );
        block.extend(if vista { 0 } else { self.size }.to_le_bytes());
        block.extend([0, if self.sector == 4096 { 2 } else { 16_u32 }].iter().flat_map(|word| word.to_le_bytes()));
        block.extend(self.offsets.iter().flat_map(|offset| offset.to_le_bytes()));
        block.extend(if vista { 4 } else { self.header_at }.to_le_bytes());
        block.extend([said, 1, 48, said].iter().flat_map(|word| word.to_le_bytes()));
        block.extend(guid_bytes(self.number));
        block.extend(100_u32.to_le_bytes());
        block.extend([self.cipher, 0].iter().flat_map(|word| word.to_le_bytes()));
        block.extend(CREATED.to_le_bytes());
        block.extend(datums);
        block.resize(size, 0);
        block
    }

    /// Checksum and sealed hash.
    pub fn validation(&self, block: &[u8]) -> Vec<u8> {
        let room = if self.shape == Shape::Vista { 16_384 } else { 65_536 };
        let rest = u16::try_from(room - block.len()).unwrap();
        let version: u16 = if self.shape == Shape::Vista { 1 } else { 2 };
        let hash = sealed(0, &Self::MASTER, 9, 0x2005, &sha256(block));
        [&rest.to_le_bytes()[..], &version.to_le_bytes(), &crc32(block).to_le_bytes(), &hash].concat()
    }

    fn boot(&self) -> [u8; 512] {
        let mut boot = [0; 512];
        boot[..3].copy_from_slice(&[0xEB, if self.shape == Shape::Vista { 0x52 } else { 0x58 }, 0x90]);
        boot[3..11].copy_from_slice(if self.shape == Shape::ToGo { b"MSWIN4.1" } else { b"-FVE-FS-" });
        boot[11..13].copy_from_slice(&self.sector.to_le_bytes());
        boot[13] = 8;
        boot[510..].copy_from_slice(&[0x55, 0xAA]);
        if self.shape == Shape::Vista {
            boot[56..64].copy_from_slice(&(self.offsets[0] / (8 * u64::from(self.sector))).to_le_bytes());
            return boot;
        }
        let at = if self.shape == Shape::ToGo { 424 } else { 160 };
        boot[at..at + 16].copy_from_slice(if self.shape == Shape::FixedEow { &EOW } else { &NORMAL });
        for (index, offset) in self.offsets.iter().enumerate() {
            boot[at + 16 + index * 8..at + 24 + index * 8].copy_from_slice(&offset.to_le_bytes());
        }
        boot
    }

    /// Writes the volume into an image.
    pub fn write(&self, image: &mut Sparse, start: u64) {
        let block = self.block();
        image.put(start, &self.boot());
        for offset in self.offsets {
            image.put(start + offset, &[block.clone(), self.validation(&block)].concat());
        }
        let mut sector = vec![0; self.sector.into()];
        sector[..11].copy_from_slice(if self.shape == Shape::ToGo {
            b"\xEB\x58\x90MSDOS5.0"
        } else {
            b"\xEB\x52\x90NTFS    "
        });
        sector[510..512].copy_from_slice(&[0x55, 0xAA]);
        encrypt_sector(self.cipher, &self.volume_key(), &mut sector, self.header_at);
        if self.shape != Shape::Vista {
            image.put(start + self.header_at, &sector);
        }
    }

    pub fn image(&self) -> Sparse {
        let mut image = Sparse::new(self.size);
        self.write(&mut image, 0);
        image
    }
}

/// A startup key's file for a protector.
pub fn bek(number: u8, key: &[u8; 32]) -> Vec<u8> {
    let properties = [datum(0, 2, &wide("ExternalKey")), datum(0, 1, &key_data(0x2002, key))].concat();
    let external = datum(6, 9, &[&guid_bytes(number)[..], &CREATED.to_le_bytes(), &properties].concat());
    let size = u32::try_from(48 + external.len()).unwrap();
    let mut file: Vec<u8> = [size, 1, 48, size].iter().flat_map(|word| word.to_le_bytes()).collect();
    file.extend(guid_bytes(number));
    file.extend([1, 0_u32].iter().flat_map(|word| word.to_le_bytes()));
    file.extend(CREATED.to_le_bytes());
    file.extend(external);
    file
}

/// Overwrites a copy, and mends its checksum or leaves it wrong.
pub fn put_copy(image: &mut Sparse, made: &Made, index: usize, block: &[u8], mend: bool) {
    let mut validation = made.validation(&made.block());
    let sum = if mend { crc32(block) } else { 1 };
    validation[4..8].copy_from_slice(&sum.to_le_bytes());
    image.put(made.offsets[index], &[block, &validation].concat());
}

/// Where the salt of the first recovery protector stands.
pub fn salt_at(block: &[u8]) -> usize {
    let salt: [u8; 16] = std::array::from_fn(|at| 1 ^ u8::try_from(at).unwrap());
    block.windows(16).position(|window| window == salt).unwrap()
}
