//! Rows of personal info: what is read, what is not, and what one that cannot be read does to the answer.

use nmbrs_client::model::{PerEmployee, PersonalInfo, SourceDate};
use nmbrs_client::soap::{Malformed, Reading, Unusable};
use nmbrs_client::{Row, Why};

use super::samples::SAMPLES;

fn sample() -> &'static str {
    SAMPLES.iter().find(|(of, _)| of.name().starts_with("PersonalInfo")).unwrap().1
}

fn read(answer: &str) -> Result<Vec<Row<PerEmployee<PersonalInfo>>>, Unusable> {
    let mut reading = Reading::personal_info();
    reading.push(answer.as_bytes());
    let mut rows = Vec::new();
    while let Some(row) = reading.next_row()? {
        rows.push(row);
    }
    reading.finish()?;
    Ok(rows)
}

fn readable(answer: &str) -> Vec<PerEmployee<PersonalInfo>> {
    read(answer).unwrap().into_iter().map(|row| row.readable().unwrap().clone()).collect()
}

#[test]
fn the_misspelt_first_name_is_read_and_the_calling_name_comes_first() {
    let rows = readable(sample());
    let name = &rows[0].entries[0].name;
    let shown = [&name.first, &name.first_in_full, &name.initials, &name.prefix, &name.last]
        .map(|part| part.as_ref().unwrap().expose().as_str());
    assert_eq!(shown, ["Lotte", "Charlotte", "C.A.", "van der", "Meulen"]);
    let without = &rows[1].entries[0].name;
    assert_eq!(without.first, without.first_in_full);
    let spelt = readable(&sample().replace("FistName", "FirstName"));
    assert_eq!(spelt, rows);
}

#[test]
fn what_the_record_says_is_read() {
    let rows = readable(sample());
    let entry = &rows[0].entries[0];
    assert_eq!(rows[0].employee.as_str(), "500101");
    assert_eq!(entry.number, Some(1));
    assert_eq!(entry.business_email.as_ref().unwrap().expose(), "lotte.vandermeulen@example.com");
    assert_eq!(entry.private_email.as_ref().unwrap().expose(), "lotte@mail.example.net");
    assert_eq!(entry.birthday.expose().day().unwrap().to_string(), "1988-11-02");
    assert_eq!(entry.period.map(|it| (it.year, it.period)), Some((2023, 6)));
    assert!(entry.created_at.is_some());
    let other = &rows[1].entries[0];
    assert!(other.birthday.expose().is_sentinel());
    assert_eq!((&other.business_email, other.created_at), (&None, None));
}

#[test]
fn a_birthday_that_is_nil_or_missing_is_absent() {
    let nil = sample().replace("<Birthday>1988-11-02T00:00:00</Birthday>", "<Birthday xsi:nil=\"true\" />");
    let missing = sample().replace("<Birthday>1988-11-02T00:00:00</Birthday>", "");
    for answer in [nil, missing] {
        assert_eq!(*readable(&answer)[0].entries[0].birthday.expose(), SourceDate::Absent);
    }
}

#[test]
fn a_row_that_cannot_be_read_is_a_finding_about_one_person() {
    for (from, to, at, why) in [
        ("1988-11-02", "1988-13-02", "EmployeePersonalInfos[0].Birthday", Why::ImpossibleDate),
        (">6<", ">six<", "EmployeePersonalInfos[0].StartPeriod", Why::NotANumber),
        (">Lotte<", "><b>Lotte</b><", "EmployeePersonalInfos[0].Nickname", Why::WrongShape),
        (
            "<Nickname>",
            "<Nickname>Lot</Nickname><Nickname>",
            "EmployeePersonalInfos[0].Nickname",
            Why::WrongShape,
        ),
    ] {
        let rows = read(&sample().replacen(from, to, 1)).unwrap();
        let row = rows[0].unreadable().unwrap();
        assert_eq!((row.id.as_str(), row.at.as_str(), row.why), ("500101", at, why));
        assert!(rows[1].readable().is_some());
    }
}

#[test]
fn r1_a_row_of_which_nobody_can_say_whom_it_is_about_ends_the_reading() {
    for (from, to) in [
        ("<EmployeeId>500101</EmployeeId>", ""),
        ("<EmployeeId>500101", "<EmployeeId>0"),
        ("<EmployeeId>500101", "<EmployeeId>500101</EmployeeId><EmployeeId>500102"),
        ("<EmployeeId>500101</EmployeeId>", "<EmployeeId xsi:nil=\"true\" />"),
        // Not well-formed: then nothing in it can be believed, not even the id.
        ("<LastName>Meulen</LastName>", "<LastName>Meulen</LostName>"),
    ] {
        assert_eq!(read(&sample().replacen(from, to, 1)), Err(Unusable::RowWithoutId), "{to}");
    }
}

#[test]
fn r1_a_fault_is_an_error_and_stays_one() {
    let mut reading = Reading::personal_info();
    reading.push(include_bytes!("../samples/fault_1_1.xml"));
    let Err(fault) = reading.next_row() else { panic!("a fault was taken for a list") };
    assert!(matches!(fault, Unusable::Fault(fault) if fault.code == Some(1001)));
    assert_eq!(reading.next_row(), Err(fault));
    assert_eq!(reading.finish(), Err(fault));
}

#[test]
fn r1_rows_that_nobody_took_are_not_forgotten() {
    let mut reading = Reading::personal_info();
    reading.push(sample().as_bytes());
    assert_eq!(reading.finish(), Err(Malformed::CutOff.into()));
}

#[test]
fn debug_shows_no_content() {
    let mut reading = Reading::personal_info();
    reading.push(sample().as_bytes());
    let row = reading.next_row().unwrap();
    let printed = format!("{reading:?} {row:?}");
    assert!(!printed.contains("Meulen") && !printed.contains("1988"), "{printed}");
}
