"""What the log of an exercise says."""

from responder.core.errors import Text
from responder.foundation.audit.words import register

register(
    {
        "exercise.planned": Text("排定演练“{title}”", "planned the exercise “{title}”"),
        "exercise.confirmed": Text("{who}确认参演", "{who} will take part"),
        "exercise.approved": Text("批准在敏感时期演练", "approved an exercise in a sensitive period"),
        "exercise.start": Text("开始演练“{title}”", "started the exercise “{title}”"),
        "exercise.suspend": Text("中止演练，已通知全部参演方", "suspended the exercise; everybody was told"),
        "exercise.resume": Text("恢复演练", "resumed the exercise"),
        "exercise.end": Text("结束演练", "ended the exercise"),
        "exercise.inject": Text("注入第 {n} 条给{to}：{text}{late}", "inject {n} to {to}: {text}{late}"),
    }
)
