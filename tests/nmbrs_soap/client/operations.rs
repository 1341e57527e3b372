//! Every operation, from the bytes the vendor sends to what comes out.

use std::fmt::Debug;
use std::future::Future;

use nmbrs_client::model::RawText;
use nmbrs_client::soap::{EmployeeTypeId, Operation, PeriodKind, Records, SoapClient};
use nmbrs_client::{Result, Row};

use super::server::Answer;
use super::stage::{Stage, company, debtor, employee, response, result};

/// What `ask` gives when this comes back.
async fn asked<T, F: Future<Output = Result<T>>>(body: String, ask: impl FnOnce(SoapClient) -> F) -> T {
    let stage = Stage::new([Answer::xml(body)]).await;
    ask(stage.client()).await.unwrap()
}

/// The readable rows that come of this result.
async fn rows<T: Clone + Debug + Send + 'static>(
    inside: &str,
    ask: impl Fn(&SoapClient) -> Records<T>,
) -> Vec<T> {
    let stage = Stage::new([Answer::of(404, "text/html", "")]).await;
    let operation = ask(&stage.client()).operation();
    let stage = Stage::new([Answer::xml(result(operation, inside))]).await;
    let rows = ask(&stage.client()).all().await.unwrap();
    rows.iter().map(|row| row.readable().cloned().unwrap_or_else(|| panic!("{row:?}"))).collect()
}

#[tokio::test]
async fn debtors_and_companies_with_what_belongs_to_them() {
    let inside = "<Debtor><Id>70001</Id><Number>1001</Number><Name>Voorbeeld Groep B.V.</Name></Debtor>\
                  <Debtor xsi:nil=\"true\" />\
                  <Debtor><Id>70002</Id><Number>B-17</Number><Name>Bakkerij &amp; Zn</Name></Debtor>";
    let debtors = rows(inside, SoapClient::debtors).await;
    assert_eq!(debtors.len(), 2);
    assert_eq!((debtors[1].id.as_str(), debtors[1].number.as_deref()), ("70002", Some("B-17")));
    assert_eq!(debtors[1].name.as_deref(), Some("Bakkerij & Zn"));

    let inside =
        "<Company><ID>90012</ID><Number>2</Number><LoonaangifteTijdvak>Week4</LoonaangifteTijdvak></Company>";
    for companies in [
        rows(inside, SoapClient::companies).await,
        rows(inside, |client| client.companies_of(&debtor())).await,
    ] {
        assert_eq!((companies[0].id.as_str(), companies[0].name.as_deref()), ("90012", None));
        assert_eq!(companies[0].debtor, None);
    }

    let inside = "<Department><Id>31001</Id><Code>10</Code><Description>Bakkerij</Description></Department>";
    let departments = rows(inside, |client| client.debtor_departments(&debtor())).await;
    assert_eq!((departments[0].id, departments[0].code.as_deref()), (Some(31001), Some("10")));
    let inside = "<Function><Id>41001</Id><Code>T-1</Code><Description>Teamleider</Description></Function>";
    let functions = rows(inside, |client| client.debtor_functions(&debtor())).await;
    assert_eq!((functions[0].id, functions[0].code.as_deref()), (Some(41001), Some("T-1")));
    let inside = "<Staff><Number>3</Number><FirstName>Noor</FirstName><Name>Hendriks</Name>\
                  <PhoneNumber>030-5550102</PhoneNumber><Email>noor.hendriks@example.com</Email></Staff>";
    let managers = rows(inside, |client| client.debtor_managers(&debtor())).await;
    assert_eq!(managers[0].email.as_ref().unwrap().expose(), "noor.hendriks@example.com");
}

#[tokio::test]
async fn employee_types_and_the_employees_of_one() {
    let inside = "<EmployeeType><Id>2</Id><Description>Payroll</Description></EmployeeType>\
                  <EmployeeType><Id>4</Id><Description>Former payroll</Description></EmployeeType>";
    let types = rows(inside, SoapClient::employee_types).await;
    assert_eq!(
        (types[1].id, types[1].description.as_deref()),
        (EmployeeTypeId::new(4), Some("Former payroll"))
    );

    let inside = "<Employee><Id>500101</Id><Number>1</Number><DisplayName>Lotte van der Meulen</DisplayName></Employee>\
                  <Employee><Id>500102</Id><Number>2</Number></Employee>";
    let payroll = EmployeeTypeId::new(2);
    for employees in [
        rows(inside, |client| client.employees(&company(), payroll)).await,
        rows(inside, |client| client.employees_of_debtor(&debtor(), payroll)).await,
    ] {
        assert_eq!(employees.len(), 2);
        assert_eq!((employees[0].id.as_str(), employees[0].number), ("500101", Some(1)));
        assert_eq!((employees[0].name.last.as_ref(), employees[0].employee_type.as_ref()), (None, None));
    }
}

#[tokio::test]
async fn histories_of_a_whole_company() {
    let inside = "<EmployeeEmploymentItem><EmployeeId>500102</EmployeeId><EmployeeEmployments>\
                  <Employment><EmploymentId>610002</EmploymentId><StartDate>2018-05-01T00:00:00</StartDate>\
                  <EndDate>2020-12-31T00:00:00</EndDate><InitialStartDate xsi:nil=\"true\" /></Employment>\
                  <Employment><EmploymentId>610377</EmploymentId><StartDate>2025-02-01T00:00:00</StartDate>\
                  <EndDate>0001-01-01T00:00:00</EndDate><InitialStartDate>2018-05-01T00:00:00</InitialStartDate>\
                  </Employment></EmployeeEmployments></EmployeeEmploymentItem>\
                  <EmployeeEmploymentItem><EmployeeId>500104</EmployeeId><EmployeeEmployments /></EmployeeEmploymentItem>\
                  <EmployeeEmploymentItem><EmployeeId>500105</EmployeeId></EmployeeEmploymentItem>";
    let employments = rows(inside, |client| client.employments(&company())).await;
    assert_eq!(employments.iter().map(|of| of.entries.len()).collect::<Vec<_>>(), [2, 0, 0]);
    let [closed, open] = employments[0].entries.as_slice() else { panic!() };
    assert_eq!((closed.end.day(), open.end.day()), ("2020-12-31".parse().ok(), None));
    assert_eq!((closed.seniority.day(), open.seniority.day()), (None, "2018-05-01".parse().ok()));

    let inside = "<PersonalInfoItem><EmployeeId>500101</EmployeeId><EmployeePersonalInfos><PersonalInfo_V2>\
                  <Id>880417</Id><FistName>Charlotte</FistName><Nickname>Lotte</Nickname><LastName>Meulen</LastName>\
                  <EmailWork>lotte@example.com</EmailWork><StartPeriod>6</StartPeriod><StartYear>2023</StartYear>\
                  </PersonalInfo_V2></EmployeePersonalInfos></PersonalInfoItem>";
    let personal = rows(inside, |client| client.personal_info(&company())).await;
    assert_eq!(personal[0].entries[0].name.first.as_ref().unwrap().expose(), "Lotte");

    let inside = "<EmployeeSalaryItem><EmployeeId>500101</EmployeeId><EmployeeSalaries><Salary_V2><ID>1</ID>\
                  <Value>2600.00</Value><Type>2</Type><StartDate>2019-03-01T00:00:00</StartDate>\
                  <CreationDate>2019-02-20T09:21:00</CreationDate></Salary_V2></EmployeeSalaries></EmployeeSalaryItem>";
    let salaries = rows(inside, |client| client.salaries(&company())).await;
    assert_eq!(salaries[0].entries[0].amount.as_ref().unwrap().expose().to_decimal(), "2600");

    let inside = "<EmployeeDepartmentItem><EmployeeId>500101</EmployeeId><EmployeeDepartments><Department_V2><Id>31002</Id>\
                  <Code>20</Code><StartPeriod>3</StartPeriod><StartYear>2019</StartYear></Department_V2>\
                  </EmployeeDepartments></EmployeeDepartmentItem>";
    let departments = rows(inside, |client| client.departments(&company())).await;
    assert_eq!(departments[0].entries[0].period.unwrap().year, 2019);

    let inside = "<EmployeeFunctionItem_V2><EmployeeId>500101</EmployeeId><EmployeeFunctions><EmployeeFunction>\
                  <RecordId>1</RecordId><Function><Id>41001</Id></Function></EmployeeFunction></EmployeeFunctions>\
                  </EmployeeFunctionItem_V2>";
    let functions = rows(inside, |client| client.functions(&company())).await;
    assert_eq!(functions[0].entries[0].id, Some(41001));

    let inside = "<EmployeeScheduleItem><EmployeeId>500101</EmployeeId><EmployeeSchedules><Schedule_V2><Id>940001</Id>\
                  <HoursMonday>8</HoursMonday><ParttimePercentage>80.00</ParttimePercentage></Schedule_V2>\
                  </EmployeeSchedules></EmployeeScheduleItem>";
    let schedules = rows(inside, |client| client.schedules(&company())).await;
    assert_eq!(schedules[0].entries[0].first_week[0], Some(8.0));
}

const CONTRACT: &str = "<EmployeeContract><ContractID>720410</ContractID><CreationDate>2026-01-10T08:00:00</CreationDate>\
    <StartDate>2025-02-01T00:00:00</StartDate><EndDate>2027-01-31T00:00:00</EndDate><Indefinite>false</Indefinite>\
    <HoursPerWeek>24.5</HoursPerWeek></EmployeeContract>";

#[tokio::test]
async fn contracts_under_both_names_of_their_item_and_with_or_without_a_result_around_them() {
    for item in ["EmployeeContractItemGlobal", "EmployeeContractItem"] {
        let inside = format!(
            "<{item}><EmployeeId>500102</EmployeeId><EmployeeContracts>{CONTRACT}</EmployeeContracts></{item}>"
        );
        let bulk = rows(&inside, |client| client.contracts(&company())).await;
        assert_eq!(bulk[0].entries[0].hours_per_week, Some(24.5));
        for body in
            [response(Operation::CurrentContract, &inside), result(Operation::CurrentContract, &inside)]
        {
            let read = asked(body, |client| client.current_contract(&employee()).all()).await;
            assert_eq!(read[0].readable().unwrap().entries[0].end.day(), "2027-01-31".parse().ok());
        }
    }
    let of_one = rows(CONTRACT, |client| client.contracts_of(&employee())).await;
    assert_eq!(of_one[0].indefinite, Some(false));
}

#[tokio::test]
async fn what_is_asked_for_one_employee() {
    let inside = "<ServiceInterval><Start>2025-02-01T00:00:00</Start><End>0001-01-01T00:00:00</End>\
                  <SeniorityDate>2018-05-01T00:00:00</SeniorityDate><EndServiceReason>x</EndServiceReason></ServiceInterval>";
    let services = rows(inside, |client| client.services(&employee())).await;
    assert!(services[0].end.is_sentinel());

    let inside = "<FreeField><Id>55</Id><Name>Kledingmaat</Name><Type>Text</Type><Value>M</Value></FreeField>\
                  <FreeField><Id>57</Id><Name>BHV</Name><Type>Text</Type></FreeField>";
    let fields = rows(inside, |client| client.extra_fields(&employee())).await;
    assert_eq!((fields[0].value.text(), &fields[1].value), (Some("M"), &RawText::Missing));
    let inside = "<FreeFieldWithStartDate><Id>60</Id><Type>TextDate</Type><Value>P-112</Value>\
                  <StartDate>2024-09-01T00:00:00</StartDate></FreeFieldWithStartDate>";
    let fields = rows(inside, |client| client.extra_fields_with_start_date(&employee())).await;
    assert_eq!(fields[0].start.day(), "2024-09-01".parse().ok());

    let inside = "<Number>3</Number><FirstName>Noor</FirstName><Name>Hendriks</Name>";
    let manager =
        asked(result(Operation::Manager, inside), |client| async move { client.manager(&employee()).await });
    assert_eq!(manager.await.unwrap().number, 3);
    for nobody in ["<Number>0</Number><FirstName /><Name />", "<Number>0</Number>"] {
        let body = result(Operation::Manager, nobody);
        assert_eq!(asked(body, |client| async move { client.manager(&employee()).await }).await, None);
    }
    let body = response(Operation::Manager, "");
    assert_eq!(asked(body, |client| async move { client.manager(&employee()).await }).await, None);

    let body = result(Operation::CompanyOfEmployee, "<ID>90011</ID><Number>1</Number>");
    let of = asked(body, |client| async move { client.company_of_employee(&employee()).await }).await;
    assert_eq!(of.unwrap().id, company());
}

#[tokio::test]
async fn single_texts() {
    for (text, is_owner) in [("true", true), ("1", true), (" false ", false), ("0", false)] {
        let body = result(Operation::IsOwner, text);
        assert_eq!(asked(body, |client| async move { client.is_owner().await }).await, is_owner, "{text}");
    }
    for (text, kind) in [
        ("2026-5-M", PeriodKind::Month),
        ("2024-03-W4", PeriodKind::FourWeeks),
        ("2010-4-4W", PeriodKind::FourWeeks),
        ("2010-40-W1", PeriodKind::Week),
    ] {
        let body = result(Operation::CurrentPeriod, text);
        let period = asked(body, |client| async move { client.current_period(&company()).await }).await;
        assert_eq!(period.unwrap().kind, kind, "{text}");
    }
}

#[tokio::test]
async fn prefixes_blanks_comments_and_cdata_do_not_matter() {
    let body = "\u{feff}<?xml version='1.0'?><!-- c --><E:Envelope \
                xmlns:E='http://schemas.xmlsoap.org/soap/envelope/'><E:Header><Other/></E:Header>\n<E:Body>\n\
                <d:List_GetAllResponse xmlns:d='https://api.nmbrs.nl/soap/v3/DebtorService'>\n<d:List_GetAllResult>\
                <!-- <Debtor> --><d:Debtor a='>'><d:Id> 7 </d:Id><d:Name><![CDATA[A & B]]></d:Name></d:Debtor>\n\
                </d:List_GetAllResult></d:List_GetAllResponse></E:Body></E:Envelope>\n";
    let read = asked(body.to_owned(), |client| client.debtors().all()).await;
    let [Row::Readable(debtor)] = read.as_slice() else { panic!("{read:?}") };
    assert_eq!((debtor.id.as_str(), debtor.name.as_deref()), ("7", Some("A & B")));
}
