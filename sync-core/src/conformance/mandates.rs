//! Mandates: at most one of a customer is in force.

use super::given::{customer, day, mandate};
use super::{Breach, Broken, rule, so};
use crate::euro::Euro;
use crate::pii::Pii;
use crate::policy::Limit;
use crate::ports::Store;

/// A mandate comes back as it was given, to the nanosecond and the letter.
///
/// # Errors
/// [`Broken`] if not.
pub async fn come_back_as_they_were_given(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("mandates::come_back_as_they_were_given", "a");
        let mut given = mandate(&customer, 'a', "Zoë \"de\" Vries'; --")?;
        given.limits.deactivations = Limit::new(100, 0, u32::MAX);
        given.limits.euro = Some(Euro::from_cents(12_345_678_901));
        store.give_mandate(&given).await?;
        so(store.mandate(&customer).await?.as_ref() == Some(&given), "a mandate comes back changed")
    };
    rule("mandates::come_back_as_they_were_given", check().await)
}

/// A mandate takes the place of the customer's last one.
///
/// # Errors
/// [`Broken`] if not.
pub async fn take_the_place_of_the_last(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("mandates::take_the_place_of_the_last", "a");
        // The last that was given is in force, whatever instant it names.
        for (digit, at) in [('a', 1), ('b', 3), ('c', 2)] {
            let mut given = mandate(&customer, digit, "Anneke")?;
            given.given_at = day(at);
            store.give_mandate(&given).await?;
            so(store.mandate(&customer).await?.as_ref() == Some(&given), "the last mandate is not in force")?;
        }
        Ok(())
    };
    rule("mandates::take_the_place_of_the_last", check().await)
}

/// A revoked mandate is no more, nor does the one before it come back. It is told whether there was one.
///
/// # Errors
/// [`Broken`] if not.
pub async fn end_when_they_are_revoked(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let [mine, theirs] = ["a", "b"].map(|which| customer("mandates::end_when_they_are_revoked", which));
        let by = Pii::new("Bo".to_owned());
        so(!store.revoke_mandate(&mine, &by, day(1)).await?, "a mandate is revoked that nobody gave")?;
        store.give_mandate(&mandate(&theirs, 'a', "Anneke")?).await?;
        for digit in ['a', 'b'] {
            store.give_mandate(&mandate(&mine, digit, "Anneke")?).await?;
        }
        so(store.revoke_mandate(&mine, &by, day(2)).await?, "it is not told that a mandate was revoked")?;
        so(store.mandate(&mine).await?.is_none(), "a revoked mandate is in force")?;
        so(!store.revoke_mandate(&mine, &by, day(3)).await?, "a mandate is revoked twice")?;
        so(store.mandate(&theirs).await?.is_some(), "somebody else's mandate is revoked")?;
        let again = mandate(&mine, 'a', "Anneke")?;
        store.give_mandate(&again).await?;
        so(store.mandate(&mine).await?.as_ref() == Some(&again), "after a revocation none can be given")
    };
    rule("mandates::end_when_they_are_revoked", check().await)
}
