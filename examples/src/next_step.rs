//! Which command releases what waits.
//!
//! In: the brakes and proposals of a plan, and whether the mandate holds. Out: whole commands to copy, each on a line of
//! its own after two blanks. Never: a command that the engine would refuse for a reason that is known here.

use std::collections::BTreeMap;
use std::path::Path;

use sync_core::PlanId;
use sync_core::budget::{BatchId, GrantId};
use sync_core::engine::MigrationReport;
use sync_core::guard::Brake;
use sync_core::migration::MigrationDocument;
use sync_core::plan::ActionKind;

use crate::show::wrapped;

/// What a plan as a whole needs before a run does anything of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Release {
    /// No word helps: something has to be set right first.
    SetRight,
    /// A mandate; with the word that what is gone is meant to be gone, if something is.
    Confirm {
        /// Is something gone?
        smaller_scope: bool,
    },
    /// An approval of this one plan.
    Approve,
}

impl Release {
    /// What a plan with these brakes needs; none if the mandate covers it.
    pub fn of(brakes: &[Brake], mandate_holds: bool) -> Option<Self> {
        let some = |is: fn(&Brake) -> bool| brakes.iter().any(is);
        if some(|brake| brake.is_final() && !brake.is_about_scope()) {
            Some(Self::SetRight)
        } else if some(Brake::is_about_scope) {
            Some(Self::Confirm { smaller_scope: true })
        } else if !mandate_holds || brakes.contains(&Brake::FirstRun) {
            Some(Self::Confirm { smaller_scope: false })
        } else if brakes.is_empty() {
            None
        } else {
            Some(Self::Approve)
        }
    }
}

/// Whether a guard stands in the way. That nobody has looked at a first plan yet is no mishap.
pub fn is_blocked(brakes: &[Brake]) -> bool {
    brakes.iter().any(|brake| *brake != Brake::FirstRun)
}

/// Spells commands for one configuration file.
#[derive(Debug, Clone, Copy)]
pub struct NextStep<'a> {
    file: &'a Path,
}

impl<'a> NextStep<'a> {
    /// For this file.
    pub const fn with(file: &'a Path) -> Self {
        Self { file }
    }

    /// The daily run.
    pub fn run(&self) -> String {
        self.command("run", "")
    }

    /// A look at what a run would do.
    pub fn plan(&self) -> String {
        self.command("plan", "")
    }

    /// What releases the plan as a whole.
    pub fn release(&self, release: Release, plan: &PlanId) -> String {
        match release {
            Release::SetRight => {
                format!("no approval lifts this: set it right first, then\n{}", self.run())
            }
            Release::Confirm { smaller_scope: false } => {
                format!(
                    "look at the plan; to confirm it and all ordinary runs after it\n{}",
                    self.confirm(plan, "")
                )
            }
            Release::Confirm { smaller_scope: true } => {
                format!(
                    "something that was there is gone; if it is meant to be gone\n{}",
                    self.confirm(plan, " --smaller-scope")
                )
            }
            Release::Approve => format!("look at the plan; to approve it once\n{}", self.approve(plan, "")),
        }
    }

    /// What releases each kind of proposal; nothing when there are none.
    pub fn proposals(&self, proposals: &BTreeMap<ActionKind, u64>, plan: &PlanId) -> String {
        let lines = proposals.iter().filter(|(_, count)| **count > 0).filter_map(|(kind, count)| {
            let flag = flag(*kind)?;
            Some(format!("{count} × {kind} waits; to approve\n{}\n", self.approve(plan, flag)))
        });
        lines.collect()
    }

    /// What releases money that waits for an approval; nothing when there is none.
    pub fn money(&self, proposals: u64, plan: &PlanId) -> String {
        if proposals == 0 {
            return String::new();
        }
        format!("{proposals} × money waits; to approve\n{}\n", self.approve(plan, " --budgets"))
    }

    /// What lets money be given at all, or again.
    pub fn baseline(&self, plan: &PlanId) -> String {
        format!(
            "nobody has told yet what was given before; of this plan's people, one of\n{}\n{}\n{}\n",
            self.command("budgets baseline", &format!(" --plan {plan} --by NAME --nothing-else")),
            self.command("budgets baseline", &format!(" --plan {plan} --by NAME --as-filled")),
            self.command("budgets baseline", &format!(" --plan {plan} --by NAME --file FILE")),
        )
    }

    /// What comes after a list was sent to support.
    pub fn list(&self, batch: &BatchId) -> String {
        format!(
            "when support has carried the list out\n{}\nif it never will be\n{}\n",
            self.command("budgets confirm", &format!(" {batch} --by NAME")),
            self.command("budgets reject", &format!(" {batch} --by NAME")),
        )
    }

    /// What comes after some grants of a list were left out of its confirmation.
    pub fn rest(&self, batch: &BatchId, grants: &[GrantId]) -> String {
        let flags: Vec<_> = grants.iter().map(|grant| format!(" --grant {grant}")).collect();
        format!(
            "when support has carried out the rest\n{}\nif it never will be\n{}\n",
            self.command("budgets confirm", &format!(" {batch} --by NAME")),
            self.command("budgets reject", &format!(" {batch} --by NAME{}", flags.concat())),
        )
    }

    /// What tells of grants in doubt; nothing when there are none.
    pub fn doubtful(&self, grants: usize) -> String {
        if grants == 0 {
            return String::new();
        }
        format!(
            "{grants} grants are in doubt; to see them\n{}\nand when somebody found out\n{}\n",
            self.command("budgets doubtful", ""),
            self.settle(),
        )
    }

    /// What somebody types who found out about a grant.
    pub fn settle(&self) -> String {
        self.command("budgets settle", " GRANT --given --by NAME")
    }

    /// What shows the lists that wait.
    pub fn lists(&self) -> String {
        self.command("budgets list", "")
    }

    /// What shows what a migration would do, or carries it out.
    pub fn migrate(&self, flags: &str) -> String {
        self.command("migrate", flags)
    }

    /// What comes after a migration was planned: the word that it waits for, if it does.
    pub fn after_migration_plan(&self, waits: Option<&PlanId>, document: &MigrationDocument) -> String {
        let then = match waits {
            Some(plan) => {
                format!("to carry it out\n{}", self.migrate(&format!(" --approve {plan} --by NAME")))
            }
            None if document.has_nothing_to_do() => return "nothing to do".to_owned(),
            None => "nothing can be moved now".to_owned(),
        };
        match document.totals.left_behind {
            0 => then,
            left if document.words.leave_held => {
                let told =
                    format!("{left} with accounts in use stay behind, and SOAP ends: look at each of them");
                format!("{told}\n{then}")
            }
            left => {
                let told = format!(
                    "{left} with accounts in use would stay behind, so that SOAP does not end yet: see above what to do \
                     about each, name pairs with --same or take likely ones with --likely, and plan again. To leave them"
                );
                format!("{then}\n{}{}", wrapped("", &told), self.migrate(" --leave-held"))
            }
        }
    }

    /// What comes after a migration, or after the part of it that was done.
    pub fn after_migration(&self, report: &MigrationReport, plan: &PlanId) -> String {
        let applied = report.applied();
        if applied.is_some_and(|applied| applied.ended) {
            let told = "SOAP is over: set nmbrs.interface to \"rest\". The mandate was for SOAP and has ended: look at the \
                        plan that this shows, and confirm it";
            format!("{}{}", wrapped("", told), self.run())
        } else if report.is_complete() {
            format!("SOAP goes on until nobody is left behind; to see who is\n{}", self.migrate(""))
        } else if applied.is_some_and(|applied| !applied.skipped.is_empty()) {
            format!("what is left is not as the plan shows it; to plan again\n{}", self.migrate(""))
        } else {
            format!("to go on\n{}", self.migrate(&format!(" --approve {plan} --by NAME")))
        }
    }

    fn confirm(&self, plan: &PlanId, flags: &str) -> String {
        self.command("confirm", &format!(" {plan} --by NAME{flags}"))
    }

    fn approve(&self, plan: &PlanId, flags: &str) -> String {
        self.command("approve", &format!(" {plan} --by NAME{flags}"))
    }

    fn command(&self, name: &str, rest: &str) -> String {
        format!("  sync {name} --config {}{rest}", self.file.display())
    }
}

/// The flag of `sync approve` for proposals of this kind.
const fn flag(kind: ActionKind) -> Option<&'static str> {
    match kind {
        ActionKind::Adopt => Some(" --adopt"),
        ActionKind::Activate => Some(" --activate"),
        ActionKind::Relink => Some(" --relink"),
        ActionKind::Withdraw => Some(" --deactivate"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use sync_core::CompanyId;
    use sync_core::guard::Limited;

    use super::*;

    fn over_limit() -> Brake {
        Brake::OverLimit { what: Limited::Deactivations, planned: 4, recent: 0, allowed: 3 }
    }

    #[test]
    fn what_no_word_lifts_comes_before_all_that_one_does() {
        let company = CompanyId::new("acme");
        let gone = Brake::CompanyGone { company: company.clone() };
        let empty = Brake::EmptyCompany { company };
        for (brakes, mandate_holds, release) in [
            (vec![], true, None),
            (vec![], false, Some(Release::Confirm { smaller_scope: false })),
            (vec![Brake::FirstRun], false, Some(Release::Confirm { smaller_scope: false })),
            (vec![Brake::FirstRun], true, Some(Release::Confirm { smaller_scope: false })),
            (vec![over_limit()], true, Some(Release::Approve)),
            (vec![over_limit()], false, Some(Release::Confirm { smaller_scope: false })),
            (vec![gone.clone(), over_limit()], true, Some(Release::Confirm { smaller_scope: true })),
            (vec![empty, gone, Brake::FirstRun], false, Some(Release::SetRight)),
        ] {
            assert_eq!(Release::of(&brakes, mandate_holds), release, "{brakes:?}, {mandate_holds}");
        }
    }

    #[test]
    fn a_first_run_is_not_blocked() {
        assert!(!is_blocked(&[Brake::FirstRun]));
        assert!(is_blocked(&[Brake::FirstRun, over_limit()]));
    }

    #[test]
    fn every_kind_of_proposal_has_a_command_and_no_other_has() {
        let plan = PlanId::parse(&"a".repeat(64)).unwrap();
        let next = NextStep::with(Path::new("sync.toml"));
        for kind in ActionKind::ALL {
            let is_proposed = matches!(
                kind,
                ActionKind::Adopt | ActionKind::Activate | ActionKind::Relink | ActionKind::Withdraw
            );
            let told = next.proposals(&BTreeMap::from([(kind, 2)]), &plan);
            assert_eq!(told.contains("sync approve --config sync.toml aaaa"), is_proposed, "{told}");
        }
        assert_eq!(next.proposals(&BTreeMap::from([(ActionKind::Adopt, 0)]), &plan), "");
    }
}
