//! What an operation knows when it answers, and how it writes one row.
//!
//! In: the world, whom the question is about, and a source of choices. Out: elements in the vendor's order. What is
//! absent is nil, missing, empty or the platform's "no date", whichever its schema allows there.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use super::xml::{Content, Element};
use crate::sandbox::variation::Variation;
use crate::sandbox::world::{Company, Debtor, Employee, Period, World};

/// What stands in the result; `None`: there is no result.
pub(super) type Answer = Option<Content>;

/// The platform's "no date".
pub(super) const NO_DATE: &str = "0001-01-01T00:00:00";

/// One question, its asker known and its subject found.
pub(super) struct Answering<'w> {
    pub(super) world: &'w World,
    pub(super) vary: Variation,
    pub(super) about: Subject<'w>,
    pub(super) employee_type: i32,
    /// The sub-domain of the environment.
    pub(super) domain: &'w str,
    pub(super) operation: &'static str,
}

/// Whom a question is about.
#[derive(Clone, Copy)]
pub(super) enum Subject<'w> {
    Login,
    Debtor(&'w Debtor),
    Company(&'w Company),
    Employee(&'w Company, &'w Employee),
}

impl<'w> Answering<'w> {
    /// The companies in question.
    pub(super) fn companies(&self) -> Vec<&'w Company> {
        match self.about {
            Subject::Login => self.world.companies.iter().collect(),
            Subject::Debtor(debtor) => {
                let of_debtor = |company: &&Company| company.debtor_id == debtor.debtor_id;
                self.world.companies.iter().filter(of_debtor).collect()
            }
            Subject::Company(company) | Subject::Employee(company, _) => vec![company],
        }
    }

    /// The employees in question.
    pub(super) fn employees(&self) -> Vec<&'w Employee> {
        match self.about {
            Subject::Employee(_, employee) => vec![employee],
            _ => self.companies().into_iter().flat_map(|company| &company.employees).collect(),
        }
    }

    /// A record about this owner, on whose id the choices hang.
    pub(super) fn row<'a>(&self, name: &'static str, owner: &'a str) -> Row<'a> {
        Row { name, owner, vary: self.vary, children: Vec::new() }
    }

    /// A list: its rows, and sometimes an item that is nil. Without rows the result is there and empty, or not there.
    pub(super) fn list(&self, mut rows: Vec<Element>) -> Answer {
        if rows.is_empty() && self.vary.one_in(3, self.operation, "no rows") {
            return None;
        }
        if let (Some(first), true) = (rows.first(), self.vary.one_in(4, self.operation, "nil item")) {
            rows.push(Element::nil(first.name.clone()));
        }
        Some(Content::Children(rows))
    }

    /// One item for each employee with a list of what is known of them. Who has nothing has an item without a list, an
    /// empty list, or no item.
    pub(super) fn by_employee(
        &self,
        item: &'static str,
        list: &'static str,
        rows: impl Fn(&'w Employee) -> Vec<Element>,
    ) -> Answer {
        let mut items = Vec::new();
        for employee in self.employees() {
            let id = employee.employee_id.as_str();
            let mut rows = rows(employee);
            let choice = self.vary.roll(id, item, 4);
            if rows.is_empty() && choice == 1 {
                continue;
            }
            if self.vary.one_in(2, id, "newest first") {
                rows.reverse();
            }
            let mut row = self.row(item, id);
            row.number("EmployeeId", self.world.soap_numbers.employee(id).unwrap_or_default());
            if !(rows.is_empty() && choice == 2) {
                row.children.push(Element::with(list, rows));
            }
            items.push(row.done());
        }
        self.list(items)
    }

    /// The payroll period it is.
    pub(super) fn now(&self) -> Period {
        Period::of(self.world.today)
    }
}

/// One record in the making.
pub(super) struct Row<'a> {
    name: &'static str,
    owner: &'a str,
    vary: Variation,
    pub(super) children: Vec<Element>,
}

impl Row<'_> {
    #[expect(clippy::needless_pass_by_value, reason = "most are numbers")]
    pub(super) fn number(&mut self, name: &'static str, value: impl ToString) {
        self.children.push(Element::text(name, value.to_string()));
    }

    /// An optional text: left out or empty when absent; what people typed can end in a blank.
    pub(super) fn text(&mut self, name: &'static str, value: Option<&str>) {
        let blank = self.vary.one_in(12, self.owner, name);
        match value {
            Some(text) if blank && !text.is_empty() => self.number(name, format!("{text} ")),
            Some(text) => self.number(name, text),
            None if self.vary.one_in(3, self.owner, name) => self.number(name, ""),
            None => {}
        }
    }

    pub(super) fn flag(&mut self, name: &'static str, value: bool) {
        let as_digit = self.vary.one_in(5, self.owner, name);
        self.number(name, if as_digit { i32::from(value).to_string() } else { value.to_string() });
    }

    /// A decimal, with more or fewer noughts at its end.
    pub(super) fn decimal(&mut self, name: &'static str, value: f64) {
        let text = match self.vary.roll(self.owner, name, 4) {
            1 => format!("{value:.2}"),
            2 => format!("{value:.4}"),
            _ => value.to_string(),
        };
        // Fewer decimals than the value has would be another value.
        let same = text.parse::<f64>().is_ok_and(|written| (written - value).abs() < 1e-9);
        self.number(name, if same { text } else { value.to_string() });
    }

    /// A nillable value: nil when absent, or left out.
    pub(super) fn nillable(&mut self, name: &'static str, value: Option<String>) {
        match value {
            Some(text) => self.number(name, text),
            None if self.vary.one_in(4, self.owner, name) => {}
            None => self.children.push(Element::nil(name)),
        }
    }

    /// A nillable day.
    pub(super) fn day(&mut self, name: &'static str, value: Option<NaiveDate>) {
        self.nillable(name, value.map(|day| self.midnight(name, day)));
    }

    /// A nillable day that is also absent as the platform's "no date".
    pub(super) fn day_or_none(&mut self, name: &'static str, value: Option<NaiveDate>) {
        if value.is_none() && self.vary.roll(self.owner, name, 4) == 2 {
            self.number(name, NO_DATE);
        } else {
            self.day(name, value);
        }
    }

    /// A day that cannot be nil: absent, it is the platform's "no date".
    pub(super) fn required_day(&mut self, name: &'static str, value: Option<NaiveDate>) {
        let text = value.map_or_else(|| NO_DATE.to_owned(), |day| self.midnight(name, day));
        self.number(name, text);
    }

    /// A moment, on the office's clock, with any number of decimals.
    pub(super) fn moment(&mut self, name: &'static str, value: Option<NaiveDateTime>) {
        let fraction = match self.vary.roll(self.owner, name, 5) {
            1 => ".447",
            2 => ".08",
            3 => ".1234567",
            _ => "",
        };
        self.nillable(name, value.map(|at| format!("{}{fraction}", at.format("%Y-%m-%dT%H:%M:%S"))));
    }

    /// The day is the one that is written, also where a zone follows.
    fn midnight(&self, name: &str, day: NaiveDate) -> String {
        let zone = match self.vary.roll(self.owner, name, 10) {
            8 => "+01:00",
            9 => ".000",
            _ => "",
        };
        format!("{}{zone}", day.and_time(NaiveTime::MIN).format("%Y-%m-%dT%H:%M:%S"))
    }

    /// An element no document knows, in some records; within it, names that mean something elsewhere.
    pub(super) fn unexpected(&mut self) {
        match self.vary.roll(self.owner, "unexpected", 6) {
            1 => self.number("RecordVersion", 3),
            2 => self.children.push(Element::with(
                "Relatie",
                vec![
                    Element::text("EmployeeId", "1"),
                    Element::text("LastName", "Niet-lezen"),
                    Element::text("EmailWork", "niet-lezen@derde.example.nl"),
                    Element::text("Birthday", "1900-01-02T00:00:00"),
                    Element::text("StartDate", "1999-01-01T00:00:00"),
                    Element::text("Value", "niet lezen"),
                ],
            )),
            _ => {}
        }
    }

    pub(super) fn done(self) -> Element {
        Element::with(self.name, self.children)
    }
}

/// A moment somewhat before this one: of an entry that was corrected.
pub(super) fn before(at: NaiveDateTime) -> NaiveDateTime {
    at.checked_sub_signed(TimeDelta::days(40)).unwrap_or(at)
}
