//! Reading back a file that this crate wrote: is it one, and whose rows does it hold?
//!
//! In: bytes and the header that they must begin with. Out: the first cell of each row. Never: a guess at a file that is
//! written otherwise. No cell of ours holds a line break, so each line is a row.

/// Does it begin with exactly this header?
pub(super) fn is_headed(bytes: &[u8], header: &[&str]) -> bool {
    bytes.strip_prefix(header.join(",").as_bytes()).is_some_and(|rest| rest.starts_with(b"\r\n"))
}

/// The first cell of each row; `None` if it is no file of ours, or is cut off.
pub(super) fn first_cells(bytes: &[u8], header: &[&str]) -> Option<Vec<String>> {
    if !is_headed(bytes, header) {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let rows = text.strip_suffix("\r\n")?.split("\r\n").skip(1);
    rows.map(first_cell).collect()
}

fn first_cell(row: &str) -> Option<String> {
    let Some(quoted) = row.strip_prefix('"') else { return row.split(',').next().map(str::to_owned) };
    let mut cell = String::new();
    let mut rest = quoted.chars();
    loop {
        match rest.next()? {
            '"' => match rest.next() {
                Some('"') => cell.push('"'),
                Some(',') | None => return Some(cell),
                Some(_) => return None,
            },
            other => cell.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_file_with_its_header_is_ours() {
        let header = ["a", "b"];
        let cells = |text: &str| first_cells(text.as_bytes(), &header);
        assert_eq!(cells("a,b\r\n"), Some(vec![]));
        assert_eq!(
            cells("a,b\r\n1,2\r\n\"x,\"\"y\",\"z\"\r\n"),
            Some(vec!["1".to_owned(), "x,\"y".to_owned()])
        );
        for text in [
            "",
            "a,b",
            "a;b\r\n",
            "a,b,c\r\n",
            "a,b\n1,2\n",
            "a,b\r\n1,2",
            "a,b\r\n\"1,2\r\n",
            "a,b\r\n\"1\"2\r\n",
        ] {
            assert_eq!(cells(text), None, "{text:?}");
        }
        assert_eq!(first_cells(b"a,b\r\n\xff\r\n", &header), None);
    }
}
