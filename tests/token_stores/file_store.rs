//! What the file store does in a place that is not as it should be.

use std::error::Error;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use nmbrs_client::auth::{FileTokenStore, Generation, Grant, Replaced, StoreError, TokenSet, TokenStore};

use crate::stage::{Folder, start};

fn grant() -> Grant {
    Grant::ready(TokenSet::new("seeded-access", start()).with_refresh("seeded-refresh"))
}

/// A store that holds a grant, and where.
async fn filled(folder: &Folder) -> (FileTokenStore, Generation) {
    let store = FileTokenStore::new(folder.path("grant.json"));
    let Replaced::Done(generation) = store.replace(None, &grant()).await.unwrap() else { panic!("moved") };
    (store, generation)
}

fn why(error: &StoreError) -> String {
    assert!(error.is_lasting());
    let text = error.source().unwrap().to_string();
    assert!(!format!("{error} {error:?} {text}").contains("seeded"));
    text
}

/// Neither reading nor writing nor removing gets past it.
async fn assert_refused(store: &FileTokenStore, expected: &str) {
    let errors = [
        store.load().await.map(|_| ()).unwrap_err(),
        store.replace(None, &grant()).await.map(|_| ()).unwrap_err(),
        store.replace(Some(Generation(1)), &grant()).await.map(|_| ()).unwrap_err(),
        store.remove(Generation(1)).await.map(|_| ()).unwrap_err(),
    ];
    for error in errors {
        assert!(why(&error).contains(expected), "{}", why(&error));
    }
}

#[tokio::test]
async fn all_files_of_the_store_are_private() {
    let folder = Folder::new();
    filled(&folder).await;
    let files = fs::read_dir(folder.root()).unwrap().map(|file| file.unwrap().path());
    let modes: Vec<u32> = files.map(|path| fs::metadata(path).unwrap().mode() & 0o7777).collect();
    assert_eq!(modes, [0o600, 0o600], "the grant and its lock");
}

#[tokio::test]
async fn a_file_that_others_can_read_is_refused_and_left_alone() {
    for mode in [0o640, 0o604, 0o660, 0o610] {
        let folder = Folder::new();
        let (store, _) = filled(&folder).await;
        let path = folder.path("grant.json");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let before = fs::read(&path).unwrap();
        assert_refused(&store, &format!("mode {mode:o}")).await;
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[tokio::test]
async fn a_missing_folder_is_an_error_and_not_an_empty_store() {
    let folder = Folder::new();
    let store = FileTokenStore::new(folder.path("not-mounted/grant.json"));
    assert_refused(&store, "does not exist").await;
    assert!(!folder.path("not-mounted").exists());
}

#[tokio::test]
async fn a_directory_or_a_link_in_its_place_is_refused() {
    let folder = Folder::new();
    fs::create_dir(folder.path("grant.json")).unwrap();
    assert_refused(&FileTokenStore::new(folder.path("grant.json")), "not a regular file").await;

    fs::write(folder.path("elsewhere"), "{}").unwrap();
    symlink(folder.path("elsewhere"), folder.path("link.json")).unwrap();
    assert_refused(&FileTokenStore::new(folder.path("link.json")), "not a regular file").await;
    assert_eq!(fs::read(folder.path("elsewhere")).unwrap(), b"{}");
}

#[tokio::test]
async fn a_file_of_another_version_or_without_a_grant_is_refused_and_left_alone() {
    for (from, to, expected) in [
        ("nmbrs-token-file/v1", "nmbrs-token-file/v2", "another version"),
        ("nmbrs-grant/v1", "nmbrs-grant/v9", "no readable grant"),
        ("\"ready\"", "\"seeded\"", "no readable grant"),
        ("{", "", "no readable grant"),
    ] {
        let folder = Folder::new();
        let (store, _) = filled(&folder).await;
        let path = folder.path("grant.json");
        let changed = fs::read_to_string(&path).unwrap().replacen(from, to, 1);
        fs::write(&path, &changed).unwrap();
        assert_refused(&store, expected).await;
        assert_eq!(fs::read_to_string(&path).unwrap(), changed);
    }
}

#[tokio::test]
async fn what_a_crash_left_half_written_is_not_read_and_not_in_the_way() {
    let folder = Folder::new();
    let (store, generation) = filled(&folder).await;
    let half = folder.path("grant.json.new");
    fs::write(&half, "{\"schema\": \"nmbrs-to").unwrap();
    assert_eq!(store.load().await.unwrap().unwrap().generation, generation);
    assert!(matches!(store.replace(Some(generation), &grant()).await.unwrap(), Replaced::Done(_)));
    assert!(!half.exists());
}

#[tokio::test]
async fn a_link_in_the_place_of_the_new_file_is_not_followed() {
    let folder = Folder::new();
    let (store, generation) = filled(&folder).await;
    fs::write(folder.path("victim"), "untouched").unwrap();
    symlink(folder.path("victim"), folder.path("grant.json.new")).unwrap();
    store.replace(Some(generation), &grant()).await.unwrap();
    assert_eq!(fs::read_to_string(folder.path("victim")).unwrap(), "untouched");
}

#[tokio::test]
async fn a_file_made_anew_is_not_mistaken_for_the_removed_one() {
    let folder = Folder::new();
    let (store, old) = filled(&folder).await;
    store.remove(old).await.unwrap();
    let (store, new) = filled(&folder).await;
    assert_ne!(old, new);
    assert_eq!(store.replace(Some(old), &grant()).await.unwrap(), Replaced::Moved);
}
