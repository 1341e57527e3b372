//! What goes to standard error besides answers: the clients' own account of each exchange, when somebody asks for it,
//! and the place of a panic.
//!
//! Never: what a panic says. Slicing a text at a wrong place, for one, repeats the text.

use std::fmt;
use std::panic::{self, Location};

use clap::ValueEnum;
use tracing::Level;

/// How much to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum LogLevel {
    /// What ended a call.
    Error,
    /// And what was not as it should be.
    Warn,
    /// And what was done.
    Info,
    /// And every exchange.
    Debug,
    /// And all that the libraries beneath tell.
    Trace,
}

impl From<LogLevel> for Level {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Error => Self::ERROR,
            LogLevel::Warn => Self::WARN,
            LogLevel::Info => Self::INFO,
            LogLevel::Debug => Self::DEBUG,
            LogLevel::Trace => Self::TRACE,
        }
    }
}

/// Tells events of this level and above on standard error, for as long as the program runs.
///
/// # Errors
/// When somebody else in this process listens already.
pub fn to_standard_error(level: LogLevel) -> anyhow::Result<()> {
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(Level::from(level))
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .finish();
    tracing_subscriber::util::SubscriberInitExt::try_init(subscriber)?;
    Ok(())
}

/// Lets a panic tell where it was, and nothing else.
pub fn panics_tell_their_place_only() {
    panic::set_hook(Box::new(|panicked| {
        crate::terminal::tell(&Panicked(panicked.location()).to_string());
    }));
}

struct Panicked<'a>(Option<&'a Location<'a>>);

impl fmt::Display for Panicked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sync: a mistake in the program ended it")?;
        match self.0 {
            Some(place) => write!(f, " (at {place})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_tells_its_place() {
        let told = Panicked(Some(Location::caller())).to_string();
        assert!(told.contains("log.rs:"), "{told}");
    }
}
