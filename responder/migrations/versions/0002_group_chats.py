"""Messages may go to group chats."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NAME = "ck_delivery_channel"
BEFORE = "channel IN ('board', 'sms', 'voice', 'email')"
AFTER = "channel IN ('board', 'sms', 'voice', 'email', 'im')"


def upgrade() -> None:
    """Let a delivery's channel be `im` too."""
    if op.get_bind().dialect.name == "sqlite":
        _lay_anew(op.get_bind())
        return
    op.drop_constraint(op.f(NAME), "delivery", type_="check")
    op.create_check_constraint(op.f(NAME), "delivery", AFTER)


def _lay_anew(connection: sa.Connection) -> None:
    # SQLite keeps a constraint for as long as the table lives: the rows move to a new one; nothing refers to it.
    laid = sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'delivery' AND sql IS NOT NULL ORDER BY type DESC"
    )
    table, *indexes = connection.scalars(laid).all()
    op.rename_table("delivery", "delivery_before")
    op.execute(table.replace(BEFORE, AFTER))
    op.execute("INSERT INTO delivery SELECT * FROM delivery_before")
    op.drop_table("delivery_before")
    for index in indexes:
        op.execute(index)
