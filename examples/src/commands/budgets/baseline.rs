//! `sync budgets baseline`: a person vouches for what people were given before the ledger knew of it.
//!
//! In: the hash of a kept plan, what was given, a name, and perhaps of whom alone. Out: a memory of money, in which runs
//! may give. Never: a grant; what is imported counts as given, and of whom nothing is said nobody vouches.

use std::collections::BTreeSet;

use anyhow::bail;
use serde_json::json;
use sync_core::budget::{Baseline, BaselineWord, Category, GrantState};
use sync_core::policy::Budgets;
use sync_core::ports::{Batch, Clock, Ledger, MoneyLedger, Store};
use sync_core::{Euro, ExternalId, Run, SavedPlan};

use super::alone::alone;
use super::{Told, baseline_file};
use crate::arguments::{Baseline as Typed, Given};
use crate::clock::MachineClock;
use crate::commands::{Setting, person_id, word};
use crate::next_step::NextStep;
use crate::show::{mark_in_words, wrapped};
use crate::{desk, store};

/// Keeps what a person vouches for.
pub(super) async fn baseline(setting: Setting<'_>, typed: &Typed) -> anyhow::Result<Told> {
    let by = word::name(&typed.word.by)?;
    let only: BTreeSet<ExternalId> = typed.person.iter().map(|id| person(id)).collect::<Result<_, _>>()?;
    let said = said(&typed.given, setting.config.policy.budgets.as_ref())?;
    let store = store::of_earlier_runs(setting.config).await?;
    let plan = word::kept_plan(setting, &store, &typed.plan, MachineClock.now()).await?;
    let kept = alone(setting, &store, async {
        let config = setting.config;
        let (view, mark) = (store.view(&config.customer).await?, desk::mark(config).await?);
        let run = Run::new(&config.customer, MachineClock.now(), &config.fingerprint_key);
        let baseline = Baseline::confirming(&plan, &said, &only, (&view, mark.as_ref()), &run, by)?;
        if baseline.founds.is_some() {
            refuse_unfinished(&store.open_batches(&config.customer).await?)?;
        }
        store.keep_baseline(&config.customer, &baseline).await?;
        Ok(baseline)
    });
    told(setting, &store, &plan, &kept.await?).await
}

/// A memory that another takes the place of is finished by no run any more.
fn refuse_unfinished(open: &[Batch]) -> anyhow::Result<()> {
    let is_unfinished = |batch: &&Batch| batch.grants.iter().any(|it| it.state == GrantState::Intended);
    match open.iter().find(is_unfinished) {
        None => Ok(()),
        Some(batch) => bail!(
            "nothing was kept: batch {} was about to be handed over when a run ended; run once more, or tell of it by \
             sync budgets confirm or reject",
            batch.id
        ),
    }
}

fn person(typed: &str) -> anyhow::Result<ExternalId> {
    person_id(typed, "--person: must be an employee id, or one with `nmbrs:rest:` before it")
}

fn said(given: &Given, budgets: Option<&Budgets>) -> anyhow::Result<BaselineWord> {
    let listed = |category: &Category| budgets.is_some_and(|it| it.categories.contains(category));
    Ok(match &given.file {
        Some(file) => BaselineWord::These(baseline_file::read(file, listed)?),
        None if given.as_filled => BaselineWord::AsFilled,
        None => BaselineWord::NothingElse,
    })
}

/// What was kept, and what it does not cover.
async fn told(
    setting: Setting<'_>,
    store: &impl Store,
    plan: &SavedPlan,
    kept: &Baseline,
) -> anyhow::Result<Told> {
    let euro: Euro = kept.given.iter().map(|given| given.amount).sum();
    let (vouched, people, imported) = (kept.people.len(), plan.entries().count(), kept.given.len());
    let open = store.open_batches(&setting.config.customer).await?;
    let left_open: usize =
        open.iter().map(|batch| batch.grants.iter().filter(|it| it.state.is_open()).count()).sum();
    let mut text = wrapped(
        "",
        &format!(
            "{vouched} of the plan's {people} people are vouched for. {imported} budgets, {euro} euro in all, count as \
             given before (of a monthly budget one month)."
        ),
    );
    if vouched < people {
        text.push_str(&wrapped(
            "",
            "Of the others nothing is known: runs hold their money, or they have no account that is certain. Whoever is \
             onboarded from now on is vouched for by that.",
        ));
    }
    if let Some(founding) = &kept.founds {
        let accepted = founding.accepted.as_ref().map(mark_in_words);
        let accepted = accepted.map(|mark| format!(" It accepts that the folder took {mark} last."));
        let told =
            format!("A new memory of money begins: {}.{}", founding.epoch, accepted.unwrap_or_default());
        text.push_str(&wrapped("", &told));
    }
    let next = NextStep::with(setting.file);
    if left_open > 0 {
        text.push_str(&wrapped(
            "",
            &format!("{left_open} grants of earlier runs are still open; they stay so until"),
        ));
        text = text + &next.lists() + "\n";
    }
    text = text + "To see what a run gives now\n" + &next.plan() + "\n";
    let imported: Vec<_> = kept
        .given
        .iter()
        .map(|given| {
            json!({
                "person": given.person,
                "kind": given.budget.kind,
                "category": given.budget.category,
                "amount": given.amount,
            })
        })
        .collect();
    let json = json!({
        "plan": kept.plan,
        "people": people,
        "vouched": kept.people.keys().collect::<Vec<_>>(),
        "imported": imported,
        "euro": euro,
        "founds": kept.founds.as_ref().map(|founding| {
            json!({ "epoch": founding.epoch, "accepted": founding.accepted })
        }),
        "open": left_open,
    });
    Ok(Told { text, json })
}
