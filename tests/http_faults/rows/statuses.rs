//! Nothing about the body or the `Location` of a refusal changes what its status means. [`super::every_status`] goes
//! through all statuses.

use super::Row;
use crate::act::{Answer, Framing};
use crate::class::Class;
use crate::subject::Subject::YourCampusToken;

pub(crate) fn rows() -> Vec<Row> {
    let plain = |status| Answer::refusal(status, &[]);
    let mut rows = Vec::new();
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
