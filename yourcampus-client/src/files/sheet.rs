//! A table of texts as CSV that a person may open in a spreadsheet.
//!
//! In: a header and rows of as many cells. Out: RFC 4180 in UTF-8 without BOM, commas, CRLF after every line, the header
//! first; the same rows give the same bytes. Never: a cell that a spreadsheet takes for a formula, a character that hides
//! or turns around what follows it, or a cell that differs from what was given. A text that cannot stand as it is refuses
//! its row: a mark in front of it (the usual `'`) would become part of a name or of an address wherever a machine reads
//! the file, and `'` may begin an address by itself.

use std::fmt;

/// Between two lines, and after the last.
const LINE_END: &str = "\r\n";

/// Builds one file. Each row has a cell for each column, or it does not compile.
#[derive(Clone)]
pub(crate) struct Sheet<const COLUMNS: usize> {
    header: [&'static str; COLUMNS],
    text: String,
}

/// A row that cannot be written: which of its cells, and why. Never the cell's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{column}: {problem}")]
#[non_exhaustive]
pub struct CellError {
    /// The column's name in the header.
    pub column: &'static str,
    /// What is wrong with the cell.
    pub problem: CellProblem,
}

/// Why a text cannot stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CellProblem {
    /// It begins, after blanks, with `=`, `+`, `-` or `@`, in either width: a spreadsheet could take it for a formula.
    Formula,
    /// It holds a control character, a line break, or one that turns around the direction of reading.
    Unprintable,
}

impl fmt::Display for CellProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Formula => "a spreadsheet could take it for a formula",
            Self::Unprintable => "holds a character that cannot be shown",
        })
    }
}

impl<const COLUMNS: usize> Sheet<COLUMNS> {
    /// A file with nothing but its header.
    pub(crate) fn new(header: [&'static str; COLUMNS]) -> Self {
        let mut sheet = Self { header, text: String::new() };
        sheet.write(header);
        sheet
    }

    /// Adds one row, whole or not at all.
    pub(crate) fn push(&mut self, row: [&str; COLUMNS]) -> Result<(), CellError> {
        for (column, cell) in self.header.into_iter().zip(row) {
            check(cell).map_err(|problem| CellError { column, problem })?;
        }
        self.write(row);
        Ok(())
    }

    /// The file's bytes.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }

    fn write(&mut self, row: [&str; COLUMNS]) {
        for (at, cell) in row.into_iter().enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            if needs_quotes(cell) {
                self.text.push('"');
                self.text.push_str(&cell.replace('"', "\"\""));
                self.text.push('"');
            } else {
                self.text.push_str(cell);
            }
        }
        self.text.push_str(LINE_END);
    }
}

/// Can this text stand in a file as it is?
fn check(cell: &str) -> Result<(), CellProblem> {
    if cell.chars().any(is_unprintable) {
        return Err(CellProblem::Unprintable);
    }
    let begins = cell.trim_start_matches(is_blank).chars().next();
    if matches!(begins, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')) {
        return Err(CellProblem::Formula);
    }
    Ok(())
}

/// Spaces of every width, those without any included.
fn is_blank(char: char) -> bool {
    char.is_whitespace() || matches!(char, '\u{200b}'..='\u{200f}' | '\u{2060}')
}

/// What ends a cell or a line for some reader, or makes the text look like another one. Joiners and marks of direction
/// that names are written with are none of these.
fn is_unprintable(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Line breaks never come this far. Blanks at an end are quoted because some readers drop them otherwise.
fn needs_quotes(cell: &str) -> bool {
    cell.contains([',', '"']) || cell.trim() != cell
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rows: &[[&str; 2]]) -> String {
        let mut sheet = Sheet::new(["a", "b"]);
        for row in rows {
            sheet.push(*row).unwrap();
        }
        String::from_utf8(sheet.into_bytes()).unwrap()
    }

    fn problem(cell: &str) -> Option<CellProblem> {
        Sheet::new(["a", "b"]).push(["", cell]).err().map(|error| {
            assert_eq!(error.column, "b");
            error.problem
        })
    }

    #[test]
    fn a_file_is_rfc_4180_with_a_header_and_crlf() {
        assert_eq!(file(&[]), "a,b\r\n");
        assert_eq!(file(&[["1", "Zoë"], ["", "x"]]), "a,b\r\n1,Zoë\r\n,x\r\n");
    }

    #[test]
    fn commas_quotes_and_outer_blanks_are_quoted() {
        assert_eq!(
            file(&[["Berg, van der", r#"Jan "Jo""#], [" x", "y "]]),
            "a,b\r\n\"Berg, van der\",\"Jan \"\"Jo\"\"\"\r\n\" x\",\"y \"\r\n"
        );
    }

    #[test]
    fn r23_what_a_spreadsheet_could_take_for_a_formula_refuses_its_row() {
        for begin in ["=", "+", "-", "@", "＝", "＋", "－", "＠"] {
            for blanks in ["", " ", "\u{a0}", "\u{3000}\u{200b} "] {
                assert_eq!(
                    problem(&format!("{blanks}{begin}1+1")),
                    Some(CellProblem::Formula),
                    "{blanks:?}{begin}"
                );
            }
        }
        for text in ["", "a=b", "jan+post@acme.nl", "'t Hart", "1-2", "'=1", "\"=1\""] {
            assert_eq!(problem(text), None, "{text}");
        }
    }

    #[test]
    fn r23_what_cannot_be_shown_refuses_its_row() {
        for text in
            ["\t=1", "\r=1", "a\nb", "a\0", "\u{7f}", "\u{85}", "a\u{2028}b", "\u{202e}ln.emca", "\u{feff}a"]
        {
            assert_eq!(problem(text), Some(CellProblem::Unprintable), "{text:?}");
        }
        for text in ["نیما\u{200c}ها", "👩\u{200d}🏫"] {
            assert_eq!(problem(text), None, "{text}");
        }
    }

    #[test]
    fn a_refused_row_leaves_nothing_behind() {
        let mut sheet = Sheet::new(["a", "b"]);
        assert!(sheet.push(["first", "=x"]).is_err());
        sheet.push(["second", "y"]).unwrap();
        assert_eq!(sheet.into_bytes(), b"a,b\r\nsecond,y\r\n");
    }

    #[test]
    fn an_error_names_the_column_and_no_text() {
        let error = Sheet::new(["name", "email"]).push(["Jan", "=secret"]).unwrap_err();
        assert_eq!(error.to_string(), "email: a spreadsheet could take it for a formula");
        assert!(!format!("{error:?}").contains("secret"));
    }
}
