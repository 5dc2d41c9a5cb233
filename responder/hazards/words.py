"""What the audit chain says about hazard sources."""

from responder.core.errors import Text
from responder.foundation.audit.words import register

register(
    {
        "hazard.recorded": Text(
            "登记危险源“{name}”（{place}），依据：{source}",
            "entered the hazard source “{name}” ({place}), by: {source}",
        ),
        "hazard.withdrawn": Text(
            "注销危险源“{name}”（{place}）：{why}", "withdrew the hazard source “{name}” ({place}): {why}"
        ),
    }
)
