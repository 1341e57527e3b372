"""Runs the public Python package `nmbrs-rest-api` (0.0.3) against a running Nmbrs sandbox.

Usage:  python nmbrs_rest_api.py sandbox.json        (or `-` to read the JSON from stdin)

The JSON holds rest_url, identity_url, client_id, client_secret, subscription_key, access_token and refresh_token,
either at its top or below the key "nmbrs". With `control_url` beside them, faults and a fresh consent are tried as
well. Somebody else's client has no reason to agree with ours, so what it can read is a second opinion on the sandbox.
Ends with 0 when everything held. The refresh token in the JSON is spent afterwards: give each run a fresh sandbox.
"""

import json
import sys
import urllib.request

import nmbrs_rest.auth as auth
from nmbrs_rest import Nmbrs
from nmbrs_rest.errors import APIError, InvalidClientError, InvalidGrantError, ReauthorizationRequired

checks = 0


def check(holds, what):
    global checks
    if not holds:
        sys.exit(f"FAILED: {what}")
    checks += 1
    print(f"ok: {what}")


def refused(call, kind=APIError):
    """The error a call ends with."""
    try:
        call()
    except kind as error:
        return error
    sys.exit(f"FAILED: {call} was not refused")


def read_setup(argument):
    text = sys.stdin.read() if argument == "-" else open(argument, encoding="utf-8").read()
    setup = json.loads(text)
    return setup.get("nmbrs", setup)


def point_at(identity_url):
    """The package has the vendor's addresses as constants."""
    auth.AUTHORIZE_URL = f"{identity_url}/connect/authorize"
    auth.TOKEN_URL = f"{identity_url}/connect/token"
    auth.PAR_URL = f"{identity_url}/connect/par"
    auth.REVOCATION_URL = f"{identity_url}/connect/revocation"


def connect(setup, **more):
    return Nmbrs(
        setup["client_id"],
        setup["client_secret"],
        more.pop("subscription_key", setup["subscription_key"]),
        base_url=setup["rest_url"],
        **more,
    )


def control(setup, method, path, body):
    request = urllib.request.Request(
        f"{setup['control_url']}/{path}", method=method, data=json.dumps(body).encode() if body else None
    )
    with urllib.request.urlopen(request) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def sign_in(setup):
    """Refreshes by itself before the first call, because a token without an expiry counts as spent."""
    saved = []
    api = connect(
        setup,
        access_token=setup["access_token"],
        refresh_token=setup["refresh_token"],
        on_token_refresh=saved.append,
    )
    api.companies()
    rotated = api.refresh_token not in (None, setup["refresh_token"])
    check(rotated and len(saved) >= 1, "the first call refreshes, and the refresh token rotates")
    check("employee.info.read" in api.scopes, "the granted scopes come with the token")
    return api


def read_everything(api):
    debtors = api.debtors()
    companies = api.companies()
    check(len(debtors) >= 1 and all(one.name for one in debtors), f"{len(debtors)} debtors")
    check(len(companies) >= 1 and all(one.name for one in companies), f"{len(companies)} companies")
    by_debtor = {company.id for debtor in debtors for company in debtor.companies()}
    check(by_debtor == {company.id for company in companies}, "the debtors' companies are the same ones")
    users = api.transport.get_json("/api/user/info")["data"]
    infos = api.transport.get_json("/api/debtors/info")["data"]
    check(len(users) >= 1 and "email" in users[0], "user info")
    check(len(infos) == len(debtors) and infos[0]["debtor"]["debtorId"], "debtor info")

    people = [person for company in companies for person in company.employees()]
    check(len({person.id for person in people}) == len(people) > 0, f"{len(people)} employees, each once")
    check(all(person.employee_type for person in people), "everybody has a type")
    for company in companies:
        read_company(api, company)


def read_company(api, company):
    settings = pages(api, company, "/api/companies/{companyId}/extrafieldSettings")
    check(all(row["name"] and row["extraFieldType"] for row in settings), f"{company.name}: {len(settings)} fields")
    everybody = {person.id for person in company.employees()}
    inner_keys = {
        "personalinfo": "info",
        "employments": "employments",
        "contracts": "contracts",
        "extraFields": "extraFields",
    }
    for path, inner in inner_keys.items():
        rows = pages(api, company, "/api/companies/{companyId}/employees/" + path, page_size=7)
        ids = [row["employeeId"] for row in rows]
        held = len(set(ids)) == len(ids) and set(ids) <= everybody and all(inner in row for row in rows)
        check(held, f"{company.name}: {len(rows)} rows of {path} over pages of 7")
    payroll = company.employees(employee_type="payroll")
    check(all(one.employee_type == "payroll" for one in payroll), f"{company.name}: {len(payroll)} on payroll")
    for person in company.employees()[:3]:
        person.employments()
        person.contracts()
        person.extra_fields()
        history = person.personal_info()
        check(bool(history), f"{company.name}: one person's resources through the package's own methods")


def pages(api, company, template, page_size=100):
    from nmbrs_rest.pagination import Page

    path = template.format(companyId=company.id)
    return list(Page(api.transport, template, path=path, factory=lambda row: row, page_size=page_size))


def meet_refusals(setup, api):
    unknown = "00000000-0000-4000-8000-000000000000"
    error = refused(lambda: api.company(unknown).employees())
    check((error.http_status, error.code) == (404, 40404), f"an unknown company is {type(error).__name__} 40404")
    error = refused(lambda: api.company("17").employees())
    check((error.http_status, error.code) == (400, 40033), f"a bad GUID is {type(error).__name__} 40033")
    error = refused(lambda: api.transport.get_json("/api/companies", params={"pageSize": 101}))
    check(error.code == 40033 and error.invalid_params, "a page of 101 is refused with the parameter's name")
    error = refused(lambda: api.transport.get_json("/api/nothing"))
    check((error.http_status, error.code) == (404, 40401), f"an unknown path is {type(error).__name__} 40401")
    stranger = connect(setup, access_token=api.access_token, subscription_key="wrong", max_retries=0)
    error = refused(stranger.companies, kind=Exception)
    check(isinstance(error, (APIError, ReauthorizationRequired)), f"a wrong subscription key is {type(error).__name__}")
    impostor = auth.OAuth(setup["client_id"], "wrong")
    error = refused(lambda: impostor.refresh("any"), kind=InvalidClientError)
    check(error.error == "invalid_client", "a wrong secret is invalid_client")


def meet_faults(setup, api):
    control(setup, "POST", "faults", {"effect": {"kind": "status", "status": 503, "code": 50301}})
    headers = {"retry-after": "0"}
    throttled = {"kind": "status", "status": 429, "code": 42908, "headers": headers}
    control(setup, "POST", "faults", {"effect": throttled})
    check(len(api.companies()) >= 1, "a 503 and a 429 are retried by the package")
    control(setup, "POST", "faults", {"effect": {"kind": "status", "status": 429, "code": 42909}})
    error = refused(api.companies)
    check(error.code == 42909, f"a used-up quota is {type(error).__name__}")


def consent_again(setup):
    redirect = "http://localhost:1/callback"
    code = control(setup, "POST", "codes", {"redirect_uri": redirect})["code"]
    api = connect(setup, redirect_uri=redirect)
    api.authenticate(code)
    check(len(api.companies()) >= 1, "a fresh code gives tokens that work")
    api.logout()


def lose_the_family(setup, api):
    oauth = auth.OAuth(setup["client_id"], setup["client_secret"])
    spent = api.refresh_token
    api.refresh()
    refused(lambda: oauth.refresh(spent), kind=InvalidGrantError)
    check(True, "a spent refresh token is invalid_grant")
    refused(api.companies, kind=ReauthorizationRequired)
    check(True, "and it ended its whole family: consent is needed again")


def main():
    setup = read_setup(sys.argv[1] if len(sys.argv) > 1 else "-")
    point_at(setup["identity_url"])
    api = sign_in(setup)
    read_everything(api)
    meet_refusals(setup, api)
    if setup.get("control_url"):
        meet_faults(setup, api)
        consent_again(setup)
    lose_the_family(setup, api)
    print(f"{checks} checks held")


main()
