//! What each status means, and that nothing about its body or its `Location` changes it. [`super::every_status`] goes
//! through all of them.

use super::Row;
use crate::act::{Answer, Framing};
use crate::class::Class;
use crate::subject::Subject::YourCampusToken;

/// The statuses that mean something to somebody.
const NAMED: [u16; 25] = [
    300, 304, 400, 401, 403, 404, 405, 407, 408, 409, 410, 418, 422, 425, 429, 431, 451, 500, 501, 502, 503,
    504, 507, 511, 599,
];

pub(crate) fn rows() -> Vec<Row> {
    let plain = |status| Answer::refusal(status, &[]);
    let mut rows: Vec<_> = NAMED.map(|status| Row::refused(status.to_string(), plain(status))).into();
    for status in [301, 302, 303, 307, 308] {
        for (where_to, location) in [
            ("another server", &[("Location", "{elsewhere}/taken")]),
            ("another path", &[("Location", "/v1/companies/5/employees/elsewhere")]),
        ] {
            rows.push(Row::refused(format!("{status} to {where_to}"), Answer::refusal(status, location)));
        }
    }
    for status in [400, 401, 403, 404, 409, 429, 500, 503] {
        let html = plain(status).of_type("text/html");
        for (what, answer) in [
            ("HTML", html.saying(|_| b"<html>no</html>".to_vec())),
            ("nothing", html.saying(|_| Vec::new())),
            ("a broken JSON", plain(status).saying(|_| b"{\"code\":".to_vec())),
            ("a body that is cut off", plain(status).framed(Framing::Announced(900))),
        ] {
            rows.push(Row::refused(format!("{status} with {what}"), answer));
        }
    }
    let nothing = Answer { status: 204, ..Answer::ok(|_| Vec::new()) };
    let row = Row::answered("204, and nothing", nothing, Class::Unreadable, "Decode");
    rows.push(row.but(YourCampusToken, "UnexpectedStatus"));
    rows
}
