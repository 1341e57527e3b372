//! What an answer must look like, and what may be different in it.

use nmbrs_client::soap::{Malformed, Operation, Splitter};

use super::{frames, frames_of};

const EMPLOYEES: &str = "https://api.nmbrs.nl/soap/v3/EmployeeService";

/// An envelope around a body.
fn envelope(body: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>{body}</s:Body></s:Envelope>"
    )
}

/// A list of employees by company, with this inside its response.
fn response(content: &str) -> String {
    envelope(&format!(
        "<List_GetByCompanyResponse xmlns=\"{EMPLOYEES}\">{content}</List_GetByCompanyResponse>"
    ))
}

fn list(records: &str) -> String {
    response(&format!("<List_GetByCompanyResult>{records}</List_GetByCompanyResult>"))
}

fn employees(answer: &str) -> Result<Vec<String>, Malformed> {
    let (frames, finished) = frames_of(Operation::Employees, answer);
    finished.map(|()| frames)
}

#[test]
fn no_result_an_empty_one_and_a_nil_one_are_no_records() {
    for content in [
        "",
        "<List_GetByCompanyResult/>",
        "<List_GetByCompanyResult> <!-- none --> </List_GetByCompanyResult>",
        "<List_GetByCompanyResult xsi:nil=\"true\" />",
    ] {
        assert_eq!(employees(&response(content)), Ok(vec![]), "{content}");
    }
    assert_eq!(
        employees(&envelope(&format!("<x:List_GetByCompanyResponse xmlns:x='{EMPLOYEES}'/>"))),
        Ok(vec![])
    );
}

#[test]
fn records_that_say_they_are_nothing_are_none() {
    let answer =
        list("<Employee xsi:nil=\"true\"/><Employee x:nil='1'> </Employee><Employee nil=\"false\"/>");
    assert_eq!(employees(&answer).unwrap(), ["<Employee nil=\"false\"/>"]);
    // One that contradicts itself is handed on, to be held against whoever it is about.
    let contradiction = "<Employee xsi:nil=\"true\"><Id>7</Id></Employee>";
    assert_eq!(employees(&list(contradiction)).unwrap(), [contradiction]);
}

#[test]
fn a_record_that_holds_another_of_its_name_is_one_record() {
    let record = "<Employee><Employee><Employee/></Employee></Employee>";
    assert_eq!(employees(&list(record)).unwrap(), [record]);
}

#[test]
fn what_only_looks_like_an_end_inside_a_record_is_none() {
    for record in [
        "<Employee><!-- </Employee> --><Id>1</Id></Employee>",
        "<Employee><Name><![CDATA[</Employee>]]></Name></Employee>",
        "<Employee><?say </Employee> ?></Employee>",
        "<Employee a='</Employee>' b=\"/>\"><Id>1</Id></Employee >",
    ] {
        assert_eq!(employees(&list(record)).unwrap(), [record]);
    }
}

#[test]
fn what_is_cut_out_ends_by_the_name_it_began_with() {
    for record in ["<Employee></Employed>", "<Employee><!-- --></Employed>", "<Employee><Id></Employee></Id>"]
    {
        let (frames, finished) = frames_of(Operation::Employees, &list(&format!("{record}<Employee/>")));
        let cut = "<Employee><Id></Employee>".to_owned();
        assert!(frames.is_empty() || frames[0] == cut, "{frames:?}");
        assert!(finished.is_err(), "{record}");
    }
}

#[test]
fn headers_and_unknown_elements_beside_the_result_are_passed_over() {
    let answer = format!(
        "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Header><a xmlns='u'><Body/>\
         <e:Fault/></a></e:Header><Body xmlns='u'/><e:Body><List_GetByCompanyResponse xmlns=\"{EMPLOYEES}\"><Took>3</Took>\
         <List_GetByCompanyResult><Employee/></List_GetByCompanyResult><More><Employee/></More></List_GetByCompanyResponse>\
         </e:Body><e:After/></e:Envelope>\n<!-- end -->\n"
    );
    assert_eq!(employees(&answer).unwrap(), ["<Employee/>"]);
}

#[test]
fn r1_a_response_that_holds_something_but_no_result_is_no_empty_list() {
    assert_eq!(employees(&response("<List_GetByCompanyresult/>")), Err(Malformed::OtherResponse));
    assert_eq!(employees(&response("text")), Err(Malformed::OtherResponse));
    assert_eq!(employees(&list("text")), Err(Malformed::OtherResponse));
    assert_eq!(employees(&list("<![CDATA[<Employee/>]]>")), Err(Malformed::OtherResponse));
}

#[test]
fn r1_two_results_two_responses_or_none_are_refused() {
    let result = "<List_GetByCompanyResult/>";
    assert_eq!(employees(&response(&format!("{result}{result}"))), Err(Malformed::OtherResponse));
    let one = format!("<List_GetByCompanyResponse xmlns=\"{EMPLOYEES}\"/>");
    assert_eq!(employees(&envelope(&format!("{one}{one}"))), Err(Malformed::OtherResponse));
    assert_eq!(employees(&envelope("")), Err(Malformed::OtherResponse));
    assert_eq!(employees(&envelope("<Other/>")), Err(Malformed::OtherResponse));
}

#[test]
fn r1_the_response_of_another_service_or_version_is_refused() {
    for namespace in
        ["https://api.nmbrs.nl/soap/v2.1/EmployeeService", "https://api.nmbrs.nl/soap/v3/CompanyService", ""]
    {
        let body = format!("<List_GetByCompanyResponse xmlns=\"{namespace}\"/>");
        assert_eq!(employees(&envelope(&body)), Err(Malformed::OtherResponse), "{namespace}");
    }
}

#[test]
fn r1_a_fault_is_no_empty_list_wherever_it_stands_in_the_body() {
    let fault = "<s:Fault><faultcode>s:Server</faultcode></s:Fault>";
    let (frames, _) = frames_of(Operation::Employees, &envelope(fault));
    assert_eq!(frames, [format!("fault: {fault}")]);
    let answer = list("<Employee/>").replace("</s:Body>", &format!("{fault}</s:Body>"));
    let (frames, _) = frames_of(Operation::Employees, &answer);
    assert_eq!(frames, ["<Employee/>".to_owned(), format!("fault: {fault}")]);
    // A response after a fault does not undo it.
    let answer = list("<Employee/>").replace("<s:Body>", &format!("<s:Body>{fault}"));
    assert_eq!(employees(&answer), Err(Malformed::OtherResponse));
}

#[test]
fn a_current_contract_may_stand_in_a_result_or_without_one() {
    let contracts = |content: &str| {
        let body = format!(
            "<Contract_GetCurrentPeriodResponse xmlns=\"{EMPLOYEES}\">{content}</Contract_GetCurrentPeriodResponse>"
        );
        let (frames, finished) = frames_of(Operation::CurrentContract, &envelope(&body));
        finished.map(|()| frames)
    };
    let record = "<EmployeeContractItem><EmployeeId>1</EmployeeId></EmployeeContractItem>";
    let wrapped = format!("<Contract_GetCurrentPeriodResult>{record}</Contract_GetCurrentPeriodResult>");
    assert_eq!(contracts(record).unwrap(), [record]);
    assert_eq!(contracts(&wrapped).unwrap(), [record]);
    assert_eq!(contracts("").unwrap(), [""; 0]);
    assert_eq!(contracts(&format!("{record}{wrapped}")), Err(Malformed::OtherResponse));
}

#[test]
fn a_result_that_is_the_record_is_none_when_it_is_blank() {
    let period = |content: &str| {
        let body = format!(
            "<Company_GetCurrentPeriodResponse xmlns=\"https://api.nmbrs.nl/soap/v3/CompanyService\">{content}\
             </Company_GetCurrentPeriodResponse>"
        );
        frames_of(Operation::CurrentPeriod, &envelope(&body))
    };
    for nothing in [
        "",
        "<Company_GetCurrentPeriodResult/>",
        "<Company_GetCurrentPeriodResult>\n</Company_GetCurrentPeriodResult>",
    ] {
        assert_eq!(period(nothing), (vec![], Ok(())), "{nothing}");
    }
    let said = "<Company_GetCurrentPeriodResult>2026-5-M</Company_GetCurrentPeriodResult>";
    assert_eq!(period(said), (vec![said.to_owned()], Ok(())));
}

#[test]
fn a_document_type_is_refused_wherever_it_stands() {
    let answer = list("<Employee/>");
    assert_eq!(employees(&format!("<!DOCTYPE x [<!ENTITY a 'b'>]>{answer}")), Err(Malformed::Doctype));
    assert_eq!(employees("<!doctype html><html></html>"), Err(Malformed::Doctype));
    for place in ["<s:Body>", "<List_GetByCompanyResult>"] {
        let answer = answer.replace(place, &format!("{place}<!DOCTYPE x>"));
        assert_eq!(employees(&answer), Err(Malformed::Doctype));
    }
    assert_eq!(employees(&list("<Employee><!DOCTYPE x></Employee>")), Err(Malformed::Doctype));
}

#[test]
fn what_is_no_envelope_is_told_from_what_is_no_xml() {
    for (answer, malformed) in [
        ("", Malformed::CutOff),
        (" \n", Malformed::CutOff),
        ("Service Unavailable", Malformed::NotXml),
        ("{\"data\":[]}", Malformed::NotXml),
        ("<html><body/></html>", Malformed::NotAnEnvelope),
        ("<Envelope/>", Malformed::NotAnEnvelope),
        ("<s:Envelope/>", Malformed::NotXml),
        ("<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope\"/>", Malformed::NotAnEnvelope),
        ("<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"/>", Malformed::NotAnEnvelope),
        ("<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"></Envelop>", Malformed::NotXml),
        (
            "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body/></Envelope>",
            Malformed::OtherResponse,
        ),
        ("\u{feff}\u{feff}<a/>", Malformed::NotXml),
        ("<!-- --><?xml version=\"1.0\"?><a/>", Malformed::NotXml),
    ] {
        assert_eq!(employees(answer), Err(malformed), "{answer}");
    }
}

#[test]
fn other_text_after_the_envelope_is_refused() {
    let answer = list("");
    assert_eq!(employees(&format!("{answer}\r\n<!-- a --><?b c?> ")), Ok(vec![]));
    for after in ["x", "<a/>", "\0", "</s:Envelope>", "<![CDATA[ ]]>"] {
        assert_eq!(employees(&format!("{answer}{after}")), Err(Malformed::NotXml), "{after:?}");
    }
    assert_eq!(employees(&format!("{answer}<!-- ")), Err(Malformed::CutOff));
}

#[test]
fn what_is_not_utf8_or_says_so_is_refused_after_the_frames_before_it() {
    let answer = list("<Employee/><Employee>\u{1}</Employee>");
    let bytes: Vec<u8> = answer.bytes().map(|byte| if byte == 1 { 0xe9 } else { byte }).collect();
    for size in 1..bytes.len() {
        let (frames, finished) = frames(Splitter::answer_to(Operation::Employees), bytes.chunks(size));
        assert_eq!((frames, finished), (vec!["<Employee/>".to_owned()], Err(Malformed::NotUtf8)));
    }
    for (encoding, finished) in [
        ("UTF-8", Ok(())),
        ("us-ascii", Ok(())),
        ("utf-16", Err(Malformed::NotUtf8)),
        ("iso-8859-1", Err(Malformed::NotUtf8)),
    ] {
        let answer = format!("<?xml version='1.0' encoding='{encoding}'?>{}", list(""));
        assert_eq!(employees(&answer).map(|_| ()), finished, "{encoding}");
    }
}

#[test]
fn a_record_over_the_limit_is_refused_in_pieces_of_any_size() {
    let record = |length: usize| format!("<Employee>{}</Employee>", "x".repeat(length - 21));
    for (length, finished) in [(100, Ok(())), (101, Err(Malformed::RecordTooLong))] {
        let answer = list(&format!("{}{}", record(60), record(length)));
        for size in [1, 7, 64, 1000] {
            let splitter = Splitter::answer_to(Operation::Employees).with_longest_record(100);
            let (frames, ended) = frames(splitter, answer.as_bytes().chunks(size));
            assert_eq!(ended, finished, "{length} in pieces of {size}");
            assert_eq!(frames.len(), 1 + usize::from(finished.is_ok()));
        }
    }
}

#[test]
fn what_is_passed_over_may_be_longer_than_a_record() {
    let answer = list("<Employee/>")
        .replace("<s:Body>", &format!("<s:Header>{}</s:Header><s:Body>", "<a>b</a>".repeat(100)));
    let splitter = Splitter::answer_to(Operation::Employees).with_longest_record(100);
    assert_eq!(frames(splitter, answer.as_bytes().chunks(50)), (vec!["<Employee/>".to_owned()], Ok(())));
}

#[test]
fn debug_shows_no_content() {
    let mut splitter = Splitter::answer_to(Operation::Employees);
    splitter.push(list("<Employee>Seeded</Employee>").as_bytes());
    assert!(!format!("{splitter:?}").contains("Seeded"));
    assert!(!format!("{:?}", splitter.next_frame()).contains("Seeded"));
}
