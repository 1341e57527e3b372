//! Plan files: written whole or not at all, readable by their owner only.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sync_core::{Plan, SavedPlan};

/// Writes the plan beside `path` first, then puts it in place.
///
/// # Errors
/// What the file system says.
pub fn save(path: &Path, plan: &Plan) -> io::Result<()> {
    let aside = aside(path);
    let written = write_private(&aside, &plan.to_file()).and_then(|()| std::fs::rename(&aside, path));
    if written.is_err() {
        // The first error is the one to tell; a file that was never made cannot be removed.
        let _ = std::fs::remove_file(&aside);
    }
    written
}

/// Reads a plan file.
///
/// # Errors
/// What the file system says, or why the content is no plan.
pub fn open(path: &Path) -> anyhow::Result<SavedPlan> {
    use anyhow::Context;
    let name = || path.display().to_string();
    let bytes = std::fs::read(path).with_context(name)?;
    SavedPlan::open(&bytes).with_context(name)
}

fn aside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create_private(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).open(path)
}
