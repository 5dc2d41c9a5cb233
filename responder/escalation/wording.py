"""What the timeline says about call-outs."""

from responder.core.errors import Text
from responder.foundation.audit import words

words.register(
    {
        "call_out.started": Text("开始找人：{agency}，{subject}", "began to call {agency}: {subject}"),
        "call_out.rung": Text("第 {rung} 级催办，{who}：{found}{late}", "rung {rung}, {who}: {found}{late}"),
        "call_out.exhausted": Text(
            "{agency}各级均未应答，转由{owner}负责，每 10 分钟再叫",
            "nobody at {agency} answered; {owner} owns it now and is rung every 10 minutes",
        ),
        "call_out.acknowledged": Text("{by}已应答（{method}）", "{by} answered ({method})"),
        "call_out.cancelled": Text("停止找人：{why}", "stopped calling: {why}"),
        "call_out.hand_call": Text("人工拨打{person}：{result}", "telephoned {person} by hand: {result}"),
        "board.silent": Text(
            "{agency}值班看板无声，已叫值班员", "the board of {agency} is silent; its officer is called"
        ),
        "board.back": Text("{agency}值班看板恢复", "the board of {agency} is back"),
    }
)

METHODS = {
    "web": Text("看板", "board"),
    "sms": Text("短信", "SMS"),
    "voice": Text("语音", "voice call"),
    "phone": Text("电话", "telephone"),
    "paper": Text("纸质", "paper"),
    "fax": Text("传真", "fax"),
    "file": Text("文件", "file"),
}


def method_word(method: str) -> Text:
    """Return the word for a way of answering or a channel; an unknown one stands for itself."""
    return METHODS.get(method, Text(method, method))


def both(name: str, text: Text) -> dict[str, str]:
    """Return *text* as two entries of what the timeline keeps, one for each language."""
    return {f"{name}_zh": text.zh, f"{name}_en": text.en}
