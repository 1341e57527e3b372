//! A restored backup holds a spent refresh token: it ends as a lost consent, once, and not as a loop.

use std::fs;
use std::sync::Arc;

use nmbrs_client::ErrorKind;
use nmbrs_client::SystemClock;
use nmbrs_client::auth::{Grant, GrantState};

use crate::child::Child;
use crate::stage::{Folder, authorizer, consent, issued, new_consent, shared, short_lived, token_requests};

#[tokio::test]
async fn a_restored_backup_is_tried_once_and_a_new_consent_heals_it() {
    for is_sealed in [false, true] {
        let (folder, backup) = (Folder::new(), Folder::new());
        let store = shared(folder.root(), is_sealed);
        let sandbox = short_lived().await;
        store.replace(None, &Grant::ready(issued(&sandbox))).await.unwrap();
        let before = authorizer(&sandbox, Arc::clone(&store), Arc::new(SystemClock));

        copy_all(&folder, &backup);
        before.access_token().await.unwrap();
        before.access_token().await.unwrap();
        copy_all(&backup, &folder);
        let (sent, _) = token_requests(&sandbox);

        let after = authorizer(&sandbox, Arc::clone(&store), Arc::new(SystemClock));
        for _ in 0..3 {
            for process in [&after, &before] {
                assert_eq!(process.access_token().await.unwrap_err().kind(), ErrorKind::ConsentLost);
            }
        }
        let mut child = Child::start(&sandbox, folder.root(), is_sealed).await;
        assert_eq!(child.ask("token").await, "ConsentLost");
        assert_eq!(token_requests(&sandbox), (sent + 1, 1), "tried once, by one process");
        let state = store.load().await.unwrap().unwrap().grant.state;
        assert!(matches!(state, GrantState::ConsentLost { .. }), "{state:?}");

        after.install(new_consent(&sandbox).await).await.unwrap();
        for process in [&before, &after] {
            process.access_token().await.unwrap();
        }
        assert_eq!(child.ask("token").await, "ok");
        assert_eq!(consent(&sandbox, 1), ("live".to_owned(), 3));
    }
}

fn copy_all(from: &Folder, to: &Folder) {
    for file in fs::read_dir(from.root()).unwrap() {
        let path = file.unwrap().path();
        fs::copy(&path, to.root().join(path.file_name().unwrap())).unwrap();
    }
}
