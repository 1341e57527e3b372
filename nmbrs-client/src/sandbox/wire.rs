//! The vendor's JSON, written by hand from its documents: one function for each kind of row.
//!
//! In: what the world holds. Out: rows with the exact keys of the vendor, in any of the forms it may give them: an
//! absent value is null, missing or `""`; a flag is `true` or `"true"`; a date has some clock time; an object can hold
//! a key nobody expects. A [`Story`](super::story::Story) never gets in here.

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::{Map, Number, Value, json};

use super::salary::{Salary, derived_id};
use super::variation::Variation;
use super::world::{
    Company, Contract, Debtor, Employee, Employment, ExtraFieldDefinition, ExtraFieldValue, Period,
    PersonalInfo,
};

/// Writes rows in the forms a variation chooses.
#[derive(Clone, Copy)]
pub(super) struct Wire {
    pub(super) vary: Variation,
    pub(super) today: NaiveDate,
}

impl Wire {
    pub(super) fn debtor(debtor: &Debtor) -> Value {
        json!({ "debtorId": debtor.debtor_id, "number": debtor.number, "name": debtor.name })
    }

    pub(super) fn debtor_info(self, debtor: &Debtor) -> Value {
        let mut address = self.object(&debtor.debtor_id);
        address.put("addressId", json!(derived_guid(&debtor.debtor_id, 1)));
        address.flag("isDefault", true);
        address.put("type", json!("debtorAddress"));
        address.put("street", json!("Voorbeeldkade"));
        address.text("houseNumber", Some("12"));
        address.text("houseNumberAddition", None);
        address.text("postalCode", Some("1000AA"));
        address.put("city", json!("Amsterdam"));
        address.text("stateProvince", Some("Noord-Holland"));
        address.text("countryISOCode", Some("NL"));
        address.put("period", json!({ "year": 2021, "period": 4 }));
        address.put("createdAt", json!("2021-06-07T07:59:11Z"));
        json!({ "debtor": Self::debtor(debtor), "address": address.done() })
    }

    pub(super) fn user(debtor: &Debtor) -> Value {
        json!({
            "name": "Koppeling Voorbeeld",
            "email": "koppeling@voorbeeld.example.nl",
            "language": "NL",
            "debtorId": debtor.debtor_id,
            "userId": derived_guid(&debtor.debtor_id, 2),
        })
    }

    pub(super) fn company(self, company: &Company) -> Value {
        let mut row = self.object(&company.company_id);
        row.put("companyId", json!(company.company_id));
        row.put("number", json!(company.number));
        row.put("name", json!(company.name));
        row.put("debtorId", json!(company.debtor_id));
        row.unexpected();
        row.done()
    }

    pub(super) fn extra_field_definition(definition: &ExtraFieldDefinition) -> Value {
        json!({
            "extraFieldId": definition.extra_field_id,
            "name": definition.name,
            "extraFieldType": definition.extra_field_type,
        })
    }

    pub(super) fn employee(self, employee: &Employee) -> Value {
        let basic = employee.current_info(self.today).map_or(Value::Null, |info| {
            let mut basic = self.object(&employee.employee_id);
            basic.basic_info(employee, info, &employee.employee_type);
            basic.unexpected();
            basic.done()
        });
        json!({ "employeeId": employee.employee_id, "employeeBasicInfo": basic })
    }

    pub(super) fn personal_infos(self, employee: &Employee) -> Value {
        let write = |info| self.personal_info(employee, info);
        self.wrapped(employee, "info", employee.personal_infos.iter().map(write).collect())
    }

    pub(super) fn employments(self, employee: &Employee) -> Value {
        let write = |employment| self.employment(employment);
        self.wrapped(employee, "employments", employee.employments.iter().map(write).collect())
    }

    pub(super) fn contracts(self, employee: &Employee) -> Value {
        let write = |contract| self.contract(contract);
        self.wrapped(employee, "contracts", employee.contracts.iter().map(write).collect())
    }

    pub(super) fn salaries(self, employee: &Employee) -> Value {
        let write = |salary| self.salary(salary);
        self.wrapped(employee, "salaries", employee.salaries.iter().map(write).collect())
    }

    pub(super) fn extra_fields(self, company: &Company, employee: &Employee) -> Value {
        let write = |field| self.extra_field(company, employee, field);
        self.wrapped(employee, "extraFields", employee.extra_fields.iter().filter_map(write).collect())
    }

    /// Whether an employee without entries gets a row at all in the list of this inner key.
    pub(super) fn lists_without_entries(self, employee: &Employee, inner_key: &str) -> bool {
        self.vary.roll(&employee.employee_id, inner_key, 3) > 0
    }

    /// The double wrapping of the lists by employee; without entries the inner array is null or empty.
    fn wrapped(self, employee: &Employee, inner_key: &str, mut entries: Vec<Value>) -> Value {
        if self.vary.roll(&employee.employee_id, "order", 2) == 0 {
            entries.reverse();
        }
        let inner = if entries.is_empty() && self.vary.roll(&employee.employee_id, inner_key, 3) == 1 {
            Value::Null
        } else {
            Value::Array(entries)
        };
        let mut row = Map::new();
        row.insert("employeeId".to_owned(), json!(employee.employee_id));
        row.insert(inner_key.to_owned(), inner);
        Value::Object(row)
    }

    fn personal_info(self, employee: &Employee, info: &PersonalInfo) -> Value {
        let id = &info.personal_info_id;
        let mut basic = self.object(id);
        basic.basic_info(employee, info, &info.employee_type);

        let mut entry = self.object(id);
        entry.put("personalInfoId", json!(id));
        entry.put("basicInfo", basic.done());
        entry.put("birthInfo", self.birth_info(info));
        entry.put("contactInfo", self.contact_info(info));
        entry.put("partnerInfo", self.partner_info(info));
        if !self.vary.one_in(2, id, "emergencyInfo") {
            entry.put("emergencyInfo", self.emergency_info(info));
        }
        entry.put("period", period(info.period));
        if self.vary.one_in(8, id, "createdAt") {
            entry.put("createdAt", Value::Null);
        } else {
            entry.moment("createdAt", info.created_at);
        }
        entry.unexpected();
        entry.done()
    }

    fn birth_info(self, info: &PersonalInfo) -> Value {
        let id = &info.personal_info_id;
        let mut birth = self.object(id);
        birth.date("birthDate", info.birth_date);
        let country = if self.vary.one_in(3, id, "birthCountry") {
            Value::Null
        } else {
            json!({ "codeISO": "NL", "description": "The Netherlands" })
        };
        birth.put("birthCountry", country);
        birth.put("nationality", json!({ "codeISO": "NL", "description": "Dutch" }));
        birth.date("deceasedOn", info.deceased_on);
        let gender = ["unspecified", "female", "male", "unknown"];
        let choice = usize::try_from(self.vary.roll(id, "gender", 4)).unwrap_or(0);
        birth.put("gender", json!(gender.get(choice)));
        birth.done()
    }

    fn contact_info(self, info: &PersonalInfo) -> Value {
        let mut contact = self.object(&info.personal_info_id);
        contact.text("privateEmail", info.private_email.as_deref());
        contact.text("businessEmail", info.business_email.as_deref());
        contact.text("businessPhone", Some("+31201234567"));
        contact.text("businessMobilePhone", None);
        contact.text("privatePhone", None);
        contact.text("privateMobilePhone", Some("+31612345678"));
        contact.text("otherPhone", None);
        contact.done()
    }

    /// The vendor's schema has the marital status beside the ascription, its example inside.
    fn partner_info(self, info: &PersonalInfo) -> Value {
        let id = &info.personal_info_id;
        let mut partner = self.object(id);
        partner.text("partnerPrefix", None);
        partner.text("partnerName", self.vary.one_in(3, id, "partner").then_some("Partnernaam"));
        if self.vary.one_in(4, id, "maritalStatus") {
            let ascription = json!({ "code": 0, "ascription": null, "maritalStatus": "livingTogether" });
            partner.put("ascription", ascription);
        } else {
            partner.put("ascription", json!({ "code": 0, "ascription": "Eigen naam" }));
            partner.put("maritalStatus", json!("notSpecified"));
        }
        partner.done()
    }

    fn emergency_info(self, info: &PersonalInfo) -> Value {
        let mut emergency = self.object(&info.personal_info_id);
        emergency.text("emergencyContact", Some("Noodcontact"));
        emergency.text("emergencyPhone", Some("+31301234567"));
        emergency.text("emergencyRelationship", None);
        emergency.done()
    }

    fn employment(self, employment: &Employment) -> Value {
        let id = &employment.employment_id;
        let mut entry = self.object(id);
        entry.put("employmentId", json!(id));
        entry.moment("creationDate", employment.created_at);
        entry.date("startDate", employment.start_date);
        entry.date("endDate", employment.end_date);
        entry.date("seniorityDate", employment.seniority_date);
        let reason = match (employment.end_date, self.vary.roll(id, "endContractReason", 3)) {
            (Some(_), _) => json!({ "code": 3, "reason": "Einde contract" }),
            (None, 1) => Value::Null,
            (None, _) => json!({ "code": null, "reason": null }),
        };
        entry.put("endContractReason", reason);
        entry.moment("changedDate", employment.changed_at);
        entry.unexpected();
        entry.done()
    }

    fn contract(self, contract: &Contract) -> Value {
        let id = &contract.contract_id;
        let mut entry = self.object(id);
        entry.put("contractId", json!(id));
        entry.required_date("startDate", contract.start_date);
        entry.date("trialPeriod", contract.trial_period);
        entry.date("endDate", contract.end_date);
        entry.flag("indefinite", contract.indefinite);
        entry.flag("writtenContract", true);
        entry.put("hoursPerWeek", json!(contract.hours_per_week));
        entry.moment("createdAt", contract.created_at);
        entry.unexpected();
        entry.done()
    }

    fn salary(self, salary: &Salary) -> Value {
        let id = &salary.salary_id;
        let mut entry = self.object(id);
        entry.put("salaryId", json!(id));
        entry.required_date("startDate", Some(salary.start_date));
        entry.put("type", json!(salary.salary_type));
        // A whole amount has no point, and now and then one comes as text.
        let text = salary.value.to_string();
        let as_text = self.vary.one_in(6, id, "value");
        let number = text.parse::<Number>().map_or(Value::Null, Value::Number);
        entry.put("value", if as_text { json!(text) } else { number });
        if self.vary.one_in(3, id, "salaryTable") {
            entry.put("salaryTable", self.salary_table(id));
        }
        entry.moment("createdAt", salary.created_at);
        entry.unexpected();
        entry.done()
    }

    /// The vendor's schema and its example name the next step differently.
    fn salary_table(self, salary_id: &str) -> Value {
        let mut table = self.object(salary_id);
        table.put("tableId", json!(derived_id(salary_id, 0xa1)));
        table.put("tableCode", json!(751));
        table.put("tableName", json!("Voorbeeldtabel"));
        table.put("scale", json!({ "scaleId": "1a", "scaleCode": "A", "scaleDescription": "Aanloopschaal" }));
        table.put("step", json!({ "stepId": "3b", "stepCode": "3", "stepDescription": "Trede 3" }));
        let next = json!({ "period": 3, "year": 2021 });
        if self.vary.one_in(2, salary_id, "increaseStep") {
            table.put("automaticallyIncreaseStepPeriod", next);
            table.put("tableVersion", json!("2019-10-M"));
        } else {
            table.put("increaseStep", next);
        }
        table.done()
    }

    /// A value with its definition. An unanswered field is sent with null, with `""`, or left out.
    fn extra_field(self, company: &Company, employee: &Employee, field: &ExtraFieldValue) -> Option<Value> {
        let definition = company.extra_field(&field.name)?;
        let value = match (&field.value, self.vary.roll(&employee.employee_id, &field.name, 3)) {
            (Some(text), _) => json!(text),
            (None, 1) => json!(""),
            (None, 2) if field.start_date.is_none() => return None,
            (None, _) => Value::Null,
        };
        let mut entry = self.object(&employee.employee_id);
        entry.put("extraField", Self::extra_field_definition(definition));
        entry.put("value", value);
        entry.date("startDate", field.start_date);
        Some(entry.done())
    }

    fn object(self, owner: &str) -> ObjectWriter<'_> {
        ObjectWriter { members: Map::new(), owner, vary: self.vary }
    }
}

/// One JSON object in the making; `owner` is the id its choices hang on.
struct ObjectWriter<'a> {
    members: Map<String, Value>,
    owner: &'a str,
    vary: Variation,
}

impl ObjectWriter<'_> {
    fn put(&mut self, name: &str, value: Value) {
        self.members.insert(name.to_owned(), value);
    }

    /// A nullable text: absent as null, as a missing key, or as `""`.
    fn text(&mut self, name: &str, value: Option<&str>) {
        match (value, self.vary.roll(self.owner, name, 3)) {
            (Some(text), _) => self.put(name, json!(text)),
            (None, 1) => {}
            (None, 2) => self.put(name, json!("")),
            (None, _) => self.put(name, Value::Null),
        }
    }

    /// A nullable date: absent as a text is.
    fn date(&mut self, name: &str, value: Option<NaiveDate>) {
        match value {
            Some(day) => self.put(name, json!(self.with_clock(name, day))),
            None => self.text(name, None),
        }
    }

    /// A date whose key has to be there.
    fn required_date(&mut self, name: &str, value: Option<NaiveDate>) {
        let text = value.map(|day| self.with_clock(name, day));
        self.put(name, json!(text));
    }

    /// A calendar date with a clock time that means nothing.
    fn with_clock(&self, name: &str, day: NaiveDate) -> String {
        let clock = match self.vary.roll(self.owner, name, 8) {
            3 | 4 => "T09:29:18Z",
            5 => "T23:30:00Z",
            6 => "T00:00:00",
            7 => "T00:00:00.0000000Z",
            _ => "T00:00:00Z",
        };
        format!("{day}{clock}")
    }

    fn moment(&mut self, name: &str, at: NaiveDateTime) {
        self.put(name, json!(at.format("%Y-%m-%dT%H:%M:%SZ").to_string()));
    }

    /// A flag, now and then as text.
    fn flag(&mut self, name: &str, value: bool) {
        let as_text = self.vary.one_in(4, self.owner, name);
        self.put(name, if as_text { json!(value.to_string()) } else { json!(value) });
    }

    fn basic_info(&mut self, employee: &Employee, info: &PersonalInfo, employee_type: &str) {
        self.put("employeeNumber", json!(employee.employee_number));
        self.text("firstName", info.first_name.as_deref());
        self.text("firstNameInFull", info.first_name_in_full.as_deref());
        self.text("prefix", info.prefix.as_deref());
        self.text("initials", info.initials.as_deref());
        self.put("lastName", json!(info.last_name));
        self.put("employeeType", json!(employee_type));
    }

    /// A key no document knows, in some objects.
    fn unexpected(&mut self) {
        match self.vary.roll(self.owner, "unexpected", 6) {
            1 => self.put("recordVersion", json!(3)),
            2 => self.put("labels", json!([{ "code": "x", "value": null }])),
            _ => {}
        }
    }

    fn done(self) -> Value {
        Value::Object(self.members)
    }
}

fn period(period: Period) -> Value {
    json!({ "year": period.year, "period": period.period })
}

/// A GUID for something that only exists beside its owner.
fn derived_guid(owner: &str, number: u8) -> String {
    let kept = owner.get(..owner.len().saturating_sub(2)).unwrap_or(owner);
    format!("{kept}{number:02x}")
}
