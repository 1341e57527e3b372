//! `sync export roster`: everybody, for the pick-up by FTP or SFTP.
//!
//! The file carries out a plan without anybody's mandate, so it takes the place of the last one only within the limits of
//! the policy, or after a person looked at exactly this roster.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use anyhow::bail;
use serde_json::json;
use sync_core::email::EmailKey;
use sync_core::engine::{EngineError, Exports};
use sync_core::export::{NoRoster, Roster, RosterBrake, RosterId};
use sync_core::guard::Brake;
use yourcampus_client::files::{Put, RosterExport, RosterFile, RosterRow};

use super::{notes_json, word};
use crate::arguments::RosterArguments;
use crate::clock::MachineClock;
use crate::commands::{Setting, Sides, bars};
use crate::exit::{Ended, WrongUsage};
use crate::show;
use crate::store;
use crate::terminal::say;

pub(super) async fn roster(setting: Setting<'_>, typed: &RosterArguments) -> anyhow::Result<Ended> {
    let config = setting.config;
    let word_given = match &typed.accept {
        None => None,
        Some(text) => match RosterId::parse(text) {
            Some(id) => Some(id),
            None => bail!(WrongUsage("--accept: is not the id of a roster")),
        },
    };
    let place = RosterExport::new(&typed.out);
    // What is wrong with the folder is told before both sides are read.
    let there = place.last()?;
    let store = store::to_look_at(config).await?;
    let Sides { source, reader, .. } = setting.sides().await?;
    let mut exports = Exports::new(&*source, &reader, &*store, &MachineClock);
    if let Some(bars) = bars(typed.json) {
        exports = exports.with_progress(bars);
    }
    let made = exports.roster(&config.customer, &config.policy, &config.fingerprint_key).await;
    let roster = match made {
        Err(EngineError::NoRoster(NoRoster::SeveralCompanies)) => {
            bail!(WrongUsage(
                "policy.routes: a roster is of one company, and has no column that says of which"
            ))
        }
        Err(EngineError::NoRoster(NoRoster::Blocked(brakes))) => {
            say(&blocked(&brakes, typed.json));
            return Ok(Ended::Blocked);
        }
        made => made?.list,
    };

    // What the file cannot take is left out before anybody judges whether too many are missing.
    let rows: Vec<RosterRow> = roster.rows().iter().map(RosterRow::from).collect();
    let file = RosterFile::of(&rows);
    let roster = roster.without(file.refused().iter().map(|(at, _)| *at));
    let there: Option<BTreeSet<EmailKey>> =
        there.map(|addresses| addresses.iter().map(|address| EmailKey::of(address)).collect());
    let brakes = roster.brakes(there.as_ref());
    let id = roster.id(&config.fingerprint_key);
    let is_accepted = brakes.is_empty() || word_given.as_ref() == Some(&id);
    let put = if is_accepted { Some(place.put(&file)?) } else { None };
    let made = Made { roster: &roster, brakes: &brakes, id: &id, put, place: &place };
    say(&if typed.json { made.json() } else { made.text(setting, typed) });
    Ok(if is_accepted { Ended::Done } else { Ended::Pending })
}

fn blocked(brakes: &[Brake], json: bool) -> String {
    let brakes: Vec<_> = brakes.iter().map(show::brake_text).collect();
    if json {
        json!({ "list": "roster", "became": null, "blocked_by": brakes }).to_string()
    } else {
        format!("no roster, because a guard blocks the plan:\n  {}", brakes.join("\n  "))
    }
}

/// What came of it.
struct Made<'a> {
    roster: &'a Roster,
    brakes: &'a [RosterBrake],
    id: &'a RosterId,
    put: Option<Put>,
    place: &'a RosterExport,
}

impl Made<'_> {
    /// Rows in all, of people who would get an account, and of people who would lose access.
    fn counts(&self) -> [usize; 3] {
        let count = |is: fn(&sync_core::export::RosterRow) -> bool| {
            self.roster.rows().iter().filter(|row| is(row)).count()
        };
        [count(|_| true), count(|row| row.account.is_none()), count(|row| row.offboarding.is_some())]
    }

    fn text(&self, setting: Setting<'_>, typed: &RosterArguments) -> String {
        let became = self.put.map_or("NOT written", word);
        let [rows, new, leaving] = self.counts();
        let mut text = show::facts([
            ("roster", format!("{}, {became}", self.place.path().display())),
            ("rows", rows.to_string()),
            ("of them new accounts", new.to_string()),
            ("of them with a last day", leaving.to_string()),
            ("id", self.id.to_string()),
        ]);
        text.push_str(&show::export_notes(self.roster.notes()));
        if self.put.is_none() {
            let because: Vec<_> = self.brakes.iter().map(show::roster_brake).collect();
            let (file, folder, id) = (setting.file.display(), typed.out.display(), self.id);
            let _ = write!(
                text,
                "\nit waits for a person, because\n  {}\nif it is right as it is:\n  \
                 sync export roster --config {file} --out {folder} \\\n    --accept {id}\n",
                because.join("\n  ")
            );
        }
        text
    }

    fn json(&self) -> String {
        let waits_for: Vec<_> = match self.put {
            Some(_) => Vec::new(),
            None => self.brakes.iter().map(show::roster_brake).collect(),
        };
        let [rows, new, leaving] = self.counts();
        json!({
            "list": "roster",
            "file": self.place.path(),
            "became": self.put.map(word),
            "rows": rows,
            "new_accounts": new,
            "with_last_day": leaving,
            "roster_id": self.id.as_str(),
            "waits_for": waits_for,
            "notes": notes_json(self.roster.notes()),
        })
        .to_string()
    }
}
