//! The lists of people: by type, and with their personal data.

use chrono::NaiveDateTime;

use super::answering::{Answer, Answering};
use super::xml::Element;
use crate::sandbox::numbers::row_number;
use crate::sandbox::world::{Employee, Period, PersonalInfo};

/// The types of this environment: number, text, and what the world calls them. A type of the world's that is not here
/// is in nobody's list.
const TYPES: [(i32, &str, &str); 7] = [
    (1, "Applicant", "applicant"),
    (2, "Payroll", "payroll"),
    (3, "External", "external"),
    (4, "Former payroll", "formerPayroll"),
    (5, "New hire", "newHire"),
    (6, "Former external", "formerExternal"),
    (7, "Rejected applicant", "rejectedApplicant"),
];

pub(super) fn types(asked: &Answering<'_>) -> Answer {
    let rows = TYPES.into_iter().map(|(number, text, name)| {
        let mut row = asked.row("EmployeeType", name);
        row.number("Id", number);
        row.text("Description", Some(text));
        row.done()
    });
    asked.list(rows.collect())
}

/// Those who have the type that is asked for; nobody has a type that does not exist.
pub(super) fn list(asked: &Answering<'_>) -> Answer {
    let wanted = TYPES.into_iter().find(|(number, ..)| *number == asked.employee_type);
    let wanted = wanted.map(|(.., name)| name);
    let listed = asked.employees().into_iter().filter(|one| Some(one.employee_type.as_str()) == wanted);
    let rows = listed.map(|employee| {
        let mut row = asked.row("Employee", &employee.employee_id);
        row.number("Id", number_of(asked, employee));
        row.number("Number", employee.employee_number);
        row.text("DisplayName", employee.current_info(asked.world.today).map(display_name).as_deref());
        row.unexpected();
        row.done()
    });
    asked.list(rows.collect())
}

/// Everybody's history, whatever their type, without the social security number.
pub(super) fn personal_infos(asked: &Answering<'_>) -> Answer {
    asked.by_employee("PersonalInfoItem", "EmployeePersonalInfos", |employee| {
        let ahead = entry_ahead(asked, employee);
        let entries = employee.personal_infos.iter().chain(&ahead);
        entries.map(|info| personal_info(asked, employee, info)).collect()
    })
}

/// What somebody has already entered for next year, in some histories: it has the latest creation date of all, and does
/// not hold yet.
fn entry_ahead(asked: &Answering<'_>, employee: &Employee) -> Option<PersonalInfo> {
    let now = asked.now();
    let id = &employee.employee_id;
    let begun = employee.personal_infos.iter().any(|info| info.period <= now);
    if !begun || !asked.vary.one_in(4, id, "entry ahead") {
        return None;
    }
    let mut ahead = employee.current_info(asked.world.today)?.clone();
    ahead.personal_info_id = format!("{id} ahead");
    "Straks".clone_into(&mut ahead.last_name);
    ahead.business_email = ahead.business_email.map(|address| format!("straks.{address}"));
    ahead.period = Period { year: now.year + 1, ..now };
    ahead.created_at = employee.personal_infos.iter().map(|info| info.created_at).max()?;
    Some(ahead)
}

fn personal_info(asked: &Answering<'_>, employee: &Employee, info: &PersonalInfo) -> Element {
    let id = &info.personal_info_id;
    let vary = asked.vary;
    let mut row = asked.row("PersonalInfo_V2", id);
    // Of the entry, not of the employee.
    row.number("Id", row_number(id));
    row.text("DisplayName", Some(&display_name(info)));
    row.number("EmployeeNumber", employee.employee_number);
    row.text("Title", None);
    // The name in full is spelled without its r; one client reads it with.
    let spelled = if vary.one_in(4, &employee.employee_id, "spelling") { "FirstName" } else { "FistName" };
    let only_in_full = info.first_name_in_full.is_none() && vary.one_in(5, id, "only in full");
    let in_full = if only_in_full { &info.first_name } else { &info.first_name_in_full };
    row.text(spelled, in_full.as_deref());
    row.text("Initials", info.initials.as_deref());
    row.text("Prefix", info.prefix.as_deref());
    row.text("LastName", Some(&*info.last_name).filter(|name| !name.is_empty()));
    row.text("Nickname", info.first_name.as_deref().filter(|_| !only_in_full));
    row.number("Gender", vary.roll(id, "gender", 3));
    row.number("NationalityCode", 1);
    row.text("PlaceOfBirth", Some("Niet-lezen aan Zee"));
    row.text("CountryOfBirthISOCode", Some("NL"));
    row.text("IdentificationNumber", Some("NIETLEZEN9"));
    row.number("IdentificationType", 1);
    let partner = vary.one_in(3, id, "partner");
    row.text("PartnerPrefix", partner.then_some("de"));
    row.text("PartnerLastName", partner.then_some("Partnernaam"));
    row.text("TelephonePrivate", None);
    row.text("TelephoneMobilePrivate", Some("06-55501234"));
    row.text("TelephoneMobileWork", None);
    row.text("EmailPrivate", info.private_email.as_deref());
    row.text("EmailWork", info.business_email.as_deref());
    row.number("BurgerlijkeStaat", 2);
    row.number("Naamstelling", 1);
    row.day_or_none("Birthday", info.birth_date);
    row.moment("CreationDate", created(asked, info));
    row.number("StartPeriod", info.period.period);
    row.number("StartYear", info.period.year);
    row.nillable("DeceasedDate", info.deceased_on.map(|day| format!("{day}T00:00:00")));
    row.text("InCaseOfEmergency", Some("Vader & moeder Niet-lezen"));
    row.text("InCaseOfEmergencyPhone", Some("030-5550199"));
    row.text("InCaseOfEmergencyRelation", None);
    row.text("TitleAfter", None);
    row.unexpected();
    row.done()
}

/// When an entry was made, where that is known.
fn created(asked: &Answering<'_>, info: &PersonalInfo) -> Option<NaiveDateTime> {
    (!asked.vary.one_in(8, &info.personal_info_id, "createdAt")).then_some(info.created_at)
}

pub(super) fn number_of(asked: &Answering<'_>, employee: &Employee) -> i32 {
    asked.world.soap_numbers.employee(&employee.employee_id).unwrap_or_default()
}

fn display_name(info: &PersonalInfo) -> String {
    let parts = [info.first_name.as_deref(), info.prefix.as_deref(), Some(&*info.last_name)];
    let parts: Vec<_> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}
