"""Logging in and out, and what the guard lets through."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from responder.core.clock import FixedClock
from responder.core.events import now
from responder.core.permissions import Permission
from responder.core.uow import Database
from responder.foundation.access import queries, services
from responder.foundation.access.events import LoggedIn, LogInRefused
from responder.foundation.access.gatekeeper import SESSION_COOKIE, routes, unlisted_routes
from responder.foundation.access.models import Account, ApiToken, LoginAttempt, LoginSession
from responder.foundation.access.rules import digest
from tests.integration.access.conftest import CHEAP, PASSWORD


def bearer(database: Database, login: str, kind: str = "api") -> dict[str, str]:
    with database.unit_of_work() as uow:
        return {"Authorization": f"Bearer {services.issue_token(uow, login, kind=kind)}"}


def test_the_right_password_opens_the_board(client: FlaskClient, forms: SimpleNamespace) -> None:
    answer = forms.log_in("baishan", next="/board?mine=1")
    assert (answer.status_code, answer.location) == (303, "/board?mine=1")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie  # the public address is plain http on loopback
    assert client.get("/board").get_data(as_text=True).startswith("baishan ")


def test_what_is_kept_of_a_session_opens_nothing(
    client: FlaskClient, forms: SimpleNamespace, database: Database
) -> None:
    forms.log_in("baishan")
    cookie = client.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    with database.unit_of_work(write=False) as uow:
        kept = uow.session.scalars(select(LoginSession.token_hash)).one()
    assert kept == digest(cookie.value)
    assert cookie.value not in kept


@pytest.mark.parametrize(("login", "password"), [("baishan", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_log_in_keeps_the_login_and_says_one_thing(
    client: FlaskClient, forms: SimpleNamespace, login: str, password: str
) -> None:
    answer = forms.log_in(login, password)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "账号或密码不对。" in page
    assert f'value="{login}"' in page
    assert client.get("/board").status_code == 303


def test_the_page_speaks_the_browsers_language(client: FlaskClient) -> None:
    page = client.post(
        "/login", data={"csrf_token": "x"}, headers={"Accept-Language": "en-GB", "Accept": "application/json"}
    )
    assert page.get_json()["detail"].startswith("The page has expired")


def test_a_switched_off_account_does_not_come_in(forms: SimpleNamespace, database: Database) -> None:
    with database.unit_of_work() as uow:
        uow.session.execute(update(Account).where(Account.login == "baishan").values(active=False))
    assert forms.log_in("baishan").status_code == 422


def test_a_log_in_rotates_the_session(client: FlaskClient, forms: SimpleNamespace) -> None:
    forms.log_in("baishan")
    first = client.get_cookie(SESSION_COOKIE)
    assert first is not None
    token = client.get("/board").get_data(as_text=True).split()[1]
    answer = client.post("/login", data={"login": "jiangyuan", "password": PASSWORD, "csrf_token": token})
    assert answer.status_code == 303
    assert client.get("/board").get_data(as_text=True).startswith("jiangyuan ")
    client.set_cookie(SESSION_COOKIE, first.value)
    assert client.get("/board").status_code == 303


def test_logging_out_ends_the_session_on_the_server(client: FlaskClient, forms: SimpleNamespace) -> None:
    forms.log_in("baishan")
    cookie = client.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    token = client.get("/board").get_data(as_text=True).split()[1]
    assert client.post("/logout", data={"csrf_token": "wrong"}).status_code == 403
    assert client.post("/logout", data={"csrf_token": token}).location == "/login"
    client.set_cookie(SESSION_COOKIE, cookie.value)
    assert client.get("/board").status_code == 303


@pytest.mark.parametrize(
    ("steps", "is_open"),
    [
        ([timedelta(hours=11, minutes=59)], True),
        ([timedelta(hours=12)], False),
        ([timedelta(hours=8)] * 3, False),
    ],
)
def test_a_session_ends_after_twelve_idle_hours_or_a_day(
    client: FlaskClient, forms: SimpleNamespace, clock: FixedClock, steps: list[timedelta], is_open: bool
) -> None:
    forms.log_in("baishan")
    for step in steps[:-1]:
        clock.move(step)
        assert client.get("/board").status_code == 200
    clock.move(steps[-1])
    assert client.get("/board").status_code == (200 if is_open else 303)


def test_the_fourth_wrong_password_makes_a_pause_that_grows(
    client: FlaskClient, forms: SimpleNamespace, clock: FixedClock
) -> None:
    for _ in range(3):
        assert forms.log_in("baishan", "wrong").status_code == 422
    assert forms.log_in("baishan", "wrong").status_code == 422
    refused = forms.log_in("baishan")
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 3
    clock.move(timedelta(seconds=3))
    assert forms.log_in("baishan", "wrong").status_code == 422
    clock.move(timedelta(seconds=3))
    assert forms.log_in("baishan").status_code == 429
    clock.move(timedelta(seconds=2))
    assert forms.log_in("baishan").status_code == 303


def test_ten_tries_a_minute_are_heard(database: Database, app: Flask, clock: FixedClock) -> None:
    for _ in range(10):
        services.log_in(database, CHEAP, "baishan", PASSWORD, address="192.0.2.1")
    with pytest.raises(services.LogInFailed) as refused:
        services.log_in(database, CHEAP, "baishan", PASSWORD, address="192.0.2.1")
    assert refused.value.wait_seconds > 0
    services.log_in(database, CHEAP, "baishan", PASSWORD, address="192.0.2.2")
    clock.move(timedelta(minutes=1))
    services.log_in(database, CHEAP, "baishan", PASSWORD, address="192.0.2.1")


def test_old_tries_are_forgotten(database: Database, app: Flask, clock: FixedClock) -> None:
    with pytest.raises(services.LogInFailed):
        services.log_in(database, CHEAP, "nobody", "wrong", address="192.0.2.1")
    clock.move(timedelta(days=2))
    services.log_in(database, CHEAP, "baishan", PASSWORD, address="192.0.2.2")
    with database.unit_of_work(write=False) as uow:
        assert uow.session.scalar(select(func.count()).select_from(LoginAttempt)) == 1


def test_log_ins_and_refusals_are_told(database: Database, app: Flask) -> None:
    told: list[str] = []

    def note(event: LoggedIn | LogInRefused, _uow: object) -> None:
        told.append(f"{event.audit_kind} {event.login} {event.province_code}")

    database.reactions = {LoggedIn: now(note), LogInRefused: now(note)}
    services.log_in(database, CHEAP, "baishan", PASSWORD, address="192.0.2.1")
    for login in ("baishan", "nobody"):
        with pytest.raises(services.LogInFailed):
            services.log_in(database, CHEAP, login, "wrong", address="192.0.2.1")
    assert told == ["logged_in baishan 220000", "log_in_refused baishan 220000"]


def test_somebody_not_logged_in_is_sent_to_log_in_and_back(client: FlaskClient) -> None:
    assert client.get("/board?q=矿").location == "/login?next=%2Fboard%3Fq%3D%E7%9F%BF"
    assert (
        client.get("/board", headers={"HX-Request": "true", "HX-Current-URL": "http://h/board"}).headers[
            "HX-Redirect"
        ]
        == "/login?next=%2Fboard"
    )
    answer = client.post("/api/v1/incidents")
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_log_in_leads_nowhere_else(forms: SimpleNamespace) -> None:
    assert forms.log_in("baishan", next="//evil.example").location == "/board"


def test_a_form_of_another_site_is_refused(client: FlaskClient, forms: SimpleNamespace) -> None:
    assert client.post("/login", data={"login": "baishan", "password": PASSWORD}).status_code == 403
    forms.log_in("baishan")
    assert client.post("/api/v1/incidents").status_code == 403
    token = client.get("/board").get_data(as_text=True).split()[1]
    assert client.post("/api/v1/incidents", headers={"X-CSRF-Token": token}).status_code == 200
    assert client.post("/api/v1/incidents", data={"csrf_token": token}).status_code == 200


def test_a_token_of_the_log_in_page_is_worth_nothing_afterwards(
    client: FlaskClient, forms: SimpleNamespace
) -> None:
    before = forms.token()
    forms.log_in("baishan")
    assert client.post("/api/v1/incidents", headers={"X-CSRF-Token": before}).status_code == 403


def test_a_bearer_needs_no_form_token_and_acts_as_its_account(
    client: FlaskClient, database: Database
) -> None:
    answer = client.post("/api/v1/incidents", headers=bearer(database, "jiangyuan"))
    assert answer.get_json() == {"who": "jiangyuan", "area": "220605"}


def test_a_wrong_bearer_is_nobody_even_in_a_browser_that_is_logged_in(
    client: FlaskClient, forms: SimpleNamespace
) -> None:
    forms.log_in("baishan")
    for header in ("Bearer wrong", "Bearer ", "bearer \xff"):
        assert client.post("/api/v1/incidents", headers={"Authorization": header}).status_code == 401


def test_a_feed_token_opens_no_call(client: FlaskClient, database: Database) -> None:
    headers = bearer(database, "jiangyuan", "feed")
    assert client.post("/api/v1/incidents", headers=headers).status_code == 401
    with database.unit_of_work(write=False) as uow:
        token = headers["Authorization"].removeprefix("Bearer ")
        assert queries.actor_for_token(uow.session, token, uow.now, ("feed", "api")) is not None


def test_a_revoked_token_opens_nothing(client: FlaskClient, database: Database) -> None:
    headers = bearer(database, "jiangyuan")
    with database.unit_of_work() as uow:
        services.revoke_token(uow, headers["Authorization"].removeprefix("Bearer "))
    assert client.post("/api/v1/incidents", headers=headers).status_code == 401


def test_last_seen_is_written_once_a_minute(
    client: FlaskClient, database: Database, clock: FixedClock
) -> None:
    headers = bearer(database, "jiangyuan")
    seen = []
    for _ in range(3):
        client.post("/api/v1/incidents", headers=headers)
        with database.unit_of_work(write=False) as uow:
            seen.append(uow.session.scalars(select(ApiToken.seen_at)).one())
        clock.move(timedelta(seconds=40))
    assert seen[0] == seen[1]
    assert seen[0] is not None
    assert seen[2] == seen[0] + timedelta(seconds=80)


def test_the_wrong_role_is_refused(client: FlaskClient, database: Database) -> None:
    answer = client.post("/api/v1/incidents", headers=bearer(database, "statistics"))
    assert (answer.status_code, answer.get_json()["type"]) == (403, "urn:responder:not-permitted")


def test_webhooks_need_neither_account_nor_token(client: FlaskClient) -> None:
    assert client.post("/webhooks/receipt").status_code == 200


def test_an_unknown_page_is_not_found_for_everybody(client: FlaskClient) -> None:
    assert client.get("/nothing/here", headers={"Accept": "application/json"}).status_code == 404


def test_every_route_is_listed_and_an_unlisted_one_is_named(app: Flask) -> None:
    assert unlisted_routes(app) == []
    by_rule = {route.rule: route.permission for route in routes(app)}
    assert by_rule["/board"] is Permission.SEE_INCIDENTS
    assert by_rule["/logout"] is None
    app.add_url_rule("/forgotten", "forgotten", lambda: "")
    assert unlisted_routes(app) == ["/forgotten (forgotten)"]


def test_preferences_stay_with_the_account(
    client: FlaskClient, forms: SimpleNamespace, database: Database
) -> None:
    forms.log_in("baishan")
    token = client.get("/board").get_data(as_text=True).split()[1]
    answer = client.post(
        "/preferences",
        data={"csrf_token": token, "locale": "en", "theme": "dark", "shortcuts": "off", "next": "/board"},
    )
    assert answer.location == "/board"
    with database.unit_of_work(write=False) as uow:
        account = queries.account_by_login(uow.session, "baishan")
        assert account is not None
        assert (account.locale, account.theme, account.shortcuts) == ("en", "dark", False)
        actor = queries.actor_of(uow.session, account.id)
    assert actor is not None
    assert actor.agency_name == "白山市应急管理局"  # records keep the Chinese name


def test_an_unknown_preference_changes_nothing(client: FlaskClient, forms: SimpleNamespace) -> None:
    answer = client.post(
        "/preferences", data={"csrf_token": forms.token(), "locale": "xx", "theme": "<b>", "next": "//evil"}
    )
    assert answer.location == "/login"
    assert "locale" not in str(answer.headers.getlist("Set-Cookie"))


def test_outside_the_demo_no_account_is_offered(client: FlaskClient, forms: SimpleNamespace) -> None:
    assert "demo_login" not in client.get("/login").get_data(as_text=True)
    assert (
        client.post("/login", data={"demo_login": "baishan", "csrf_token": forms.token()}).status_code == 403
    )


class TestDemo:
    """The demo's one-click log-in."""

    @pytest.fixture
    def demo(self) -> bool:
        """This is the demo."""
        return True

    @pytest.fixture(autouse=True)
    def published_password(self, app: Flask, database: Database) -> None:
        """Give every account the published password."""
        with database.unit_of_work() as uow:
            uow.session.execute(update(Account).values(password_hash=CHEAP.hash("responder-demo")))

    def test_one_click_logs_in(self, client: FlaskClient, forms: SimpleNamespace) -> None:
        page = client.get("/login").get_data(as_text=True)
        assert 'name="demo_login" value="jiangyuan"' in page
        assert 'value="mine"' not in page  # an account that does not exist is not offered
        answer = client.post("/login", data={"demo_login": "jiangyuan", "csrf_token": forms.token()})
        assert answer.status_code == 303

    @pytest.mark.parametrize(
        "elsewhere",
        [{"environ_base": {"REMOTE_ADDR": "192.0.2.1"}}, {"headers": {"X-Forwarded-For": "127.0.0.1"}}],
    )
    def test_only_from_this_machine(
        self, client: FlaskClient, forms: SimpleNamespace, elsewhere: dict[str, dict[str, str]]
    ) -> None:
        assert "demo_login" not in client.get("/login", **elsewhere).get_data(as_text=True)
        data = {"demo_login": "jiangyuan", "csrf_token": forms.token()}
        assert client.post("/login", data=data, **elsewhere).status_code == 403


def test_the_directory_answers_over_http(client: FlaskClient, database: Database) -> None:
    headers = bearer(database, "jiangyuan")
    assert client.get("/api/v1/jurisdictions?q=江源").status_code == 401
    found = client.get("/api/v1/jurisdictions?q=江源", headers=headers).get_json()
    assert [(item["code"], item["level"]) for item in found["items"]] == [("220605", "county")]
    agency = client.get("/api/v1/agencies/220605", headers=headers).get_json()
    assert (agency["name"], agency["has_duty_room"], agency["phones"]) == ("江源区应急管理局", True, [])
    assert client.get("/api/v1/agencies/999999", headers=headers).status_code == 404
    assert client.get("/api/v1/jurisdictions?limit=0", headers=headers).status_code == 422
    places = client.get("/places?q=白山", headers=headers).get_json()
    assert [(place["name"], place["level"]) for place in places] == [("白山市", "市级")]


def test_what_is_chosen_on_the_log_in_page_stays_chosen_after_it(
    client: FlaskClient, forms: SimpleNamespace, database: Database
) -> None:
    client.post("/preferences", data={"csrf_token": forms.token(), "theme": "dark", "next": "/login"})
    forms.log_in("baishan")
    with database.unit_of_work(write=False) as uow:
        account = queries.account_by_login(uow.session, "baishan")
        assert account is not None
        assert account.theme == "dark"
