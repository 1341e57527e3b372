//! The strict reading of the JSON that a create or an edit sends.
//!
//! In: a JSON value. Out: for each of the ten writable fields whether it was absent, null or a value — or every complaint at
//! once, none of which repeats a value. A key that is not one of the ten never passes.

use chrono::NaiveDate;
use serde_json::{Map, Value};

use super::account::Account;
use super::answer::{Complaint, Refusal};
use super::email_syntax::is_address;
use super::normalisation::Normalisation;

const MAX_ADDRESS: usize = 100;
const MAX_TEXT: usize = 1000;
/// The language of an account whose create names none.
const DEFAULT_LANGUAGE: &str = "en";

const WRITABLE: [&str; 10] = [
    "email",
    "first_name",
    "last_name",
    "prefix",
    "language",
    "company_group_id",
    "birthday",
    "work_anniversary",
    "private_email",
    "external_id",
];
const NEVER_NULL: [&str; 3] = ["email", "first_name", "last_name"];

/// What was sent for one field.
#[derive(Clone)]
enum Sent<T> {
    Absent,
    Null,
    Value(T),
}

/// What was sent for all fields.
pub(super) struct Fields {
    email: Sent<String>,
    first_name: Sent<String>,
    last_name: Sent<String>,
    prefix: Sent<String>,
    language: Sent<String>,
    company_group_id: Sent<i64>,
    birthday: Sent<NaiveDate>,
    work_anniversary: Sent<NaiveDate>,
    private_email: Sent<String>,
    external_id: Sent<String>,
}

impl Fields {
    /// Reads the body of a create: the three fields that are never null must be there; what is absent otherwise is null, but for
    /// the language.
    pub(super) fn of_create(body: Value) -> Result<Self, Refusal> {
        let mut reader = Reader::new(body)?;
        reader.require_names_and_address();
        let mut fields = reader.finish()?;
        if matches!(fields.language, Sent::Absent) {
            fields.language = Sent::Value(DEFAULT_LANGUAGE.to_owned());
        }
        for text in [&mut fields.prefix, &mut fields.private_email, &mut fields.external_id] {
            if matches!(text, Sent::Absent) {
                *text = Sent::Null;
            }
        }
        Ok(fields)
    }

    /// Reads the body of an edit: what is absent stays as it is.
    ///
    /// Null for one of the three that are never null on create is refused. What the real system does with it is unknown; this is
    /// the strictest reading.
    pub(super) fn of_edit(body: Value) -> Result<Self, Refusal> {
        Reader::new(body)?.finish()
    }

    /// The group that was asked for.
    pub(super) fn group(&self) -> Option<i64> {
        match self.company_group_id {
            Sent::Value(group) => Some(group),
            _ => None,
        }
    }

    /// Writes what was sent into the account, the way this target stores it.
    pub(super) fn store(&self, account: &mut Account, normalisation: Normalisation) {
        let text = |sent: Option<String>| sent.map(|sent| normalisation.text(&sent));
        let nullable = |sent: Option<String>| normalisation.nullable(sent.as_deref());
        let address = |sent: Option<String>| sent.map(|sent| normalisation.address(&sent));
        self.email.write(&mut account.email, address);
        self.first_name.write(&mut account.first_name, text);
        self.last_name.write(&mut account.last_name, text);
        self.prefix.write(&mut account.prefix, nullable);
        self.language.write(&mut account.language, nullable);
        self.company_group_id.write(&mut account.company_group_id, |group| group);
        self.birthday.write(&mut account.birthday, |date| date);
        self.work_anniversary.write(&mut account.work_anniversary, |date| date);
        self.private_email.write(&mut account.private_email, |sent| nullable(address(sent)));
        self.external_id.write(&mut account.external_id, nullable);
    }
}

impl<T: Clone> Sent<T> {
    fn write(&self, field: &mut Option<T>, stored: impl Fn(Option<T>) -> Option<T>) {
        match self {
            Self::Absent => {}
            Self::Null => *field = stored(None),
            Self::Value(value) => *field = stored(Some(value.clone())),
        }
    }
}

/// Reads field after field and keeps the complaints for the end.
struct Reader {
    object: Map<String, Value>,
    complaints: Vec<Complaint>,
}

impl Reader {
    fn new(body: Value) -> Result<Self, Refusal> {
        match body {
            Value::Object(object) => Ok(Self { object, complaints: Vec::new() }),
            _ => Err(Refusal::one(Complaint::new(&["body"], "not an object", "type_error.dict"))),
        }
    }

    fn require_names_and_address(&mut self) {
        for field in NEVER_NULL {
            if !self.object.contains_key(field) {
                self.complain(field, "field required", "value_error.missing");
            }
        }
    }

    fn finish(mut self) -> Result<Fields, Refusal> {
        let fields = Fields {
            email: self.address("email"),
            first_name: self.text("first_name", MAX_TEXT),
            last_name: self.text("last_name", MAX_TEXT),
            prefix: self.text("prefix", MAX_TEXT),
            language: self.text("language", MAX_TEXT),
            company_group_id: self.integer("company_group_id"),
            birthday: self.date("birthday"),
            work_anniversary: self.date("work_anniversary"),
            private_email: self.address("private_email"),
            external_id: self.text("external_id", MAX_TEXT),
        };
        let unknown: Vec<String> =
            self.object.keys().filter(|key| !WRITABLE.contains(&key.as_str())).cloned().collect();
        for key in unknown {
            self.complain(&key, "extra fields not permitted", "value_error.extra");
        }
        Refusal::unless_empty(self.complaints)?;
        Ok(fields)
    }

    fn text(&mut self, field: &str, max: usize) -> Sent<String> {
        let text = self
            .read(field, "str type expected", "type_error.str", |value| value.as_str().map(str::to_owned));
        if let Sent::Value(text) = &text
            && text.chars().count() > max
        {
            let msg = format!("ensure this value has at most {max} characters");
            self.complain(field, msg, "value_error.any_str.max_length");
        }
        text
    }

    fn address(&mut self, field: &str) -> Sent<String> {
        let text = self.text(field, MAX_ADDRESS);
        if let Sent::Value(text) = &text
            && !is_address(text)
        {
            self.complain(field, "value is not a valid email", "value_error.email");
        }
        text
    }

    fn integer(&mut self, field: &str) -> Sent<i64> {
        self.read(field, "value is not a valid integer", "type_error.integer", Value::as_i64)
    }

    fn date(&mut self, field: &str) -> Sent<NaiveDate> {
        self.read(field, "invalid date format", "value_error.date", |value| {
            value.as_str().and_then(plain_date)
        })
    }

    fn read<T>(
        &mut self,
        field: &str,
        msg: &str,
        kind: &'static str,
        of: impl Fn(&Value) -> Option<T>,
    ) -> Sent<T> {
        let value = match self.object.get(field) {
            None => return Sent::Absent,
            Some(Value::Null) => None,
            Some(value) => Some(of(value)),
        };
        match value {
            Some(Some(value)) => Sent::Value(value),
            Some(None) => {
                self.complain(field, msg, kind);
                Sent::Absent
            }
            None => {
                if NEVER_NULL.contains(&field) {
                    self.complain(field, "none is not an allowed value", "type_error.none.not_allowed");
                }
                Sent::Null
            }
        }
    }

    fn complain(&mut self, field: &str, msg: impl Into<String>, kind: &'static str) {
        self.complaints.push(Complaint::new(&["body", field], msg, kind));
    }
}

/// `YYYY-MM-DD` and nothing else; chrono alone would also take `2024-1-2`.
pub(super) fn plain_date(text: &str) -> Option<NaiveDate> {
    let date: NaiveDate = text.parse().ok()?;
    (date.format("%Y-%m-%d").to_string() == text).then_some(date)
}
