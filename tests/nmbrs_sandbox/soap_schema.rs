//! Every answer whose shape is the same in both versions against the vendor's own schema of version 2.1, and every answer
//! against the samples of our reference.

use std::collections::{BTreeMap, BTreeSet};

use nmbrs_client::sandbox::{Sandbox, Setup, World};
use roxmltree::{Document, Node};

use crate::asking::today;
use crate::soap_asking::{Answered, OPERATIONS, ask, every_question, is_nil};
use crate::xsd::{Complaint, Schema, description, descriptions};

/// The operations of class A that the vendor's public descriptions of version 2.1 hold.
const CLASS_A: [(&str, &str); 13] = [
    ("CompanyService", "List_GetAll"),
    ("CompanyService", "List_GetByDebtor"),
    ("CompanyService", "Company_GetCurrentPeriod"),
    ("EmployeeService", "List_GetByCompany"),
    ("EmployeeService", "List_GetByDebtor"),
    ("EmployeeService", "Employment_GetAll_AllEmployeesByCompany"),
    ("EmployeeService", "Service_GetList"),
    ("EmployeeService", "Salary_GetAll_AllEmployeesByCompany"),
    ("EmployeeService", "ExtraFields_GetList"),
    ("EmployeeService", "Department_GetAll_AllEmployeesByCompany"),
    ("EmployeeService", "Function_GetAll_AllEmployeesByCompany_V2"),
    ("EmployeeService", "Schedule_GetAll_AllEmployeesByCompany"),
    ("EmployeeService", "Manager_GetCurrent"),
];

/// What deviates from the schema all the same: how the place ends, what is wrong with it, and why it is sent, by section
/// of our reference.
struct Legal(&'static str, &'static str, &'static str);

const LEGAL: [Legal; 6] = [
    Legal("", "unknown RecordVersion", "§4.8: the vendor adds fields now and then"),
    Legal("", "unknown Relatie", "§4.8: the vendor adds fields now and then"),
    Legal("/Employment", "without EndDate", "§4.8: nothing can be missing as well as nil"),
    Legal("/Employment", "without InitialStartDate", "§4.8: as EndDate"),
    Legal("_V2", "without CreationDate", "§4.8: as EndDate"),
    Legal("/EmployeeFunction", "without CreationDate", "§4.8: as EndDate"),
];

/// What is wrong with the answers to every question of class A.
async fn complaints(sandbox: &Sandbox, schemas: &BTreeMap<&str, Schema<'_>>) -> Vec<(String, Complaint)> {
    let mut found = Vec::new();
    for (service, operation, parameters) in every_question(sandbox) {
        if CLASS_A.contains(&(service, operation)) {
            let answer = ask(sandbox, service, operation, &parameters).await;
            let complaints = answer.read(|response| schemas[service].complaints(response));
            found.extend(complaints.into_iter().map(|one| (format!("{service}.{operation}"), one)));
        }
    }
    found
}

#[tokio::test]
async fn plain_answers_are_valid_by_the_vendors_schema() {
    let Some(folder) = descriptions() else { return };
    let texts = ["CompanyService", "EmployeeService"].map(|service| (service, description(&folder, service)));
    let documents = texts.each_ref().map(|(service, text)| (*service, Document::parse(text).unwrap()));
    let schemas = documents.iter().map(|(service, document)| (*service, Schema::of(document))).collect();
    let world = Setup::new(60, 3, today()).without_legal_variation().build();
    let sandbox = Sandbox::start(world).await.unwrap();
    assert_eq!(complaints(&sandbox, &schemas).await, []);
}

#[tokio::test]
async fn varied_answers_deviate_only_as_the_vendors_documents_allow() {
    let Some(folder) = descriptions() else { return };
    let texts = ["CompanyService", "EmployeeService"].map(|service| (service, description(&folder, service)));
    let documents = texts.each_ref().map(|(service, text)| (*service, Document::parse(text).unwrap()));
    let schemas = documents.iter().map(|(service, document)| (*service, Schema::of(document))).collect();
    let mut used = BTreeSet::new();
    for seed in 0..3 {
        let sandbox = Sandbox::start(World::dutch(60, seed, today())).await.unwrap();
        for (operation, complaint) in complaints(&sandbox, &schemas).await {
            let excuse = LEGAL
                .iter()
                .position(|Legal(end, what, _)| complaint.place.ends_with(end) && complaint.what == *what);
            used.insert(excuse.unwrap_or_else(|| panic!("seed {seed}, {operation}: {complaint:?}")));
        }
    }
    let unused: Vec<_> = LEGAL.iter().enumerate().filter(|(index, _)| !used.contains(index)).collect();
    let unused: Vec<_> = unused.into_iter().map(|(_, Legal(end, what, why))| (end, what, why)).collect();
    assert!(unused.is_empty(), "nothing deviates like this any more: {unused:?}");
}

#[tokio::test]
async fn a_wrong_answer_would_be_noticed() {
    let Some(folder) = descriptions() else { return };
    let text = description(&folder, "EmployeeService");
    let document = Document::parse(&text).unwrap();
    let schema = Schema::of(&document);
    let world = Setup::new(60, 3, today()).without_legal_variation().build();
    let sandbox = Sandbox::start(world).await.unwrap();
    let company = sandbox.world().soap_number(&sandbox.world().companies[0].company_id).unwrap();
    let operation = "Employment_GetAll_AllEmployeesByCompany";
    let right = ask(&sandbox, "EmployeeService", operation, &[("CompanyID", company)]).await;
    for (from, to, what) in [
        ("EmploymentId", "EmploymentID", "without EmploymentId"),
        ("<CreationDate>", "<CreationDate>x", "no dateTime"),
        ("<EmployeeId>", "<EmployeeId>x", "no int"),
        ("<EndDate xsi:nil=\"true\" />", "", "without EndDate"),
        ("<EmployeeId>", "<EmployeeId a=\"1\">", "unknown attribute a"),
        ("<EmployeeEmployments>", "<EmployeeEmployments xsi:nil=\"true\" />", "nil"),
        ("EmployeeService", "CompanyService", "is not declared"),
    ] {
        let mut text = right.text.replace(from, to);
        if what == "nil" {
            text = right.text.replace("<EmployeeEmployments>", "<EmployeeEmployments xsi:nil=\"true\">");
        }
        assert_ne!(text, right.text, "{from}");
        let wrong = Answered { status: 200, content_type: None, text };
        let complaints = wrong.read(|response| schema.complaints(response));
        assert!(complaints.iter().any(|one| one.what == what), "{from} to {to}: {complaints:?}");
    }
}

/// The order in which an element's children come, by the path to them: every pair that was seen, first and second.
type Order = BTreeMap<String, BTreeSet<(String, String)>>;

/// Notes what is in an element.
fn note(element: Node<'_, '_>, path: &str, order: &mut Order, paths: &mut BTreeSet<String>) {
    let path = format!("{path}/{}", element.tag_name().name());
    let children: Vec<_> = element.children().filter(Node::is_element).collect();
    for (index, first) in children.iter().enumerate() {
        for second in children.iter().skip(index + 1).filter(|it| it.tag_name() != first.tag_name()) {
            let pair = (first.tag_name().name().to_owned(), second.tag_name().name().to_owned());
            order.entry(path.clone()).or_default().insert(pair);
        }
        note(*first, &path, order, paths);
    }
    if !is_nil(element) {
        paths.insert(path);
    }
}

/// The responses among the samples of our reference.
fn samples(text: &str) -> Vec<String> {
    let blocks = text.split("```xml\n").skip(1).filter_map(|rest| rest.split_once("\n```"));
    blocks.map(|(block, _)| block.to_owned()).filter(|block| block.contains("Response xmlns=")).collect()
}

#[tokio::test]
async fn every_sample_of_the_reference_has_only_what_the_sandbox_sends_in_the_same_order() {
    let Some(folder) = descriptions() else { return };
    let reference = std::fs::read_to_string(folder.with_file_name("nmbrs-soap.md")).unwrap();
    let (mut order, mut paths) = (Order::new(), BTreeSet::new());
    for seed in 0..3 {
        let sandbox = Sandbox::start(World::dutch(60, seed, today())).await.unwrap();
        sandbox.edit(|world| {
            for employee in world.companies.iter_mut().flat_map(|company| &mut company.employees) {
                employee.set_extra_field("BHV-certificaat", Some("A-17"));
                employee.extra_fields.last_mut().unwrap().start_date = Some(today());
            }
        });
        for (service, operation, parameters) in every_question(&sandbox) {
            let answer = ask(&sandbox, service, operation, &parameters).await;
            answer.read(|response| note(response, service, &mut order, &mut paths));
        }
    }
    let mut compared = BTreeSet::new();
    for sample in samples(&reference) {
        let document = Document::parse(&sample).unwrap();
        let response = document.root_element().first_element_child().unwrap().first_element_child().unwrap();
        let service = response.tag_name().namespace().unwrap().rsplit('/').next().unwrap().to_owned();
        let operation = response.tag_name().name().strip_suffix("Response").unwrap().to_owned();
        if !OPERATIONS.iter().any(|known| (known.0, known.1) == (&*service, &*operation)) {
            continue;
        }
        let (mut wanted_order, mut wanted) = (Order::new(), BTreeSet::new());
        note(response, &service, &mut wanted_order, &mut wanted);
        let missing: Vec<_> = wanted.difference(&paths).collect();
        assert!(missing.is_empty(), "the reference has them, the sandbox does not: {missing:?}");
        for (path, pairs) in wanted_order {
            for (first, second) in pairs {
                let turned = order[&path].contains(&(second.clone(), first.clone()));
                assert!(!turned, "{path}: {second} before {first}");
            }
        }
        compared.insert((service, operation));
    }
    assert_eq!(compared.len(), OPERATIONS.len(), "every operation has a sample: {compared:?}");
}
