"""Is it alive, can it serve, what is wrong: for machines and for the duty room."""

from datetime import timedelta
from typing import Any

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
from responder.incidents.models import Incident
from responder.reporting.models import ReportLeg
from responder.reporting.queries import WAITING
from responder.schema import is_current

bp = Blueprint("health", __name__)
HEART_STOPS_AFTER = timedelta(seconds=30)
QUEUE_IS_OLD_AFTER = timedelta(seconds=30)


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
            checks = {row["key"]: row["ok"] for row in _checks(uow)}
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
        checks = sorted(_checks(uow), key=lambda check: check["ok"])
        bad = sum(not check["ok"] for check in checks)
        words = Text(
            f"{len(checks) - bad} 项正常，{bad} 项要看", f"{len(checks) - bad} in order, {bad} to look at"
        )
        model = {
            "checks": [{**check, "state": "ok" if check["ok"] else "failed"} for check in checks],
            "words": words.in_(current_locale()),
            "at": uow.now,
            "figures": [],
        }
        return render("web/health.html", uow.session, health=model)


def _checks(uow: UnitOfWork) -> list[dict[str, Any]]:
    locale = current_locale()
    oldest = uow.session.scalar(select(func.min(Job.run_at)).where(Job.leased_until.is_(None)))
    heart = heartbeat.last_beat(uow.session, "clock")
    channels = installation().channels
    rows = [
        ("database", Text("数据库", "Database"), True, Text("能读能写", "reads and writes")),
        (
            "migrations",
            Text("数据库结构", "Schema"),
            is_current(uow.session.connection()),
            Text("与本版本一致", "is this release's"),
        ),
        (
            "clock",
            Text("计时进程", "Clock"),
            heart is not None and uow.now - heart < HEART_STOPS_AFTER,
            Text(
                "每秒查看到期的事；停了就没有催办，请重启",
                "looks for what is due; restart it if it has stopped",
            ),
        ),
        (
            "queue",
            Text("待发队列", "Queue"),
            oldest is None or uow.now - oldest < QUEUE_IS_OLD_AFTER,
            Text("没有积压", "nothing is held up"),
        ),
    ]
    shown = [
        {"key": key, "name": name.in_(locale), "ok": ok, "words": words.in_(locale)}
        for key, name, ok, words in rows
    ]
    if not channels:
        words = Text(
            "未配置服务商：系统不发，请按拨打清单打电话",
            "no provider: nothing is sent, telephone by the call list",
        )
        shown.append(
            {
                "key": "messages",
                "name": Text("消息", "Messages").in_(locale),
                "ok": True,
                "words": words.in_(locale),
            }
        )
    return shown
