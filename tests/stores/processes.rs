//! Many processes on one file.

use futures_util::future::join_all;
use sync_core::ports::{Ledger, MoneyLedger, PortErrorKind};

use crate::child::Child;
use crate::stage::{Folder, batch, customer, found, grant, intent, lease};

const PROCESSES: usize = 8;

async fn start_all(folder: &Folder) -> Vec<Child> {
    join_all((0..PROCESSES).map(|_| Child::start(folder.root()))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_all_make_the_file_make_one_store() {
    for _ in 0..4 {
        let folder = Folder::new();
        let mut children = start_all(&folder).await;
        let store = folder.open().await;
        let lease = lease(&store).await;
        store.intend(&customer(), lease, &intent(1)).await.unwrap();
        let counts = join_all(children.iter_mut().map(|child| child.ask("count"))).await;
        assert!(counts.iter().all(|count| count == "1"), "{counts:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_processes_that_ask_for_a_lease_at_once_exactly_one_gets_it() {
    for _ in 0..4 {
        let folder = Folder::new();
        let mut children = start_all(&folder).await;
        let mut answers = join_all(children.iter_mut().map(|child| child.ask("lease"))).await;
        answers.sort();
        assert_eq!(answers[PROCESSES - 1], "ours 1");
        assert!(answers[..PROCESSES - 1].iter().all(|answer| answer == "held"), "{answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_stores_of_one_process_share_the_file_as_processes_do() {
    let folder = Folder::new();
    let stores = join_all((0..PROCESSES).map(|_| folder.open())).await;
    let lease = lease(&stores[0]).await;
    let customer = customer();
    let all = stores.iter().enumerate().map(|(at, store)| {
        let customer = &customer;
        async move {
            for number in 0..20 {
                store.intend(customer, lease, &intent(at as u64 * 100 + number)).await.unwrap();
            }
        }
    });
    join_all(all).await;
    assert_eq!(stores[3].open_intents(&customer).await.unwrap().len(), 20 * PROCESSES);
}

/// Also with one lease, which the engine never lets two have.
#[tokio::test(flavor = "multi_thread")]
async fn of_stores_that_prepare_one_grant_at_once_exactly_one_does() {
    let folder = Folder::new();
    let stores = join_all((0..PROCESSES).map(|_| folder.open())).await;
    found(&stores[0]).await.unwrap();
    let (lease, customer) = (lease(&stores[0]).await, customer());
    for number in 1..=10 {
        let batch = batch(number, vec![grant(number)], None);
        let answers = join_all(stores.iter().map(|store| store.prepare(&customer, lease, &batch))).await;
        let (done, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(done.len(), 1);
        let kinds = refused.into_iter().map(|answer| answer.unwrap_err().kind());
        assert!(kinds.into_iter().all(|kind| kind == PortErrorKind::Conflict));
    }
    assert_eq!(stores[3].view(&customer).await.unwrap().money.grants.len(), 10);
}
