//! What a run reads of Nmbrs: which operation, what opens it, which data, and what consumes them.
//!
//! Nothing is read that nothing consumes; tests compare these lists with the operations of the client's sources.

use nmbrs_client::soap::ExtraFieldsCall;
use nmbrs_client::{Operation, soap};

/// One operation of a run.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Read {
    operation: Asked,
    /// Which data.
    pub data: &'static str,
    /// What they are for.
    pub consumer: &'static str,
}

/// Over which interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Asked {
    Rest(Operation),
    Soap(soap::Operation),
}

impl Read {
    /// The vendor's name of the operation.
    pub const fn operation(&self) -> &'static str {
        match self.operation {
            Asked::Rest(operation) => operation.name(),
            Asked::Soap(operation) => operation.qualified_name(),
        }
    }

    /// The scope that opens it. Over SOAP there is none: the user template of the login opens each by its name.
    pub fn scope(&self) -> Option<&'static str> {
        match self.operation {
            Asked::Rest(operation) => Some(operation.least_scope().as_str()),
            Asked::Soap(_) => None,
        }
    }
}

/// Over REST, in the order in which a run asks.
const OVER_REST: [Read; 9] = [
    Read {
        operation: Asked::Rest(Operation::Companies),
        data: "id, debtor, name",
        consumer: "which companies take part; the name is for reports",
    },
    Read {
        operation: Asked::Rest(Operation::Debtors),
        data: "id",
        consumer: "only if the consent covers several debtors: to ask for the companies of each",
    },
    Read {
        operation: Asked::Rest(Operation::CompaniesByDebtor),
        data: "id, debtor, name",
        consumer: "only if the consent covers several debtors: in the place of all companies",
    },
    Read {
        operation: Asked::Rest(Operation::Employees),
        data: "id, number, type of employee",
        consumer: "who is on payroll and who has left",
    },
    Read {
        operation: Asked::Rest(Operation::PersonalInfo),
        data: "first name, prefix, last name, birthday, business address; private address if the policy says so",
        consumer: "the fields of the account, and whose account it is",
    },
    Read {
        operation: Asked::Rest(Operation::Employments),
        data: "first day, last day, seniority date",
        consumer: "from when until when there is an account; the work anniversary",
    },
    Read {
        operation: Asked::Rest(Operation::Contracts),
        data: "first day, last day",
        consumer: "evidence that somebody has left, or has not",
    },
    Read {
        operation: Asked::Rest(Operation::ExtraFieldDefinitions),
        data: "name and kind",
        consumer: "which of the fields yourcampus_… and alleo_… there are",
    },
    Read {
        operation: Asked::Rest(Operation::ExtraFieldValues),
        data: "value and first day of the fields yourcampus_… and alleo_…; all others are dropped unread",
        consumer: "who takes part",
    },
];

/// Over SOAP, in the order in which a run asks.
const OVER_SOAP: [Read; 12] = [
    Read {
        operation: Asked::Soap(soap::Operation::Environment),
        data: "the sub-domain",
        consumer: "only if nmbrs.soap.domain does not say it: without it no other operation answers",
    },
    Read {
        operation: Asked::Soap(soap::Operation::EmployeeTypes),
        data: "number and text of each type of employee",
        consumer: "which numbers to ask for",
    },
    Read {
        operation: Asked::Soap(soap::Operation::Companies),
        data: "id, name",
        consumer: "which companies take part; the name is for reports",
    },
    Read {
        operation: Asked::Soap(soap::Operation::Debtors),
        data: "id",
        consumer: "only if policy.debtors chooses some: to ask for the companies of each",
    },
    Read {
        operation: Asked::Soap(soap::Operation::CompaniesByDebtor),
        data: "id, name",
        consumer: "only if policy.debtors chooses some: in the place of all companies",
    },
    Read {
        operation: Asked::Soap(soap::Operation::CurrentPeriod),
        data: "the payroll period of a company",
        consumer: "which entry of a history counts",
    },
    Read {
        operation: Asked::Soap(soap::Operation::Employees),
        data: "id and number, for each type that is asked for",
        consumer: "who is on payroll and who has left",
    },
    Read {
        operation: Asked::Soap(soap::Operation::PersonalInfo),
        data: "first name, prefix, last name, birthday, business address; private address if the policy says so",
        consumer: "the fields of the account, and whose account it is",
    },
    Read {
        operation: Asked::Soap(soap::Operation::Employments),
        data: "first day, last day, seniority date",
        consumer: "from when until when there is an account; the work anniversary",
    },
    Read {
        operation: Asked::Soap(soap::Operation::Contracts),
        data: "first day, last day",
        consumer: "evidence that somebody has left, or has not",
    },
    Read {
        operation: Asked::Soap(soap::Operation::ExtraFields),
        data: FIELDS,
        consumer: "who takes part; one request for each person in service",
    },
    Read {
        operation: Asked::Soap(soap::Operation::ExtraFieldsWithStartDate),
        data: FIELDS,
        consumer: "who takes part; one request for each person in service",
    },
];

const FIELDS: &str =
    "name, kind and value of the fields yourcampus_… and alleo_…; all others are dropped unread";

/// What the list of salaries reads besides, where the policy asks for one.
const SALARIES: Read = Read {
    operation: Asked::Rest(Operation::Salaries),
    data: "amount, type and first day of salaries",
    consumer: "only `sync export flex-salary`; no run reads them",
};

/// Everything that this customer's commands read over REST.
pub(super) fn over_rest(salaries: bool) -> Vec<Read> {
    OVER_REST.into_iter().chain(salaries.then_some(SALARIES)).collect()
}

/// Everything that this customer's commands read over SOAP.
pub(super) fn over_soap(extra_fields: ExtraFieldsCall) -> Vec<Read> {
    let other = match extra_fields {
        ExtraFieldsCall::WithStartDate => soap::Operation::ExtraFields,
        _ => soap::Operation::ExtraFieldsWithStartDate,
    };
    OVER_SOAP.into_iter().filter(|read| read.operation != Asked::Soap(other)).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use nmbrs_client::soap::SoapSource;
    use nmbrs_client::{NmbrsSalaries, NmbrsSource};

    use super::*;

    #[test]
    fn every_operation_of_a_run_is_told_and_no_other() {
        let told: BTreeSet<_> = OVER_REST.iter().chain(&OVER_SOAP).map(|read| read.operation).collect();
        let rest = NmbrsSource::OPERATIONS.iter().copied().map(Asked::Rest);
        let sent: BTreeSet<_> = rest.chain(SoapSource::OPERATIONS.iter().copied().map(Asked::Soap)).collect();
        assert_eq!(told, sent);
        assert_eq!(told.len(), OVER_REST.len() + OVER_SOAP.len());
        let besides: Vec<_> =
            over_rest(true).iter().skip(OVER_REST.len()).map(|read| read.operation).collect();
        assert_eq!(besides, NmbrsSalaries::OPERATIONS.iter().copied().map(Asked::Rest).collect::<Vec<_>>());
    }

    #[test]
    fn of_the_two_operations_for_extra_fields_the_one_that_is_configured_is_told() {
        for (call, name) in [
            (ExtraFieldsCall::Plain, "EmployeeService.ExtraFields_GetList"),
            (ExtraFieldsCall::WithStartDate, "EmployeeService.ExtraFieldsWithStartDate_GetList"),
        ] {
            let told: Vec<_> = over_soap(call).iter().map(Read::operation).collect();
            let of_fields: Vec<_> = told.into_iter().filter(|told| told.contains("ExtraFields")).collect();
            assert_eq!(of_fields, [name]);
        }
    }
}
