//! What the demo tells of its days.

use chrono::NaiveDate;
use serde_json::{Value, json};
use sync_core::engine::{RunReport, Verdict};

use crate::show;

/// Days, each with what happened in payroll, what was typed, and what came of it.
#[derive(Default)]
pub(super) struct Diary {
    days: Vec<Day>,
}

struct Day {
    date: NaiveDate,
    story: &'static str,
    steps: Vec<Step>,
}

struct Step {
    typed: &'static str,
    came_of_it: String,
    json: Value,
}

impl Diary {
    pub(super) fn begin(&mut self, date: NaiveDate, story: &'static str) {
        self.days.push(Day { date, story, steps: Vec::new() });
    }

    /// A person's word.
    pub(super) fn word(&mut self, typed: &'static str, about: &str) {
        let json = json!({ "typed": typed });
        self.add(Step { typed, came_of_it: format!("a person allows {about}"), json });
    }

    /// What a person told, and how much it is about.
    pub(super) fn told(&mut self, typed: &'static str, about: String, count: usize) {
        let json = json!({ "typed": typed, "count": count });
        self.add(Step { typed, came_of_it: about, json });
    }

    /// A run and its outcome.
    pub(super) fn note(&mut self, typed: &'static str, report: &RunReport) {
        let brakes = &report.plan.document().brakes;
        let (verdict, came_of_it) = if let Verdict::Waits(_) = &report.verdict {
            let told = brakes.iter().map(|brake| format!("{}: {}", brake.rule(), show::brake_text(brake)));
            ("waits", format!("nothing is done. {}", told.collect::<Vec<_>>().join("; ")))
        } else {
            let verdict = if report.is_complete() { "done" } else { "partly" };
            let money = show::money_of(report);
            (verdict, format!("{}; {} writes{money}", show::counts_of_done(report), report.writes))
        };
        let json = json!({
            "typed": typed,
            "verdict": verdict,
            "done": report.done(),
            "writes": report.writes,
            "brakes": brakes,
            "grants": report.applied().map_or(0, |applied| applied.grants.len()),
            "money": report.plan.document().totals.money,
        });
        self.add(Step { typed, came_of_it, json });
    }

    fn add(&mut self, step: Step) {
        if let Some(day) = self.days.last_mut() {
            day.steps.push(step);
        }
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let rows = self.days.iter().flat_map(|day| {
            let heading = [day.date.format("%a %-d %B").to_string(), String::new(), day.story.to_owned()];
            let steps = day
                .steps
                .iter()
                .map(|step| [String::new(), format!("sync {}", step.typed), step.came_of_it.clone()]);
            std::iter::once(heading).chain(steps)
        });
        show::rows(
            "Five days, on which the demo gives its own word; a real run waits for a person",
            &["day", "typed", "what came of it"],
            rows,
        )
    }

    /// For programs.
    pub(super) fn json(&self) -> Value {
        let days = self.days.iter().map(|day| {
            let steps: Vec<_> = day.steps.iter().map(|step| step.json.clone()).collect();
            json!({ "date": day.date, "story": day.story, "steps": steps })
        });
        Value::Array(days.collect())
    }
}
