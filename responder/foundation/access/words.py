"""What the log-in page of the demo says about its accounts, in the order in which they are offered."""

from responder.core.errors import Text

DEMO_ACCOUNTS: dict[str, tuple[Text, Text]] = {
    "jiangyuan": (
        Text("江源区 值班员", "Jiangyuan District duty officer"),
        Text("按 n 报事故", "press n to report"),
    ),
    "baishan": (Text("白山市 值班员", "Baishan City duty officer"), Text("响铃，签收", "alarm, acknowledge")),
    "jilin": (Text("吉林省 值班员", "Jilin Province duty officer"), Text("全省态势", "the whole province")),
    "state": (Text("国家级 值班员", "State duty officer"), Text("全国态势", "the whole country")),
    "leader": (
        Text("白山市 带班领导", "Baishan leader in charge"),
        Text("接到催办", "is called when nobody answers"),
    ),
    "commander": (Text("吉林省 指挥员", "Jilin commander"), Text("调度救援力量", "orders rescue forces")),
    "base": (
        Text("矿山救护队 队长", "Mine rescue team leader"),
        Text("接受、出动、到达", "accept, depart, arrive"),
    ),
    "mine": (Text("煤矿 报告人", "Coal mine reporter"), Text("企业上报", "reports from the enterprise")),
    "plans": (Text("白山市 预案管理员", "Baishan plan administrator"), Text("编制预案", "writes plans")),
    "drills": (Text("白山市 演练组织者", "Baishan drill organizer"), Text("组织演练", "runs exercises")),
    "inspector": (Text("吉林省 督查员", "Jilin inspector"), Text("核查报送", "checks reports")),
    "statistics": (Text("国家级 统计员", "State statistician"), Text("统计报表", "figures and returns")),
    "admin": (Text("系统管理员", "Administrator"), Text("账号与运行状况", "accounts and health")),
}
TRY_TITLE = Text("江源区 值班员", "Jiangyuan District duty officer")
TRY_TEXT = "江源区松树镇 青石岭煤矿 13:20 瓦斯爆炸 被困12人 下落不明3人"
