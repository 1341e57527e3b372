"""Runs the public Python package `nmbrs-rest-api` (0.0.3) against a running Nmbrs sandbox.

Usage:  python nmbrs_rest_api.py sandbox.json        (or `-` to read the JSON from stdin)

The JSON holds rest_url, identity_url, client_id, client_secret, subscription_key, access_token and refresh_token,
either at its top or below the key "nmbrs". With `control_url` beside them, what needs a director is tried as well:
faults, a user who denies, a withdrawn consent, other logins, time. Somebody else's client has no reason to agree with
ours, so what it can read is a second opinion on the sandbox. Ends with 0 when everything held. The refresh token in the
JSON is spent afterwards: give each run a fresh sandbox.
"""

import json
import sys
import urllib.error
import urllib.request
from datetime import date, datetime
from urllib.parse import parse_qsl, urlsplit

import nmbrs_rest.auth as auth
from nmbrs_rest import Nmbrs
from nmbrs_rest.errors import (
    APIError,
    DataAccessError,
    IdentityServerError,
    InsufficientScopeError,
    InvalidClientError,
    InvalidGrantError,
    ReauthorizationRequired,
)

REDIRECT = "http://localhost:1/callback"

LONG_AGO, NEVER = date(1950, 1, 1), datetime(2099, 12, 31, 9, 30)

#: An expiry that spares the package its own refresh.
FAR_AHEAD = datetime.fromisoformat("2100-01-01T00:00:00+00:00")

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


class StayHere(urllib.request.HTTPRedirectHandler):
    """A browser that does not go where it is sent."""

    def redirect_request(self, *_):
        return None


def open_page(url):
    """The parameters with which the browser is sent back to the application; None when it stays on a page."""
    try:
        urllib.request.build_opener(StayHere).open(url).close()
    except urllib.error.HTTPError as answer:
        if answer.code == 302 and answer.headers["location"].startswith(f"{REDIRECT}?"):
            return dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    return None


def signed_in(setup, scopes=None, **how):
    """A client whose user has just consented in the browser."""
    api = connect(setup)
    callback = open_page(api.login(REDIRECT, scopes, **how))
    api.authenticate(callback["code"], state=callback["state"])
    check(api.scopes == set(callback["scope"].split()), "the tokens have the scopes of the callback")
    return api


def sign_in_by_browser(setup):
    oauth = auth.OAuth(setup["client_id"], setup["client_secret"], REDIRECT)
    for how in [{}, {"pkce": True}, {"par": True}, {"pkce": True, "par": True}]:
        api = signed_in(setup, **how)
        check(len(api.companies()) >= 1, f"a sign-in with {how or 'neither PKCE nor PAR'} opens the API")
        spent = api.refresh_token
        api.refresh()
        check(api.refresh_token != spent, "its refresh token rotates")
        access, refresh = api.access_token, api.refresh_token
        api.logout()
        refused(lambda: oauth.refresh(refresh), kind=InvalidGrantError)
        stranded = connect(setup, access_token=access, expires_at=FAR_AHEAD)
        refused(stranded.companies, kind=ReauthorizationRequired)
        check(True, "after the revocation neither token works")


def meet_refused_sign_ins(setup):
    oauth = auth.OAuth(setup["client_id"], setup["client_secret"], REDIRECT)
    asked = oauth.authorization_url(["company.info.read"], pkce=True)
    for verifier in ["x" * 43, None]:
        code = open_page(asked.url)["code"]
        refused(lambda: oauth.exchange_code(code, code_verifier=verifier), kind=InvalidGrantError)
    check(True, "a wrong or missing verifier is invalid_grant")

    code = open_page(oauth.authorization_url(["company.info.read"]).url)["code"]
    refused(lambda: oauth.exchange_code(code, redirect_uri="http://localhost:2/callback"), kind=InvalidGrantError)
    token = oauth.exchange_code(code)
    refused(lambda: oauth.exchange_code(code), kind=InvalidGrantError)
    api = connect(setup, access_token=token.access_token, expires_at=FAR_AHEAD)
    refused(api.companies, kind=ReauthorizationRequired)
    check(True, "a code shown twice is invalid_grant and ends its tokens")

    for scopes in (["employee.salary.read"], ["openid", "company.info.read"]):
        check(open_page(oauth.authorization_url(scopes).url) is None, f"{scopes[0]} ends on a page of the vendor's")
        error = refused(lambda: oauth.authorization_url(scopes, par=True), kind=IdentityServerError)
        check(error.error == "invalid_scope", f"{scopes[0]} pushed is invalid_scope")
    elsewhere = oauth.authorization_url(["company.info.read"], redirect_uri="https://elsewhere.example.nl/")
    check(open_page(elsewhere.url) is None, "an address that is not registered ends on a page")
    pushed = oauth.authorization_url(["company.info.read"], par=True)
    opened = [open_page(pushed.url), open_page(pushed.url)]
    check(opened[0] is not None and opened[1] is None, "a pushed request opens the page once")


def first_call(setup):
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
    settings = company.extra_field_settings()
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
    since = {one.id for one in company.employees(created_from=LONG_AGO)}
    check(since == everybody and company.employees(created_from=NEVER) == [], f"{company.name}: filters by date")
    for person in company.employees()[:3]:
        read_person(company, person)


def read_person(company, person):
    again = company.employee(person.id)
    check((again.id, again.raw) == (person.id, person.raw), f"{company.name}: one person in one request")
    check(bool(person.personal_info()), f"{company.name}: the person's history")
    for read in (person.personal_info, person.employments, person.contracts):
        check(read(created_from=LONG_AGO) == read(), f"{company.name}: {read.__name__} since long ago is all of it")
        check(read(created_from=NEVER) == [], f"{company.name}: {read.__name__} since a day ahead is nothing")
    check(person.employments(changed_from=LONG_AGO) == person.employments(), f"{company.name}: changed since long ago")
    texts = person.extra_fields(extra_field_type="text")
    check(isinstance(texts, list) and isinstance(person.extra_fields(), list), f"{company.name}: the person's fields")


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


def meet_users(setup):
    """What a user can do beside granting everything."""
    oauth = auth.OAuth(setup["client_id"], setup["client_secret"], REDIRECT)
    control(setup, "POST", "consent", {"decision": "deny"})
    callback = open_page(oauth.authorization_url(["company.info.read"]).url)
    check(callback["error"] == "access_denied" and "code" not in callback, "a user who denies is access_denied")

    less = ["offline_access", "company.info.read"]
    control(setup, "POST", "consent", {"decision": "grant", "scopes": less})
    api = signed_in(setup, ["offline_access", "company.info.read", "employee.info.read"])
    check(api.scopes == set(less), "a user may grant less than was asked")
    error = refused(api.companies()[0].employees, kind=InsufficientScopeError)
    check(error.http_status == 403, "and the API refuses the rest")
    control(setup, "POST", "consent", {"decision": "grant"})

    code = control(setup, "POST", "codes", {"redirect_uri": REDIRECT})["code"]
    control(setup, "POST", "clock", {"advance_seconds": 300})
    refused(lambda: oauth.exchange_code(code), kind=InvalidGrantError)
    check(True, "a code lives for five minutes")

    control(setup, "DELETE", "consent", None)
    refused(api.companies, kind=ReauthorizationRequired)
    check(True, "a withdrawn consent is found out at the next call")


def meet_logins(setup):
    api = signed_in(setup)
    companies = {company.id for company in api.companies()}
    control(setup, "POST", "login", {"login": "multi_debtor"})
    check({company.id for company in api.companies()} == companies, "several debtors: the package goes by debtor")
    control(setup, "POST", "login", {"login": "company_only"})
    check(len(api.companies()) == len(companies), "a company login reads its companies")
    refused(api.debtors, kind=DataAccessError)
    check(True, "but no debtors")
    control(setup, "POST", "login", {"login": "client"})
    api.logout()


def meet_time(setup):
    """The package's clock stands where it is while the sandbox's goes on."""
    api = signed_in(setup)
    access, refresh = api.access_token, api.refresh_token
    control(setup, "POST", "clock", {"advance_seconds": 3600})
    check(len(api.companies()) >= 1, "a token that ended early is refreshed on the 401")
    check(api.access_token != access and api.refresh_token != refresh, "and both tokens are new")
    control(setup, "POST", "clock", {"advance_seconds": 30 * 24 * 3600})
    refused(api.companies, kind=ReauthorizationRequired)
    check(True, "thirty days without a refresh end the access")


def lose_the_family(setup):
    oauth = auth.OAuth(setup["client_id"], setup["client_secret"])
    api = signed_in(setup)
    spent = api.refresh_token
    api.refresh()
    refused(lambda: oauth.refresh(spent), kind=InvalidGrantError)
    check(True, "a spent refresh token is invalid_grant")
    refused(api.companies, kind=ReauthorizationRequired)
    check(True, "and it ended its whole family: consent is needed again")


def meet_the_record(setup):
    """The sandbox knows of one consent that ended because a refresh token was shown twice: the one just lost."""
    ends = [grant["ended_by"] for grant in control(setup, "GET", "grants", None)]
    check(ends.count("reused_refresh_token") == 1 and ends[-1] == "reused_refresh_token", "nobody else re-used one")


def main():
    setup = read_setup(sys.argv[1] if len(sys.argv) > 1 else "-")
    point_at(setup["identity_url"])
    api = first_call(setup)
    read_everything(api)
    meet_refusals(setup, api)
    sign_in_by_browser(setup)
    meet_refused_sign_ins(setup)
    if setup.get("control_url"):
        meet_faults(setup, api)
        meet_users(setup)
        meet_logins(setup)
        meet_time(setup)
    lose_the_family(setup)
    if setup.get("control_url"):
        meet_the_record(setup)
    print(f"{checks} checks held")


main()
