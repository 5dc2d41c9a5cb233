"""Is it alive, can it serve, what is wrong: for machines and for the duty room."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response, jsonify
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from responder.core import heartbeat
from responder.core.errors import Text
from responder.core.jobs.embedded import Job
from responder.core.permissions import Permission, public, requires
from responder.core.uow import UnitOfWork
from responder.foundation.web.context import current_locale, installation, render, unit_of_work
from responder.foundation.web.words import short_time
from responder.incidents.models import Incident
from responder.reporting.models import ReportLeg
from responder.reporting.queries import WAITING
from responder.revision import is_current
from responder.situation.shell import CHANNELS, RINGS

bp = Blueprint("health", __name__)
HEART_STOPS_AFTER = timedelta(seconds=30)
QUEUE_IS_OLD_AFTER = timedelta(seconds=30)
OK, DOUBT, FAILED = "ok", "doubt", "failed"
WORST_FIRST = (FAILED, DOUBT, OK)


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """Answer that the process serves requests."""
    return jsonify(status="ok")


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Answer whether it can serve: database, migrations, clock."""
    try:
        with unit_of_work(write=False) as uow:
            checks = {check.key: check.is_ready for check in _checks(uow)}
    except OperationalError:
        checks = {"database": False}
    fine = all(checks.values())
    return jsonify(status="ok" if fine else "not ready", checks=checks), 200 if fine else 503


@bp.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Answer counts for Prometheus; no names, places or numbers of people."""
    registry = CollectorRegistry()
    with unit_of_work(write=False) as uow:
        counts = {
            "responder_open_incidents": select(func.count())
            .select_from(Incident)
            .where(Incident.state == "open"),
            "responder_waiting_legs": select(func.count())
            .select_from(ReportLeg)
            .where(ReportLeg.state.in_(WAITING)),
            "responder_jobs": select(func.count()).select_from(Job),
        }
        for name, query in counts.items():
            Gauge(name, name.replace("_", " "), registry=registry).set(uow.session.scalar(query) or 0)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@bp.get("/health")
@requires(Permission.SEE_HEALTH)
def health() -> ResponseReturnValue:
    """Show each check with a plain sentence and what to do."""
    with unit_of_work(write=False) as uow:
        checks = sorted(_checks(uow), key=lambda check: WORST_FIRST.index(check.state))
        bad = sum(check.state != OK for check in checks)
        words = Text(
            f"{len(checks) - bad} 项正常，{bad} 项要看", f"{len(checks) - bad} in order, {bad} to look at"
        )
        locale = current_locale()
        model = {
            "checks": [
                {
                    "name": check.name.in_(locale),
                    "state": check.state,
                    "words": check.words.in_(locale),
                    "remedy": check.remedy.in_(locale) if check.remedy else None,
                }
                for check in checks
            ],
            "words": words.in_(locale),
            "at": uow.now,
            "figures": [],
        }
        return render("web/health.html", uow.session, health=model)


@dataclass(frozen=True)
class Check:
    """One thing looked at: what it is, how it stands, and what to do where it is not well."""

    key: str
    name: Text
    state: str  # ok, doubt (it serves, somebody should look), failed
    words: Text
    remedy: Text | None = None

    @property
    def is_ready(self) -> bool:
        """Return whether requests can be served in spite of it."""
        return self.state != FAILED


def _looked(key: str, name: Text, ok: bool, well: Text, ill: Text, remedy: Text) -> Check:
    return Check(key, name, OK, well) if ok else Check(key, name, FAILED, ill, remedy)


def _checks(uow: UnitOfWork) -> list[Check]:
    oldest = uow.session.scalar(select(func.min(Job.run_at)).where(Job.leased_until.is_(None)))
    heart = heartbeat.last_beat(uow.session, "clock")
    return [
        Check("database", Text("数据库", "Database"), OK, Text("能读", "answers")),
        _looked(
            "migrations",
            Text("数据库结构", "Schema"),
            is_current(uow.session.connection()),
            Text("与本版本一致", "is this release's"),
            Text("与本版本不一致", "is not this release's"),
            Text("运行 responder db upgrade，再重启", "run responder db upgrade, then restart"),
        ),
        _looked(
            "clock",
            Text("计时进程", "Clock"),
            heart is not None and uow.now - heart < HEART_STOPS_AFTER,
            Text("每秒查看到期的事", "looks every second for what is due"),
            _silent_since(heart),
            Text("没有它就没有催办：请重启计时进程", "without it nobody is called: restart the clock"),
        ),
        _looked(
            "queue",
            Text("待发队列", "Queue"),
            oldest is None or uow.now - oldest < QUEUE_IS_OLD_AFTER,
            Text("没有积压", "nothing is held up"),
            Text(
                f"最早的一件自 {short_time(oldest)} 起等着",
                f"the oldest has waited since {short_time(oldest)}",
            ),
            Text("检查 worker 进程是否在运行", "see whether a worker is running"),
        ),
        _messages(),
    ]


def _silent_since(heart: datetime | None) -> Text:
    if heart is None:
        return Text("还没有运行过", "has never run")
    at = short_time(heart)
    return Text(f"自 {at} 起没有动静", f"silent since {at}")


def _messages() -> Check:
    """Return how messages stand; without a provider people telephone, which is lawful and slower."""
    name, there = Text("消息", "Messages"), installation().channels
    off = [words for channel, words in CHANNELS.items() if channel in RINGS and channel not in there]
    if not off:
        return Check("messages", name, OK, Text("短信和语音都有服务商", "SMS and voice have a provider"))
    words = Text(
        "、".join(one.zh for one in off) + "没有服务商：系统不发",
        " and ".join(one.en for one in off) + ": no provider, nothing leaves",
    )
    remedy = Text(
        "请按拨打清单打电话；怎样设置见运维手册",
        "telephone by the call list; the operator's page names the settings",
    )
    return Check("messages", name, DOUBT, words, remedy)
