//! What each status means, and that nothing about its body or its `Location` changes it. [`super::every_status`] goes
//! through all of them.

use super::Row;
use crate::act::{Act, Answer, Framing};
use crate::class::Class;
use crate::subject::Subject::{self, YourCampusToken};

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for status in [301, 302, 303, 307, 308] {
        let to = |name: &str, headers| named(&format!("{status} to {name}"), status, headers);
        rows.push(to("another server", &[("Location", "{elsewhere}/taken")]));
        rows.push(to("another path", &[("Location", "/v1/companies/5/employees/elsewhere")]));
    }
    rows.extend([300, 304, 400, 401, 403, 404].map(|status| Row::refusal(status, &[])));
    rows.extend(
        [405, 407, 408, 409, 410, 418, 422, 425, 429, 431, 451].map(|status| Row::refusal(status, &[])),
    );
    rows.extend([500, 501, 502, 503, 504, 507, 511, 599].map(|status| Row::refusal(status, &[])));
    for status in [400, 401, 403, 404, 409, 429, 500, 503] {
        let html = Answer::refusal(status, &[]).of_type("text/html");
        let cut = Answer::refusal(status, &[]).framed(Framing::Announced(900));
        let bodies: [(&str, Answer); 4] = [
            ("HTML", Answer { body: |_| b"<html>no</html>".to_vec(), ..html }),
            ("nothing", Answer { body: |_| Vec::new(), ..html }),
            ("a broken JSON", Answer { body: |_| b"{\"code\":".to_vec(), ..Answer::refusal(status, &[]) }),
            ("a body that is cut off", cut),
        ];
        for (name, answer) in bodies {
            let mut row = named(&format!("{status} with {name}"), status, &[]);
            row.act = Act::Answer(answer);
            rows.push(row);
        }
    }
    rows.push(
        Row::answered(
            "204, and nothing",
            Answer { status: 204, ..Answer::ok(|_| Vec::new()) },
            Class::Unreadable,
            "Decode",
        )
        .but(YourCampusToken, "UnexpectedStatus"),
    );
    rows
}

fn named(name: &str, status: u16, headers: crate::act::Headers) -> Row {
    let mut row = Row::refusal(status, headers).only(Subject::API);
    row.name = name.to_owned();
    row
}
