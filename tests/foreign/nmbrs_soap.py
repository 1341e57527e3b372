"""Reads a running Nmbrs sandbox over SOAP with somebody else's stack: zeep 4.3.3 on the vendor's own description.

Usage:  python nmbrs_soap.py sandbox.json FOLDER [plain]

The JSON holds soap_url, soap_username, soap_token and soap_domain, at its top or below the key "nmbrs", and
`control_url` beside them. FOLDER holds the vendor's descriptions of version 2.1, as they were recorded. Three things in
them are changed to those of version 3, which has no public description: the namespaces, the second parameter of the
lists by type, and the header. What version 3 alone has is not read here. With `plain`, the raw answers are checked by
the schemas as well, by libxml2: a sandbox that varies its answers also sends what only the vendor's documents allow.
Ends with 0 when everything held.
"""

import json
import re
import sys
import tempfile
import urllib.request
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from lxml import etree
from zeep import Client, Plugin, Settings, xsd
from zeep.exceptions import Fault

XSD = "http://www.w3.org/2001/XMLSchema"
WSDL = "http://schemas.xmlsoap.org/wsdl/"

checks = 0


def check(holds, what):
    global checks
    if not holds:
        sys.exit(f"FAILED: {what}")
    checks += 1
    print(f"ok: {what}")


def described(folder, service, soap_url):
    """The vendor's description, made one of version 3 at the sandbox's address."""
    text = (folder / f"{service}-wsdl.xml").read_text(encoding="utf-8-sig")
    text = text.replace("https://api.nmbrs.nl/soap/v2.1/", "https://api.nmbrs.nl/soap/v3/")
    text, addresses = re.subn(r'location="[^"]*?/soap/v[^"/]*/', f'location="{soap_url}/soap/v3/', text)
    check(addresses >= 2, f"{service}: the description has addresses to change")
    if service == "EmployeeService":
        text, lists = re.subn(r'name="active" type="tns:Active"', 'name="EmployeeType" type="s:int"', text)
        check(lists == 2, "EmployeeService: two lists took `active` and now take `EmployeeType`")
    return text


class Raw(Plugin):
    """Keeps what came in, as it came in."""

    def ingress(self, envelope, http_headers, operation):
        self.envelope = envelope
        return envelope, http_headers


class Service:
    def __init__(self, folder, name, setup, strict):
        text = described(folder, name, setup["soap_url"])
        file = Path(tempfile.mkdtemp()) / f"{name}.wsdl"
        file.write_text(text, encoding="utf-8")
        self.name, self.raw = name, Raw()
        self.namespace = f"https://api.nmbrs.nl/soap/v3/{name}"
        self.client = Client(str(file), plugins=[self.raw], settings=Settings(strict=strict))
        self.schema = schema_of(text)
        header = xsd.ComplexType(
            xsd.Sequence([xsd.Element(f"{{{self.namespace}}}{part}", xsd.String()) for part in HEADER])
        )
        element = xsd.Element(f"{{{self.namespace}}}AuthHeaderWithDomain", header)
        self.header = element(**{part: setup[key] for part, key in HEADER.items()})
        self.strict, self.seen_red = strict, False

    def __call__(self, operation, *arguments):
        port = f"{self.name}Soap"
        service = self.client.create_service(f"{{{self.namespace}}}{port}", self.address())
        read = getattr(service, operation)(*arguments, _soapheaders=[self.header])
        if self.strict:
            response = self.raw.envelope.find("{*}Body")[0]
            if not self.schema.validate(response):
                sys.exit(f"FAILED: {self.name}.{operation}: {self.schema.error_log.last_error}")
            check(True, f"{self.name}.{operation}{arguments} is valid")
            self.see_red(response)
        return read

    def see_red(self, response):
        """A schema that lets a misspelt element pass proves nothing."""
        numbers = [one for one in response.iter("{*}Number") if one.text]
        if numbers and not self.seen_red:
            numbers[0].tag = f"{{{self.namespace}}}number"
            self.seen_red = not self.schema.validate(response)
            check(self.seen_red, f"{self.name}: a misspelt element is not valid")

    def address(self):
        port = next(iter(next(iter(self.client.wsdl.services.values())).ports.values()))
        return port.binding_options["address"]


HEADER = {"Username": "soap_username", "Token": "soap_token", "Domain": "soap_domain"}


def schema_of(text):
    """The description's schemas, as libxml2 wants them: the one for GUIDs is imported from a file of its own."""
    types = etree.fromstring(text.encode()).find(f"{{{WSDL}}}types")
    folder = Path(tempfile.mkdtemp())
    main, *others = types.findall(f"{{{XSD}}}schema")
    for number, other in enumerate(others):
        file = folder / f"{number}.xsd"
        file.write_bytes(etree.tostring(other))
        for imported in main.findall(f"{{{XSD}}}import"):
            if imported.get("namespace") == other.get("targetNamespace"):
                imported.set("schemaLocation", str(file))
    file = folder / "main.xsd"
    file.write_bytes(etree.tostring(main))
    return etree.XMLSchema(etree.parse(str(file)))


def rows(answer):
    """The rows of a list, which can be nothing. An item that is nil comes out of zeep as an object without values."""
    return [row for row in answer or [] if any(value is not None for value in row.__values__.values())]


def read_everything(companies, employees, world):
    listed = rows(companies("List_GetAll"))
    check([row.Name.strip() for row in listed] == [company["name"] for company in world["companies"]], "the companies")
    debtors = world["soap_numbers"]["debtors"]["given"].values()
    by_debtor = [row.ID for debtor in debtors for row in rows(companies("List_GetByDebtor", debtor))]
    check(sorted(by_debtor) == sorted(row.ID for row in listed), "the debtors' companies are the same ones")
    for row, company in zip(listed, world["companies"]):
        read_company(companies, employees, world, row.ID, company)


def read_company(companies, employees, world, number, company):
    name = company["name"]
    year, period, kind = companies("Company_GetCurrentPeriod", number).split("-")
    today = datetime.fromisoformat(world["today"])
    check((int(year), int(period), kind) == (today.year, today.month, "M"), f"{name}: the current period")

    people = company["employees"]
    numbers = world["soap_numbers"]["employees"]["given"]
    found = {}
    for wanted, called in [(2, "payroll"), (4, "formerPayroll")]:
        listed = rows(employees("List_GetByCompany", number, wanted))
        expected = [(numbers[one["employee_id"]], one["employee_number"]) for one in people if one["employee_type"] == called]
        check([(row.Id, row.Number) for row in listed] == expected, f"{name}: {len(listed)} of type {called}")
        found[called] = listed
    check(any(not (row.DisplayName or "").isascii() for row in found["payroll"]), f"{name}: names beyond ASCII")

    spells = 0
    for item in rows(employees("Employment_GetAll_AllEmployeesByCompany", number)):
        one = next(one for one in people if numbers[one["employee_id"]] == item.EmployeeId)
        given = rows(item.EmployeeEmployments and item.EmployeeEmployments.Employment)
        starts = sorted(day(row.StartDate) for row in given)
        check_quietly(starts == sorted(spell["start_date"] for spell in one["employments"]), f"{name}: starts")
        ends = sorted(day(row.EndDate) or "" for row in given)
        check_quietly(ends == sorted(spell["end_date"] or "" for spell in one["employments"]), f"{name}: ends")
        spells += len(given)
    check(spells == sum(len(one["employments"]) for one in people), f"{name}: {spells} periods in service")

    paid = 0
    for item in rows(employees("Salary_GetAll_AllEmployeesByCompany", number)):
        one = next(one for one in people if numbers[one["employee_id"]] == item.EmployeeId)
        known = {Decimal(str(salary["value"])) for salary in one["salaries"]}
        given = rows(item.EmployeeSalaries and item.EmployeeSalaries.Salary_V2)
        check_quietly({row.Value for row in given} <= known, f"{name}: amounts")
        paid += len(given)
    check(paid > 0, f"{name}: {paid} salaries")

    for operation, items, inner in [
        ("Department_GetAll_AllEmployeesByCompany", "EmployeeDepartments", "Department_V2"),
        ("Function_GetAll_AllEmployeesByCompany_V2", "EmployeeFunctions", "EmployeeFunction"),
        ("Schedule_GetAll_AllEmployeesByCompany", "EmployeeSchedules", "Schedule_V2"),
    ]:
        listed = [row for item in rows(employees(operation, number)) for row in rows(getattr(item[items], inner, []))]
        check(len(listed) > 0, f"{name}: {len(listed)} rows of {operation}")

    for row in found["payroll"][:5]:
        read_person(employees, row.Id, name)


def read_person(employees, number, name):
    services = rows(employees("Service_GetList", number))
    check(all(row.SeniorityDate is not None for row in services), f"{name}: periods in service of {number}")
    fields = rows(employees("ExtraFields_GetList", number))
    check(fields and all(row.Id and row.Name for row in fields), f"{name}: {len(fields)} fields of {number}")
    manager = employees("Manager_GetCurrent", number)
    check(manager is None or manager.Number is not None, f"{name}: the manager of {number}")


def check_quietly(holds, what):
    if not holds:
        sys.exit(f"FAILED: {what}")


def day(moment):
    """A day as text; the platform's "no date" is none. zeep leaves the year 1 to us."""
    if moment is None or moment.year == 1:
        return None
    return moment.date().isoformat()


def meet_faults(companies, employees):
    for call, number in [
        (lambda: companies("Company_GetCurrentPeriod", 1), ("2004", "1003")),
        (lambda: employees("ExtraFields_GetList", 1), ("2003",)),
    ]:
        try:
            call()
        except Fault as fault:
            check(any(f"--->{space}{one}:" in fault.message for one in number for space in ["", " "]), fault.message)
        else:
            sys.exit("FAILED: an unknown id was not refused")


def main():
    line = json.load(open(sys.argv[1], encoding="utf-8"))
    setup = {**line.get("nmbrs", line), "control_url": line["control_url"]}
    folder, strict = Path(sys.argv[2]), "plain" in sys.argv[3:]
    with urllib.request.urlopen(setup["control_url"] + "/state") as answer:
        world = json.load(answer)
    companies = Service(folder, "CompanyService", setup, strict)
    employees = Service(folder, "EmployeeService", setup, strict)
    read_everything(companies, employees, world)
    meet_faults(companies, employees)
    print(f"{checks} checks held")


main()
