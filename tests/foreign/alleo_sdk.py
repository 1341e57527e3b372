"""Runs the vendor's own Python SDK (`pip install alleo==0.1.1`) against a running YourCampus sandbox.

    python tests/foreign/alleo_sdk.py sandbox.json

The file is what `sandbox --json` prints; only the object under "yourcampus" is read: `base_url`, `access_key`, `secret_key`, and,
if the sandbox offers one, `control_url` for the faults (without it the checks that need a fault are reported as left out).
The accounts it changes are those it made; with `control_url` it also moves the clock. The exit code is 1 if a check fails.
"""

import asyncio
import json
import sys
import urllib.request
import uuid
from datetime import date

import alleo
from pydantic import ValidationError as LocalValidationError

failures = []


def check(name, passed):
    print("ok     " if passed else "FAILED ", name)
    if not passed:
        failures.append(name)


def raised(kind, call):
    """The error of this kind that the call raises, or None."""
    try:
        call()
    except kind as error:
        return error
    return None


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        target = json.load(file)["yourcampus"]
    keys = {name: target[name] for name in ("base_url", "access_key", "secret_key")}
    sleeps = []
    with alleo.AlleoClient(**keys, _sleep=sleeps.append) as client:
        signing_in(keys)
        rotating(keys, target.get("control_url"))
        company = reading(client)
        listing(client, company)
        asyncio.run(listing_concurrently(keys, client, company))
        employee = writing(client, company)
        refusals(client, company, employee)
        switching(client, company, employee)
        retrying(client, target.get("control_url"), sleeps)
        giving_up(client, target.get("control_url"))
    print(f"{len(failures)} failed")
    return 1 if failures else 0


def signing_in(keys):
    with alleo.AlleoClient(**{**keys, "secret_key": "not the key"}) as stranger:
        error = raised(alleo.AuthenticationError, stranger.list_companies)
        check("wrong keys are an AuthenticationError: invalid_client", error is not None and error.message == "invalid_client")
        check("an error has a request id", error is not None and bool(error.request_id))


def rotating(keys, control_url):
    """The SDK asks for a new token a minute before the old one ends, by a clock that is ours here."""
    if control_url is None:
        print("LEFT OUT  no control_url: how often tokens are fetched")
        return
    now = [0.0]
    order(control_url, "DELETE", "requests")
    with alleo.AlleoClient(**keys, _clock=lambda: now[0]) as client:
        client.list_companies()
        client.list_companies()
        lifetime = client._auth._state.expires_at
        check("one token serves many calls", token_calls(control_url) == 1)
        now[0] = lifetime - 61
        client.list_companies()
        check("a token is used until its last minute", token_calls(control_url) == 1)
        now[0] = lifetime - 60
        client.list_companies()
        check("and replaced in it", token_calls(control_url) == 2)


def token_calls(control_url):
    return sum(request["path"].endswith("/oauth/token") for request in order(control_url, "GET", "requests"))


def reading(client):
    companies = client.list_companies()
    check("there is a company", len(companies) > 0)
    company = max((c.id for c in companies), key=lambda id: client.list_employees(id).count)
    groups = client.list_company_groups(company)
    check("groups have ids", all(isinstance(group.id, int) for group in groups))
    error = raised(alleo.NotFoundError, lambda: client.list_company_groups(2**40))
    check("an unknown company is a NotFoundError", error is not None and error.status_code == 404)
    return company


def listing(client, company):
    first = client.list_employees(company)
    check("a page has 30 rows unless there are fewer", len(first.data) == min(30, first.count))
    ids = [employee.id for employee in client.list_employees_iter(company)]
    check("the iterator brings every row once", len(ids) == len(set(ids)) == first.count)
    active = list(client.list_employees_iter(company, is_active=True))
    inactive = list(client.list_employees_iter(company, is_active=False))
    check("active and inactive make the whole", len(active) + len(inactive) == first.count)
    check("the filter is kept on every page", all(e.is_active for e in active) and not any(e.is_active for e in inactive))
    check("the list takes several pages", first.count > 100)
    nothing = list(client.list_employees_iter(company, search=f"a b+é@{uuid.uuid4()}"))
    check("a search for nothing brings nothing", nothing == [])
    if first.data:
        one = client.get_employee(company, first.data[0].id)
        check("one employee is the row of the list", one == first.data[0])
    error = raised(alleo.ValidationError, lambda: client.list_employees(company, limit=101))
    check("a limit of 101 is a ValidationError", error is not None and error.status_code == 422)


async def listing_concurrently(keys, client, company):
    """The SDK's other half, eight calls at a time."""
    ids = [employee.id for employee in client.list_employees_iter(company)]
    async with alleo.AsyncAlleoClient(**keys) as together:
        listed = [employee.id async for employee in together.list_employees_iter(company)]
        check("the async iterator brings the same rows", listed == ids)
        read = await asyncio.gather(*(together.get_employee(company, id) for id in ids[:8]))
        check("eight calls at once bring the rows that were asked for", [one.id for one in read] == ids[:8])


def new_person(**more):
    return {"email": f"Probe.{uuid.uuid4().hex}@Voorbeeld.example.nl", "first_name": "Zoë", "last_name": "Probe", **more}


def writing(client, company):
    made = client.create_employee(company, new_person(prefix="van der", birthday=date(1990, 2, 1), external_id="probe"))
    check("a create is active and speaks English", made.is_active and made.language == "en")
    check("a create brings its values back", (made.first_name, made.birthday) == ("Zoë", date(1990, 2, 1)))
    edited = client.update_employee(company, made.id, {"last_name": "Proef"})
    check("an edit leaves unset fields alone", (edited.last_name, edited.prefix, edited.external_id) == ("Proef", "van der", "probe"))
    cleared = client.update_employee(company, made.id, {"external_id": None})
    check("an edit clears with null", cleared.external_id in (None, "") and cleared.prefix == "van der")
    check("an edit of nothing changes nothing", client.update_employee(company, made.id, {}) == cleared)
    check("what was read last is what is stored", client.get_employee(company, made.id) == cleared)
    return cleared


def refusals(client, company, employee):
    for name, call in [
        ("reading nobody", lambda: client.get_employee(company, 2**40)),
        ("editing nobody", lambda: client.update_employee(company, 2**40, {"last_name": "Niemand"})),
        ("deactivating nobody", lambda: client.deactivate_employee(company, 2**40)),
        ("activating nobody", lambda: client.activate_employee(company, 2**40)),
        ("creating in no company", lambda: client.create_employee(2**40, new_person())),
    ]:
        error = raised(alleo.NotFoundError, call)
        check(f"{name} is a NotFoundError", error is not None and bool(error.request_id))
    loud = employee.email.split("@")[0].upper() + "@" + employee.email.split("@")[1]
    error = raised(alleo.ConflictError, lambda: client.create_employee(company, new_person(email=loud)))
    check("a taken address is a ConflictError", error is not None and "already exists" in error.message)
    check("the SDK refuses an unknown key itself", raised(LocalValidationError, lambda: client.create_employee(company, new_person(x=1))) is not None)

    # Below the SDK's own checks, so that the server has to refuse.
    path = f"/companies/{company}/employees"
    for name, method, at, body, place in [
        ("an unknown key", "POST", path, new_person(salary=1), "body.salary"),
        ("a missing name", "POST", path, {"email": "a@voorbeeld.example.nl", "first_name": "A"}, "body.last_name"),
        ("a bad address", "POST", path, new_person(email="nobody"), "body.email"),
        ("a long name", "POST", path, new_person(prefix="x" * 1001), "body.prefix"),
        ("a null address", "PATCH", f"{path}/{employee.id}", {"email": None}, "body.email"),
    ]:
        error = raised(alleo.ValidationError, lambda: client._request(method, at, json=body))
        check(f"{name} is a ValidationError at {place}", error is not None and error.message.startswith(f"{place}: "))


def switching(client, company, employee):
    off = client.deactivate_employee(company, employee.id)
    check("a deactivate answers the inactive employee", off.id == employee.id and not off.is_active)
    again = raised(alleo.ConflictError, lambda: client.deactivate_employee(company, employee.id))
    check("a second deactivate is a ConflictError", again is not None)
    on = client.activate_employee(company, employee.id)
    check("an activate answers the active employee", on.id == employee.id and on.is_active)
    active = raised(alleo.ConflictError, lambda: client.activate_employee(company, employee.id))
    check("a second activate is a ConflictError", active is not None)
    client.deactivate_employee(company, employee.id)


def retrying(client, control_url, sleeps):
    if control_url is None:
        print("LEFT OUT  no control_url: 429, 5xx and broken connections")
        return
    for name, effect, expected in [
        ("429 with Retry-After", {"kind": "status", "status": 429, "headers": {"Retry-After": "3"}}, [3.0, 3.0]),
        ("429 without", {"kind": "status", "status": 429}, [0.5, 1.0]),
        ("503", {"kind": "status", "status": 503}, [0.5, 1.0]),
        ("a broken connection", {"kind": "reset"}, [0.5, 1.0]),
        ("a cut answer", {"kind": "cut_body"}, [0.5, 1.0]),
    ]:
        sleeps.clear()
        order(control_url, "POST", "faults", {"effect": effect, "times": 2})
        check(f"{name} is retried after {expected}", len(client.list_companies()) > 0 and sleeps == expected)
    order(control_url, "POST", "clock", {"advance_seconds": 7200})
    check("a token that ended early is replaced", len(client.list_companies()) > 0)
    limits = client.last_rate_limit
    check("rate limit headers are numbers or absent", all(v is None or v >= 0 for v in (limits.limit, limits.remaining, limits.reset_seconds)))


def giving_up(client, control_url):
    if control_url is None:
        return
    for name, effect, kind in [
        ("429", {"kind": "status", "status": 429, "headers": {"Retry-After": "3"}}, alleo.RateLimitError),
        ("500", {"kind": "status", "status": 500}, alleo.ServerError),
        ("a broken connection", {"kind": "reset"}, alleo.NetworkError),
    ]:
        order(control_url, "POST", "faults", {"effect": effect, "times": 4})
        error = raised(kind, client.list_companies)
        check(f"{name} four times is a {kind.__name__}", error is not None)
    check("and the next call works", len(client.list_companies()) > 0)


def order(control_url, method, path, body=None):
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{control_url}/{path}", content, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read())


if __name__ == "__main__":
    sys.exit(main())
