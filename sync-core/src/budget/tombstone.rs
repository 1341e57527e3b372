//! What stays of somebody who was forgotten: that there was somebody, and nothing that tells whom.
//!
//! In: the customer's key, and the records and accounts of a person. Out: fingerprints, by which money is held back
//! should the person come back. Never: an amount, a name, or an id that could be read out of one.

use std::collections::BTreeSet;

use crate::external_id::ExternalId;
use crate::fingerprint::FingerprintKey;
use crate::id::AccountId;

const DOMAIN: &str = "sync-core/tombstone/v1";

/// The fingerprints of these records and accounts.
pub fn tombstones<'a>(
    key: &FingerprintKey,
    records: impl IntoIterator<Item = &'a ExternalId>,
    accounts: impl IntoIterator<Item = AccountId>,
) -> BTreeSet<String> {
    let of_record = |id: &ExternalId| key.of(DOMAIN, &[b"record", id.as_str().as_bytes()]);
    let of_account = |id: AccountId| key.of(DOMAIN, &[b"account", &id.get().to_be_bytes()]);
    records.into_iter().map(of_record).chain(accounts.into_iter().map(of_account)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r11_a_tombstone_tells_of_one_record_or_account_to_whoever_has_the_key() {
        let key = |byte| FingerprintKey::new([byte; 16]).unwrap();
        let (one, two) = (ExternalId::rest("1").unwrap(), ExternalId::rest("2").unwrap());
        let of_one = tombstones(&key(1), [&one], []);
        assert_eq!(of_one, tombstones(&key(1), [&one], []));
        let others = [
            tombstones(&key(1), [&two], []),
            tombstones(&key(1), [], [AccountId::new(1)]),
            tombstones(&key(2), [&one], []),
        ];
        assert!(others.iter().all(|other| other.is_disjoint(&of_one)));
        assert_eq!(tombstones(&key(1), [&one, &two], [AccountId::new(1)]).len(), 3);
    }
}
