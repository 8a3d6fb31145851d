//! Identifying: which records may be a drive's, with and without a vault.

use crate::house::{House, guid, with_keys};
use drivekey_drives::Roots;
use drivekey_flows::identify::{identify, look_around};
use drivekey_flows::volumes::{Part, TargetError};
use drivekey_fve::FveError;
use drivekey_record::{Proof, ProofLevel};
use drivekey_testkit::fve_support::disks::with_gpt;
use drivekey_testkit::fve_support::made::{MIB, Made};
use drivekey_testkit::house::{now, text};
use drivekey_vault::{Edit, Setting};

#[test]
fn records_fit_by_key_id_then_by_proof_then_by_computer() {
    let mut house = House::new();
    let targets = [house.drive("two.img", &with_keys(&[1, 2]))];
    let fits = |house: &mut House| {
        let all = identify(&targets, Some(&mut house.vault)).unwrap();
        let fits = all.volumes.into_iter().next().unwrap().fits.unwrap();
        let names = |entries: &[drivekey_vault::Entry]| entries.iter().map(|entry| entry.handle).collect::<Vec<_>>();
        let fitting: Vec<_> = fits.entries.iter().map(|(guid, entry)| (*guid, entry.handle)).collect();
        (fitting, names(&fits.proved), names(&fits.nearest))
    };
    let near = house.add(5);
    assert_eq!(fits(&mut house), (vec![], vec![], vec![]));
    let named = Edit { device_name: Setting::To(text("pc-made")), ..Edit::default() };
    house.vault.edit(near.handle, named).unwrap();
    assert_eq!(fits(&mut house), (vec![], vec![], vec![near.handle]));
    let proof = Proof { at: now(), level: ProofLevel::OpensVolume, volume: guid(0xEE) };
    house.vault.note_proof(near.handle, proof).unwrap();
    assert_eq!(fits(&mut house), (vec![], vec![near.handle], vec![]));
    let own = house.add(2);
    assert_eq!(fits(&mut house), (vec![(guid(2), own.handle)], vec![], vec![]));
    assert!(identify(&targets, None).unwrap().volumes[0].fits.is_none());
}

#[test]
fn a_damaged_volume_beside_a_whole_one_is_named_with_its_place() {
    let house = House::new();
    let sound = Made { number: 0xDD, ..Made::default() };
    let mut image = with_gpt(512, &[&sound, &Made::default()], false);
    Made::default().offsets.iter().for_each(|at| image.put(18 * MIB + at, &[0xFF; 64]));
    let targets = [house.drive("disk.img", &image)];
    let all = identify(&targets, None).unwrap();
    assert_eq!(all.volumes.iter().map(|one| one.placed.place.part).collect::<Vec<_>>(), [Part::Partition(2)]);
    let [damaged] = &all.damaged[..] else { panic!("{all:?}") };
    assert_eq!(damaged.place.part, Part::Partition(3));
    assert!(matches!(damaged.error, TargetError::Fve(FveError::NoMetadata { .. })), "{damaged:?}");
    // A key that the whole one does not list may be that one's.
    assert_eq!(targets[0].volumes().unwrap()[0].unread.as_ref(), Some(damaged));
}

#[test]
fn a_system_without_drives_has_none() {
    let house = House::new();
    let looked = look_around(&Roots::below(&house.path("system")));
    assert!(cfg!(not(target_os = "linux")) || looked.targets.is_empty() && looked.unread.is_empty(), "{looked:?}");
}
