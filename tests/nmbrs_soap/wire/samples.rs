//! Answers as the vendor gives them: one sample for each operation, and those that were recorded (their namespace changed from
//! version 2.1 to 3).

use nmbrs_client::soap::{Operation, SoapFault, Splitter};

use super::{frames, frames_of, judge};

macro_rules! samples {
    ($($operation:ident: $file:literal;)+) => {
        /// What was asked, and what came.
        pub(super) const SAMPLES: &[(Operation, &str)] =
            &[$((Operation::$operation, include_str!(concat!("../samples/", $file, ".xml")))),+];
    };
}

samples! {
    Environment: "environment";
    Debtors: "debtors";
    IsOwner: "is_owner";
    DebtorDepartments: "debtor_departments";
    DebtorFunctions: "debtor_functions";
    DebtorManagers: "debtor_managers";
    Companies: "companies";
    Companies: "recorded_companies";
    CompaniesByDebtor: "companies_by_debtor";
    CurrentPeriod: "current_period";
    CompanyOfEmployee: "company_of_employee";
    EmployeeTypes: "employee_types";
    Employees: "employees";
    Employees: "recorded_employees";
    EmployeesByDebtor: "employees_by_debtor";
    PersonalInfo: "personal_info";
    Employments: "employments";
    Contracts: "contracts";
    CurrentContract: "current_contract";
    ContractsOfEmployee: "contracts_of_employee";
    Services: "services";
    Salaries: "salaries";
    ExtraFields: "extra_fields";
    ExtraFieldsWithStartDate: "extra_fields_with_start_date";
    Departments: "departments";
    Functions: "functions";
    Schedules: "schedules";
    Manager: "manager";
}

const FAULTS: [&str; 2] =
    [include_str!("../samples/fault_1_1.xml"), include_str!("../samples/fault_1_2.xml")];

#[test]
fn there_is_a_sample_for_each_operation() {
    for operation in Operation::ALL {
        assert!(SAMPLES.iter().any(|(of, _)| of == operation), "{operation}");
    }
}

#[test]
fn every_sample_has_the_records_that_a_whole_document_parser_finds() {
    for (operation, answer) in SAMPLES {
        let records = judge::records(*operation, answer).unwrap();
        assert!(!records.is_empty(), "{operation}");
        assert_eq!(frames_of(*operation, answer), (records, Ok(())), "{operation}");
    }
}

#[test]
fn every_sample_reads_the_same_in_pieces_of_any_one_size() {
    for (operation, answer) in SAMPLES {
        let whole = frames_of(*operation, answer);
        for size in 1..=answer.len() {
            let pieces = answer.as_bytes().chunks(size);
            assert_eq!(
                frames(Splitter::answer_to(*operation), pieces),
                whole,
                "{operation} in pieces of {size}"
            );
        }
    }
}

#[test]
fn r1_a_sample_that_broke_off_anywhere_is_not_whole() {
    for (operation, answer) in SAMPLES {
        let answer = answer.trim_end();
        for end in 0..answer.len() {
            let (_, finished) = frames(Splitter::answer_to(*operation), [&answer.as_bytes()[..end]]);
            assert!(finished.is_err(), "{operation} cut off at {end}");
        }
    }
}

#[test]
fn r1_a_sample_of_one_operation_is_no_answer_to_another() {
    for (operation, answer) in SAMPLES {
        for other in
            Operation::ALL.iter().filter(|other| other.qualified_name() != operation.qualified_name())
        {
            let (frames, finished) = frames_of(*other, answer);
            assert!(frames.is_empty() && finished.is_err(), "{operation} taken for {other}");
        }
    }
}

#[test]
fn a_fault_of_either_version_is_a_frame_of_its_own_whatever_was_asked() {
    for answer in FAULTS {
        for operation in Operation::ALL {
            let (frames, finished) = frames_of(*operation, answer);
            assert_eq!((frames.len(), finished), (1, Ok(())));
            let fault = frames[0].strip_prefix("fault: ").unwrap();
            assert_eq!(SoapFault::understand(fault).code, Some(1001));
        }
    }
}
