//! Where this customer's runs are remembered: the file that the configuration names.
//!
//! In: `store.path`. Out: the store. Never: a store in memory for a command that writes; what was done would be
//! forgotten, and done again.

use std::path::Path;

use anyhow::{Context, bail};
use sync_core::engine::MemoryStore;
use sync_core::ports::Store;
use sync_core::sqlite::SqliteStore;

use crate::config::Config;
use crate::exit::WrongUsage;

/// The store of a run. Made if there is none yet.
///
/// # Errors
/// When the configuration names none, or when it cannot be opened.
pub async fn to_run(config: &Config) -> anyhow::Result<SqliteStore> {
    open(named(config)?).await
}

/// The store of a command that only makes sense after a run.
///
/// # Errors
/// When the configuration names none, when there is none yet, or when it cannot be opened.
pub async fn of_earlier_runs(config: &Config) -> anyhow::Result<SqliteStore> {
    let path = named(config)?;
    if !path.exists() {
        bail!("{}: there is no such file yet; sync run makes it", path.display());
    }
    open(path).await
}

/// The store of a command that changes nothing: without a file it is one that remembers nothing, and makes none.
///
/// # Errors
/// When it cannot be opened.
pub async fn to_look_at(config: &Config) -> anyhow::Result<Box<dyn Store>> {
    match config.store.as_deref().filter(|path| path.exists()) {
        Some(path) => Ok(Box::new(open(path).await?)),
        None => Ok(Box::new(MemoryStore::new())),
    }
}

fn named(config: &Config) -> anyhow::Result<&Path> {
    match &config.store {
        Some(path) => Ok(path),
        None => bail!(WrongUsage(
            "store.path: is missing; without a file that remembers what was done, this command does nothing"
        )),
    }
}

async fn open(path: &Path) -> anyhow::Result<SqliteStore> {
    SqliteStore::open(path).await.with_context(|| path.display().to_string())
}
