//! What a run reads of Nmbrs: which operation, by which scope, which data, and what consumes them.
//!
//! Nothing is read that nothing consumes; a test compares this list with the operations of the client's source.

use nmbrs_client::Operation;

/// One operation of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Read {
    pub(super) operation: Operation,
    pub(super) data: &'static str,
    pub(super) consumer: &'static str,
}

/// Everything, in the order in which a run asks.
const READS: [Read; 9] = [
    Read {
        operation: Operation::Companies,
        data: "id, debtor, name",
        consumer: "which companies take part; the name is for reports",
    },
    Read {
        operation: Operation::Debtors,
        data: "id",
        consumer: "only if the consent covers several debtors: to ask for the companies of each",
    },
    Read {
        operation: Operation::CompaniesByDebtor,
        data: "id, debtor, name",
        consumer: "only if the consent covers several debtors: in the place of all companies",
    },
    Read {
        operation: Operation::Employees,
        data: "id, number, type of employee",
        consumer: "who is on payroll and who has left",
    },
    Read {
        operation: Operation::PersonalInfo,
        data: "first name, prefix, last name, birthday, business address; private address if the policy says so",
        consumer: "the fields of the account, and whose account it is",
    },
    Read {
        operation: Operation::Employments,
        data: "first day, last day, seniority date",
        consumer: "from when until when there is an account; the work anniversary",
    },
    Read {
        operation: Operation::Contracts,
        data: "first day, last day",
        consumer: "evidence that somebody has left, or has not",
    },
    Read {
        operation: Operation::ExtraFieldDefinitions,
        data: "name and kind",
        consumer: "which of the fields yourcampus_… and alleo_… there are",
    },
    Read {
        operation: Operation::ExtraFieldValues,
        data: "value and first day of the fields yourcampus_… and alleo_…; all others are dropped unread",
        consumer: "who takes part",
    },
];

/// What the list of salaries reads besides, where the policy asks for one.
const SALARIES: Read = Read {
    operation: Operation::Salaries,
    data: "amount, type and first day of salaries",
    consumer: "only `sync export flex-salary`; no run reads them",
};

/// Everything that this customer's commands read.
pub(super) fn reads(salaries: bool) -> impl Iterator<Item = Read> {
    READS.into_iter().chain(salaries.then_some(SALARIES))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use nmbrs_client::{NmbrsSalaries, NmbrsSource};

    use super::*;

    #[test]
    fn every_operation_of_a_run_is_told_and_no_other() {
        let told: BTreeSet<_> = READS.iter().map(|read| read.operation).collect();
        let sent: BTreeSet<_> = NmbrsSource::OPERATIONS.iter().copied().collect();
        assert_eq!(told, sent);
        assert_eq!(told.len(), READS.len());
        let besides: Vec<_> = reads(true).skip(READS.len()).map(|read| read.operation).collect();
        assert_eq!((besides.as_slice(), reads(false).count()), (NmbrsSalaries::OPERATIONS, READS.len()));
    }
}
