//! The engine is another program, and can go away at any call.

use super::{Severed, locked_at, make_vault, no_memory, vault_at};
use crate::house::{PASSPHRASE, known_digits, known_incoming, now, secret, take, text, whole_digits};
use drivekey_vault::store::StoreError;
use drivekey_vault::{Incoming, Intake, Taking, VaultError};

/// An import over a connection that is cut at its first call, its second, and so on, until it comes through.
pub fn a_lost_connection_leaves_nothing_half_done(premises: &impl Severed) {
    make_vault(premises, &no_memory());
    take(&mut vault_at(premises, &no_memory()), vec![known_incoming(0)]);
    let mut cuts = 0;
    loop {
        let mut vault = vault_at(premises, &no_memory());
        premises.cut_after(cuts);
        let records: Vec<Incoming> = (1..4).map(known_incoming).collect();
        let intake = Intake { records, attachments: Vec::new(), origin: Some(text("E:\\")) };
        let outcome = vault.import(intake, now(), Taking::Keep, |_| {});
        let came_through = premises.mend();
        if came_through {
            outcome.unwrap();
            break;
        }
        assert!(matches!(outcome, Err(VaultError::Store(StoreError::Lost))), "cut {cuts}: {outcome:?}");
        // The same vault goes on over a new connection, and so does a new one.
        assert_eq!(whole_digits(&mut vault), [known_digits(0)], "cut {cuts}");
        assert_eq!(whole_digits(&mut vault_at(premises, &no_memory())), [known_digits(0)], "cut {cuts}");
        cuts += 1;
    }
    assert!(cuts > 5, "the import made {cuts} calls");
    let all: Vec<String> = (0..4).map(known_digits).collect();
    assert_eq!(whole_digits(&mut vault_at(premises, &no_memory())), all);
    // Opening and unlocking say it, too, and blame no passphrase.
    for cut in 0..3 {
        premises.cut_after(cut);
        let opened = locked_at(premises, &no_memory())
            .and_then(|locked| locked.unlock(&secret(PASSPHRASE), None).map_err(|failure| failure.error));
        let error = opened.err();
        assert!(premises.mend() || matches!(error, Some(VaultError::Store(StoreError::Lost))), "cut {cut}: {error:?}");
    }
}
