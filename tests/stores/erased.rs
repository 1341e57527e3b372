//! What was erased is in no file any more, and in no log beside one: rows that a purge took, lists whose grants have
//! ended, and people who were forgotten.

use chrono::TimeDelta;
use sync_core::authority::Approval;
use sync_core::budget::GrantState;
use sync_core::ports::{Authorities, Forgetting, KeptPlan, Ledger, MoneyLedger, Outcome, RunStore, ToldBy};
use sync_core::{AccountId, ExternalId, Pii};

use crate::stage::{Folder, LIST, batch, customer, done, found, grant, intent, lease, person, plan, settle};

const OPERATOR: &str = "Zoë van 't Hof";
const ADDRESS: &str = "geheim.adres@voorbeeld.example";

#[tokio::test]
async fn what_was_forgotten_is_in_no_file_any_more() {
    let folder = Folder::new();
    let store = folder.open().await;
    let lease = lease(&store).await;
    let mut intents = Vec::new();
    for number in 1..200 {
        intents.push(store.intend(&customer(), lease, &intent(number)).await.unwrap());
    }
    for id in intents {
        store.settle(&customer(), id, &Outcome::NotDone).await.unwrap();
    }
    let holds = |folder: &Folder| String::from_utf8_lossy(&folder.bytes()).contains("nmbrs:rest:person-");
    assert!(holds(&folder));
    let later = intent(1).at + TimeDelta::days(1);
    assert_eq!(store.purge(&customer(), later).await.unwrap(), 199);
    assert!(!holds(&folder));
}

/// A list holds addresses for as long as somebody may have to write it again, and no longer: not in the file, and not
/// in the log beside it.
#[tokio::test]
async fn a_list_is_in_no_file_any_more_once_its_grants_have_ended() {
    let folder = Folder::new();
    let store = folder.open().await;
    found(&store).await.unwrap();
    let held = lease(&store).await;
    let holds = |text: &str| String::from_utf8_lossy(&folder.bytes()).contains(text);
    let mut number = 0;
    for end in [GrantState::Given, GrantState::Refused, GrantState::NotDone] {
        number += 1;
        let grants = vec![grant(2 * number), grant(2 * number + 1)];
        let listed = batch(number, grants.clone(), Some(&LIST.repeat(2000)));
        store.prepare(&customer(), held, &listed).await.unwrap();
        settle(&store, &grants[..1], end, ToldBy::Run).await.unwrap();
        assert!(holds(ADDRESS), "the search would find an address");
        let by = ToldBy::Person(Pii::new(OPERATOR.to_owned()));
        settle(&store, &grants[1..], end, by).await.unwrap();
        assert!(!holds(ADDRESS), "{end:?}");
        assert!(holds(OPERATOR), "who told is kept");
    }
    let again = grant(2 * number);
    let listed = batch(number + 1, vec![grant(1), grant(2)], Some(LIST));
    assert!(store.prepare(&customer(), held, &listed).await.is_err());
    assert!(!holds(ADDRESS), "what was refused leaves nothing");
    let listed = batch(number + 1, vec![again], Some(LIST));
    store.prepare(&customer(), held, &listed).await.unwrap();
    for shown in [format!("{listed:?}"), format!("{:?}", store.open_batches(&customer()).await.unwrap())] {
        assert!(!shown.contains("103, 101, 104") && !shown.contains("geheim"), "{shown}");
    }
}

#[tokio::test]
async fn of_whoever_was_forgotten_only_the_tombstone_is_in_the_file() {
    let folder = Folder::new();
    let store = folder.open().await;
    found(&store).await.unwrap();
    let held = lease(&store).await;
    let (goes, stays) = (4_711_471_147, 5);
    for number in [goes, stays] {
        let id = store.intend(&customer(), held, &intent(number)).await.unwrap();
        store.settle(&customer(), id, &done(number)).await.unwrap();
        let id = store.intend(&customer(), held, &intent(number)).await.unwrap();
        store.settle(&customer(), id, &Outcome::Refused).await.unwrap();
        let file = format!("{{\"person\":\"{}\"}}", person(number));
        let kept = KeptPlan::new(plan(number), intent(number).at, file.into_bytes());
        store.keep_plan(&customer(), &kept).await.unwrap();
        let approval = Approval::of(plan(1), intent(1).at).with_proposals([person(number)]);
        store.approve(&customer(), &approval).await.unwrap();
    }
    let grants = vec![grant(goes), grant(stays)];
    store.prepare(&customer(), held, &batch(1, grants.clone(), Some(LIST))).await.unwrap();
    settle(&store, &grants, GrantState::Given, ToldBy::Run).await.unwrap();
    let holds = |text: &str| String::from_utf8_lossy(&folder.bytes()).contains(text);
    assert!(holds("person-4711471147") && holds("other-4711471147"));
    let records = [person(goes), ExternalId::rest("other-4711471147").unwrap()];
    let accounts = [AccountId::new(i64::try_from(goes).unwrap())];
    let whom = Forgetting::new(records.into(), accounts.into(), ["deadbeef".to_owned()].into());
    store.forget(&customer(), &whom).await.unwrap();
    assert!(!holds("4711471147") && holds("deadbeef") && holds("person-5"));
    assert!(!folder.bytes().windows(8).any(|bytes| bytes.ends_with(&goes.to_be_bytes()[3..])), "the account");
    assert!(!holds(grants[0].id.as_str()) && holds(grants[1].id.as_str()));
}
