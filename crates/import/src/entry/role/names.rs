//! Field names and column titles, as tools and people write them, in many languages, and what each list means. Data
//! only.

mod dates;
mod entries;
mod ids;
mod passwords;
mod places;

use super::Role;

/// All lists. Spaces, signs and case do not count.
pub(super) const ALL: &[(&[&str], Role)] = &[
    (ids::KEY_ID, Role::KeyId),
    (ids::ID, Role::Id),
    (ids::OTHER_ID, Role::OtherId),
    (passwords::PASSWORD, Role::Password),
    (places::DEVICE, Role::Device),
    (ids::DEVICE_ID, Role::DeviceId),
    (places::VOLUME_TYPE, Role::VolumeType),
    (dates::CREATED, Role::Created),
    (entries::PROTECTOR_TYPE, Role::ProtectorType),
    (entries::DIRECTORY, Role::Directory),
    (entries::NAME, Role::Name),
    (entries::TITLE, Role::Title),
    (entries::KEY_PACKAGE, Role::KeyPackage),
    (places::DRIVE, Role::Drive),
];
