"""Two records of one accident are tied to each other, and parted again."""

import sqlalchemy as sa
from alembic import op

from responder.core.db import UtcDateTime

revision = "0005"
down_revision = "0004"
STANDING = sa.text("parted_at IS NULL")


def upgrade() -> None:
    """Lay the table of links."""
    op.create_table(
        "incident_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("place_name", sa.String(), nullable=False),
        sa.Column("place_name_en", sa.String(), nullable=False),
        sa.Column("lead_number", sa.String(), nullable=False),
        sa.Column("lead_place_name", sa.String(), nullable=False),
        sa.Column("lead_place_name_en", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("agency_code", sa.String(), nullable=False),
        sa.Column("agency_name", sa.String(), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("parted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("parted_reason", sa.String(), nullable=False),
        sa.Column("parted_by", sa.String(), nullable=True),
        sa.Column("parted_agency", sa.String(), nullable=True),
        sa.Column("lane_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["lane_id", "incident_id"],
            ["incident.lane_id", "incident.id"],
            name=op.f("fk_incident_link_lane_id_incident_id"),
        ),
        sa.ForeignKeyConstraint(
            ["lane_id", "lead_id"],
            ["incident.lane_id", "incident.id"],
            name=op.f("fk_incident_link_lane_id_lead_id"),
        ),
        sa.ForeignKeyConstraint(["lane_id"], ["lane.id"], name=op.f("fk_incident_link_lane_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_link")),
    )
    op.create_index("ix_incident_link_lead", "incident_link", ["lead_id"], unique=False)
    op.create_index(
        "uq_incident_link_standing",
        "incident_link",
        ["incident_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
