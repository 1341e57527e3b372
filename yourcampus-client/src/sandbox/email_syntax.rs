//! Which addresses the sandbox takes for e-mail addresses. Its own reading on purpose: it judges the client's.
//!
//! No quoted local parts, no address literals, no top-level names that never receive mail (the official SDK refuses those too).

const NAMES_WITHOUT_MAIL: [&str; 6] = ["arpa", "invalid", "local", "localhost", "onion", "test"];

/// Whether this could be delivered to.
pub(super) fn is_address(text: &str) -> bool {
    match text.split_once('@') {
        Some((local, domain)) => is_local_part(local) && is_domain(domain),
        None => false,
    }
}

fn is_local_part(local: &str) -> bool {
    local.len() <= 64
        && local.split('.').all(|atom| {
            !atom.is_empty() && atom.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c))
        })
}

fn is_domain(domain: &str) -> bool {
    let labels: Vec<&str> = domain.split('.').collect();
    let top = labels.last().map_or_else(String::new, |top| top.to_lowercase());
    labels.len() >= 2
        && domain.len() <= 253
        && labels.iter().all(|label| is_label(label))
        && top.chars().any(char::is_alphabetic)
        && !NAMES_WITHOUT_MAIL.contains(&top.as_str())
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::is_address;

    #[test]
    fn addresses_are_told_from_other_texts() {
        for good in
            ["j.doe@acme.nl", "J.Doe+x@mail.acme.nl", "o'neil@voorbeeld.example.nl", "zoë@bücher.example"]
        {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "",
            "acme.nl",
            "@acme.nl",
            "j@",
            "j@acme",
            "j@localhost",
            "j@acme.test",
            "j@@acme.nl",
            "j doe@acme.nl",
            " j@acme.nl",
            "j@acme.nl ",
            ".j@acme.nl",
            "j..d@acme.nl",
            "j@-acme.nl",
            "j@acme..nl",
            "j@10.0.0.1",
            "j@acme.nl\n",
        ] {
            assert!(!is_address(bad), "{bad:?}");
        }
    }
}
