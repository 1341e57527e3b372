//! Answers that say the same in every way that XML allows: prefixes, quotes, order of attributes, CDATA, character
//! references, comments, processing instructions, blanks, a byte order mark.

use std::fmt::Write;

/// Chance that is the same for the same seed.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound
    }

    fn one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    pub(super) fn one_of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
}

/// An element by its local name: text or elements below it.
pub(super) enum Element<'a> {
    Text(&'a str, &'a str),
    Elements(&'a str, Vec<Element<'a>>),
    Nil(&'a str),
}

/// Writes the answer of an employee service's operation, with these records.
pub(super) fn answer(seed: u64, operation: &str, records: &[Element<'_>]) -> String {
    let mut writer = Writer::new(seed);
    writer.prolog();
    let response = format!("{operation}Response");
    let result = format!("{operation}Result");
    let envelope = writer.envelope.clone();
    writer.start(&envelope, "Envelope");
    writer.between();
    if writer.chance.one_in(3) {
        writer.stranger(&envelope, "Header");
        writer.between();
    }
    writer.start(&envelope, "Body");
    writer.between();
    let service = writer.service.clone();
    writer.start(&service, &response);
    writer.between();
    if writer.chance.one_in(4) {
        writer.stranger(&service, "Took");
        writer.between();
    }
    writer.start(&service, &result);
    writer.between();
    for record in records {
        writer.element(record);
        writer.between();
    }
    for (prefix, name) in
        [(&service, &*result), (&service, &*response), (&envelope, "Body"), (&envelope, "Envelope")]
    {
        writer.end(prefix, name);
        if name != "Envelope" {
            writer.between();
        }
    }
    writer.after();
    writer.out
}

struct Writer {
    chance: Chance,
    out: String,
    /// Prefixes with their colon, or nothing.
    envelope: String,
    service: String,
    instance: &'static str,
    /// Where the service's namespace is declared: at the envelope, the body or the response.
    declared_at: &'static str,
}

impl Writer {
    fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let service = chance.one_of(&["", "", "n:", "soap.2:", "é-1:"]).to_owned();
        // Without a prefix of its own the envelope's default namespace is undone further in.
        let envelope = chance.one_of(&["soap:", "s:", "SOAP-ENV:", ""]).to_owned();
        let inner_default = envelope.is_empty() && service.is_empty();
        let declared_at =
            if inner_default { "Response" } else { chance.one_of(&["Envelope", "Body", "Response"]) };
        let instance = chance.one_of(&["xsi", "i", "x-nil"]);
        Self { chance, out: String::new(), envelope, service, instance, declared_at }
    }

    fn prolog(&mut self) {
        if self.chance.one_in(3) {
            self.out.push('\u{feff}');
        }
        self.out.push_str(self.chance.one_of(&[
            "",
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>",
            "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>",
            "<?xml version=\"1.0\"?>",
        ]));
        self.between();
    }

    fn after(&mut self) {
        self.between();
    }

    /// What may stand between elements and says nothing.
    fn between(&mut self) {
        for _ in 0..self.chance.below(3) {
            self.nothing();
        }
    }

    fn nothing(&mut self) {
        self.out.push_str(self.chance.one_of(&[
            " ",
            "\r\n\t",
            "\n      ",
            "",
            "<!-- é </PersonalInfoItem> <soap:Fault> ]]> ' \" > -->",
            "<!---->",
            "<?note <PersonalInfoItem> '>' ?>",
            "<?a?>",
        ]));
    }

    /// An element that nobody asks for, with much in it that must not be taken for something else.
    fn stranger(&mut self, prefix: &str, name: &str) {
        self.start(prefix, name);
        self.between();
        self.out.push_str(
            "<Body xmlns='u' a='/>'><PersonalInfoItem/><Fault>&amp;<![CDATA[</Body>]]></Fault></Body>",
        );
        self.between();
        self.end(prefix, name);
    }

    fn element(&mut self, element: &Element<'_>) {
        let prefix = self.service.clone();
        match element {
            Element::Nil(name) => self.nil(&prefix, name),
            Element::Text(name, text) if text.trim().is_empty() && self.chance.one_in(3) => {
                self.nil(&prefix, name);
            }
            Element::Text(name, text) if text.trim().is_empty() && self.chance.one_in(2) => {
                let slash = self.chance.one_of(&["/>", " />", "\n/>"]);
                write!(self.out, "<{prefix}{name}{slash}").unwrap();
            }
            Element::Text(name, text) => {
                self.start(&prefix, name);
                self.text(text);
                self.end(&prefix, name);
            }
            Element::Elements(name, below) => {
                self.start(&prefix, name);
                self.between();
                for element in below {
                    self.element(element);
                    self.between();
                }
                self.end(&prefix, name);
            }
        }
    }

    fn nil(&mut self, prefix: &str, name: &str) {
        let (instance, quote, says) =
            (self.instance, self.chance.one_of(&["'", "\""]), self.chance.one_of(&["true", "1"]));
        write!(self.out, "<{prefix}{name} {instance}:nil={quote}{says}{quote}").unwrap();
        if self.chance.one_in(2) {
            self.out.push_str("/>");
        } else {
            self.out.push('>');
            self.nothing();
            self.end(prefix, name);
        }
    }

    fn start(&mut self, prefix: &str, name: &str) {
        let mut attributes = Vec::new();
        let envelope = self.chance.one_of(&[
            "http://schemas.xmlsoap.org/soap/envelope/",
            "http:&#47;/www.w3.org/2003/05/soap-envelope",
        ]);
        if name == "Envelope" {
            attributes.push((declaration(prefix), envelope));
            attributes
                .push((format!("xmlns:{}", self.instance), "http://www.w3.org/2001/XMLSchema-instance"));
        }
        if name.ends_with(self.declared_at) {
            attributes.push((declaration(&self.service), "https://api.nmbrs.nl/soap/v3/EmployeeService"));
        }
        if self.chance.one_in(8) {
            attributes.push(("note".to_owned(), self.chance.one_of(&["a > b", "/", "&lt;é&gt;", ""])));
        }
        write!(self.out, "<{prefix}{name}").unwrap();
        while !attributes.is_empty() {
            let (key, value) = attributes.swap_remove(self.chance.below(attributes.len()));
            let blank = self.chance.one_of(&[" ", "\n", "\t  ", "\r\n"]);
            let equals = self.chance.one_of(&["=", " = ", "=\n"]);
            let quote = self.chance.one_of(&["'", "\""]);
            write!(self.out, "{blank}{key}{equals}{quote}{value}{quote}").unwrap();
        }
        self.out.push_str(self.chance.one_of(&["", "", "", " ", "\n"]));
        self.out.push('>');
    }

    fn end(&mut self, prefix: &str, name: &str) {
        let blank = self.chance.one_of(&["", "", "", " ", "\r\n"]);
        write!(self.out, "</{prefix}{name}{blank}>").unwrap();
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(self.chance.one_of(&["", "", " ", "\n\t"]));
        for character in text.chars() {
            self.character(character);
            if self.chance.one_in(12) {
                self.out.push_str(self.chance.one_of(&["<!-- <b> -->", "<?c d?>", "<![CDATA[]]>"]));
            }
        }
        self.out.push_str(self.chance.one_of(&["", "", " ", "\r\n"]));
    }

    fn character(&mut self, character: char) {
        let code = u32::from(character);
        match self.chance.below(20) {
            0 => write!(self.out, "&#{code};"),
            1 => write!(self.out, "&#x{code:x};"),
            2 => write!(self.out, "&#x000{code:X};"),
            3 => write!(self.out, "<![CDATA[{character}]]>"),
            _ => match character {
                '<' => write!(self.out, "&lt;"),
                '&' => write!(self.out, "&amp;"),
                '>' => write!(self.out, "&gt;"),
                '"' => write!(self.out, "&quot;"),
                '\'' => write!(self.out, "{}", self.chance.one_of(&["'", "&apos;"])),
                other => write!(self.out, "{other}"),
            },
        }
        .unwrap();
    }
}

fn declaration(prefix: &str) -> String {
    match prefix.strip_suffix(':') {
        Some(prefix) => format!("xmlns:{prefix}"),
        None => "xmlns".to_owned(),
    }
}
