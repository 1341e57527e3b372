//! R13 over HTTP: whatever goes wrong while writing, nobody gets a second account, and the next run brings everything
//! to where an undisturbed run would have brought it.

use std::collections::BTreeMap;

use nmbrs_client::sandbox::World;
use sync_core::engine::ActionResult;
use yourcampus_client::sandbox::{Account, Effect, Fault};

use crate::stage::{Customer, day};

async fn customer(seed: u64) -> Customer {
    Customer::new(World::dutch(24, seed, day()), |state| state).await
}

/// All that a run decides about an account, by its address. Ids and moments depend on the way.
fn outcome(customer: &Customer) -> BTreeMap<String, impl PartialEq + std::fmt::Debug + use<>> {
    let told = |account: Account| {
        let name = (account.first_name, account.prefix, account.last_name);
        let dates = (account.birthday, account.work_anniversary);
        (account.email.unwrap_or_default(), (account.external_id, account.is_active, name, dates))
    };
    customer.target.state().accounts.into_iter().map(told).collect()
}

fn assert_nobody_twice(customer: &Customer, case: &str) {
    let accounts = customer.target.state().accounts;
    for key in [|account: &Account| account.external_id.clone(), |account: &Account| account.email.clone()] {
        let mut keys: Vec<_> = accounts.iter().filter_map(key).collect();
        let all = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), all, "{case}: somebody has two accounts");
    }
}

fn effects() -> Vec<Effect> {
    let mut effects = vec![
        Effect::Reset,
        Effect::ResetAfter,
        Effect::status_after(),
        Effect::StatusAfter { status: 409 },
        Effect::CutBody,
        Effect::WrongContentType { content_type: "text/html".into() },
        Effect::too_many_requests(Some(1)),
        Effect::too_many_requests(Some(100_000)),
        Effect::html_page(200),
        Effect::html_page(502),
    ];
    effects.extend([400, 401, 403, 404, 409, 418, 422, 429, 500, 503].map(Effect::status));
    effects
}

#[tokio::test]
async fn r13_no_fault_of_a_write_makes_a_second_account_and_the_next_run_converges() {
    let undisturbed = customer(5).await;
    assert!(undisturbed.sync().await.unwrap().is_complete());
    assert_eq!(undisturbed.pending().await, [""; 0]);
    let (wanted, created) = (outcome(&undisturbed), undisturbed.target.state().created_count);

    // A creation, a change, a deactivation, and everything from the second write on.
    let places = [
        ("POST", Some("/employees"), 1, Some(1)),
        ("POST", Some("/employees"), 2, Some(3)),
        ("PATCH", None, 1, Some(1)),
        ("POST", Some("/deactivate"), 1, Some(1)),
        ("POST", Some("/employees"), 1, None),
    ];
    for effect in effects() {
        for (method, path, nth, times) in places {
            let case = format!("{effect:?} on {method} {path:?} from {nth}, {times:?} times");
            let mut fault = Fault::new(effect.clone()).on_method(method).from_nth(nth);
            fault.path_contains = path.map(str::to_owned);
            fault.times = times;
            let customer = customer(5).await;
            customer.target.inject(fault);
            let first = customer.sync().await;
            assert_nobody_twice(&customer, &case);
            if let Ok(report) = &first {
                assert!(
                    customer.writes_not_refused_at_the_door() <= report.writes,
                    "{case}: a write was sent again"
                );
                let done = report
                    .applied()
                    .unwrap()
                    .actions
                    .iter()
                    .filter(|one| matches!(one.result, ActionResult::Done(_)));
                assert!(done.count() <= customer.changes(), "{case}: more was done than the target saw");
            }
            customer.target.clear_faults();
            customer.later();
            let second = customer.sync().await.unwrap();
            assert!(second.is_complete(), "{case}: {second:#?}");
            if nth == 1 && times.is_some() {
                assert_eq!(customer.pending().await, [""; 0], "{case}");
            }
            assert_nobody_twice(&customer, &case);
            assert_eq!(customer.target.state().created_count, created, "{case}");
            assert_eq!(outcome(&customer), wanted, "{case}");
        }
    }
}
