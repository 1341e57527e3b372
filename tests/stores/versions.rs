//! Versions of the file: older ones are taken along, later ones refused.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use sync_core::budget::{GrantState, Mark};
use sync_core::conformance::durability;
use sync_core::ledger::DeskStanding;
use sync_core::ports::{Ledger, MoneyLedger, ToldBy};
use sync_core::sqlite::SqliteErrorKind;

use crate::stage::{Folder, batch, customer, epoch, found, grant, lease, settle};

/// Where SQLite keeps the version of a file, in its header.
const VERSION: std::ops::Range<usize> = 60..64;

/// What `durability::remember` left in a file that version 1 made.
const V1: &[u8] = include_bytes!("v1.db");

/// What `durability::remember` and `durability::remember_money` left in a file that version 2 made.
const V2: &[u8] = include_bytes!("v2.db");

pub(crate) fn place(folder: &Folder, content: &[u8]) {
    fs::write(folder.file(), content).unwrap();
    fs::set_permissions(folder.file(), Permissions::from_mode(0o600)).unwrap();
}

/// The version of a file that is closed.
pub(crate) fn version_of(folder: &Folder) -> [u8; 4] {
    fs::read(folder.file()).unwrap()[VERSION].try_into().unwrap()
}

#[tokio::test]
async fn a_file_of_version_1_is_still_remembered_and_takes_money() {
    let folder = Folder::new();
    place(&folder, V1);
    let store = folder.open().await;
    durability::still_remembers(&store).await.unwrap();
    durability::remember_money(&store).await.unwrap();
    drop(store);
    assert_eq!(version_of(&folder), 2_u32.to_be_bytes());
    durability::still_remembers_money(&folder.open().await).await.unwrap();
}

#[tokio::test]
async fn a_file_of_version_2_is_still_remembered() {
    let folder = Folder::new();
    place(&folder, V2);
    let store = folder.open().await;
    durability::still_remembers(&store).await.unwrap();
    durability::still_remembers_money(&store).await.unwrap();
}

/// Without it the golden files would prove nothing about the present version.
#[tokio::test]
async fn the_golden_files_are_of_the_versions_that_they_say() {
    assert_eq!(V1[VERSION], 1_u32.to_be_bytes());
    assert_eq!(V2[VERSION], 2_u32.to_be_bytes());
    let folder = Folder::new();
    drop(folder.open().await);
    assert_eq!(version_of(&folder), 2_u32.to_be_bytes(), "a golden file for each version");
}

#[tokio::test]
async fn a_file_of_a_later_version_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let mut later = V2.to_vec();
    later[VERSION].copy_from_slice(&3_u32.to_be_bytes());
    place(&folder, &later);
    assert_eq!(folder.refusal().await, SqliteErrorKind::NewerVersion { found: 3, known: 2 });
    assert_eq!(fs::read(folder.file()).unwrap(), later);
}

/// A person puts yesterday's copy back. The file says so: what was prepared since then has a number that it does not
/// know, and whoever asks the desk notices.
#[tokio::test]
async fn an_older_copy_of_the_file_shows_by_its_number_of_batches() {
    let folder = Folder::new();
    let mut older = Vec::new();
    for number in 1..=2 {
        let store = folder.open().await;
        if number == 1 {
            found(&store).await.unwrap();
        }
        let (held, grants) = (lease(&store).await, vec![grant(number)]);
        store.prepare(&customer(), held, &batch(number, grants.clone(), None)).await.unwrap();
        settle(&store, &grants, GrantState::Given, ToldBy::Run).await.unwrap();
        drop(store);
        older.push(fs::read(folder.file()).unwrap());
    }
    place(&folder, &older[0]);
    let money = folder.open().await.view(&customer()).await.unwrap().money;
    assert_eq!((money.sequence, money.grants.len()), (1, 1));
    let standing = |number| money.compare(Some(&Mark::new(epoch(), number)));
    assert_eq!((standing(1), standing(2)), (DeskStanding::Agrees, DeskStanding::Ahead));
}
