//! What a careless client would stumble over is really there, and says nothing that the world does not.

use std::collections::{BTreeMap, BTreeSet};

use nmbrs_client::sandbox::{Company, Employee, Period, Sandbox, Setup, World};
use roxmltree::{Document, Node};

use crate::asking::today;
use crate::soap_asking::{Answered, ask, every_question, is_nil, text};

/// How many seeds are tried for what only some have.
const SEEDS: u64 = 3;

async fn of_company(sandbox: &Sandbox, company: &Company, operation: &str) -> Answered {
    let number = sandbox.world().soap_number(&company.company_id).unwrap();
    ask(sandbox, "EmployeeService", operation, &[("CompanyID", number)]).await
}

const PERSONAL_INFO: &str = "PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompany";
const EMPLOYMENTS: &str = "Employment_GetAll_AllEmployeesByCompany";
const CONTRACTS: &str = "Contract_GetAll_AllEmployeesByCompany";
const SALARIES: &str = "Salary_GetAll_AllEmployeesByCompany";

/// Does something with the rows of everybody who has some in a list of a whole company.
fn each_employee(answer: &Answered, mut see: impl FnMut(i32, Vec<Node<'_, '_>>)) {
    answer.read(|response| {
        let items = response.first_element_child().into_iter().flat_map(|result| result.children());
        for item in items.filter(|item| item.is_element() && !is_nil(*item)) {
            let number = text(item, "EmployeeId").unwrap().parse().unwrap();
            let list = item.children().filter(Node::is_element).nth(1);
            let rows = list.into_iter().flat_map(|list| list.children()).filter(Node::is_element);
            see(number, rows.filter(|row| !is_nil(*row)).collect());
        }
    });
}

/// The day in a date, none for the platform's "no date".
fn day(row: Node<'_, '_>, name: &str) -> Option<String> {
    text(row, name).map(|text| text[..10].to_owned()).filter(|day| day != "0001-01-01")
}

fn numbered(world: &World, number: i32) -> &Employee {
    world.employee_by_soap_number(number).unwrap().1
}

#[tokio::test]
async fn the_rows_of_today_are_what_the_world_says() {
    for seed in 0..SEEDS {
        let sandbox = Sandbox::start(World::dutch(60, seed, today())).await.unwrap();
        let world = sandbox.world();
        let now = Period::of(today());
        for company in &world.companies {
            let mut seen = BTreeSet::new();
            let answer = of_company(&sandbox, company, PERSONAL_INFO).await;
            each_employee(&answer, |number, rows| {
                assert!(seen.insert(number), "one item for each");
                let begun = rows.into_iter().filter_map(|row| {
                    let period = |name| text(row, name).unwrap().parse::<i32>().unwrap();
                    let since = (period("StartYear"), period("StartPeriod"));
                    let created = text(row, "CreationDate");
                    (since <= (now.year, now.period.cast_signed())).then_some((since, created, row))
                });
                let Some((.., row)) = begun.max_by_key(|(since, created, _)| (*since, created.clone()))
                else {
                    return;
                };
                let info = numbered(&world, number).current_info(today()).unwrap();
                let in_full = text(row, "FistName").or_else(|| text(row, "FirstName"));
                assert_eq!(text(row, "Nickname").or(in_full), info.first_name, "seed {seed}");
                assert_eq!(text(row, "LastName").unwrap_or_default(), info.last_name);
                assert_eq!(text(row, "Prefix"), info.prefix);
                assert_eq!(text(row, "EmailWork"), info.business_email);
                assert_eq!(text(row, "EmailPrivate"), info.private_email);
                let born = info.birth_date.map(|day| day.to_string()).filter(|day| day != "0001-01-01");
                assert_eq!(day(row, "Birthday"), born);
            });
            for employee in company.employees.iter().filter(|it| !it.personal_infos.is_empty()) {
                assert!(seen.contains(&world.soap_number(&employee.employee_id).unwrap()));
            }
            employments_and_contracts(&sandbox, &world, company).await;
        }
    }
}

async fn employments_and_contracts(sandbox: &Sandbox, world: &World, company: &Company) {
    let mut spells = BTreeMap::new();
    each_employee(&of_company(sandbox, company, EMPLOYMENTS).await, |number, rows| {
        let rows = rows.into_iter();
        let of_row = |row| (day(row, "StartDate"), day(row, "EndDate"), day(row, "InitialStartDate"));
        spells.insert(number, rows.map(of_row).collect::<BTreeSet<_>>());
    });
    let mut contracts = BTreeMap::new();
    each_employee(&of_company(sandbox, company, CONTRACTS).await, |number, rows| {
        let mut latest = BTreeMap::<String, (String, _)>::new();
        for row in rows {
            let (id, created) = (text(row, "ContractID").unwrap(), text(row, "CreationDate").unwrap());
            let read = (
                day(row, "StartDate"),
                day(row, "EndDate"),
                text(row, "HoursPerWeek").unwrap().parse::<f64>().unwrap(),
            );
            if latest.get(&id).is_none_or(|(before, _)| *before < created) {
                latest.insert(id, (created, read));
            }
        }
        contracts.insert(number, latest.into_values().map(|(_, read)| read).collect::<Vec<_>>());
    });
    for employee in &company.employees {
        let number = world.soap_number(&employee.employee_id).unwrap();
        let text = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string());
        let expected: BTreeSet<_> = employee
            .employments
            .iter()
            .map(|one| (text(one.start_date), text(one.end_date), text(one.seniority_date)))
            .collect();
        assert_eq!(spells.remove(&number).unwrap_or_default(), expected);
        let mut found = contracts.remove(&number).unwrap_or_default();
        let expected = employee.contracts.iter();
        let mut expected: Vec<_> = expected
            .map(|one| (text(one.start_date), text(one.end_date), f64::from(one.hours_per_week)))
            .collect();
        found.sort_by(|a, b| a.partial_cmp(b).unwrap());
        expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
        assert_eq!(found, expected);
    }
    assert!(spells.is_empty() && contracts.is_empty(), "nobody else has any");
}

#[tokio::test]
async fn everybody_is_in_the_list_of_one_type_and_no_other() {
    let sandbox = Sandbox::start(World::dutch(60, 1, today())).await.unwrap();
    let world = sandbox.world();
    let types =
        ask(&sandbox, "EmployeeService", "EmployeeType_GetList", &[]).await.rows(&["Id", "Description"]);
    let of =
        |text: &str| types.iter().find(|row| row[1].as_deref() == Some(text)).unwrap()[0].clone().unwrap();
    assert_eq!((&*of("Payroll"), &*of("Former payroll"), types.len()), ("2", "4", 7));
    for company in &world.companies {
        let number = world.soap_number(&company.company_id).unwrap();
        let mut listed = BTreeMap::new();
        for employee_type in 1..=9 {
            let parameters = [("CompanyId", number), ("EmployeeType", employee_type)];
            let answer = ask(&sandbox, "EmployeeService", "List_GetByCompany", &parameters).await;
            for row in answer.rows(&["Id", "Number"]) {
                let [Some(id), Some(number)] = row.as_slice() else { panic!("{row:?}") };
                let employee = numbered(&world, id.parse().unwrap());
                assert_eq!(employee.employee_number.to_string(), *number);
                assert!(listed.insert(id.clone(), employee_type).is_none(), "in two lists");
                assert_eq!(employee.employee_type == "payroll", employee_type == 2);
                assert_eq!(employee.employee_type == "formerPayroll", employee_type == 4);
            }
        }
        let known = company.employees.iter().filter(|employee| employee.employee_type != "intern").count();
        assert_eq!(listed.len(), known, "who has a type of no list is in none");
    }
}

/// Counts how often each thing was seen.
#[derive(Default)]
struct Seen(BTreeMap<&'static str, usize>);

impl Seen {
    fn note(&mut self, what: &'static str, is_here: bool) {
        *self.0.entry(what).or_default() += usize::from(is_here);
    }
}

#[tokio::test]
async fn every_trap_is_laid_in_a_varied_world_and_none_of_them_in_a_plain_one() {
    let mut varied = Seen::default();
    for seed in 0..SEEDS {
        let sandbox = Sandbox::start(World::dutch(60, seed, today())).await.unwrap();
        look_for_traps(&sandbox, &mut varied).await;
    }
    let missing: Vec<_> = varied.0.iter().filter(|(_, times)| **times == 0).collect();
    assert!(missing.is_empty(), "{missing:?}");

    let mut plain = Seen::default();
    let world = Setup::new(60, 1, today()).without_legal_variation().build();
    look_for_traps(&Sandbox::start(world).await.unwrap(), &mut plain).await;
    let always = [
        "history",
        "sentinel of a service",
        "beyond ASCII",
        "&amp;",
        "emergency contact",
        "nil",
        "raises to come hidden",
    ];
    let laid: Vec<_> = plain.0.iter().filter(|(_, times)| **times > 0).map(|(what, _)| *what).collect();
    let mut expected = always.to_vec();
    expected.sort_unstable();
    assert_eq!(laid, expected);
}

async fn look_for_traps(sandbox: &Sandbox, seen: &mut Seen) {
    let world = sandbox.world();
    for company in &world.companies {
        let answer = of_company(sandbox, company, PERSONAL_INFO).await;
        seen.note("beyond ASCII", !answer.text.is_ascii());
        seen.note("&amp;", answer.text.contains("&amp;"));
        each_employee(&answer, |_, rows| {
            let years: Vec<_> = rows.iter().map(|row| text(*row, "StartYear").unwrap()).collect();
            let created: Vec<_> = rows.iter().filter_map(|row| text(*row, "CreationDate")).collect();
            seen.note("history", rows.len() > 1);
            seen.note("newest first", created.len() > 1 && created[0] > created[1]);
            seen.note("a row of next year", years.iter().any(|year| year == "2027"));
            for row in rows {
                seen.note("FirstName", text(row, "FirstName").is_some());
                seen.note(
                    "no call name",
                    text(row, "Nickname").is_none()
                        && text(row, "FistName").or(text(row, "FirstName")).is_some(),
                );
                seen.note("emergency contact", text(row, "InCaseOfEmergency").is_some());
                let relation = row.children().find(|it| it.tag_name().name() == "Relatie");
                seen.note("other people's values", relation.is_some_and(|it| text(it, "LastName").is_some()));
            }
        });
        each_employee(&of_company(sandbox, company, EMPLOYMENTS).await, |_, rows| {
            for row in rows {
                let end = row.children().find(|it| it.tag_name().name() == "EndDate");
                seen.note("end missing", end.is_none());
                seen.note(
                    "end on the sentinel",
                    end.is_some_and(|it| it.text().is_some_and(|text| text.starts_with("0001"))),
                );
                seen.note(
                    "a day with a zone",
                    text(row, "StartDate").is_some_and(|text| text.ends_with("+01:00")),
                );
            }
        });
        each_employee(&of_company(sandbox, company, CONTRACTS).await, |_, rows| {
            let ids: BTreeSet<_> = rows.iter().map(|row| text(*row, "ContractID")).collect();
            seen.note("one contract twice", ids.len() < rows.len());
            for row in rows {
                seen.note("hours with decimals", text(row, "HoursPerWeek").unwrap().contains('.'));
                seen.note("a flag as a digit", text(row, "Indefinite").is_some_and(|text| text.len() == 1));
            }
        });
        let to_come = company.employees.iter().flat_map(|one| &one.salaries);
        let to_come = to_come.filter(|one| Period::of(one.start_date) > Period::of(today())).count();
        let mut told = 0;
        each_employee(&of_company(sandbox, company, SALARIES).await, |_, rows| {
            let after = rows.iter().filter(|row| day(**row, "StartDate").unwrap()[..7] > *"2026-03");
            told += after.count();
        });
        seen.note("raises to come hidden", to_come > 0 && told == 0);
    }
    for (service, operation, parameters) in every_question(sandbox) {
        let answer = ask(sandbox, service, operation, &parameters).await;
        look_at_the_form(&answer, seen);
        seen.note(
            "sentinel of a service",
            operation == "Service_GetList" && answer.text.contains("End>0001-01-01T"),
        );
        seen.note("a period with a nought", answer.text.contains("2026-03-M"));
        seen.note("a fraction of a second", answer.text.contains(".1234567<"));
    }
}

fn look_at_the_form(answer: &Answered, seen: &mut Seen) {
    let document = Document::parse(&answer.text).unwrap();
    let envelope = document.root_element();
    let response = envelope.first_element_child().unwrap().first_element_child().unwrap();
    seen.note("another prefix of the envelope", !answer.text.contains("<soap:Envelope"));
    seen.note("a prefix of the body", answer.text.contains(":Body><n:") || answer.text.contains("<n:"));
    seen.note("single quotes", answer.text.contains("='"));
    seen.note("no declaration", !answer.text.starts_with("<?xml"));
    seen.note("lines and indents", answer.text.contains("\r\n  <"));
    seen.note("nil", answer.text.contains(":nil=\"true\""));
    seen.note("nil as 1", answer.text.contains(":nil=\"1\""));
    seen.note("a type before nil", answer.text.contains("xsd:dateTime"));
    seen.note("another prefix of nil", answer.text.contains(" i:nil="));
    let in_two =
        |it: Node<'_, '_>| it.is_element() && answer.text.contains(&format!("<{}></", it.tag_name().name()));
    seen.note("an empty element in two", response.descendants().any(in_two));
    seen.note("no result", response.first_element_child().is_none());
    seen.note("a nil row", response.first_element_child().is_some_and(|it| it.children().any(is_nil)));
    seen.note(
        "xsi before the envelope",
        answer.text.find("XMLSchema-instance").unwrap() < answer.text.find("soap/envelope").unwrap(),
    );
    seen.note("a new element", answer.text.contains("RecordVersion>"));
    seen.note(
        "an empty text",
        response.descendants().any(|it| it.tag_name().name() == "DisplayName" && !it.has_children())
            || answer.text.contains("<Title />"),
    );
    seen.note("a blank behind a text", answer.text.contains(" </"));
}

#[tokio::test]
async fn an_unknown_birthday_is_nil_missing_or_the_platforms_no_date() {
    let sandbox = Sandbox::start(World::dutch(60, 1, today())).await.unwrap();
    sandbox.edit(|world| {
        for employee in world.companies.iter_mut().flat_map(|company| &mut company.employees) {
            employee.personal_infos.iter_mut().for_each(|info| info.birth_date = None);
        }
    });
    let mut forms = BTreeSet::new();
    for company in &sandbox.world().companies {
        each_employee(&of_company(&sandbox, company, PERSONAL_INFO).await, |_, rows| {
            for row in rows {
                let birthday = row.children().find(|it| it.tag_name().name() == "Birthday");
                forms.insert(birthday.map(|it| (is_nil(it), it.text().map(str::to_owned))));
            }
        });
    }
    let sentinel = "0001-01-01T00:00:00".to_owned();
    assert_eq!(forms, BTreeSet::from([None, Some((true, None)), Some((false, Some(sentinel)))]));
}

#[tokio::test]
async fn a_number_stays_with_its_record_and_is_never_given_again() {
    let sandbox = Sandbox::start(World::dutch(20, 1, today())).await.unwrap();
    let before = sandbox.world();
    let (_, first) = before.employees().next().unwrap();
    let number = before.soap_number(&first.employee_id).unwrap();
    let numbers: BTreeSet<_> =
        before.employees().map(|(_, it)| before.soap_number(&it.employee_id).unwrap()).collect();
    assert_eq!(numbers.len(), 20);
    let first = first.clone();
    assert_eq!(sandbox.control("DELETE", &format!("people/{}", first.employee_id), b"").0, 204);
    let gone = ask(&sandbox, "EmployeeService", "Service_GetList", &[("EmployeeId", number)]).await;
    assert_eq!(gone.number(), Some(2003));

    let mut copy = first.clone();
    copy.employee_id = "11111111-2222-4333-8444-555555555555".to_owned();
    sandbox.edit(|world| world.companies[0].employees.push(copy.clone()));
    let new = sandbox.world().soap_number(&copy.employee_id).unwrap();
    assert!(new > *numbers.last().unwrap(), "{new}");
    // Back again, and in another company: still the same record.
    sandbox.edit(|world| world.companies[1].employees.insert(0, first.clone()));
    assert_eq!(sandbox.world().soap_number(&first.employee_id), Some(number));
    assert_eq!(sandbox.world().soap_number("nobody"), None);
}
