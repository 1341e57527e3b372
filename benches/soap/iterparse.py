"""Reads the answer of benches/soap_parse.rs with lxml's iterparse, element by element, and comes to the same check sum."""

import sys

from lxml import etree

NAMESPACE = "{https://api.nmbrs.nl/soap/v3/EmployeeService}"
WANTED = {
    NAMESPACE + name
    for name in (
        "EmployeeNumber Nickname FistName Initials Prefix LastName EmailWork EmailPrivate Birthday CreationDate"
        " StartYear StartPeriod"
    ).split()
}


def main(path):
    rows = total = 0
    for _, item in etree.iterparse(path, events=("end",), tag=NAMESPACE + "PersonalInfoItem"):
        rows += 1
        total += int(item.findtext(NAMESPACE + "EmployeeId"))
        for record in item.find(NAMESPACE + "EmployeePersonalInfos"):
            total += of(record)
        # Without this the whole document stays in memory.
        item.clear()
        while item.getprevious() is not None:
            del item.getparent()[0]
    print(f"{rows} rows, check sum {total}")


def of(record):
    fields = {child.tag: (child.text or "").strip() for child in record if child.tag in WANTED}
    text = lambda name: fields.get(NAMESPACE + name, "")
    total = len(text("Nickname") or text("FistName"))
    for name in ("FistName", "Prefix", "Initials", "LastName", "EmailWork", "EmailPrivate"):
        total += len(text(name))
    total += int(text("EmployeeNumber"))
    total += int(text("Birthday")[8:10] or 0)
    return total + int(text("StartYear")) * 100 + int(text("StartPeriod"))


main(sys.argv[1])
