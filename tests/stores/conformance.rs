//! What every store has to do, asked of every kind of store.

use std::sync::Arc;

use sync_core::conformance::{self, durability};
use sync_core::engine::MemoryStore;
use sync_core::ports::Store;

use crate::stage::Folder;

async fn every_store(folder: &Folder) -> [(&'static str, Arc<dyn Store>); 2] {
    [("memory", Arc::new(MemoryStore::new())), ("sqlite", Arc::new(folder.open().await))]
}

#[tokio::test]
async fn every_store_keeps_every_rule() {
    let folder = Folder::new();
    for (name, store) in every_store(&folder).await {
        // On another task, as a service would.
        let answer = tokio::spawn(async move { conformance::all(&*store).await });
        answer.await.unwrap().unwrap_or_else(|broken| panic!("{name}: {broken}: {broken:?}"));
    }
}

#[tokio::test]
async fn the_suite_can_run_beside_itself_of_other_customers() {
    let folder = Folder::new();
    for (_, store) in every_store(&folder).await {
        durability::remember(&*store).await.unwrap();
        durability::remember_money(&*store).await.unwrap();
        conformance::all(&*store).await.unwrap();
        durability::still_remembers(&*store).await.unwrap();
        durability::still_remembers_money(&*store).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_remembered_outlives_the_store() {
    let folder = Folder::new();
    durability::remember(&folder.open().await).await.unwrap();
    durability::remember_money(&folder.open().await).await.unwrap();
    durability::still_remembers(&folder.open().await).await.unwrap();
    durability::still_remembers_money(&folder.open().await).await.unwrap();
}

#[tokio::test]
async fn a_store_that_forgets_does_not_conform() {
    assert!(durability::still_remembers(&MemoryStore::new()).await.is_err());
    assert!(durability::still_remembers_money(&MemoryStore::new()).await.is_err());
    let used = MemoryStore::new();
    durability::remember(&used).await.unwrap();
    assert!(durability::remember(&used).await.is_err(), "its customers are to be new");
}
