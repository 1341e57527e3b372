//! A private file that is never half written.
//!
//! In: a path and the whole content. Out: the content in place, safe from a crash, readable by its owner only; a file that
//! holds the same bytes already is not touched, not even its times. Never: a reader who sees half a write, a name that a
//! pick-up pattern matches before the content is whole (the temporary name begins with a dot and ends in `.part`), a write
//! through a link, or a folder that is made because a disk is not mounted.
//!
//! Several writers of one path at once are not kept apart here: whoever writes holds the customer's lease.

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What putting a file in place came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Put {
    /// There was none of that name.
    New,
    /// It took the place of other content.
    Replaced,
    /// The same bytes were there already.
    Untouched,
}

/// A file that could not be read or put in place. Names the path and never its content.
#[derive(Debug)]
pub struct FileError {
    kind: FileErrorKind,
    path: PathBuf,
    action: &'static str,
    source: Option<io::Error>,
}

/// What went wrong with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileErrorKind {
    /// Its folder does not exist. It is not made: it may be a disk that is not mounted.
    NoFolder,
    /// Something of that name is a link, a folder or a device.
    NotAFile,
    /// Other content stands under a name whose content never changes.
    OtherContent,
    /// The file system failed before the new content was in place.
    Io,
    /// The file system failed when the new content may have been in place already.
    InDoubt,
}

impl FileError {
    /// What went wrong.
    pub const fn kind(&self) -> FileErrorKind {
        self.kind
    }

    /// Which file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the new content may be in place all the same. Writing it again is harmless.
    pub const fn may_have_been_written(&self) -> bool {
        matches!(self.kind, FileErrorKind::InDoubt)
    }

    /// Other content than was handed over before stands at `path`.
    pub(crate) fn other_content(path: &Path) -> Self {
        Self::new(FileErrorKind::OtherContent, path, "written")
    }

    fn new(kind: FileErrorKind, path: &Path, action: &'static str) -> Self {
        Self { kind, path: path.to_owned(), action, source: None }
    }

    pub(crate) fn of(source: io::Error, path: &Path, action: &'static str) -> Self {
        Self { source: Some(source), ..Self::new(FileErrorKind::Io, path, action) }
    }

    /// The same failure, after the content may have come into place.
    pub(crate) fn in_doubt(self) -> Self {
        Self { kind: FileErrorKind::InDoubt, ..self }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match self.kind {
            FileErrorKind::NoFolder => write!(f, "the folder of {path} does not exist"),
            FileErrorKind::NotAFile => write!(f, "{path} is not a regular file"),
            FileErrorKind::OtherContent => write!(f, "{path} is there with other content"),
            FileErrorKind::Io => write!(f, "{path} cannot be {}", self.action),
            FileErrorKind::InDoubt => write!(f, "{path} may not have been {}", self.action),
        }
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// The content; `None` if there is no such file in a folder that is there.
pub(crate) fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(FileError::new(FileErrorKind::NotAFile, path, "read")),
        Ok(_) => fs::read(path).map(Some).map_err(|error| FileError::of(error, path, "read")),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::of(error, path, "read")),
        Err(_) if folder(path).is_dir() => Ok(None),
        Err(_) => Err(FileError::new(FileErrorKind::NoFolder, path, "read")),
    }
}

/// Puts `content` at `path`, in the place of what is there.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<Put, FileError> {
    match read(path)? {
        Some(there) if there == content => sync_folder(path).map(|()| Put::Untouched),
        Some(_) => write(path, content).map(|()| Put::Replaced),
        None => write(path, content).map(|()| Put::New),
    }
}

/// Puts `content` at `path` for good, readable by its owner only: a grant list, say. Other content under that name stays.
///
/// # Errors
/// [`FileErrorKind::OtherContent`] when the name is taken, and what the file system says.
pub fn create(path: &Path, content: &[u8]) -> Result<Put, FileError> {
    match read(path)? {
        Some(there) if there != content => Err(FileError::other_content(path)),
        _ => replace(path, content),
    }
}

fn write(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let part = part_of(path)?;
    let placed = write_part(&part, content)
        .map_err(|error| FileError::of(error, &part, "written"))
        .and_then(|()| fs::rename(&part, path).map_err(|error| rename_failed(error, path, content)));
    if placed.is_err() {
        // The first error is the one to tell; what cannot be removed now is removed before the next write.
        let _ = fs::remove_file(&part);
        return placed;
    }
    sync_folder(path)
}

/// Over a network a rename may be done and fail all the same: only what is there now tells.
fn rename_failed(error: io::Error, path: &Path, content: &[u8]) -> FileError {
    let error = FileError::of(error, path, "replaced");
    match read(path) {
        Ok(there) if there.as_deref() != Some(content) => error,
        _ => error.in_doubt(),
    }
}

fn write_part(part: &Path, content: &[u8]) -> io::Result<()> {
    // What a crash has left half written is worth nothing; and a link that somebody put there must not be followed.
    match fs::remove_file(part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = private().write(true).create_new(true).open(part)?;
    file.write_all(content)?;
    file.sync_all()
}

fn part_of(path: &Path) -> Result<PathBuf, FileError> {
    let name = path.file_name().ok_or_else(|| FileError::new(FileErrorKind::NotAFile, path, "written"))?;
    let mut part = OsString::from(".");
    part.push(name);
    part.push(".part");
    Ok(path.with_file_name(part))
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn private() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

#[cfg(not(unix))]
fn private() -> OpenOptions {
    OpenOptions::new()
}

/// Until its folder is written, a renamed file may be the old one again after a crash: also one that an earlier call
/// found no time for, so that finding the same bytes is no reason to leave it out.
#[cfg(unix)]
fn sync_folder(path: &Path) -> Result<(), FileError> {
    let folder = folder(path);
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| FileError::of(error, folder, "made durable").in_doubt())
}

/// Other systems offer nothing of the kind.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> Result<(), FileError> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{MetadataExt, symlink};

    use super::*;

    /// A folder of its own for each test, gone at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("yourcampus-atomic-{}-{name}", std::process::id()));
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn file(&self) -> PathBuf {
            self.0.join("alleo_employees_all.csv")
        }

        fn names(&self) -> Vec<String> {
            let entries = fs::read_dir(&self.0).unwrap();
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn a_file_is_new_then_untouched_then_replaced() {
        let folder = Folder::new("put");
        let file = folder.file();
        assert_eq!(read(&file).unwrap(), None);
        assert_eq!(replace(&file, b"one").unwrap(), Put::New);
        let inode = fs::metadata(&file).unwrap().ino();
        assert_eq!(replace(&file, b"one").unwrap(), Put::Untouched);
        assert_eq!(fs::metadata(&file).unwrap().ino(), inode);
        assert_eq!(replace(&file, b"two").unwrap(), Put::Replaced);
        assert_eq!(read(&file).unwrap().unwrap(), b"two");
        assert_eq!(folder.names(), ["alleo_employees_all.csv"], "nothing is left beside it");
    }

    #[test]
    fn only_its_owner_may_read_it_also_in_the_place_of_an_open_one() {
        let folder = Folder::new("mode");
        fs::write(folder.file(), b"open to all").unwrap();
        replace(&folder.file(), b"private").unwrap();
        assert_eq!(fs::metadata(folder.file()).unwrap().mode() & 0o7777, 0o600);
    }

    #[test]
    fn a_created_file_is_never_replaced() {
        let folder = Folder::new("create");
        assert_eq!(create(&folder.file(), b"one").unwrap(), Put::New);
        assert_eq!(create(&folder.file(), b"one").unwrap(), Put::Untouched);
        assert_eq!(create(&folder.file(), b"two").unwrap_err().kind(), FileErrorKind::OtherContent);
        assert_eq!(read(&folder.file()).unwrap().unwrap(), b"one");
    }

    #[test]
    fn the_name_it_is_written_under_matches_no_pick_up_pattern() {
        let part = part_of(Path::new("out/alleo_employees_all.csv")).unwrap();
        assert_eq!(part, Path::new("out/.alleo_employees_all.csv.part"));
    }

    #[test]
    fn what_a_crash_left_half_written_is_in_nobodys_way() {
        let folder = Folder::new("crash");
        fs::write(part_of(&folder.file()).unwrap(), b"half a l").unwrap();
        assert_eq!(replace(&folder.file(), b"whole").unwrap(), Put::New);
        assert_eq!(folder.names(), ["alleo_employees_all.csv"]);
    }

    #[test]
    fn no_link_is_followed() {
        let folder = Folder::new("link");
        let elsewhere = folder.0.join("elsewhere");
        fs::write(&elsewhere, b"theirs").unwrap();
        symlink(&elsewhere, part_of(&folder.file()).unwrap()).unwrap();
        replace(&folder.file(), b"ours").unwrap();
        assert_eq!(fs::read(&elsewhere).unwrap(), b"theirs");

        let link = folder.0.join("link.csv");
        symlink(&elsewhere, &link).unwrap();
        assert_eq!(replace(&link, b"ours").unwrap_err().kind(), FileErrorKind::NotAFile);
        assert_eq!(fs::read(&elsewhere).unwrap(), b"theirs");
    }

    #[test]
    fn a_folder_that_is_not_there_is_not_made() {
        let missing = std::env::temp_dir().join("yourcampus-atomic-no-such-folder/list.csv");
        assert_eq!(read(&missing).unwrap_err().kind(), FileErrorKind::NoFolder);
        assert_eq!(replace(&missing, b"x").unwrap_err().kind(), FileErrorKind::NoFolder);
        assert!(!missing.parent().unwrap().exists());
    }

    #[test]
    fn a_failed_rename_is_in_doubt_only_if_the_content_is_there() {
        let folder = Folder::new("rename");
        let failed = || io::Error::other("the network");
        assert_eq!(rename_failed(failed(), &folder.file(), b"new").kind(), FileErrorKind::Io);
        fs::write(folder.file(), b"new").unwrap();
        assert!(rename_failed(failed(), &folder.file(), b"new").may_have_been_written());
    }

    #[test]
    fn a_write_that_fails_leaves_the_old_content_and_says_so() {
        let folder = Folder::new("fails");
        replace(&folder.file(), b"old").unwrap();
        // A folder under the temporary name can be neither removed as a file nor written.
        fs::create_dir(part_of(&folder.file()).unwrap()).unwrap();
        let error = replace(&folder.file(), b"new").unwrap_err();
        assert_eq!((error.kind(), error.may_have_been_written()), (FileErrorKind::Io, false));
        assert_eq!(read(&folder.file()).unwrap().unwrap(), b"old");
    }
}
