//! Saved headers: kept once, found by name or Key ID, and as good as the drive for a proof.

use crate::house::{House, guid, with_keys};
use drivekey_flows::headers::{self, HeaderError};
use drivekey_flows::prove;
use drivekey_flows::volumes::TargetName;
use drivekey_testkit::fve_support::made::{Made, Protector, guid_of};
use drivekey_testkit::house::now;
use drivekey_vault::AttachedAs;

#[test]
fn a_saved_header_stands_in_place_of_its_drive() {
    let mut house = House::new();
    let target = house.drive("one.img", &with_keys(&[1]));
    let volumes = target.volumes().unwrap();
    let saved = headers::save(&mut house.vault, &volumes, None, now()).unwrap();
    let AttachedAs::New(number) = saved[0].kept else { panic!("{saved:?}") };
    assert!(saved[0].volume == guid(0xEE) && saved[0].bytes > 0);
    let again = headers::save(&mut house.vault, &volumes, None, now()).unwrap();
    assert_eq!(again[0].kept, AttachedAs::Known(number));
    let own = house.add(1);
    for name in [format!("a{number}"), format!("A{number}"), guid_of(0xEE)[..4].to_owned(), guid_of(1)] {
        let header = headers::open(&mut house.vault, &name).unwrap();
        assert_eq!(header.name, TargetName::Header(number));
        let volumes = header.volumes().unwrap();
        assert!(!volumes[0].live);
        let proved = prove::one(&mut house.vault, &volumes, &own, now()).unwrap().unwrap();
        assert!(proved.trial.opened.is_some(), "{name}");
    }
}

#[test]
fn a_name_must_fit_one_drive() {
    let mut house = House::new();
    let none = headers::open(&mut house.vault, "a1");
    assert!(matches!(none, Err(HeaderError::NotFound)), "{none:?}");
    let other = Made { number: 0xEF, protectors: vec![Protector::recovery(1)], ..Made::default() };
    for (name, image) in [("one.img", with_keys(&[1])), ("other.img", other.image())] {
        let target = house.drive(name, &image);
        headers::save(&mut house.vault, &target.volumes().unwrap(), None, now()).unwrap();
    }
    let both = headers::open(&mut house.vault, &guid_of(1)[..8]);
    assert!(matches!(&both, Err(HeaderError::Ambiguous(numbers)) if numbers.len() == 2), "{both:?}");
    assert!(headers::open(&mut house.vault, &guid_of(0xEF)).is_ok());
    // Of one drive that was saved again, the newest.
    let later = house.drive("later.img", &with_keys(&[1, 2]));
    let volumes = later.volumes().unwrap();
    let saved = headers::save(&mut house.vault, &volumes, None, now()).unwrap();
    let AttachedAs::New(newest) = saved[0].kept else { panic!("{saved:?}") };
    assert_eq!(headers::open(&mut house.vault, &guid_of(0xEE)).unwrap().name, TargetName::Header(newest));
}
