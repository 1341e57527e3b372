//! Salaries, for the platform's import of Flex Salary (channel D, reference §3.7).
//!
//! In: what [`plan()`](crate::plan()) takes, one column that the policy chose, and what payroll has in force. Out: a row
//! with an address and one amount for everybody whose account is active and theirs for certain, and about whom no question
//! is open. Never: an amount that payroll does not have, a zero, or a row with an empty cell: at the platform a 0 stops a
//! budget's source, and what an empty cell does is not known. Whoever has no such amount is left out and told.
//!
//! One list fills one column, because payroll has one salary in force for each employee, of one type.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::reason::{ExportReason, Note, Subject, Why};
use crate::change::Field;
use crate::decision::{Decision, FieldChange, NothingReason};
use crate::external_id::ExternalId;
use crate::ledger::LedgerView;
use crate::person::clean;
use crate::pii::Pii;
use crate::plan::{Entry, Run, plan};
use crate::policy::{Policy, SalaryColumn};
use crate::record::Unreadable;
use crate::salary::{Salary, SalaryType, Wage};
use crate::snapshot::{Complete, Disagreement, Listing, Row, SourceSnapshot, TargetSnapshot};

/// What payroll has in force for each employee, as far as it was read. `Debug` prints no amount.
#[derive(Debug, Clone, Default)]
pub struct SalariesInForce(BTreeMap<ExternalId, Result<Option<Salary>, Unreadable>>);

impl SalariesInForce {
    /// Takes the whole list of one company.
    ///
    /// # Errors
    /// [`Disagreement`] when the list disagrees with itself; reading it once more may help.
    pub fn put(&mut self, list: Listing<Row<ExternalId, Option<Salary>>>) -> Result<(), Disagreement> {
        self.0.extend(list.agreed()?.into_iter().map(|row| (row.id, row.content)));
        Ok(())
    }
}

/// One row. `Debug` prints whom it is about and no value.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlexSalaryRow {
    /// Whom it is about.
    pub about: ExternalId,
    /// The address of the account.
    pub email: Pii<String>,
    /// More than nothing.
    pub amount: Wage,
}

impl fmt::Debug for FlexSalaryRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FlexSalaryRow").field("about", &self.about).finish_non_exhaustive()
    }
}

/// The rows of one list, and who is left out.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct FlexSalaryList {
    /// The column that the amounts stand in.
    pub column: SalaryColumn,
    /// The rows, by id.
    pub rows: Vec<FlexSalaryRow>,
    /// Who has an account or should have one and is left out, and why; sorted by reason.
    pub notes: Vec<Note>,
}

impl FlexSalaryList {
    /// Without the rows at these places, which the file cannot take as they are.
    pub fn without(mut self, places: impl IntoIterator<Item = usize>) -> Self {
        let places: BTreeSet<usize> = places.into_iter().collect();
        let mut at = 0..;
        let out = self.rows.extract_if(.., |_| at.next().is_some_and(|at| places.contains(&at)));
        let unwritable = |row: FlexSalaryRow| {
            Note::left_out(Subject::Person(row.about), Why::Export(ExportReason::Unwritable))
        };
        self.notes.extend(out.map(unwritable));
        self.notes.sort();
        self
    }
}

/// Who is in the list, with which amount? Nobody, for a column that the policy does not choose.
pub fn flex_salaries(
    source: &Complete<SourceSnapshot>,
    target: &Complete<TargetSnapshot>,
    ledger: &LedgerView,
    policy: &Policy,
    run: &Run<'_>,
    (column, salaries): (SalaryColumn, &SalariesInForce),
) -> FlexSalaryList {
    let mut list = FlexSalaryList { column, rows: Vec::new(), notes: Vec::new() };
    let Some(types) = policy.salaries.as_ref().and_then(|chosen| chosen.types_of(column)) else {
        return list;
    };
    let plan = plan(source, target, ledger, policy, run);
    for entry in &plan.document().entries {
        let Some(email) = address(entry, target) else {
            list.notes
                .extend(why_not(entry).map(|why| Note::left_out(Subject::Person(entry.person.clone()), why)));
            continue;
        };
        match amount(entry, policy, types, salaries) {
            Ok(amount) => list.rows.push(FlexSalaryRow { about: entry.person.clone(), email, amount }),
            Err(reason) => {
                list.notes.push(Note::left_out(Subject::Person(entry.person.clone()), Why::Export(reason)));
            }
        }
    }
    list.notes.sort();
    list
}

/// The address of the person's account, if it is active and theirs for certain, and no question is open.
fn address(entry: &Entry, target: &TargetSnapshot) -> Option<Pii<String>> {
    let is_settled = match &entry.decision {
        Decision::Update { fields } => !changes_address(fields),
        Decision::Nothing { reason } => *reason == NothingReason::UpToDate,
        _ => false,
    };
    let note = entry.account.filter(|note| is_settled && note.active && note.found_by.is_certain())?;
    let account = target.account(note.id)?;
    clean(account.email.as_ref()).map(|email| Pii::new(email.into_exposed().into_owned()))
}

fn changes_address(fields: &[FieldChange]) -> bool {
    fields.iter().any(|change| change.field == Field::Email)
}

/// Why somebody without such an account is worth telling; those who left, or never were to have one, are not.
fn why_not(entry: &Entry) -> Option<Why> {
    Some(match &entry.decision {
        Decision::Onboard { .. } => Why::Export(ExportReason::NoAccount),
        Decision::Update { fields } if changes_address(fields) => Why::Export(ExportReason::AddressChanges),
        Decision::Update { .. } | Decision::Nothing { reason: NothingReason::UpToDate } => {
            Why::Export(ExportReason::Incomplete)
        }
        Decision::Hold { reason, .. } => Why::Held(*reason),
        Decision::Planned { what, .. } => Why::Waits(*what),
        Decision::Skip { reason } => Why::Skipped(*reason),
        Decision::Offboard(_) | Decision::Nothing { .. } => return None,
    })
}

/// The one amount that payroll has in force for this person.
fn amount(
    entry: &Entry,
    policy: &Policy,
    types: &BTreeSet<SalaryType>,
    salaries: &SalariesInForce,
) -> Result<Wage, ExportReason> {
    let in_service = |employee_type: &_| policy.is_in_service(employee_type);
    let mut records =
        entry.records.iter().filter(|record| record.employee_type.as_ref().is_some_and(in_service));
    let (Some(record), None) = (records.next(), records.next()) else {
        return Err(ExportReason::SeveralRecords);
    };
    let salary = match salaries.0.get(&record.id) {
        Some(Ok(Some(salary))) => salary,
        Some(Err(_)) => return Err(ExportReason::SalaryUnreadable),
        Some(Ok(None)) | None => return Err(ExportReason::NoSalary),
    };
    if !salary.of.as_ref().is_some_and(|of| types.contains(of)) {
        return Err(ExportReason::OtherSalaryType);
    }
    match salary.amount {
        None => Err(ExportReason::NoSalary),
        Some(amount) if amount.is_zero() => Err(ExportReason::ZeroSalary),
        Some(amount) => Ok(amount),
    }
}
