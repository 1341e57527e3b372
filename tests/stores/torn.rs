//! A log that a power failure has torn: what was whole before the tear is there, and nothing of what was not.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use sync_core::ports::Ledger;

use crate::stage::{Folder, customer, done, intent, lease};

#[tokio::test]
async fn a_torn_log_gives_the_calls_before_the_tear_and_no_half() {
    let folder = Folder::new();
    let store = folder.open().await;
    let lease = lease(&store).await;
    let mut sizes = Vec::new();
    for number in 0..20 {
        let id = store.intend(&customer(), lease, &intent(number)).await.unwrap();
        store.settle(&customer(), id, &done(number)).await.unwrap();
        sizes.push(fs::metadata(folder.beside("-wal")).unwrap().len());
    }
    let (file, log) = (fs::read(folder.file()).unwrap(), fs::read(folder.beside("-wal")).unwrap());
    drop(store);
    assert_eq!(sizes.last(), Some(&(log.len() as u64)), "the log has not begun anew");

    let mut last = 0;
    for length in (0..=log.len()).step_by(6007).chain([log.len()]) {
        for is_scrambled in [false, true] {
            let torn = Folder::new();
            let mut log = log.clone();
            if is_scrambled {
                log[length..].fill(0x5A);
            } else {
                log.truncate(length);
            }
            for (path, content) in [(torn.file(), &file), (torn.beside("-wal"), &log)] {
                fs::write(&path, content).unwrap();
                fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
            }
            let view = torn.open().await.view(&customer()).await.unwrap();
            let whole = sizes.iter().filter(|size| **size <= length as u64).count();
            assert_eq!(view.links.len(), 2 * whole, "{length} {is_scrambled}");
            assert!(whole >= last);
            last = whole;
        }
    }
    assert_eq!(last, 20);
}
