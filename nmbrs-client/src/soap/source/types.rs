//! Which number each type of employee has in this environment.
//!
//! In: the environment's own list, the types that are to be asked for, and numbers that a person has told. Out: one
//! number for each, or why nobody can say. Never: a guess. Whoever took "former payroll" for "payroll" would remove
//! everybody's account, so a number must agree with its text, and the texts with the numbers that are known.

use std::collections::BTreeMap;

use sync_core::record::EmployeeType;

/// The two numbers that are known of other environments; they decide nothing, but the list must not contradict them.
const KNOWN: [(EmployeeType, i32); 2] = [(EmployeeType::Payroll, 2), (EmployeeType::FormerPayroll, 4)];

/// Why nobody can say which number a type of employee has. Configure the numbers; nothing is guessed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TypesUnclear {
    /// No type of the environment's list has the text of this one.
    #[error("the environment lists no type of employees called {}", spelt(.0))]
    Unnamed(EmployeeType),
    /// Several types of the environment's list have the text of this one.
    #[error("the environment lists several types of employees called {}", spelt(.0))]
    Ambiguous(EmployeeType),
    /// By its text the type has another number than in all known environments.
    #[error("the environment gives {} the number {listed}, where {known} is known", spelt(.of))]
    OtherNumber {
        /// The type.
        of: EmployeeType,
        /// Its number by the list.
        listed: i32,
        /// Its number elsewhere.
        known: i32,
    },
    /// A number that was told is not in the environment's list.
    #[error("the number {id} that was told for {} is not in the environment's list", spelt(.of))]
    NotListed {
        /// The type.
        of: EmployeeType,
        /// The number that was told.
        id: i32,
    },
    /// A number that was told belongs, by its text, to another type.
    #[error("the number {id} that was told for {} is listed as {}", spelt(.of), spelt(.listed))]
    Contradicted {
        /// The type.
        of: EmployeeType,
        /// The number that was told.
        id: i32,
        /// What the environment's list calls that number.
        listed: EmployeeType,
    },
    /// One number stands twice in the environment's list, or would stand for two types.
    #[error("the number {0} stands for two types of employees")]
    Shared(i32),
}

/// The types to ask for, each with its number, in the order in which they are wanted.
pub(crate) fn resolve(
    listed: &[(i32, String)],
    wanted: &[EmployeeType],
    told: &BTreeMap<EmployeeType, i32>,
) -> Result<Vec<(EmployeeType, i32)>, TypesUnclear> {
    let mut texts = BTreeMap::new();
    for (id, text) in listed {
        if texts.insert(*id, named(text)).is_some() {
            return Err(TypesUnclear::Shared(*id));
        }
    }
    let mut resolved: Vec<(EmployeeType, i32)> = Vec::with_capacity(wanted.len());
    for of in wanted {
        let id = match told.get(of) {
            Some(id) => as_told(&texts, of, *id)?,
            None => by_text(&texts, of)?,
        };
        if resolved.iter().any(|(_, other)| *other == id) {
            return Err(TypesUnclear::Shared(id));
        }
        resolved.push((of.clone(), id));
    }
    Ok(resolved)
}

fn by_text(texts: &BTreeMap<i32, Option<EmployeeType>>, of: &EmployeeType) -> Result<i32, TypesUnclear> {
    let mut ids = texts.iter().filter(|(_, text)| text.as_ref() == Some(of)).map(|(id, _)| *id);
    let listed = ids.next().ok_or_else(|| TypesUnclear::Unnamed(of.clone()))?;
    if ids.next().is_some() {
        return Err(TypesUnclear::Ambiguous(of.clone()));
    }
    match KNOWN.iter().find(|(known, _)| known == of) {
        Some((_, known)) if *known != listed => {
            Err(TypesUnclear::OtherNumber { of: of.clone(), listed, known: *known })
        }
        _ => Ok(listed),
    }
}

/// A person's word replaces a text that nobody understands, and no text that says something else.
fn as_told(
    texts: &BTreeMap<i32, Option<EmployeeType>>,
    of: &EmployeeType,
    id: i32,
) -> Result<i32, TypesUnclear> {
    match texts.get(&id) {
        None => Err(TypesUnclear::NotListed { of: of.clone(), id }),
        Some(Some(listed)) if listed != of => {
            Err(TypesUnclear::Contradicted { of: of.clone(), id, listed: listed.clone() })
        }
        Some(_) => Ok(id),
    }
}

/// The type that a text names, without its blanks and case; `None` for every other text.
fn named(text: &str) -> Option<EmployeeType> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    Some(match text.as_str() {
        "applicant" => EmployeeType::Applicant,
        "newhire" => EmployeeType::NewHire,
        "payroll" => EmployeeType::Payroll,
        "formerpayroll" => EmployeeType::FormerPayroll,
        "external" => EmployeeType::External,
        "formerexternal" => EmployeeType::FormerExternal,
        "rejectedapplicant" => EmployeeType::RejectedApplicant,
        _ => return None,
    })
}

fn spelt(of: &EmployeeType) -> &str {
    match of {
        EmployeeType::Applicant => "applicant",
        EmployeeType::NewHire => "new hire",
        EmployeeType::Payroll => "payroll",
        EmployeeType::FormerPayroll => "former payroll",
        EmployeeType::External => "external",
        EmployeeType::FormerExternal => "former external",
        EmployeeType::RejectedApplicant => "rejected applicant",
        _ => "by another name",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: [EmployeeType; 2] = [EmployeeType::Payroll, EmployeeType::FormerPayroll];

    fn resolved(
        listed: &[(i32, &str)],
        told: &[(EmployeeType, i32)],
    ) -> Result<Vec<(EmployeeType, i32)>, TypesUnclear> {
        let listed: Vec<_> = listed.iter().map(|(id, text)| (*id, (*text).to_owned())).collect();
        resolve(&listed, &WANTED, &told.iter().cloned().collect())
    }

    fn both() -> Vec<(EmployeeType, i32)> {
        vec![(EmployeeType::Payroll, 2), (EmployeeType::FormerPayroll, 4)]
    }

    #[test]
    fn types_are_found_by_their_texts_without_blanks_and_case() {
        assert_eq!(resolved(&[(1, "Applicant"), (2, "PayRoll "), (4, "former  Payroll")], &[]), Ok(both()));
        assert_eq!(resolved(&[(4, "FormerPayroll"), (2, "payroll"), (7, "")], &[]), Ok(both()));
    }

    #[test]
    fn a_text_that_nobody_understands_is_not_guessed_from_its_number() {
        let unclear = resolved(&[(2, "Verloond"), (4, "Uit dienst")], &[]);
        assert_eq!(unclear, Err(TypesUnclear::Unnamed(EmployeeType::Payroll)));
        let unclear = resolved(&[(2, "Payroll"), (4, "Uit dienst")], &[]);
        assert_eq!(unclear, Err(TypesUnclear::Unnamed(EmployeeType::FormerPayroll)));
    }

    #[test]
    fn numbers_that_are_known_to_be_others_are_a_contradiction() {
        let of = EmployeeType::Payroll;
        let swapped = resolved(&[(4, "Payroll"), (2, "Former payroll")], &[]);
        assert_eq!(swapped, Err(TypesUnclear::OtherNumber { of, listed: 4, known: 2 }));
    }

    #[test]
    fn two_types_of_one_text_and_two_texts_of_one_number_are_unclear() {
        let twice = resolved(&[(2, "Payroll"), (3, "payroll"), (4, "Former payroll")], &[]);
        assert_eq!(twice, Err(TypesUnclear::Ambiguous(EmployeeType::Payroll)));
        let twice = resolved(&[(2, "Payroll"), (2, "External"), (4, "Former payroll")], &[]);
        assert_eq!(twice, Err(TypesUnclear::Shared(2)));
    }

    #[test]
    fn a_person_may_say_what_a_text_does_not() {
        let told = [(EmployeeType::Payroll, 2), (EmployeeType::FormerPayroll, 4)];
        assert_eq!(resolved(&[(2, "Verloond"), (4, "Uit dienst")], &told), Ok(both()));
        let other = resolved(&[(12, "Payroll"), (14, "Uit dienst")], &told.map(|(of, id)| (of, id + 10)));
        assert_eq!(other, Ok(vec![(EmployeeType::Payroll, 12), (EmployeeType::FormerPayroll, 14)]));
    }

    #[test]
    fn a_person_cannot_say_what_the_list_contradicts() {
        let of = EmployeeType::Payroll;
        let listed = [(2, "Payroll"), (4, "Former payroll")];
        let swapped = resolved(&listed, &[(of.clone(), 4)]);
        let contradicted =
            TypesUnclear::Contradicted { of: of.clone(), id: 4, listed: EmployeeType::FormerPayroll };
        assert_eq!(swapped, Err(contradicted));
        assert_eq!(resolved(&listed, &[(of.clone(), 5)]), Err(TypesUnclear::NotListed { of, id: 5 }));
        let told = [(EmployeeType::Payroll, 2), (EmployeeType::FormerPayroll, 2)];
        assert_eq!(resolved(&[(2, "Verloond"), (4, "Uit dienst")], &told), Err(TypesUnclear::Shared(2)));
    }
}
