//! What a check found, for people and for programs.

use serde_json::{Value, json};

use super::reads::Read;
use crate::show;

/// How one check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// A run would fail, or would do something else than was meant.
    Problem,
    /// Nobody can say.
    Unknown,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Problem => "PROBLEM",
            Self::Unknown => "unknown",
        }
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Line {
    /// What was looked at.
    pub check: String,
    /// How it ended.
    pub verdict: Verdict,
    /// What was found. No secret, and nothing about a person but ids.
    pub found: String,
    /// What somebody should do.
    pub todo: Option<String>,
}

impl Line {
    pub(super) fn ok(check: impl Into<String>, found: impl Into<String>) -> Self {
        Self { check: check.into(), verdict: Verdict::Ok, found: found.into(), todo: None }
    }

    pub(super) fn problem(
        check: impl Into<String>,
        found: impl Into<String>,
        todo: impl Into<String>,
    ) -> Self {
        let todo = Some(todo.into());
        Self { check: check.into(), verdict: Verdict::Problem, found: found.into(), todo }
    }

    pub(super) fn unknown(check: impl Into<String>, found: impl Into<String>) -> Self {
        Self { check: check.into(), verdict: Verdict::Unknown, found: found.into(), todo: None }
    }

    pub(super) fn with_todo(mut self, todo: impl Into<String>) -> Self {
        self.todo = Some(todo.into());
        self
    }
}

/// All checks, and what a run would read.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    /// The checks, in the order in which they were made.
    pub lines: Vec<Line>,
    /// How the number of requests to Nmbrs follows from what is there.
    pub formula: &'static str,
    /// The fewest that a run can take with the companies that take part, if they are known.
    pub least_requests: Option<u64>,
    /// What the customer's commands read of Nmbrs.
    pub reads: Vec<Read>,
}

impl Report {
    /// Would a run start, as far as can be seen? What nobody can say is no reason against it.
    pub fn is_ok(&self) -> bool {
        self.problems() == 0
    }

    fn problems(&self) -> usize {
        self.lines.iter().filter(|line| line.verdict == Verdict::Problem).count()
    }

    /// One JSON object, for programs.
    pub fn json(&self) -> Value {
        let check = |line: &Line| {
            let verdict = line.verdict.word().to_lowercase();
            json!({"check": line.check, "verdict": verdict, "found": line.found, "do": line.todo})
        };
        let reads = self.reads.iter().map(|read| {
            json!({
                "operation": read.operation(),
                "scope": read.scope(),
                "data": read.data,
                "consumer": read.consumer,
            })
        });
        json!({
            "ok": self.is_ok(),
            "checks": self.lines.iter().map(check).collect::<Vec<_>>(),
            "reads": reads.collect::<Vec<_>>(),
            "formula": self.formula,
            "least_requests": self.least_requests,
        })
    }

    /// The same for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in &self.lines {
            let first = format!("{:7}  {}: ", line.verdict.word(), line.check);
            text.push_str(&show::hanging(&first, 9, &line.found));
            if let Some(todo) = &line.todo {
                text.push_str(&show::wrapped("         → ", todo));
            }
        }
        text.push_str("\nA run would read of Nmbrs:\n");
        for read in &self.reads {
            let scope = read.scope().map(|scope| format!(" ({scope})")).unwrap_or_default();
            text.push_str(&show::wrapped("  ", &format!("{}{scope}", read.operation())));
            text.push_str(&show::wrapped("    ", read.data));
            text.push_str(&show::wrapped("    → ", read.consumer));
        }
        let least = self.least_requests.map(|least| format!(" (at least {least})")).unwrap_or_default();
        text.push_str(&show::wrapped("", &format!("The number of requests{least} is {}", self.formula)));
        let verdict = match self.problems() {
            0 => "Nothing stands in the way of a run.".to_owned(),
            1 => "1 problem.".to_owned(),
            more => format!("{more} problems."),
        };
        text + "\n" + &verdict + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(lines: Vec<Line>) -> Report {
        Report { lines, formula: "f", least_requests: Some(13), reads: Vec::new() }
    }

    #[test]
    fn what_nobody_can_say_is_no_problem() {
        assert!(report(vec![Line::ok("a", "b"), Line::unknown("c", "d")]).is_ok());
        assert!(!report(vec![Line::ok("a", "b"), Line::problem("c", "d", "e")]).is_ok());
    }

    #[test]
    fn each_check_is_a_line_with_what_to_do_below() {
        let text = report(vec![Line::ok("a", "b"), Line::problem("c", "d", "e")]).text();
        assert!(text.starts_with("ok       a: b\nPROBLEM  c: d\n         → e\n"), "{text}");
        assert!(
            text.contains("The number of requests (at least 13) is f") && text.ends_with("\n1 problem.\n"),
            "{text}"
        );
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    }
}
