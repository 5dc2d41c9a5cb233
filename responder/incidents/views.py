"""Pages of incidents: list, new, incident, follow-up, attachments."""

from http import HTTPStatus
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, redirect, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from responder.core.errors import Conflict, InvalidInput, ResponderError, Text, nothing_here
from responder.core.ids import new_id
from responder.core.permissions import Permission, requires
from responder.core.uow import UnitOfWork
from responder.foundation.audit import queries as audit
from responder.foundation.directory import queries as directory
from responder.foundation.web.api import decode_cursor, encode_cursor
from responder.foundation.web.context import current_locale, installation, render, unit_of_work
from responder.foundation.web.lexicon import (
    ACCIDENT_TYPES,
    CHANNELS,
    GRADES,
    SECTORS,
    STATES,
)
from responder.incidents import changes, circumstances, intake_form, page, queries, report_form, services
from responder.incidents.models import Attachment
from responder.incidents.preview import Reading, preview, read_form
from responder.incidents.rules import FACT_NAMES, Reader
from responder.incidents.wording import title, where

bp = Blueprint("incidents", __name__, template_folder="templates")
INTAKE = "intake"
CARRIED = (
    "summary",
    "measures",
    "source_channel",
    "source_name",
)  # from an intake into the incident it tells of
PAGE_ROWS = 50


def prefix() -> str:
    """Return the path before every link: empty in reality, the exercise's inside one."""
    return request.script_root


def _options(table: dict[Any, Text], empty: Text) -> list[dict[str, str]]:
    locale = current_locale()
    rows = [{"value": "", "label": empty.in_(locale)}]
    return rows + [{"value": key or "", "label": text.in_(locale)} for key, text in table.items() if key]


@bp.get("/incidents")
@requires(Permission.SEE_INCIDENTS)
def index() -> ResponseReturnValue:
    """Show the incidents the account may see, the newest first."""
    with unit_of_work(write=False) as uow:
        reader = Reader(request.args, uow.now.replace(year=9000))
        filters = queries.Filters(
            **{name: reader.text(name) for name in ("q", "state", "grade", "sector", "jurisdiction")},
            since=reader.instant("since"),
            until=reader.instant("until"),
        )
        errors = {name: text.in_(current_locale()) for name, text in reader.errors.items()}
        rows = queries.page(
            uow.session,
            uow.actor,
            filters,
            limit=PAGE_ROWS + 1,
            after=decode_cursor(request.args.get("cursor")),
        )
        shown, granted = rows[:PAGE_ROWS], page.taken_for_granted(uow)
        older = None
        if len(rows) > PAGE_ROWS:
            query = {**request.args.to_dict(), "cursor": encode_cursor(shown[-1].received_at, shown[-1].id)}
            older = f"{prefix()}/incidents?" + "&".join(f"{key}={value}" for key, value in query.items())
        model = {
            "rows": [page.row_model(row, prefix(), granted=granted) for row in shown],
            "count": None,
            "words": None,
            "filters": {name: request.args.get(name, "") for name in FILTERS},
            "errors": errors,
            "states": _options(STATES, ALL),
            "grades": _options(GRADES, ALL),
            "sectors": _options(SECTORS, ALL),
            "jurisdictions": [],
            "pager": {"newer_url": None, "older_url": older, "words": None} if older else None,
            "export_url": None,
        }
        return render("incidents/list.html", uow.session, list=model)


FILTERS = ("q", "state", "grade", "sector", "jurisdiction", "since", "until")
ALL = Text("所有", "all")


@bp.get("/incidents/new")
@requires(Permission.REPORT_INCIDENT)
def new() -> ResponseReturnValue:
    """Show the intake form, with the draft where there is one."""
    with unit_of_work(write=False) as uow:
        draft = queries.draft(uow.session, uow.actor.account_id, INTAKE)
        values = intake_form.typed(draft.fields if draft else {})
        started = draft.started_at if draft else uow.now
        reading = read_form(values, uow)
        return _form_page(
            uow, reading, received_at=started, errors={}, saved_at=draft.saved_at if draft else None
        )


def _form_page(
    uow: UnitOfWork, reading: Reading, *, received_at: Any, errors: dict[str, str], saved_at: Any = None
) -> str:
    form = {
        "action": f"{prefix()}/incidents",
        "values": reading.filled.values,
        "errors": errors,
        "from_text": reading.filled.from_text,
        "sectors": _options(SECTORS, Text("请选择", "choose")),
        "types": _options(ACCIDENT_TYPES, Text("未知", "unknown")),
        "channels": _options(CHANNELS, Text("请选择", "choose")),
        "circumstances": circumstances.offered(uow.session, circumstances.ticked(reading.filled.values)),
        "received_at": received_at,
        "draft_id": "",
        "draft_saved_at": saved_at,
        "key": request.form.get("idempotency_key") or str(new_id()),
        "drafts": [],
    }
    made = preview(reading, uow, prefix=prefix(), dismissed=_dismissed())
    return render("incidents/new.html", uow.session, form=form, preview=made)


def _dismissed() -> frozenset[str]:
    return frozenset(request.form.getlist("not_duplicate_of"))


def _received_at(uow: UnitOfWork) -> Any:
    reader = Reader(request.form, uow.now)
    return reader.instant("received_at") or uow.now


@bp.post("/incidents/preview")
@requires(Permission.REPORT_INCIDENT)
def show_preview() -> ResponseReturnValue:
    """Answer what the words and figures so far amount to: the fragment to htmx, the whole form otherwise."""
    with unit_of_work(write=False) as uow:
        reading = read_form(intake_form.typed(request.form), uow)
        if not request.headers.get("HX-Request"):
            return _form_page(uow, reading, received_at=_received_at(uow), errors={})
        made = preview(reading, uow, prefix=prefix(), dismissed=_dismissed())
        return render("incidents/_preview.html", uow.session, preview=made, oob=True)


@bp.post("/incidents/draft")
@requires(Permission.REPORT_INCIDENT)
def keep_draft() -> ResponseReturnValue:
    """Keep what is typed so far."""
    with unit_of_work() as uow:
        services.save_draft(INTAKE, intake_form.typed(request.form), uow)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(saved_at=intake_form.show_clock(uow.now), draft_id=INTAKE)
    return redirect(f"{prefix()}/incidents/new", HTTPStatus.SEE_OTHER)


@bp.post("/incidents")
@requires(Permission.REPORT_INCIDENT)
def create() -> ResponseReturnValue:
    """Save the intake and send it on its way, or show the form again with a sentence beside each field."""
    if request.form.get("action") == "preview":
        return show_preview()
    if request.form.get("action") == "draft":
        return keep_draft()
    with unit_of_work(write=False) as uow:
        earlier = services.saved_under(request.form.get("idempotency_key", ""), uow)
        if earlier is not None:
            return redirect(f"{prefix()}/incidents/{earlier}", HTTPStatus.SEE_OTHER)
        reading = read_form(intake_form.typed(request.form), uow)
        if reading.intake is None or reading.errors:
            return _refused(uow, reading, dict(reading.errors))
        directory.read_offices_ahead(uow.session, reading.intake.place)
    try:
        with unit_of_work() as uow:
            incident_id = services.log_incident(reading.intake, uow)
            services.remember_form(request.form.get("idempotency_key", ""), incident_id, uow)
            services.drop_draft(INTAKE, uow)
    except InvalidInput as refused:
        with unit_of_work(write=False) as uow:
            return _refused(uow, reading, intake_form.form_errors(refused.errors))
    return redirect(f"{prefix()}/incidents/{incident_id}", HTTPStatus.SEE_OTHER)


def _refused(uow: UnitOfWork, reading: Reading, errors: dict[str, Text]) -> ResponseReturnValue:
    said = {name: text.in_(current_locale()) for name, text in errors.items()}
    return _form_page(
        uow, reading, received_at=_received_at(uow), errors=said
    ), HTTPStatus.UNPROCESSABLE_ENTITY


@bp.get("/incidents/<uuid:incident_id>")
@requires(Permission.SEE_INCIDENTS)
def show(incident_id: UUID) -> ResponseReturnValue:
    """Show one incident, its latest version or an older one."""
    with unit_of_work(write=False) as uow:
        incident = queries.incident(uow.session, uow.actor, incident_id)
        version = request.args.get("version", type=int)
        if version is not None and not 1 <= version <= incident.version:
            raise nothing_here("没有这一版", "There is no such version")
        model, panels = page.incident_page(
            incident,
            uow,
            prefix=prefix(),
            version=version,
            show_changes=request.args.get("changes") == "1",
            all_yours=request.args.get("all") == "1",
        )
        return render("incidents/incident.html", uow.session, incident=model, panels=panels)


@bp.get("/incidents/<uuid:incident_id>/timeline")
@requires(Permission.SEE_INCIDENTS)
def timeline(incident_id: UUID) -> ResponseReturnValue:
    """Show every entry of the incident with its hash in the audit chain."""
    with unit_of_work(write=False) as uow:
        incident = queries.incident(uow.session, uow.actor, incident_id)
        rows = page.timeline_rows(audit.timeline(uow.session, incident_id))
        return render("incidents/timeline.html", uow.session, incident=_head(incident), rows=rows)


def _head(incident: Any) -> dict[str, Any]:
    return {
        "id": str(incident.id),
        "url": f"{prefix()}/incidents/{incident.id}",
        "number": incident.number,
        "title": title(incident).in_(current_locale()),
        "grade": incident.reporting_grade,
        "may_rise": incident.may_rise,
        "place": where(incident).in_(current_locale()),
        "version": incident.version,
    }


@bp.route("/incidents/<uuid:incident_id>/reports/new", methods=["GET", "POST"])
@requires(Permission.ADD_REPORT)
def new_report(incident_id: UUID) -> ResponseReturnValue:
    """Show the form of a later report; an intake merged into this incident brings its fields along."""
    with unit_of_work(write=False) as uow:
        incident = queries.incident(uow.session, uow.actor, incident_id)
        asked = request.args.get("kind", "")
        values = {
            "kind": asked if asked in report_form.KIND_HINTS else "follow_up",
            **{name: request.form.get(name, "") for name in (*FACT_NAMES, *CARRIED)},
        }
        if request.method == "POST":
            values["summary"] = request.form.get("summary") or request.form.get("text", "")
        return _report_page(uow, incident, values)


def _report_page(
    uow: UnitOfWork, incident: Any, values: dict[str, str], refused: ResponderError | None = None
) -> str:
    key = request.form.get("idempotency_key") or str(new_id())
    url = f"{prefix()}/incidents/{incident.id}"
    form = report_form.page_form(incident, request.form, values, uow, url=url, key=key, refused=refused)
    made = report_form.preview(incident, request.form, uow)
    return render(
        "incidents/report_form.html", uow.session, incident=_head(incident), form=form, preview=made
    )


@bp.post("/incidents/<uuid:incident_id>/reports/preview")
@requires(Permission.ADD_REPORT)
def preview_report(incident_id: UUID) -> ResponseReturnValue:
    """Answer what saving the form would make of the incident: the fragment to htmx, the whole form otherwise."""
    with unit_of_work(write=False) as uow:
        incident = queries.incident(uow.session, uow.actor, incident_id)
        if not request.headers.get("HX-Request"):
            return _report_page(uow, incident, request.form.to_dict())
        made = report_form.preview(incident, request.form, uow)
        return render("incidents/_report_preview.html", uow.session, preview=made)


@bp.post("/incidents/<uuid:incident_id>/reports")
@requires(Permission.ADD_REPORT)
def create_report(incident_id: UUID) -> ResponseReturnValue:
    """Save a later report as a new version, or show the form again with what is wrong."""
    values = request.form.to_dict()
    raw = report_form.raw_change(request.form, installation().database.clock)
    refused: ResponderError | None = None

    def act(uow: UnitOfWork) -> None:
        seen = int(values["version"]) if values.get("version", "").isdecimal() else None
        services.add_report(incident_id, changes.read_change(raw, uow.now), uow, seen_version=seen)

    try:
        with unit_of_work() as uow:
            services.once(values.get("idempotency_key", ""), incident_id, act, uow)
    except (InvalidInput, Conflict) as error:
        refused = error
    if refused is None:
        return redirect(f"{prefix()}/incidents/{incident_id}", HTTPStatus.SEE_OTHER)
    with unit_of_work(write=False) as uow:
        incident = queries.incident(uow.session, uow.actor, incident_id)
        return _report_page(uow, incident, values, refused), refused.status


@bp.post("/incidents/<uuid:incident_id>/attachments")
@requires(Permission.ADD_REPORT)
def attach(incident_id: UUID) -> ResponseReturnValue:
    """Keep a photograph or scanned form with the incident."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise InvalidInput(NO_FILE, errors={"file": NO_FILE})
    content = upload.read()
    with unit_of_work() as uow:
        kind = "paper" if request.form.get("kind") == "paper" else "photo"
        services.add_attachment(incident_id, upload.filename, content, kind, uow)
    return redirect(f"{prefix()}/incidents/{incident_id}", HTTPStatus.SEE_OTHER)


NO_FILE = Text("请选择文件。", "Choose a file.")


@bp.get("/incidents/<uuid:incident_id>/attachments/<uuid:attachment_id>")
@requires(Permission.SEE_INCIDENTS)
def attachment(incident_id: UUID, attachment_id: UUID) -> Response:
    """Answer an attachment as it came; it is never shown inside our own page."""
    with unit_of_work(write=False) as uow:
        queries.incident(uow.session, uow.actor, incident_id)
        row = uow.session.scalars(
            select(Attachment).where(Attachment.id == attachment_id, Attachment.incident_id == incident_id)
        ).one_or_none()
        if row is None:
            raise nothing_here("没有这个附件", "There is no such attachment")
        return send_file(
            BytesIO(row.content), mimetype=row.media_type, as_attachment=True, download_name=row.filename
        )
