//! Versions of the file: older ones are taken along, later ones refused.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use sync_core::conformance::durability;
use sync_core::sqlite::SqliteErrorKind;

use crate::stage::Folder;

/// Where SQLite keeps the version of a file, in its header.
const VERSION: std::ops::Range<usize> = 60..64;

fn place(folder: &Folder, content: &[u8]) {
    fs::write(folder.file(), content).unwrap();
    fs::set_permissions(folder.file(), Permissions::from_mode(0o600)).unwrap();
}

/// `v1.db` is what `durability::remember` left in a file that version 1 made.
#[tokio::test]
async fn a_file_of_version_1_is_still_remembered() {
    let folder = Folder::new();
    place(&folder, include_bytes!("v1.db"));
    durability::still_remembers(&folder.open().await).await.unwrap();
}

/// Without it the golden file would prove nothing about the present version.
#[tokio::test]
async fn the_golden_file_is_of_the_version_that_it_says() {
    assert_eq!(include_bytes!("v1.db")[VERSION], 1_u32.to_be_bytes());
    let folder = Folder::new();
    drop(folder.open().await);
    assert_eq!(
        fs::read(folder.file()).unwrap()[VERSION],
        1_u32.to_be_bytes(),
        "a golden file for each version"
    );
}

#[tokio::test]
async fn a_file_of_a_later_version_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let mut later = include_bytes!("v1.db").to_vec();
    later[VERSION].copy_from_slice(&2_u32.to_be_bytes());
    place(&folder, &later);
    assert_eq!(folder.refusal().await, SqliteErrorKind::NewerVersion { found: 2, known: 1 });
    assert_eq!(fs::read(folder.file()).unwrap(), later);
}
