//! Every fault: what the server does, and what must follow if it stays.

mod bodies;
mod connections;
mod proxies;
mod statuses;
mod tls;
mod token_answers;
mod vendor_codes;
mod waits;

use crate::act::{Act, Answer};
use crate::class::Class;
use crate::server::Route;
use crate::subject::Subject;

/// One fault.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) act: Act,
    pub(crate) class: Class,
    pub(crate) route: Route,
    /// The calls it is tried on.
    pub(crate) subjects: &'static [Subject],
    kind: &'static str,
    other_kinds: Vec<(Subject, &'static str)>,
    /// Milliseconds from the first sending to the second, if the server decides on them.
    pub(crate) gap: Option<i64>,
    /// The error tells when to come back.
    pub(crate) tells_when: bool,
}

/// Faults of one sort.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<Row>,
}

pub(crate) fn groups() -> Vec<Group> {
    vec![
        Group { title: "Connections", rows: connections::rows() },
        Group { title: "TLS", rows: tls::rows() },
        Group { title: "Proxies", rows: proxies::rows() },
        Group { title: "Bodies of a 200", rows: bodies::rows() },
        Group { title: "Refusals, whatever comes with them", rows: statuses::rows() },
        Group { title: "Codes of Nmbrs", rows: vendor_codes::rows() },
        Group { title: "Waits that the server asks for", rows: waits::rows() },
        Group { title: "Answers of the token endpoints", rows: token_answers::rows() },
    ]
}

pub(crate) fn all() -> impl Iterator<Item = Row> {
    groups().into_iter().flat_map(|group| group.rows)
}

/// Every status there is, each with an empty object for a body.
pub(crate) fn every_status() -> impl Iterator<Item = Row> {
    (300..=599).flat_map(|status| {
        let act = Act::Answer(Answer::refusal(status, &[]));
        let (class, kind) = Class::of_status(status);
        let mut rows = vec![Row::new(status.to_string(), act, class, kind).only(Subject::API)];
        for only in [&[Subject::NmbrsToken], &[Subject::YourCampusToken]] {
            let (class, kind) = Class::of_token_status(status, only[0]);
            rows.push(Row::new(status.to_string(), act, class, kind).only(only));
        }
        rows
    })
}

impl Row {
    /// A fault of all five calls.
    fn new(name: impl Into<String>, act: Act, class: Class, kind: &'static str) -> Self {
        Self {
            name: name.into(),
            act,
            class,
            route: Route::Plain,
            subjects: &Subject::ALL,
            kind,
            other_kinds: Vec::new(),
            gap: None,
            tells_when: false,
        }
    }

    /// A refusal by the API that means what its status means.
    fn refused(name: impl Into<String>, answer: Answer) -> Self {
        let (class, kind) = Class::of_status(answer.status);
        Self::answered(name, answer, class, kind).only(Subject::API)
    }

    fn answered(name: impl Into<String>, answer: Answer, class: Class, kind: &'static str) -> Self {
        Self::new(name, Act::Answer(answer), class, kind)
    }

    fn only(mut self, subjects: &'static [Subject]) -> Self {
        self.subjects = subjects;
        self
    }

    fn over(mut self, route: Route) -> Self {
        self.route = route;
        self
    }

    /// At `subject` the error is of another kind.
    fn but(mut self, subject: Subject, kind: &'static str) -> Self {
        self.other_kinds.push((subject, kind));
        self
    }

    /// The server asks for this wait, in milliseconds.
    fn asks(mut self, wait: i64) -> Self {
        self.gap = Some(wait);
        self.tells_when = true;
        self
    }

    /// The rate headers hold the next request this long, in milliseconds.
    fn holds(mut self, wait: i64) -> Self {
        self.gap = Some(wait);
        self
    }

    pub(crate) fn kind(&self, subject: Subject) -> &'static str {
        let other = self.other_kinds.iter().find(|(other, _)| *other == subject);
        other.map_or(self.kind, |(_, kind)| kind)
    }

    /// The status that the error must name.
    pub(crate) fn status(&self) -> Option<u16> {
        match self.act {
            // An answer that was not read to its end, or is too large, counts as none.
            Act::Answer(answer) if !matches!(self.kind, "Interrupted" | "TooLarge" | "Connect") => {
                Some(answer.status)
            }
            _ => None,
        }
    }
}
