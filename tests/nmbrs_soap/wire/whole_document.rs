//! Whatever way an answer is written and wherever it is cut: the same records with the same fields as a parser of whole
//! documents finds.

use nmbrs_client::Row;
use nmbrs_client::model::{PerEmployee, PersonalInfo};
use nmbrs_client::soap::{Operation, Reading, Splitter, Unusable};
use proptest::prelude::*;
use proptest::sample::Index;
use roxmltree::{Document, Node};

use super::formatting::{self, Chance, Element};
use super::judge::{elements, is_nil, record_nodes, records, text_of};
use super::{frames, frames_of};

/// What a person's entry can hold: a field that is read, or one that must not be.
const NAMES: [&str; 16] = [
    "EmployeeNumber",
    "Nickname",
    "FistName",
    "FirstName",
    "Initials",
    "Prefix",
    "LastName",
    "EmailWork",
    "EmailPrivate",
    "Birthday",
    "StartYear",
    "StartPeriod",
    "IdentificationNumber",
    "InCaseOfEmergency",
    "PersonalInfoItem",
    "Unheard",
];

/// A value that fits the field, or nothing.
fn value(chance: &mut Chance, name: &str) -> &'static str {
    chance.one_of(match name {
        "EmployeeNumber" | "StartYear" | "StartPeriod" => &["1", "2026", "0", "007", ""],
        "Birthday" => &["1988-11-02T00:00:00", "0001-01-01T00:00:00", "9999-12-31T00:00:00", ""],
        _ => &["Lotte", "Zoë & Zn <3", "a\"b'c", "x]] >y", "Yıldız 𝒳", " ", ""],
    })
}

/// A company of a few people, written in one of many ways.
fn company(seed: u64) -> String {
    let mut chance = Chance::new(seed.rotate_left(17) ^ 0x9e37_79b9);
    let ids: Vec<String> = (0..chance.below(5)).map(|n| (500_101 + n).to_string()).collect();
    let mut records = Vec::new();
    for id in &ids {
        let mut item = vec![Element::Text("EmployeeId", id)];
        let mut entries = Vec::new();
        for _ in 0..chance.below(4) {
            if chance.below(6) == 0 {
                entries.push(Element::Nil("PersonalInfo_V2"));
                continue;
            }
            let mut fields = Vec::new();
            for name in NAMES {
                if chance.below(4) > 0 {
                    fields.push(Element::Text(name, value(&mut chance, name)));
                }
            }
            entries.push(Element::Elements("PersonalInfo_V2", fields));
        }
        item.insert(chance.below(2), Element::Elements("EmployeePersonalInfos", entries));
        records.push(Element::Elements("PersonalInfoItem", item));
        if chance.below(4) == 0 {
            records.push(Element::Nil("PersonalInfoItem"));
        }
    }
    formatting::answer(seed, Operation::PersonalInfo.name(), &records)
}

/// Cuts into pieces at any bytes.
fn pieces<'a>(bytes: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    cuts.extend([0, bytes.len()]);
    cuts.sort_unstable();
    cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

fn rows(pieces: &[&[u8]]) -> Result<Vec<PerEmployee<PersonalInfo>>, Unusable> {
    let mut reading = Reading::personal_info();
    let mut rows = Vec::new();
    for piece in pieces {
        reading.push(piece);
        while let Some(row) = reading.next_row()? {
            match row {
                Row::Readable(row) => rows.push(row),
                Row::Unreadable(row) => panic!("{row:?}"),
            }
        }
    }
    reading.finish()?;
    Ok(rows)
}

/// The fields of an entry in a form that both sides can be brought to.
type Fields = (Option<i64>, Vec<Option<String>>, Option<String>, Option<(i64, i64)>);

fn fields_of(row: &PerEmployee<PersonalInfo>) -> (String, Vec<Fields>) {
    let entries = row.entries.iter().map(|entry| {
        let name = &entry.name;
        let texts = [
            &name.first,
            &name.first_in_full,
            &name.initials,
            &name.prefix,
            &name.last,
            &entry.business_email,
            &entry.private_email,
        ];
        (
            entry.number,
            texts.map(|text| text.as_ref().map(|text| text.expose().clone())).to_vec(),
            entry.birthday.expose().as_written().map(|day| day.to_string()),
            entry.period.map(|period| (period.year, period.period)),
        )
    });
    (row.employee.to_string(), entries.collect())
}

fn fields_in(item: Node<'_, '_>) -> (String, Vec<Fields>) {
    let lists = elements(item).filter(|node| node.tag_name().name() == "EmployeePersonalInfos");
    let entries = lists.flat_map(elements).filter(|entry| !is_nil(*entry)).map(|entry| {
        let number = |name| text_of(entry, name).map(|text| text.parse().unwrap());
        let in_full = text_of(entry, "FistName").or_else(|| text_of(entry, "FirstName"));
        let mut texts = vec![text_of(entry, "Nickname").or_else(|| in_full.clone()), in_full];
        texts.extend(
            ["Initials", "Prefix", "LastName", "EmailWork", "EmailPrivate"].map(|name| text_of(entry, name)),
        );
        (
            number("EmployeeNumber"),
            texts,
            text_of(entry, "Birthday").map(|text| text[..10].to_owned()),
            number("StartYear").zip(number("StartPeriod")),
        )
    });
    (text_of(item, "EmployeeId").unwrap(), entries.collect())
}

proptest! {
    #[test]
    fn frames_are_the_records_of_the_document(seed: u64, cuts in prop::collection::vec(any::<Index>(), 0..12)) {
        let answer = company(seed);
        let records = records(Operation::PersonalInfo, &answer).expect("what is written is an answer");
        let splitter = Splitter::answer_to(Operation::PersonalInfo);
        prop_assert_eq!(frames(splitter, pieces(answer.as_bytes(), &cuts)), (records, Ok(())), "{}", answer);
    }

    #[test]
    fn rows_have_the_fields_of_the_document(seed: u64, cuts in prop::collection::vec(any::<Index>(), 0..12)) {
        let answer = company(seed);
        let document = Document::parse(&answer).unwrap();
        let records = record_nodes(Operation::PersonalInfo, &document).unwrap();
        let expected: Vec<_> = records.into_iter().map(fields_in).collect();
        let rows = rows(&pieces(answer.as_bytes(), &cuts));
        let rows = rows.map(|rows| rows.iter().map(fields_of).collect::<Vec<_>>());
        prop_assert_eq!(rows, Ok(expected), "{}", answer);
    }

    #[test]
    fn r1_an_answer_that_broke_off_anywhere_is_never_whole(seed: u64, cut: Index, cuts in prop::collection::vec(any::<Index>(), 0..4)) {
        let answer = company(seed);
        let end = answer.rfind("Envelope").unwrap() + "Envelope".len();
        let cut_off = &answer.as_bytes()[..cut.index(end + 1)];
        let (_, finished) = frames(Splitter::answer_to(Operation::PersonalInfo), pieces(cut_off, &cuts));
        prop_assert!(finished.is_err(), "{}", String::from_utf8_lossy(cut_off));
        prop_assert!(rows(&pieces(cut_off, &cuts)).is_err());
    }

    #[test]
    fn an_answer_with_a_byte_changed_is_refused_or_has_the_records_of_its_document(seed: u64, at: Index, byte: u8) {
        let mut bytes = company(seed).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let (taken, finished) = frames(Splitter::answer_to(Operation::PersonalInfo), [&*bytes]);
        let Ok(answer) = String::from_utf8(bytes) else {
            prop_assert!(finished.is_err());
            return Ok(());
        };
        if let (Ok(()), Some(records)) = (finished, records(Operation::PersonalInfo, &answer)) {
            prop_assert_eq!(taken, records, "{}", answer);
        }
    }

    #[test]
    fn bytes_of_any_kind_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), cuts in prop::collection::vec(any::<Index>(), 0..4)) {
        if !bytes.is_empty() {
            let (taken, finished) = frames(Splitter::answer_to(Operation::PersonalInfo), pieces(&bytes, &cuts));
            prop_assert!(taken.is_empty() && finished.is_err());
        }
    }
}

#[test]
fn the_ways_of_writing_differ() {
    let answers: Vec<String> = (0..200).map(company).collect();
    for mark in [
        "\u{feff}",
        "<![CDATA[",
        "&#x",
        "nil='1'",
        "xmlns:n",
        "</n:",
        "<!--",
        "<?note",
        "2003/05",
        "<Body",
        "'/'",
        "\r\n",
    ] {
        let with = answers.iter().filter(|answer| answer.contains(mark)).count();
        assert!(with > 0, "no answer has {mark:?}");
    }
    assert!(answers.iter().any(|answer| frames_of(Operation::PersonalInfo, answer).0.len() > 2));
}
