"""What the timeline and the call history say about legs and calls."""

from responder.core.errors import Text
from responder.foundation.audit import words as audit_words

CHANNELS = {
    "board": Text("看板", "board"),
    "sms": Text("短信", "SMS"),
    "voice": Text("语音", "voice"),
    "email": Text("邮件", "e-mail"),
    "im": Text("群消息", "group chat"),
}
# Queued, handed over and delivered are three facts; none of them is called "sent" without a receipt.
DELIVERY_STATES = {
    "pending": Text("待发", "waiting"),
    "sending": Text("正在发", "being handed over"),
    "sent": Text("已交运营商，未回执", "with the carrier, no receipt"),
    "delivered": Text("送达", "delivered"),
    "failed_for_now": Text("未成，将重发", "failed, will be tried again"),
    "failed_for_good": Text("未送达", "not delivered"),
    "not_sent": Text("未发", "not sent"),
}

audit_words.register(
    {
        "incident.logged": Text("第 1 版初报，编号 {number}", "First report, number {number}"),
        "incident.follow_up": Text("第 {version} 版续报", "Follow-up, version {version}"),
        "incident.supplement": Text("第 {version} 版补报", "Supplement, version {version}"),
        "incident.correction": Text(
            "第 {version} 版更正：{reason}", "Correction, version {version}: {reason}"
        ),
        "incident.final": Text("第 {version} 版终报，结案", "Final report, version {version}; closed"),
        "incident.attached": Text("附件 {filename}", "Attachment {filename}"),
        "leg.sent": Text("报送{to}", "Reported to {to_en}"),
        "leg.acknowledged": Text("{to}签收：{who}", "{to_en} acknowledged: {who}"),
        "leg.returned": Text("{to}退回：{reason}", "{to_en} returned it: {reason}"),
        "leg.overdue": Text("{from} → {to} 逾期", "{from_en} → {to_en} is late"),
        "follow_up.late": Text(
            "{day} 第 {which} 次续报没有按时到：{from}",
            "follow-up {which} of {day} did not come in time: {from}",
        ),
        "follow_up.reminded": Text(
            "提醒：{day} 第 {which} 次续报将到时限，{from}（提醒时间是设置，不是法定时限）",
            "reminder: follow-up {which} of {day} falls due, {from} (when to remind is a setting, not law)",
        ),
        "supplement.late": Text(
            "第 {which} 版补报当日未转报：{from} → {to}",
            "version {which} was not passed on the same day: {from} → {to}",
        ),
        "supplement.reminded": Text(
            "提醒：第 {which} 版补报当日须转报，{from} → {to}（提醒时间是设置，不是法定时限）",
            "reminder: version {which} is to be passed on today, {from} → {to} (when to remind is a setting, not law)",
        ),
        "window.closed": Text(
            "补报窗口关闭，法定等级由{before}改判为{after}",
            "the window for casualties closed; final grade {before}, now {after}",
        ),
        "overruled.grade": Text(
            "{who}推翻系统判定：{before}改为{after}，理由：{reason}",
            "{who} set the computed grade aside: {before} becomes {after}, because: {reason}",
        ),
        "overruled.refused": Text(
            "{who}想把等级由{before}改为{after}，没有写理由，未予接受",
            "{who} tried to change the grade from {before} to {after} without a reason and was refused",
        ),
        "overruled.addressee": Text(
            "{who}决定不报{before}，理由：{reason}", "{who} left out {before}, because: {reason}"
        ),
        "overruled.deadline": Text(
            "{who}把时限由 {before} 改为 {after}，理由：{reason}",
            "{who} moved a limit from {before} to {after}, because: {reason}",
        ),
        "contradiction.settled": Text(
            "两级数字不一，{figure}按 {value}，理由：{reason}",
            "two levels differed; {figure} is {value}, because: {reason}",
        ),
        "check.opened": Text(
            "第 {version} 版交{office}核查", "version {version} goes to {office} to be checked"
        ),
        "check.first_result": Text("{office}报来核查初步结果", "{office} gave the first result of its check"),
        "check.concluded": Text("{office}核查结论：{outcome}", "{office} concluded its check: {outcome}"),
        "quality.decided": Text(
            "{from} → {to} 认定：{fault}，理由：{reason}", "{from} → {to}: {fault}, because: {reason}"
        ),
        "notice.seen": Text("{office}已阅第 {version} 版", "{office} has read version {version}"),
    }
)


def delivery_words(channel: str, state: str, reason: Text | None) -> Text:
    """Return how far one attempt got, in words that never claim more than a receipt shows."""
    name = CHANNELS.get(channel, Text(channel, channel))
    if channel == "board":
        return Text("看板响铃", "board rings")
    words = reason if state == "not_sent" and reason else DELIVERY_STATES.get(state, Text(state, state))
    return Text(f"{name.zh}{words.zh}", f"{name.en}: {words.en}")
