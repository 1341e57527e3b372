//! Any text as a record of personal info: a row, an unreadable row, or an answer that cannot be used. What is read reads
//! the same when it comes byte by byte. Never a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nmbrs_client::Row;
use nmbrs_client::model::{PerEmployee, PersonalInfo};
use nmbrs_client::soap::{Reading, Unusable};

const BEFORE: &str = "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
    <PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompanyResponse xmlns=\"https://api.nmbrs.nl/soap/v3/EmployeeService\">\
    <PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompanyResult>";
const AFTER: &str = "</PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompanyResult>\
    </PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompanyResponse></s:Body></s:Envelope>";

fn read(answer: &str, size: usize) -> Result<Vec<Row<PerEmployee<PersonalInfo>>>, Unusable> {
    let mut reading = Reading::personal_info();
    let mut rows = Vec::new();
    for piece in answer.as_bytes().chunks(size) {
        reading.push(piece);
        while let Some(row) = reading.next_row()? {
            rows.push(row);
        }
    }
    reading.finish()?;
    Ok(rows)
}

fuzz_target!(|record: &str| {
    let answer = format!("{BEFORE}{record}{AFTER}");
    let whole = read(&answer, usize::MAX);
    assert_eq!(whole, read(&answer, 1));
    for row in whole.into_iter().flatten() {
        if let Row::Unreadable(row) = row {
            assert!(row.id.as_str().parse::<i32>().is_ok_and(|id| id > 0));
        }
    }
});
