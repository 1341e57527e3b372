//! What is told about people beside a list, by id: never a name, an address or an amount.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::decision::{Advice, HoldReason, Planned, SkipReason, reasons};
use crate::external_id::ExternalId;
use crate::id::AccountId;

/// Whom a row or a note is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "payroll knows the person, or only the platform knows the account"
)]
pub enum Subject {
    /// A person of payroll.
    Person(ExternalId),
    /// An account of ours of whose person payroll says nothing.
    Account(AccountId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(id) => f.write_str(id.as_str()),
            Self::Account(id) => write!(f, "account {id}"),
        }
    }
}

/// Something about one person that a list alone would not show.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Note {
    /// Why.
    pub why: Why,
    /// Whom.
    pub about: Subject,
    /// Is there a row all the same?
    pub has_row: bool,
}

impl Note {
    pub(super) const fn left_out(about: Subject, why: Why) -> Self {
        Self { why, about, has_row: false }
    }

    pub(super) const fn on_row(about: Subject, why: Why) -> Self {
        Self { why, about, has_row: true }
    }
}

/// Why somebody has no row, or not the one that payroll would want.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Why {
    /// The plan holds the person.
    Held(HoldReason),
    /// Something waits for a day.
    Waits(Planned),
    /// The person does not take part.
    Skipped(SkipReason),
    /// It lies in what this list can carry.
    Export(ExportReason),
}

impl Why {
    /// How reports spell it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Held(reason) => reason.code(),
            Self::Waits(Planned::Onboard) => "starts_later",
            Self::Waits(Planned::Begin) => "begins_later",
            Self::Waits(Planned::Offboard) => "leaves_later",
            Self::Skipped(reason) => reason.code(),
            Self::Export(reason) => reason.code(),
        }
    }

    /// The rule behind it, what is the case, and what a person can do.
    pub const fn advice(self) -> Advice {
        match self {
            Self::Held(reason) => reason.advice(),
            Self::Waits(Planned::Onboard) => {
                Advice { rule: "U-14", what: "the first day is still to come", then: "" }
            }
            Self::Waits(Planned::Begin) => Advice {
                rule: "U-11",
                what: "has an account, and the next first day is still to come",
                then: "",
            },
            Self::Waits(Planned::Offboard) => {
                Advice { rule: "U-10", what: "the last day is still to come", then: "" }
            }
            Self::Skipped(reason) => reason.advice(),
            Self::Export(reason) => reason.advice(),
        }
    }
}

reasons! {
    /// What lies in the list itself and not in a decision about the person.
    ExportReason {
        /// Payroll says nothing of the account's person.
        Absent = "absent": "R2", "payroll has no record for this account; the row says what YourCampus has", "find out where the record went; nobody leaves by being absent";
        /// A file channel knows people by their address.
        AddressStays = "address_stays": "U-26", "payroll has another address; the row keeps the account's, or the file would make a second account", "let sync run change the address";
        /// A leaver without a last day.
        UndatedLeaver = "undated_leaver": "U-10", "left, and payroll has no last day; the row says today", "";
        /// Address, first name or last name are missing where they are not optional.
        Incomplete = "incomplete_account": "U-26", "the account has no address, no first name or no last name", "complete the account at YourCampus";
        /// The list must hold each address once.
        AddressTwice = "address_twice": "R16", "another row has the same address", "give each person an address of their own";
        /// A text cannot stand in a file as it is.
        Unwritable = "unwritable": "R23", "a text begins like a formula or cannot be shown, and is not changed to fit", "correct the text in payroll";
        /// Only people whose account is theirs for certain, and active, are in a list of salaries.
        NoAccount = "no_active_account": "U-26", "there is no active account of this person", "";
        /// The account's address is about to change.
        AddressChanges = "address_changes": "U-26", "the address changes with the next run, and a row with the wrong one is lost", "export again after that run";
        /// Two salaries, and nobody said how to add them.
        SeveralRecords = "several_records": "R16", "has several records in service, each with a salary of its own", "enter the salary at YourCampus by hand";
        /// Payroll has no salary in force.
        NoSalary = "no_salary": "U-26", "payroll has no amount in force today; an empty cell or a 0 could stop the budget", "enter the salary in payroll, or end the budget by hand";
        /// The salary cannot be read.
        SalaryUnreadable = "salary_unreadable": "R1", "the salary cannot be read, or nobody can say which of several counts", "correct the salary in payroll";
        /// The salary in force is of a type that the policy does not put into this column.
        OtherSalaryType = "other_salary_type": "U-26", "the salary in force is of a type that is not for this column", "";
        /// At the platform a zero stops the source.
        ZeroSalary = "zero_salary": "U-26", "the salary in force is 0, and at YourCampus a 0 stops the budget's source", "if it is to stop, stop it by hand";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r22_every_reason_has_words() {
        for reason in ExportReason::ALL {
            let Advice { rule, what, .. } = reason.advice();
            assert!(rule.starts_with(['R', 'U']) && !what.is_empty(), "{}", reason.code());
        }
    }

    #[test]
    fn a_subject_is_shown_by_its_id() {
        assert_eq!(Subject::Person(ExternalId::rest("e-1").unwrap()).to_string(), "nmbrs:rest:e-1");
        assert_eq!(Subject::Account(AccountId::new(7)).to_string(), "account 7");
    }
}
