"""The end of a rescue is declared."""

import sqlalchemy as sa
from alembic import op

from responder.core.db import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Lay the table of declarations."""
    op.create_table(
        "rescue_end",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_post", sa.String(), nullable=False),
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("agency_name", sa.String(), nullable=False),
        sa.Column("signed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("resumed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("resumed_reason", sa.String(), nullable=False),
        sa.Column("resumed_version", sa.Integer(), nullable=True),
        sa.Column("resumed_by", sa.String(), nullable=True),
        sa.Column("resumed_agency", sa.String(), nullable=True),
        sa.Column("lane_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lane_id", "incident_id"],
            ["incident.lane_id", "incident.id"],
            name=op.f("fk_rescue_end_lane_id_incident_id"),
        ),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"], name=op.f("fk_rescue_end_lane_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rescue_end")),
    )
    op.create_index("ix_rescue_end_incident", "rescue_end", ["incident_id"], unique=False)
