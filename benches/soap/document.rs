//! Answers of any size, as the vendor writes them but for the indentation: made-up people, one after another, the same
//! for every run.

use std::io::{self, Write};

const FIRST_NAMES: [&str; 8] =
    ["Lotte", "Bram", "Zoë", "Timur", "François", "Anne-Marie", "Jürgen", "Daniëlle"];
const LAST_NAMES: [&str; 8] =
    ["Meulen", "Okafor", "Yıldız", "Brouwer &amp; Zn", "Müller", "Çelik", "Vries", "O&apos;Neill"];

/// What an answer can hold here.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// 40 elements for each person, about 1,600 bytes.
    PersonalInfo,
    /// Two contracts of 11 elements for each person, about 1,100 bytes.
    Contracts,
}

impl Kind {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "personal_info" => Some(Self::PersonalInfo),
            "contracts" => Some(Self::Contracts),
            _ => None,
        }
    }

    fn operation(self) -> &'static str {
        match self {
            Self::PersonalInfo => "PersonalInfoWithoutBSN_Get_GetAllEmployeesByCompany",
            Self::Contracts => "Contract_GetAll_AllEmployeesByCompany",
        }
    }
}

/// Writes the answer for a company of so many people.
pub(crate) fn write(out: &mut impl Write, kind: Kind, people: u32) -> io::Result<()> {
    let operation = kind.operation();
    write!(
        out,
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\
         <soap:Body><{operation}Response xmlns=\"https://api.nmbrs.nl/soap/v3/EmployeeService\"><{operation}Result>"
    )?;
    for person in 0..people {
        match kind {
            Kind::PersonalInfo => personal_info(out, person)?,
            Kind::Contracts => contracts(out, person)?,
        }
    }
    write!(out, "</{operation}Result></{operation}Response></soap:Body></soap:Envelope>")
}

fn one_of<'a>(texts: &[&'a str; 8], number: u32) -> &'a str {
    texts.get(number as usize % 8).copied().unwrap_or_default()
}

fn personal_info(out: &mut impl Write, person: u32) -> io::Result<()> {
    let id = 500_000 + person;
    let (first, last) = (one_of(&FIRST_NAMES, person), one_of(&LAST_NAMES, person / 8));
    let (day, month, year) = (person % 28 + 1, person % 12 + 1, 1950 + person % 55);
    let prefix = if person.is_multiple_of(3) { "<Prefix>van der</Prefix>" } else { "<Prefix />" };
    let birthday = if person.is_multiple_of(50) {
        "<Birthday xsi:nil=\"true\" />".to_owned()
    } else {
        format!("<Birthday>{year}-{month:02}-{day:02}T00:00:00</Birthday>")
    };
    write!(
        out,
        "<PersonalInfoItem><EmployeeId>{id}</EmployeeId><EmployeePersonalInfos><PersonalInfo_V2>\
         <Id>{record}</Id><DisplayName>{first} van der {last}</DisplayName><EmployeeNumber>{person}</EmployeeNumber>\
         <Title>drs.</Title><FistName>{first} Johanna</FistName><Initials>J.A.M.</Initials>{prefix}\
         <LastName>{last}</LastName><Nickname>{first}</Nickname><Gender>2</Gender><NationalityCode>1</NationalityCode>\
         <PlaceOfBirth>&apos;s-Hertogenbosch</PlaceOfBirth><CountryOfBirthISOCode>NL</CountryOfBirthISOCode>\
         <IdentificationNumber>MADE-UP</IdentificationNumber><IdentificationType>0</IdentificationType>\
         <PartnerPrefix>de</PartnerPrefix><PartnerLastName>Boer</PartnerLastName>\
         <TelephonePrivate>030-5550101</TelephonePrivate><TelephoneWork>030-5550102</TelephoneWork>\
         <TelephoneMobilePrivate>06-55501234</TelephoneMobilePrivate><TelephoneMobileWork>06-55505678</TelephoneMobileWork>\
         <TelephoneOther /><EmailPrivate>person.{id}@mail.example.net</EmailPrivate>\
         <EmailWork>person.{id}@voorbeeld-bakkerij.example.com</EmailWork><BurgerlijkeStaat>2</BurgerlijkeStaat>\
         <Naamstelling>3</Naamstelling>{birthday}<CreationDate>2023-06-12T15:02:10.08</CreationDate>\
         <StartPeriod>{month}</StartPeriod><StartYear>2023</StartYear><DeceasedDate xsi:nil=\"true\" />\
         <InCaseOfEmergency>Somebody Else</InCaseOfEmergency><InCaseOfEmergencyPhone>06-55509999</InCaseOfEmergencyPhone>\
         <InCaseOfEmergencyRelation>neighbour</InCaseOfEmergencyRelation><TitleAfter />\
         <Unheard1>of</Unheard1><Unheard2>of</Unheard2><Unheard3>of</Unheard3><Unheard4>of</Unheard4><Unheard5>of</Unheard5>\
         </PersonalInfo_V2></EmployeePersonalInfos></PersonalInfoItem>",
        record = 880_000 + person,
    )
}

fn contracts(out: &mut impl Write, person: u32) -> io::Result<()> {
    write!(
        out,
        "<EmployeeContractItemGlobal><EmployeeId>{}</EmployeeId><EmployeeContracts>",
        500_000 + person
    )?;
    for spell in 0..2 {
        let (month, year) = (person % 12 + 1, 2022 + spell);
        write!(
            out,
            "<EmployeeContract><ContractID>{}</ContractID><CreationDate>{year}-01-15T13:10:12.51</CreationDate>\
             <StartDate>{year}-{month:02}-01T00:00:00</StartDate><TrialPeriod>{year}-{month:02}-28T00:00:00</TrialPeriod>\
             <EndDate xsi:nil=\"true\" /><EmployementType>1</EmployementType>\
             <EmploymentSequenceTaxId>1</EmploymentSequenceTaxId><Indefinite>true</Indefinite>\
             <PhaseClassification xsi:nil=\"true\" /><WrittenContract>true</WrittenContract>\
             <HoursPerWeek>24.5</HoursPerWeek></EmployeeContract>",
            720_000 + 2 * person + spell
        )?;
    }
    write!(out, "</EmployeeContracts></EmployeeContractItemGlobal>")
}
