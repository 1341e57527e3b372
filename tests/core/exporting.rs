//! Lists over ports: salaries are asked for by whom the policy lets, once for each company, within the ceiling.

use std::sync::Mutex;

use async_trait::async_trait;
use chrono::NaiveDate;
use futures_util::FutureExt;
use sync_core::engine::{EngineError, Exported};
use sync_core::export::{FlexSalaryList, NoRoster};
use sync_core::policy::{Salaries, SalaryColumn};
use sync_core::ports::{PortError, PortErrorKind, RequestMeter, SalarySource};
use sync_core::salary::{Salary, SalaryType};
use sync_core::snapshot::{Listing, Row};
use sync_core::{CompanyId, ExternalId, Policy, TargetCompanyId};

use crate::memory_target::Stage;
use crate::world::{World, customer, day, id, key, world};

/// Gives everybody of the crowd a salary, and remembers who asked.
#[derive(Default)]
struct Payroll {
    asked: Mutex<Vec<(String, NaiveDate)>>,
    /// So many lists disagree with themselves.
    disagreeing: Mutex<u32>,
}

#[async_trait]
impl SalarySource for Payroll {
    async fn salaries(
        &self,
        company: &CompanyId,
        day: NaiveDate,
        meter: &RequestMeter,
    ) -> Result<Listing<Row<ExternalId, Option<Salary>>>, PortError> {
        meter.reserve(1).map_err(|reached| {
            PortError::new(PortErrorKind::Ceiling, "list salaries").with_source(reached)
        })?;
        self.asked.lock().unwrap().push((company.as_str().to_owned(), day));
        let salary = Salary::new(Some(SalaryType::GrossParttime), Some("2000".parse().unwrap()));
        let row = Row::readable(id("crowd-00000"), Some(salary));
        let mut disagreeing = self.disagreeing.lock().unwrap();
        let total = if *disagreeing > 0 { 2 } else { 1 };
        *disagreeing = disagreeing.saturating_sub(1);
        Ok(Listing::new(vec![row], Some(total)))
    }
}

fn salaried(policy: Policy) -> Policy {
    policy.with_salaries(Salaries::filling(SalaryColumn::Primary, [SalaryType::GrossParttime]))
}

fn export(
    stage: &Stage,
    payroll: &Payroll,
    column: SalaryColumn,
) -> Result<Exported<FlexSalaryList>, EngineError> {
    let policy = stage.world().policy;
    stage.exports().flex_salaries(payroll, column, &customer(), &policy, &key()).now_or_never().unwrap()
}

fn staged(change: impl FnOnce(World) -> World) -> Stage {
    Stage::of(change(world().crowd(2)))
}

#[test]
fn nothing_at_all_is_asked_for_a_column_that_the_policy_does_not_choose() {
    for (stage, column) in [
        (staged(|world| world), SalaryColumn::Primary),
        (staged(|world| world.policy(salaried)), SalaryColumn::HourlyWage),
    ] {
        let payroll = Payroll::default();
        let error = export(&stage, &payroll, column).unwrap_err();
        assert!(matches!(error, EngineError::SalariesNotChosen(asked) if asked == column), "{error}");
        assert_eq!((stage.calls("").len(), payroll.asked.lock().unwrap().len()), (0, 0));
    }
}

#[test]
fn salaries_are_asked_for_once_for_each_company_as_of_today() {
    let stage = staged(|world| world.policy(salaried).company("beta", &[]));
    let payroll = Payroll::default();
    let made = export(&stage, &payroll, SalaryColumn::Primary).unwrap();
    assert_eq!((made.list.rows.len(), made.list.notes.len()), (1, 1));
    let today = day("2026-06-15");
    assert_eq!(*payroll.asked.lock().unwrap(), [("acme".to_owned(), today), ("beta".to_owned(), today)]);
    let (source, target) = stage.requests();
    assert_eq!((made.source.pages, made.target.pages), (source + 2, target));
    assert!(stage.intents().is_empty(), "nothing is meant, and nothing is written");
}

#[test]
fn a_list_of_salaries_that_disagrees_with_itself_is_read_once_more_and_no_more() {
    let stage = staged(|world| world.policy(salaried));
    let payroll = Payroll { disagreeing: Mutex::new(1), ..Payroll::default() };
    let made = export(&stage, &payroll, SalaryColumn::Primary).unwrap();
    assert_eq!((made.list.rows.len(), made.source.again), (1, 1));
    let payroll = Payroll { disagreeing: Mutex::new(2), ..Payroll::default() };
    let error = export(&stage, &payroll, SalaryColumn::Primary).unwrap_err();
    assert!(matches!(&error, EngineError::Read { error, .. } if error.kind() == PortErrorKind::Incomplete));
}

#[test]
fn r20_salaries_count_under_the_one_ceiling_of_the_source() {
    let needed = {
        let stage = staged(|world| world.policy(salaried));
        export(&stage, &Payroll::default(), SalaryColumn::Primary).unwrap().source.pages
    };
    for (ceiling, is_enough) in [(needed, true), (needed - 1, false)] {
        let policy = |policy: Policy| salaried(policy).with_request_ceilings(ceiling, 100);
        let made = export(&staged(|world| world.policy(policy)), &Payroll::default(), SalaryColumn::Primary);
        assert_eq!(made.is_ok(), is_enough, "{ceiling} of {needed}");
    }
}

#[test]
fn a_roster_asks_for_no_salary_and_says_why_there_is_none() {
    let stage = staged(|world| world.policy(salaried));
    let policy = stage.world().policy;
    let made = stage.exports().roster(&customer(), &policy, &key()).now_or_never().unwrap().unwrap();
    assert_eq!((made.list.rows().len(), made.source.pages), (2, stage.requests().0));
    let routes = [("north", TargetCompanyId::new(10)), ("south", TargetCompanyId::new(11))];
    let divided = staged(|world| world.routes(&routes));
    let policy = divided.world().policy;
    let error = divided.exports().roster(&customer(), &policy, &key()).now_or_never().unwrap().unwrap_err();
    assert!(matches!(error, EngineError::NoRoster(NoRoster::SeveralCompanies)), "{error}");
}
