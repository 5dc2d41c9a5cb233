"""What the timeline says about plans and instructions."""

from responder.core.errors import Text
from responder.foundation.audit.words import register

register(
    {
        "plan.approved": Text(
            "批准预案《{title}》第 {version} 版", "approved the plan {title}, version {version}"
        ),
        "plan.activated": Text(
            "启动{level}响应：《{title}》第 {version} 版", "activated {level}: {title}, version {version}"
        ),
        "instruction.given": Text("{leader}批示：{text}", "{leader} instructed: {text}"),
    }
)
