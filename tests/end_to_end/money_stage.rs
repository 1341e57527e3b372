//! A stage on which fields give money: the policy, the folder of lists, what payroll fills, and what support does.
//!
//! What must be given is worked out from payroll's own fields, and what was given is what the sandbox's support wrote
//! down. The rules of the core are not asked.

use std::collections::BTreeSet;
use std::path::PathBuf;

use nmbrs_client::sandbox::{Employee, Story, World};
use serde_json::{Value, json};
use yourcampus_client::sandbox::{Budgets, State};

use crate::process::Ran;
use crate::stage::{BY_ACCESS_FIELD, Stage, account_of, path};

pub(crate) const MONTHLY: &str = "alleo_monthly_all_budget";
pub(crate) const ONE_OFF: &str = "alleo_oneoff_all_budget";

/// Whose word the tests give about money.
pub(crate) const NAME: &str = "Operateur Zonderling";

/// The folder of lists.
pub(crate) const GRANTS: &str = "grants";

/// A policy that gives money, within this limit in euro.
pub(crate) fn policy(euro: &str) -> String {
    format!(
        "{BY_ACCESS_FIELD}[policy.limits]\neuro = \"{euro}\"\n[policy.budgets]\ncategories = [\"all\", \"health\"]\n\
         maximum_monthly = \"200,00\"\nmaximum_oneoff = \"500,00\"\nonboarding = \"nothing\"\n\
         changed_oneoff = \"difference\"\n[budgets]\nfolder = \"{GRANTS}\"\n"
    )
}

/// One line of a list for support, or one that should stand there: address, kind, category, act and cents.
pub(crate) type Line = (String, String, String, String, u64);

impl Stage {
    /// A stage with money, after a first run that somebody confirmed and one more, for whoever was onboarded in that.
    /// Nobody has vouched for anything yet. Gives the second run.
    pub(crate) async fn with_money() -> (Self, Value) {
        let stage = Self::with_money_under(&policy("100000,00")).await;
        let run = stage.daily(2).await;
        (stage, run)
    }

    /// The same after the first run, under this policy.
    pub(crate) async fn with_money_under(policy: &str) -> Self {
        let stage = Self::of(40).await;
        stage.make_grants_folder();
        stage.write_config(policy);
        stage.fill_everybody().await;
        stage.begin().await;
        stage
    }

    /// Gives ordinary people in turn a monthly budget, a one-off, both and none.
    pub(crate) async fn fill_everybody(&self) {
        let turns =
            [(Some("25,00"), None), (None, Some("150.00")), (Some("40"), Some("100,5")), (None, None)];
        let world = self.world().await;
        for (person, (monthly, one_off)) in world.telling(Story::Ordinary).zip(turns.into_iter().cycle()) {
            let fields = json!({ MONTHLY: monthly, ONE_OFF: one_off });
            self.change_person(&person.employee_id, json!({ "extra_fields": fields })).await;
        }
    }

    /// The same, with somebody's word that nobody was given anything before.
    pub(crate) async fn with_a_baseline() -> Self {
        let (stage, run) = Self::with_money().await;
        stage.baseline(&run, &["--nothing-else"]).await.ends_with_code(0);
        stage
    }

    /// Only its owner may look into it.
    pub(crate) fn make_grants_folder(&self) {
        let folder = self.folder.path(GRANTS);
        std::fs::create_dir(&folder).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
        }
    }

    /// `sync budgets WHAT --config … ARGUMENTS`.
    pub(crate) async fn budgets(&self, what: &str, arguments: &[&str]) -> Ran {
        let config = path(&self.config());
        let ran = self.sync(&[&["budgets", what, "--config", &config], arguments].concat()).await;
        if what != "history" {
            for (stream, text) in ran.streams() {
                assert!(!text.contains("Zonderling"), "the operator's name stands in {stream} of {what}");
            }
        }
        ran
    }

    /// The same with a name.
    pub(crate) async fn word(&self, what: &str, arguments: &[&str]) -> Ran {
        self.budgets(what, &[arguments, &["--by", NAME]].concat()).await
    }

    /// `sync budgets baseline` of the plan of a run.
    pub(crate) async fn baseline(&self, run: &Value, flags: &[&str]) -> Ran {
        let plan = run["plan_id"].as_str().unwrap();
        self.word("baseline", &[&["--plan", plan], flags].concat()).await
    }

    /// The names of the lists that lie in the folder.
    pub(crate) fn lists(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.folder.path(GRANTS)).unwrap().map(|file| file.unwrap().path());
        let mut lists: Vec<_> = files.filter(|file| file.extension().is_some_and(|it| it == "csv")).collect();
        lists.sort();
        lists
    }

    /// Support carries out a list, and everything in it.
    pub(crate) async fn support_takes(&self, list: &[u8]) {
        let taken = self.sandbox.send("POST", "/yourcampus/grant-list", list.to_vec()).await;
        assert_eq!(taken["lines"], taken["done"], "{taken}");
    }

    /// What support wrote down.
    pub(crate) async fn books(&self) -> Budgets {
        self.target().await.budgets
    }

    /// A run that writes a list, which support carries out and somebody confirms. Gives the run.
    pub(crate) async fn pay(&self) -> Value {
        let run = self.daily(2).await;
        let list = &run["lists"][0];
        self.support_takes(&std::fs::read(list["file"].as_str().unwrap()).unwrap()).await;
        self.word("confirm", &[list["batch"].as_str().unwrap()]).await.ends_with_code(0);
        run
    }

    /// Payroll fills a field of somebody, or empties it.
    pub(crate) async fn fill(&self, employee: &Employee, field: &str, amount: Option<&str>) {
        self.change_person(&employee.employee_id, json!({ "extra_fields": { field: amount } })).await;
    }

    /// Payroll defines a field in every company.
    pub(crate) async fn define(&self, field: &str) {
        for company in self.world().await.companies {
            let path = format!("/nmbrs/companies/{}/fields", company.company_id);
            self.sandbox.control("POST", &path, &json!({ "name": field, "type": "decimal" })).await;
        }
    }
}

/// What stands in a list, in any order.
pub(crate) fn lines(list: &[u8]) -> BTreeSet<Line> {
    let mut rows = csv::Reader::from_reader(list);
    let line = |row: csv::StringRecord| {
        let cell = |at: usize| row.get(at).unwrap().to_owned();
        let cents = cell(4).replace('.', "").parse().unwrap_or(0);
        (cell(0), cell(1), cell(2), cell(3), cents)
    };
    rows.records().map(|row| line(row.unwrap())).collect()
}

/// The grants' ids in a list.
pub(crate) fn grant_ids(list: &[u8]) -> BTreeSet<String> {
    let mut rows = csv::Reader::from_reader(list);
    rows.records().map(|row| row.unwrap().get(6).unwrap().to_owned()).collect()
}

/// What payroll's fields say that ordinary people with an active account are to be given.
pub(crate) fn wanted(world: &World, target: &State) -> BTreeSet<Line> {
    let has_account =
        |employee: &&Employee| account_of(target, &employee.employee_id).is_some_and(|it| it.is_active);
    let people = world.telling(Story::Ordinary).filter(has_account);
    people
        .flat_map(|employee| {
            let email = employee.personal_infos.last().unwrap().business_email.clone().unwrap();
            [(MONTHLY, "monthly"), (ONE_OFF, "one-off")].into_iter().filter_map(move |(field, kind)| {
                let amount = amount(employee, field)?;
                Some((email.clone(), kind.to_owned(), "all".to_owned(), "grant".to_owned(), amount))
            })
        })
        .collect()
}

/// The people of whom this field is filled, with an active account.
pub(crate) fn with_field<'w>(world: &'w World, target: &State, field: &str) -> Vec<&'w Employee> {
    let is_meant = |employee: &&Employee| {
        amount(employee, field).is_some()
            && account_of(target, &employee.employee_id).is_some_and(|it| it.is_active)
    };
    world.telling(Story::Ordinary).filter(is_meant).collect()
}

fn amount(employee: &Employee, field: &str) -> Option<u64> {
    let value = employee.extra_fields.iter().find(|it| it.name == field)?.value.clone()?;
    let (euro, cents) = value.split_once([',', '.']).unwrap_or((&value, "00"));
    Some(euro.parse::<u64>().unwrap() * 100 + format!("{cents:0<2}").parse::<u64>().unwrap())
}

/// The ids of the entries whose budgets have this reason, in a run's plan as `sync person` tells it.
pub(crate) async fn notes_of(stage: &Stage, employee: &Employee) -> Vec<Value> {
    let told = stage.command("person", &[&employee.employee_id, "--json"]).await.ends_with_code(0).json();
    told["entry"]["budgets"].as_array().cloned().unwrap_or_default()
}
