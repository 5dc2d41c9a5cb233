"""What the timeline says about tasks."""

from responder.core.errors import Text
from responder.foundation.audit.words import register

register(
    {
        "task.issued": Text("下达任务“{title}”，由{holder}承担", "issued the task “{title}” to {holder}"),
        "task.issued_to_deputy": Text(
            "下达任务“{title}”，由{holder}承担：{why}", "issued the task “{title}” to {holder}: {why}"
        ),
        "task.accepted": Text("{who}接受任务“{title}”", "{who} accepted the task “{title}”"),
        "task.done": Text("{who}完成任务“{title}”{said}", "{who} finished the task “{title}”{said}"),
        "task.declined": Text("{who}不能承担任务“{title}”{said}", "{who} declined the task “{title}”{said}"),
        "task.withdrawn": Text("撤销任务“{title}”：{why}", "withdrew the task “{title}”: {why}"),
        "task.overdue": Text("任务“{title}”逾期未完，{holder}", "the task “{title}” is overdue, {holder}"),
    }
)
