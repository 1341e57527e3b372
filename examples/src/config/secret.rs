//! Where a secret comes from: an environment variable, a file, or a command.
//!
//! In: what stands in the configuration in a secret's place. Out: the secret, one line of text without its end. Never:
//! a secret that stands in the configuration itself, or a message that holds anything of what was read.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use toml::{Table, Value};

/// Longer than any key, token or address; whatever is longer is not the secret that was meant.
const LONGEST: u64 = 64 * 1024;

/// How long a command may take: long enough to unlock a password store.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads what the configuration names.
pub(super) struct Secrets<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    folder: PathBuf,
}

impl<'a> Secrets<'a> {
    /// Paths that are not absolute count from `folder`.
    pub(super) fn new(variable: &'a dyn Fn(&str) -> Option<String>, folder: &Path) -> Self {
        Self { variable, folder: folder.to_owned() }
    }

    /// A path of the configuration, from the folder of its file.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Reads a secret, or says in our own words why it cannot be had.
    pub(super) fn read(&self, place: &Place) -> Result<SecretString, String> {
        match place {
            Place::Variable(name) => (self.variable)(name)
                .filter(|text| !text.is_empty())
                .ok_or_else(|| format!("the environment variable {name} is not set"))
                .and_then(|text| one_line(&text.into(), &format!("the environment variable {name}"))),
            Place::File(path) => {
                let path = self.path(path);
                let name = format!("the file {}", path.display());
                let bytes = file(&path).map_err(|why| format!("{name} {why}"))?;
                text(bytes, &name)
            }
            Place::Command(words) => {
                let name = format!("the command {}", words.first().map_or("", String::as_str));
                let bytes = output(words).map_err(|why| format!("{name} {why}"))?;
                text(bytes, &name)
            }
        }
    }
}

/// Where one secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Variable(String),
    File(String),
    Command(Vec<String>),
}

impl Place {
    /// Reads `{ env = … }`, `{ file = … }` or `{ command = … }`.
    pub(super) fn of(key: &str, value: Value) -> Result<Self, String> {
        let forms = format!(
            "write {key} = {{ env = \"NAME\" }}, {{ file = \"/path\" }} or {{ command = [\"program\", \"argument\"] }}"
        );
        let Value::Table(table) = value else {
            return Err(format!("a secret must not stand in this file; {forms}"));
        };
        Self::named_by(table).ok_or_else(|| format!("names no place of a secret; {forms}"))
    }

    fn named_by(table: Table) -> Option<Self> {
        let mut entries = table.into_iter();
        let (Some((kind, value)), None) = (entries.next(), entries.next()) else { return None };
        let place = match (kind.as_str(), value) {
            ("env", Value::String(name)) => Self::Variable(name),
            ("file", Value::String(path)) => Self::File(path),
            ("command", Value::Array(words)) => {
                let word = |word: Value| match word {
                    Value::String(word) => Some(word),
                    _ => None,
                };
                Self::Command(words.into_iter().map(word).collect::<Option<_>>()?)
            }
            _ => return None,
        };
        let is_named = match &place {
            Self::Variable(text) | Self::File(text) => !text.trim().is_empty(),
            Self::Command(words) => words.first().is_some_and(|program| !program.trim().is_empty()),
        };
        is_named.then_some(place)
    }
}

fn text(bytes: Vec<u8>, name: &str) -> Result<SecretString, String> {
    // The error would hold the bytes.
    let text = String::from_utf8(bytes).map_err(|_| format!("{name} gave no text"))?;
    one_line(&text.into(), name)
}

/// The line without its end. A second line is a mistake that would otherwise show as a refused key.
fn one_line(text: &SecretString, name: &str) -> Result<SecretString, String> {
    let line = text.expose_secret().trim_end_matches(['\r', '\n']);
    if line.is_empty() {
        Err(format!("{name} gave nothing"))
    } else if line.contains(char::is_control) {
        Err(format!("{name} gave more than one line of text"))
    } else {
        Ok(SecretString::from(line))
    }
}

fn file(path: &Path) -> Result<Vec<u8>, String> {
    let cannot = |error: io::Error| format!("cannot be read: {}", error.kind());
    let file = std::fs::File::open(path).map_err(cannot)?;
    let metadata = file.metadata().map_err(cannot)?;
    if !metadata.is_file() && !is_stream(&metadata) {
        return Err("is no file".to_owned());
    }
    keeps_to_itself(&metadata)?;
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(file, LONGEST + 1), &mut bytes).map_err(cannot)?;
    short_enough(bytes)
}

fn short_enough(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if bytes.len() as u64 > LONGEST { Err("gave more than 64 KiB".to_owned()) } else { Ok(bytes) }
}

/// What a shell hands over as `<(…)`.
#[cfg(unix)]
fn is_stream(metadata: &std::fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_fifo(&metadata.file_type())
}

#[cfg(not(unix))]
fn is_stream(_: &std::fs::Metadata) -> bool {
    false
}

/// A group may read along, as service managers arrange it; everybody may not.
#[cfg(unix)]
fn keeps_to_itself(metadata: &std::fs::Metadata) -> Result<(), String> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    match mode & 0o007 {
        0 => Ok(()),
        _ => Err(format!("is open to everybody on this machine (mode {mode:04o}); chmod 600 it")),
    }
}

#[cfg(not(unix))]
fn keeps_to_itself(_: &std::fs::Metadata) -> Result<(), String> {
    Ok(())
}

/// What the program printed, if it ended well and in time. No shell is between; its error output goes nowhere, because
/// nobody knows what it holds.
fn output(words: &[String]) -> Result<Vec<u8>, String> {
    let (program, arguments) = words.split_first().ok_or("is empty")?;
    // A thread and a runtime of its own: whoever reads a configuration need not be asynchronous, and only a runtime
    // can wait for a program and for a time-out at once.
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.map_err(|error| cannot_run(&error))?.block_on(async {
                let ended = tokio::time::timeout(PATIENCE, ended_well(program, arguments)).await;
                ended.map_err(|_| format!("did not end within {} seconds", PATIENCE.as_secs()))?
            })
        });
        waiting.join().map_err(|_| "could not be waited for".to_owned())?
    })
}

async fn ended_well(program: &str, arguments: &[String]) -> Result<Vec<u8>, String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| cannot_run(&error))?;
    let mut bytes = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let read = stdout.take(LONGEST + 1).read_to_end(&mut bytes).await;
        read.map_err(|error| cannot_run(&error))?;
    }
    let bytes = short_enough(bytes)?;
    let status = child.wait().await.map_err(|error| cannot_run(&error))?;
    match status.code() {
        Some(0) => Ok(bytes),
        Some(code) => Err(format!("ended with exit code {code}")),
        None => Err("was killed".to_owned()),
    }
}

fn cannot_run(error: &io::Error) -> String {
    format!("cannot be run: {}", error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(place: &Place) -> Result<String, String> {
        let secrets = Secrets::new(&|name| (name == "SET").then(|| "s3cret\n".to_owned()), Path::new(""));
        secrets.read(place).map(|secret| secret.expose_secret().to_owned())
    }

    fn command(words: &[&str]) -> Place {
        Place::Command(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn a_variable_gives_its_line() {
        assert_eq!(read(&Place::Variable("SET".into())).unwrap(), "s3cret");
        let error = read(&Place::Variable("UNSET".into())).unwrap_err();
        assert_eq!(error, "the environment variable UNSET is not set");
    }

    #[cfg(unix)]
    #[test]
    fn a_command_gives_its_line_and_no_shell_reads_its_words() {
        assert_eq!(read(&command(&["printf", "%s\n", "$HOME; s3cret"])).unwrap(), "$HOME; s3cret");
    }

    #[cfg(unix)]
    #[test]
    fn a_command_that_fails_is_told_without_what_it_printed() {
        for (words, told) in [
            (
                &["sh", "-c", "echo s3cret; echo s3cret >&2; exit 3"][..],
                "the command sh ended with exit code 3",
            ),
            (&["sh", "-c", "kill -9 $$"], "the command sh was killed"),
            (&["true"], "the command true gave nothing"),
            (&["printf", "s3cret\nline"], "the command printf gave more than one line of text"),
            (&["printf", "\\377s3cret"], "the command printf gave no text"),
            (&["/nowhere/pass"], "the command /nowhere/pass cannot be run: entity not found"),
            (&["head", "-c", "70000", "/dev/zero"], "the command head gave more than 64 KiB"),
        ] {
            assert_eq!(read(&command(words)).unwrap_err(), told);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_everybody_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("sync-secret-{}", std::process::id()));
        std::fs::write(&path, "s3cret\r\n").unwrap();
        let with_mode = |mode| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            read(&Place::File(path.display().to_string()))
        };
        let results = [0o600, 0o440, 0o644, 0o602].map(with_mode);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(results[0].as_deref(), Ok("s3cret"));
        assert_eq!(results[1].as_deref(), Ok("s3cret"));
        for refused in &results[2..] {
            assert!(
                refused.as_ref().unwrap_err().contains("is open to everybody on this machine"),
                "{refused:?}"
            );
        }
        let gone = read(&Place::File(path.display().to_string())).unwrap_err();
        assert!(gone.ends_with("cannot be read: entity not found"), "{gone}");
        assert!(read(&Place::File("/".into())).unwrap_err().contains("is no file"));
    }

    #[test]
    fn exactly_one_place_is_named() {
        let place = |toml: &str| {
            let mut table: Table = format!("key = {toml}").parse().unwrap();
            Place::of("key", table.remove("key").unwrap())
        };
        assert_eq!(place("{ env = \"A\" }"), Ok(Place::Variable("A".into())));
        assert_eq!(place("{ file = \"a\" }"), Ok(Place::File("a".into())));
        assert_eq!(place("{ command = [\"a\", \"b\"] }"), Ok(command(&["a", "b"])));
        for wrong in
            ["{}", "{ env = \"A\", file = \"a\" }", "{ env = 1 }", "{ command = [] }", "{ command = \"a\" }"]
        {
            assert!(
                place(wrong).unwrap_err().starts_with("names no place of a secret; write key = {"),
                "{wrong}"
            );
        }
        let plain = place("\"s3cret\"").unwrap_err();
        assert!(plain.starts_with("a secret must not stand in this file; write key = { env ="), "{plain}");
        assert!(!plain.contains("s3cret"));
    }
}
