//! Intents: recorded before a write is sent, open until somebody knows how it ended.

use std::collections::BTreeMap;

use super::given::{customer, day, done, intent, lease, links, record};
use super::{Breach, Broken, fails, rule, so};
use crate::plan::ActionKind;
use crate::ports::{Certain, IntentId, OpenIntent, Outcome, PortErrorKind, Store};

/// An intent that was never settled, or was settled as doubtful, is open; the open ones come in order and unchanged.
///
/// # Errors
/// [`Broken`] if not.
pub async fn stay_open_until_they_end(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("intents::stay_open_until_they_end", "a");
        let lease = lease(store, &customer).await?;
        let mut meant = Vec::new();
        for (at, action) in (0..).zip(ActionKind::ALL) {
            // Later intents have earlier instants: their order is that of the calls.
            let intent = intent('a', &format!("p{at}"), action, day(-at))?;
            let id = store.intend(&customer, lease, &intent).await?;
            meant.push(OpenIntent::new(id, intent));
        }
        so(store.open_intents(&customer).await? == meant, "what was intended is not open as it was told")?;
        let ids = meant.iter().map(|open| open.id.0);
        so(ids.clone().zip(ids.skip(1)).all(|(one, next)| one < next), "the numbers of intents do not rise")?;

        let ends = [
            Some(Outcome::Doubtful),
            Some(done([("p1", 1, "C")])?),
            Some(Outcome::Refused),
            Some(Outcome::NotDone),
            None,
            Some(Outcome::Doubtful),
            Some(done([])?),
        ];
        for (open, end) in meant.iter().zip(&ends) {
            if let Some(end) = end {
                store.settle(&customer, open.id, end).await?;
            }
        }
        let still = |end: &Option<Outcome>| end.as_ref().is_none_or(|end| *end == Outcome::Doubtful);
        let left: Vec<_> =
            meant.iter().zip(&ends).filter(|(_, end)| still(end)).map(|(open, _)| open.clone()).collect();
        so(store.open_intents(&customer).await? == left, "the open intents are not those without an end")?;
        for open in &left {
            store.settle(&customer, open.id, &Outcome::Doubtful).await?;
            store.settle(&customer, open.id, &Outcome::NotDone).await?;
        }
        so(store.open_intents(&customer).await?.is_empty(), "a doubtful intent cannot end")
    };
    rule("intents::stay_open_until_they_end", check().await)
}

/// An intent that has ended keeps its end: the same end again changes nothing, and another is a conflict.
///
/// # Errors
/// [`Broken`] if not.
pub async fn keep_their_end(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("intents::keep_their_end", "a");
        let lease = lease(store, &customer).await?;
        let ends = [done([("p", 1, "C")])?, Outcome::Refused, Outcome::NotDone];
        for (at, end) in ends.iter().enumerate() {
            let intent = intent('a', &format!("p{at}"), ActionKind::Offboard, day(0))?;
            let id = store.intend(&customer, lease, &intent).await?;
            store.settle(&customer, id, end).await?;
            let kept = store.view(&customer).await?;
            store.settle(&customer, id, end).await?;
            so(store.view(&customer).await? == kept, "the same end again changes something")?;
            for other in ends.iter().filter(|other| *other != end).chain([&Outcome::Doubtful]) {
                let answer = store.settle(&customer, id, other).await;
                fails(answer, PortErrorKind::Conflict, "another end is no conflict")?;
            }
            so(store.view(&customer).await? == kept, "another end changes something")?;
            so(store.open_intents(&customer).await?.is_empty(), "another end opens it again")?;
        }
        Ok(())
    };
    rule("intents::keep_their_end", check().await)
}

/// An intent that a customer never had cannot be settled, also not if it is somebody else's.
///
/// # Errors
/// [`Broken`] if not.
pub async fn of_nobody_cannot_be_settled(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let [mine, theirs] = ["a", "b"].map(|which| customer("intents::of_nobody_cannot_be_settled", which));
        lease(store, &theirs).await?;
        let lease = lease(store, &mine).await?;
        let meant = intent('a', "p", ActionKind::Offboard, day(0))?;
        let id = store.intend(&mine, lease, &meant).await?;
        let nobodys = [IntentId(id.0 + 1_000_000), IntentId(u64::MAX)];
        for (who, id) in [(&mine, nobodys[0]), (&mine, nobodys[1]), (&theirs, id)] {
            let answer = store.settle(who, id, &done([("p", 1, "C")])?).await;
            fails(answer, PortErrorKind::Fatal, "an intent of nobody is settled")?;
        }
        so(store.open_intents(&mine).await? == [OpenIntent::new(id, meant)], "somebody else ended it")?;
        so(store.view(&theirs).await?.links.is_empty(), "links come without an intent")
    };
    rule("intents::of_nobody_cannot_be_settled", check().await)
}

/// What is done brings its links and aliases, over those of before and beside the others; nothing else does.
///
/// # Errors
/// [`Broken`] if not.
pub async fn that_are_done_bring_links_and_aliases(store: &dyn Store) -> Result<(), Broken> {
    let check = async || -> Result<(), Breach> {
        let customer = customer("intents::that_are_done_bring_links_and_aliases", "a");
        let lease = lease(store, &customer).await?;
        let alias = |a, b| Ok::<_, Breach>(BTreeMap::from([(record(a)?, record(b)?)]));
        let first = Certain {
            links: links([("old", 1, "C"), ("new", 1, "D"), ("far", i64::MIN, "É 'x' \u{1F600}")])?,
            aliases: alias("new", "old")?,
        };
        // Another account in the same company, and another company of the same account.
        let second =
            Certain { links: links([("old", 2, "C"), ("new", 1, "E")])?, aliases: alias("new", "far")? };
        for end in [Outcome::Refused, Outcome::NotDone, Outcome::Doubtful] {
            let id = store.intend(&customer, lease, &intent('a', "x", ActionKind::Relink, day(0))?).await?;
            store.settle(&customer, id, &end).await?;
        }
        let view = store.view(&customer).await?;
        so(view.links.is_empty() && view.aliases.is_empty(), "links come of what was not done")?;
        for certain in [&first, &second] {
            let id = store.intend(&customer, lease, &intent('b', "old", ActionKind::Relink, day(0))?).await?;
            store.settle(&customer, id, &Outcome::Done(certain.clone())).await?;
        }
        let (mut expected, view) = (first.links, store.view(&customer).await?);
        expected.extend(second.links);
        so(view.links == expected, "the links are not the latest of each record")?;
        so(view.aliases == second.aliases, "the aliases are not the latest of each record")
    };
    rule("intents::that_are_done_bring_links_and_aliases", check().await)
}
