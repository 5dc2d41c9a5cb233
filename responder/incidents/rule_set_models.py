"""The table of rule sets added after delivery."""

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from responder.core.db import Base


class RuleSetText(Base):
    """A later rule set as its author wrote it; it is never edited, a changed one has another id."""

    __tablename__ = "rule_set_text"
    __table_args__ = (UniqueConstraint("position"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]  # the order of loading: the later wins where two cover a day
    title_zh: Mapped[str]
    title_en: Mapped[str]
    valid_from: Mapped[str]  # the first day, as written
    text: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str]
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[str]
