//! The file itself: private, ours, in its place.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use sync_core::ports::{Ledger, PortErrorKind, RunStore};
use sync_core::sqlite::{SqliteErrorKind, SqliteStore};

use crate::child::Child;
use crate::stage::{Folder, beneath, customer, intent, lease};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[tokio::test]
async fn the_file_and_those_beside_it_are_private_whatever_the_umask() {
    let folder = Folder::new();
    // As another process, because a umask is the process's.
    let mut child = Child::start_in_shell("umask 000", folder.root(), false).await;
    assert_eq!(child.ask("lease").await, "ours 1");
    for suffix in ["", "-wal", "-shm"] {
        assert_eq!(mode(&folder.beside(suffix)), 0o600, "{suffix}");
    }
}

#[tokio::test]
async fn a_file_that_others_can_read_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let store = folder.open().await;
    lease(&store).await;
    for suffix in ["", "-wal", "-shm"] {
        let path = folder.beside(suffix);
        for open in [0o640, 0o604, 0o620] {
            fs::set_permissions(&path, Permissions::from_mode(open)).unwrap();
            assert_eq!(folder.refusal().await, SqliteErrorKind::OpenToOthers, "{suffix} {open:o}");
            assert_eq!(mode(&path), open, "nobody would know that it was open");
        }
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    }
    folder.open().await;
}

#[tokio::test]
async fn a_link_a_folder_and_a_missing_folder_are_refused() {
    let folder = Folder::new();
    let elsewhere = folder.root().join("elsewhere.db");
    drop(SqliteStore::open(&elsewhere).await.unwrap());
    symlink(&elsewhere, folder.file()).unwrap();
    assert_eq!(folder.refusal().await, SqliteErrorKind::NotAFile);
    fs::remove_file(folder.file()).unwrap();
    fs::create_dir(folder.file()).unwrap();
    assert_eq!(folder.refusal().await, SqliteErrorKind::NotAFile);
    let nowhere = SqliteStore::open(folder.root().join("no/such/folder/store.db")).await.unwrap_err();
    assert_eq!(nowhere.kind(), SqliteErrorKind::NoFolder);
    assert!(!folder.root().join("no").exists(), "a disk that is not mounted is not made up for");
}

#[tokio::test]
async fn a_name_that_sqlite_would_read_as_something_else_is_a_name() {
    let folder = Folder::new();
    for name in ["file:x?mode=memory", ":memory:", "a?b#c%20d.db"] {
        let path = folder.root().join(name);
        drop(SqliteStore::open(&path).await.unwrap());
        assert!(path.is_file(), "{name}");
    }
}

#[tokio::test]
async fn a_file_of_somebody_else_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let foreign_database = include_bytes!("foreign.db").as_slice();
    let text = "Dear diary, ".repeat(1000);
    for content in [foreign_database, text.as_bytes(), b"x"] {
        fs::write(folder.file(), content).unwrap();
        fs::set_permissions(folder.file(), Permissions::from_mode(0o600)).unwrap();
        assert_eq!(folder.refusal().await, SqliteErrorKind::NotOurs);
        assert_eq!(fs::read(folder.file()).unwrap(), content);
    }
}

#[tokio::test]
async fn an_empty_file_becomes_a_store() {
    let folder = Folder::new();
    fs::write(folder.file(), "").unwrap();
    fs::set_permissions(folder.file(), Permissions::from_mode(0o600)).unwrap();
    folder.open().await.runs(&customer(), 1).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_written_is_refused() {
    let folder = Folder::new();
    drop(folder.open().await);
    // Not as root, to whom no mode matters.
    let refused = async || {
        let mut child = Child::start_as_nobody(folder.root());
        child.answer().await
    };
    fs::set_permissions(folder.root(), Permissions::from_mode(0o755)).unwrap();
    assert_eq!(refused().await, "ReadOnly", "somebody else's file");

    let theirs = Folder::new();
    fs::set_permissions(theirs.root(), Permissions::from_mode(0o777)).unwrap();
    let mut child = Child::start_as_nobody(theirs.root());
    assert_eq!(child.answer().await, "ready");
    child.end().await;
    fs::set_permissions(theirs.file(), Permissions::from_mode(0o400)).unwrap();
    let mut child = Child::start_as_nobody(theirs.root());
    assert_eq!(child.answer().await, "ReadOnly", "a file that is read-only");

    fs::set_permissions(theirs.file(), Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(theirs.root(), Permissions::from_mode(0o555)).unwrap();
    let mut child = Child::start_as_nobody(theirs.root());
    assert_eq!(child.answer().await, "ReadOnly", "a folder that is read-only, in which no log can be made");
    fs::set_permissions(theirs.root(), Permissions::from_mode(0o755)).unwrap();
}

#[tokio::test]
async fn a_damaged_file_is_told_and_nothing_is_taken_from_it() {
    let folder = Folder::new();
    let store = folder.open().await;
    let lease = lease(&store).await;
    for number in 0..500 {
        store.intend(&customer(), lease, &intent(number)).await.unwrap();
    }
    drop(store);
    let whole = fs::read(folder.file()).unwrap();
    let mut told = 0;
    for page in 1..whole.len() / 4096 {
        let mut damaged = whole.clone();
        damaged[page * 4096..][..4096].fill(0xA5);
        fs::write(folder.file(), damaged).unwrap();
        // A page that no statement of these reads does no harm to them.
        let Ok(store) = SqliteStore::open(folder.file()).await else { continue };
        for call in [
            store.open_intents(&customer()).await.map(|open| assert_eq!(open.len(), 500)),
            store.intend(&customer(), lease, &intent(1)).await.map(|_| ()),
        ] {
            if let Err(error) = call {
                assert_eq!(error.kind(), PortErrorKind::Fatal);
                assert_eq!(beneath(&error), SqliteErrorKind::Corrupt);
                told += 1;
            }
        }
    }
    assert!(told > 10, "{told}");
}
