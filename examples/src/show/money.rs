//! Money by fields, as a plan or a saved plan tells it: how much in all, and of each person what was wished, what was
//! given, what happens and why.
//!
//! In: the plan's JSON, which is the same whether it was just made or kept. Out: words. Never: a number that the plan does
//! not say.

use std::fmt::Write;

use serde_json::Value;
use sync_core::budget::{BudgetReason, GrantState};

use super::{section, table, wrapped};

/// The budgets of a plan, by person.
pub(crate) struct Budgets<'a> {
    notes: Vec<(&'a str, Note<'a>)>,
    totals: Option<&'a Value>,
}

/// What happens to one budget of one person.
#[derive(Clone, Copy)]
pub(crate) struct Note<'a>(&'a Value);

impl<'a> Budgets<'a> {
    /// Those of a plan's document.
    pub(crate) fn of(document: &'a Value) -> Self {
        let entries = document.get("entries").and_then(Value::as_array).into_iter().flatten();
        let notes = entries.flat_map(|entry| {
            let person = short(text(entry, "person"));
            notes_of(entry).map(move |note| (person, note))
        });
        let totals = document.pointer("/totals/money");
        Self { notes: notes.collect(), totals }
    }

    /// How much in all; nothing where the policy gives no money by fields.
    pub(crate) fn totals(&self) -> String {
        let Some(totals) = self.totals else { return String::new() };
        let number = |key: &str| totals.get(key).and_then(Value::as_u64).unwrap_or_default();
        let held: u64 = totals
            .get("held")
            .and_then(Value::as_object)
            .map_or(0, |held| held.values().filter_map(Value::as_u64).sum());
        let mut table = table(&["money by fields", "budgets", "euro"]);
        for (what, count, euro) in [
            ("given: for the first time", number("grants").to_string(), text(totals, "granted")),
            ("proposed: waits for an approval", number("proposals").to_string(), text(totals, "proposed")),
            ("open: an earlier grant has not come to its end", number("open").to_string(), ""),
            ("held: a person must look first", held.to_string(), ""),
            ("cancelled by deactivations, at most", String::new(), text(totals, "cancelled")),
        ] {
            table.add_row([what.to_owned(), count, euro.to_owned()]);
        }
        format!("\n{table}\n")
    }

    /// What is given, what is proposed, what is open and what is held, each in a table of its own.
    pub(crate) fn sections(&self) -> Vec<String> {
        let of = |kind: &'static str| self.notes.iter().filter(move |(_, note)| note.outcome() == kind);
        let given = of("give").map(|(person, note)| {
            [(*person).to_owned(), note.budget(), note.moved(), note.since(), note.rule().to_owned()]
        });
        let proposed = self.notes.iter().filter(|(_, note)| note.is_proposed()).map(|(person, note)| {
            let reason = note.code().to_owned();
            [note.act().to_owned(), (*person).to_owned(), note.budget(), note.change(), note.since(), reason]
        });
        let open = of("open").map(|(person, note)| {
            [(*person).to_owned(), note.budget(), note.state().to_owned(), note.open_grant().to_owned()]
        });
        vec![
            section(
                "Budgets that are given for the first time",
                &["person", "budget", "euro", "from", "rule"],
                given,
            ),
            section(
                "Money that waits for an approval",
                &["act", "person", "budget", "euro", "from", "held because"],
                proposed,
            ),
            section("Money that is open", &["person", "budget", "state", "grant"], open),
            self.held(),
        ]
    }

    fn held(&self) -> String {
        let held = self.totals.and_then(|totals| totals.get("held")).and_then(Value::as_object);
        let rows = held.into_iter().flatten().map(|(code, count)| {
            let advice = reason(code).map(BudgetReason::advice);
            let (what, then) = advice.map_or(("", ""), |advice| (advice.what, advice.then));
            [count.to_string(), code.clone(), what.to_owned(), then.to_owned()]
        });
        section("Budgets held", &["budgets", "reason", "what is the case", "what to do"], rows)
    }
}

/// The budgets of one person in words, each with rule, reason and what to do.
pub(crate) fn explained(entry: &Value) -> String {
    let mut out = String::new();
    for note in notes_of(entry) {
        let mut line = |label: &str, value: &str| {
            if !value.is_empty() {
                // Writing to a String cannot fail.
                let _ = write!(out, "{}", wrapped(&format!("{label:>10}  "), value));
            }
        };
        line("budget", &note.budget());
        line("wish", &note.wish());
        line("given", note.was().unwrap_or("nothing that still counts"));
        line("outcome", &note.outcome_in_words());
        line("reason", note.code());
        if let Some(advice) = reason(note.code()).map(BudgetReason::advice) {
            line("rule", advice.rule);
            line("because", advice.what);
            line("to do", advice.then);
        }
    }
    out
}

fn notes_of(entry: &Value) -> impl Iterator<Item = Note<'_>> {
    entry.get("budgets").and_then(Value::as_array).into_iter().flatten().map(Note)
}

impl<'a> Note<'a> {
    fn budget(self) -> String {
        format!("{} {}", text(self.0, "kind"), text(self.0, "category"))
    }

    fn wish(self) -> String {
        match self.0.get("wish") {
            Some(Value::String(word)) => match word.as_str() {
                "empty" => "the field is not filled",
                "unreadable" => "the field holds no amount",
                _ => "fields of this person say different things",
            }
            .to_owned(),
            Some(wish) => text(wish, "amount").to_owned(),
            None => String::new(),
        }
    }

    fn was(self) -> Option<&'a str> {
        self.0.get("was").and_then(Value::as_str)
    }

    fn outcome(self) -> &'a str {
        self.0.pointer("/outcome/kind").and_then(Value::as_str).unwrap_or_default()
    }

    /// What moves, or would if somebody approved it.
    fn grant(self) -> Option<&'a Value> {
        let part = |key: &str| self.0.pointer(key).filter(|grant| grant.is_object());
        match self.outcome() {
            "give" => part("/outcome/grant"),
            _ => part("/outcome/proposal"),
        }
    }

    fn is_proposed(self) -> bool {
        self.outcome() == "hold" && self.grant().is_some()
    }

    fn act(self) -> &'a str {
        self.grant().map_or("", |grant| text(grant, "act"))
    }

    fn moved(self) -> String {
        self.grant().map_or_else(String::new, |grant| text(grant, "amount").to_owned())
    }

    fn since(self) -> String {
        let from = self.grant().and_then(|grant| grant.get("from")).and_then(Value::as_str);
        from.unwrap_or("at once").to_owned()
    }

    /// What it was and what it becomes.
    fn change(self) -> String {
        match (self.was(), self.act()) {
            (Some(was), "replace") => format!("{was} → {}", self.moved()),
            (Some(was), "stop") => format!("{was} → none"),
            _ => self.moved(),
        }
    }

    fn open_grant(self) -> &'a str {
        self.0.pointer("/outcome/grant").and_then(Value::as_str).unwrap_or_default()
    }

    fn state(self) -> &'static str {
        let state = self.0.pointer("/outcome/state").and_then(Value::as_str).and_then(GrantState::parse);
        state.map_or("of a newer version", state_in_words)
    }

    fn code(self) -> &'a str {
        text(self.0, "reason")
    }

    fn rule(self) -> &'static str {
        reason(self.code()).map_or("", |reason| reason.advice().rule)
    }

    fn outcome_in_words(self) -> String {
        let moves = || format!("{} {} euro, {}", self.act(), self.moved(), self.since_in_words());
        match self.outcome() {
            "give" => moves(),
            "hold" if self.is_proposed() => format!("held; proposed is: {}", moves()),
            "hold" => "held".to_owned(),
            "open" => format!("open: grant {} {}", self.open_grant(), self.state()),
            "later" => "not yet".to_owned(),
            "nothing" => "nothing to do".to_owned(),
            _ => "an outcome of a newer version".to_owned(),
        }
    }

    fn since_in_words(self) -> String {
        match self.grant().and_then(|grant| grant.get("from")).and_then(Value::as_str) {
            Some(day) => format!("from {day}"),
            None => "at once".to_owned(),
        }
    }
}

/// How a grant stands, in words.
pub(crate) const fn state_in_words(state: GrantState) -> &'static str {
    match state {
        GrantState::Intended => "was about to be handed over",
        GrantState::HandedOver => "stands in a list that nobody has confirmed",
        GrantState::Given => "was given",
        GrantState::Refused => "was not given, and will not be",
        GrantState::NotDone => "was not given; the next run hands it over",
        GrantState::Doubtful => "is DOUBTFUL: nobody knows",
    }
}

fn reason(code: &str) -> Option<BudgetReason> {
    BudgetReason::ALL.iter().copied().find(|reason| reason.code() == code)
}

fn short(person: &str) -> &str {
    person.strip_prefix("nmbrs:rest:").unwrap_or(person)
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
