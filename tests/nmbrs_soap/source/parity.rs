//! The same people over both interfaces: the same records, and the same decisions of the pure plan.

use super::stage::{Customer, snapshot};

#[tokio::test]
async fn explore() {
    let customer = Customer::with(130, 3).await;
    let (soap, rest) = (snapshot(&customer.soap()).await.unwrap(), snapshot(&customer.rest()).await.unwrap());
    let guids = customer.guids();
    println!("{} {}", soap.records().len(), rest.records().len());
    for record in soap.records() {
        let id = sync_core::ExternalId::rest(&guids[&record.id]).unwrap();
        let world = customer.sandbox.world();
        let employee = world.employee(&guids[&record.id]).unwrap();
        let Some(other) = rest.records().iter().find(|other| other.id == id) else {
            println!("no rest {:?}", employee.story);
            continue;
        };
        if record.listed != other.listed {
            println!("{:?} listed {:?} {:?}", employee.story, record.listed, other.listed)
        }
        if record.personal != other.personal {
            println!("{:?} personal {:?} {:?}", employee.story, show(record), show(other))
        }
        if record.employments != other.employments {
            println!("{:?} employments {:?} {:?}", employee.story, record.employments, other.employments)
        }
        if record.contracts != other.contracts {
            println!("{:?} contracts {:?} {:?}", employee.story, record.contracts, other.contracts)
        }
        if record.extra_fields != other.extra_fields {
            println!("{:?} fields {:?} {:?}", employee.story, record.extra_fields, other.extra_fields)
        }
        if record.unreadable != other.unreadable {
            println!("{:?} unreadable {:?} {:?}", employee.story, record.unreadable, other.unreadable)
        }
    }
    for record in rest.records() {
        let guid = record.id.as_str().rsplit(':').next().unwrap();
        let id = customer.soap_id(guid);
        if !soap.records().iter().any(|other| other.id == id) {
            println!("no soap {:?}", customer.sandbox.world().employee(guid).unwrap().story)
        }
    }
    println!("{:?}\n{:?}", soap.definitions(), rest.definitions());
    panic!()
}
fn show(record: &sync_core::record::EmployeeRecord) -> String {
    let p = &record.personal;
    let t = |x: &Option<sync_core::Pii<String>>| x.as_ref().map(|x| x.expose().clone());
    format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        t(&p.first_name),
        t(&p.prefix),
        t(&p.last_name),
        t(&p.business_email),
        t(&p.private_email),
        p.birthday.as_ref().map(|x| *x.expose())
    )
}
