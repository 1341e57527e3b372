//! A full disk: a typed error, after which nothing is half done and what was there is there.

use std::fs;

use sync_core::ports::{KeptPlan, Ledger, MoneyLedger, PortErrorKind, RunStore};
use sync_core::sqlite::{SqliteErrorKind, SqliteStore};

use crate::child::Child;
use crate::stage::{Folder, batch, beneath, customer, done, found, grant, intent, lease, plan, start};

#[tokio::test]
async fn a_store_without_room_says_so_and_goes_on_when_there_is_room() {
    let folder = Folder::new();
    let store = SqliteStore::open_at_most(folder.file(), 200 * 1024).await.unwrap();
    let lease = lease(&store).await;
    let mut settled = 0;
    let error = loop {
        let id = match store.intend(&customer(), lease, &intent(settled)).await {
            Ok(id) => id,
            Err(error) => break error,
        };
        match store.settle(&customer(), id, &done(settled)).await {
            Ok(()) => settled += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), beneath(&error)), (PortErrorKind::Fatal, SqliteErrorKind::Full));
    let large = KeptPlan::new(plan(1), start(), vec![7; 1024 * 1024]);
    let error = store.keep_plan(&customer(), &large).await.unwrap_err();
    assert_eq!(beneath(&error), SqliteErrorKind::Full);

    let links = store.view(&customer()).await.unwrap().links.len() as u64;
    assert_eq!(links, 2 * settled, "both links of each, and none of the one that failed");
    assert!(fs::metadata(folder.file()).unwrap().len() <= 200 * 1024);
    drop(store);

    let store = folder.open().await;
    assert_eq!(store.view(&customer()).await.unwrap().links.len() as u64, links);
    assert!(store.plan(&customer(), &plan(1)).await.unwrap().is_none());
    store.keep_plan(&customer(), &large).await.unwrap();
    assert_eq!(store.plan(&customer(), &plan(1)).await.unwrap(), Some(large));
}

#[tokio::test]
async fn a_list_for_which_there_is_no_room_is_not_prepared_and_takes_no_number() {
    let folder = Folder::new();
    let store = SqliteStore::open_at_most(folder.file(), 400 * 1024).await.unwrap();
    found(&store).await.unwrap();
    let held = lease(&store).await;
    let before = store.view(&customer()).await.unwrap();
    let large = batch(1, (0..100).map(grant).collect(), Some(&vec![b'x'; 1024 * 1024]));
    let error = store.prepare(&customer(), held, &large).await.unwrap_err();
    assert_eq!((error.kind(), beneath(&error)), (PortErrorKind::Fatal, SqliteErrorKind::Full));
    assert_eq!(store.view(&customer()).await.unwrap(), before);
    assert!(store.batch(&customer(), &large.id).await.unwrap().is_none());
    drop(store);

    let store = folder.open().await;
    store.prepare(&customer(), held, &large).await.unwrap();
    assert_eq!(store.batch(&customer(), &large.id).await.unwrap().unwrap().list, large.list);
}

/// The operating system refuses every byte beyond a limit, in the middle of whatever is being written: the next best
/// thing to a full disk that needs no rights.
#[tokio::test]
async fn a_write_that_the_system_cuts_off_leaves_nothing_half_done() {
    let folder = Folder::new();
    let mut total = 0;
    // In blocks of 512 bytes: inside the log, and with more room inside the file.
    for blocks in [400, 430, 461, 700, 933, 1200, 1500, 2001] {
        let limit = format!("trap '' XFSZ; ulimit -f {blocks}");
        let mut child = Child::start_in_shell(&limit, folder.root(), true).await;
        let answered = child.until_it_ends().await;
        assert!(
            answered.ended_by.as_deref().is_some_and(|kind| kind == "Io" || kind == "Full"),
            "{answered:?}"
        );
        total += answered.settled;

        let store = folder.open().await;
        let links = store.view(&customer()).await.unwrap().links;
        assert_eq!(links.len() % 2, 0, "half of two links that are written together");
        assert!(links.len() as u64 >= 2 * total, "{} links of {total}", links.len() / 2);
    }
    assert!(total > 20, "{total}");
}
