//! The commands that read both sides or the store, one file each.
//!
//! In: what was typed, and the configuration. Out: what is said, and how the command ended. Never: a rule; what may be
//! done is decided in `sync-core`, and these only carry words there and back.

mod apply;
mod approve;
mod budgets;
mod confirm;
mod explain;
mod export;
mod migrate;
mod person;
mod plan;
mod purge;
mod revoke;
mod run;
mod status;
mod word;

pub use apply::apply;
pub use approve::approve;
pub use budgets::budgets;
pub use confirm::confirm;
pub use explain::explain;
pub use export::export;
pub use migrate::migrate;
pub use person::person;
pub use plan::plan;
pub use purge::purge;
pub use revoke::revoke;
pub use run::{RunOptions, run};
pub use status::status;

use std::path::Path;
use std::sync::Arc;

use anyhow::bail;
use nmbrs_client::NmbrsSource;
use sync_core::ExternalId;
use sync_core::engine::{DryRun, EngineError, SyncRun};
use sync_core::ports::{Clock, EmployeeSource, Progress, Store};
use yourcampus_client::files::GrantListDesk;
use yourcampus_client::{YourCampusReader, YourCampusWriter};

use crate::advice::Advisor;
use crate::clock::MachineClock;
use crate::config::{Config, Interface};
use crate::exit::WrongUsage;
use crate::grant::GrantPlace;
use crate::progress::Bars;
use crate::terminal::tell;
use crate::{connect, desk, soap_end};

/// For whom a command is carried out.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Setting<'a> {
    /// What the file says.
    pub config: &'a Config,
    /// The file, to be named in commands.
    pub file: &'a Path,
    /// Knows what to do about errors.
    pub advisor: &'a Advisor<'a>,
}

impl<'a> Setting<'a> {
    /// A command for the customer of this configuration.
    pub const fn new(config: &'a Config, file: &'a Path, advisor: &'a Advisor<'a>) -> Self {
        Self { config, file, advisor }
    }

    /// Both sides, ready to be asked; nothing is sent yet.
    async fn sides(&self) -> anyhow::Result<Sides> {
        if self.config.nmbrs.interface == Interface::Soap {
            tell(&format!("sync: {}; {}", soap_end::remark(MachineClock.now()), soap_end::GO_OVER));
        }
        let api = connect::target(&self.config.yourcampus)?;
        Ok(Sides {
            source: self.source(self.config.nmbrs.interface).await?,
            reader: connect::reader(&api),
            writer: connect::writer(&api),
            desk: desk::of(self.config),
        })
    }

    /// Nmbrs over this interface, ready to be asked; nothing is sent yet.
    async fn source(&self, interface: Interface) -> anyhow::Result<Box<dyn EmployeeSource>> {
        Ok(match interface {
            Interface::Rest => Box::new(self.rest().await?),
            Interface::Soap => Box::new(connect::soap(self.config.nmbrs.soap()?, &self.config.policy)?),
        })
    }

    /// Nmbrs over REST, whatever the daily runs read.
    async fn rest(&self) -> anyhow::Result<NmbrsSource> {
        let settings = self.config.nmbrs.rest()?;
        let place = GrantPlace::new(&self.config.customer, &settings.tokens)?;
        if place.load().await?.is_none() {
            bail!("{}: there is no grant yet, {place}", self.advisor.first_sign_in());
        }
        connect::rest(settings, connect::authorizer(settings, &place)?)
    }
}

/// Both sides of one customer.
struct Sides {
    source: Box<dyn EmployeeSource>,
    reader: YourCampusReader,
    writer: YourCampusWriter,
    /// Where grants go, if they go anywhere.
    desk: Option<GrantListDesk>,
}

impl Sides {
    /// A run that only looks.
    fn dry_run<'a>(&'a self, store: &'a dyn Store) -> DryRun<'a> {
        let dry_run = DryRun::new(&*self.source, &self.reader, store, &MachineClock);
        match &self.desk {
            Some(desk) => dry_run.with_desk(desk),
            None => dry_run,
        }
    }

    /// A run that writes what somebody's word covers.
    fn run<'a>(&'a self, store: &'a dyn Store) -> SyncRun<'a> {
        let run = SyncRun::new(&*self.source, &self.reader, &self.writer, store, &MachineClock);
        match &self.desk {
            Some(desk) => run.with_desk(desk),
            None => run,
        }
    }
}

/// What a run says when it ended before it planned. One that met another tells how to go on if that one crashed.
fn ended_early(error: EngineError) -> anyhow::Error {
    let busy = matches!(error, EngineError::Busy { .. });
    let error = anyhow::Error::new(error);
    if busy {
        error.context("nothing was done; if the other run crashed: sync run --take-over")
    } else {
        error
    }
}

/// Bars on a terminal, unless somebody asked for JSON.
fn bars(json: bool) -> Option<Arc<dyn Progress>> {
    Bars::unless(json).map(|bars| bars as Arc<dyn Progress>)
}

/// An employee's id as somebody typed it.
fn person_id(typed: &str, wrong: &'static str) -> anyhow::Result<ExternalId> {
    match ExternalId::parse(typed).or_else(|_| ExternalId::rest(typed.trim())) {
        Ok(id) => Ok(id),
        Err(_) => bail!(WrongUsage(wrong)),
    }
}
