//! Deactivations: what the limit over seven days counts (R4).

use super::given::{customer, day, done, intent, lease};
use super::{Breach, Broken, rule, so};
use crate::plan::ActionKind;
use crate::ports::{Outcome, Store};

/// An intent of a kind that takes access away counts from the moment it is recorded, at its own instant, until it is
/// certain that it was not done. Other kinds never count. They come in order of their instants.
///
/// # Errors
/// [`Broken`] if not.
pub async fn count_unless_they_surely_were_not_done(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("deactivations::count_unless_they_surely_were_not_done", "a");
        let lease = lease(store, &customer).await?;
        let mut ids = Vec::new();
        let mut expected = Vec::new();
        for (at, action) in (0..).zip(ActionKind::ALL.into_iter().cycle().take(4 * ActionKind::ALL.len())) {
            let meant = intent('a', &format!("p{at}"), action, day(-at))?;
            ids.push((store.intend(&customer, lease, &meant).await?, meant));
            expected.extend(action.deactivates().then_some(day(-at)));
        }
        expected.sort();
        so(store.view(&customer).await?.deactivations == expected, "open deactivations do not count")?;

        let ends = [Outcome::Doubtful, done([])?, Outcome::Refused, Outcome::NotDone];
        expected.clear();
        for ((id, meant), end) in ids.iter().zip(ends.iter().cycle()) {
            store.settle(&customer, *id, end).await?;
            let may_be = matches!(end, Outcome::Doubtful | Outcome::Done(_));
            expected.extend((meant.action.deactivates() && may_be).then_some(meant.at));
        }
        expected.sort();
        so(store.view(&customer).await?.deactivations == expected, "deactivations do not count as they ended")
    };
    rule("deactivations::count_unless_they_surely_were_not_done", check().await)
}
