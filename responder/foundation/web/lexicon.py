"""The trade's words in both languages, one table for each thing."""

from responder.core.errors import Text

GRADES: dict[str | None, Text] = {
    "I": Text("特别重大", "especially serious"),
    "II": Text("重大", "serious"),
    "III": Text("较大", "larger"),
    "IV": Text("一般", "general"),
    "near_miss": Text("较大涉险", "larger near-miss"),
    None: Text("未定级", "not graded"),
}
SECTORS: dict[str, Text] = {
    "coal_mine": Text("煤矿", "coal mine"),
    "noncoal_mine": Text("非煤矿山", "non-coal mine"),
    "oil_gas": Text("石油天然气", "oil and gas"),
    "hazchem": Text("危险化学品", "hazardous chemicals"),
    "fireworks": Text("烟花爆竹", "fireworks"),
    "construction": Text("建筑施工", "construction"),
    "metallurgy": Text("冶金", "metallurgy"),
    "machinery": Text("机械等工贸", "machinery and trade"),
    "road": Text("道路交通", "road traffic"),
    "rail": Text("铁路交通", "railway"),
    "water": Text("水上交通", "water traffic"),
    "air": Text("民航", "civil aviation"),
    "farm_machinery": Text("农业机械", "farm machinery"),
    "fishing": Text("渔业船舶", "fishing vessels"),
    "power": Text("电力", "electric power"),
    "special_equipment": Text("特种设备", "special equipment"),
    "fire": Text("火灾", "fire"),
    "public_institution": Text("事业单位", "public institution"),
    "environment": Text("环境", "environment"),
    "other": Text("其他", "other"),
}
ACCIDENT_TYPES: dict[str, Text] = {
    "gas_explosion": Text("瓦斯爆炸", "gas explosion"),
    "coal_dust_explosion": Text("煤尘爆炸", "coal-dust explosion"),
    "coal_gas_outburst": Text("煤与瓦斯突出", "coal and gas outburst"),
    "flooding": Text("透水", "water inrush"),
    "roof_fall": Text("冒顶", "roof fall"),
    "mine_fire": Text("井下火灾", "mine fire"),
    "fire": Text("火灾", "fire"),
    "explosion": Text("爆炸", "explosion"),
    "leak": Text("泄漏", "leak"),
    "poisoning": Text("中毒窒息", "poisoning or suffocation"),
    "collapse": Text("坍塌", "collapse"),
    "fall": Text("高处坠落", "fall from height"),
    "traffic": Text("交通事故", "traffic accident"),
    "blowout": Text("井喷", "blow-out"),
    "tailings_dam_failure": Text("尾矿库溃坝", "tailings dam failure"),
    "machinery_injury": Text("机械伤害", "machinery injury"),
    "object_strike": Text("物体打击", "struck by an object"),
    "electric_shock": Text("触电", "electric shock"),
    "burn": Text("灼烫", "burns"),
    "drowning": Text("淹溺", "drowning"),
    "lifting": Text("起重伤害", "lifting accident"),
    "shaft_accident": Text("井筒提升事故", "shaft accident"),
    "sinking": Text("沉船", "sinking"),
    "other": Text("其他", "other"),
}
FACTS: dict[str, Text] = {
    "deaths": Text("死亡", "dead"),
    "missing": Text("失踪", "missing"),
    "trapped": Text("被困", "trapped"),
    "trapped_without_contact": Text("其中失联", "of them without contact"),
    "serious_injuries": Text("重伤", "seriously injured"),
    "acute_poisonings": Text("急性中毒", "acutely poisoned"),
    "minor_injuries": Text("轻伤", "slightly injured"),
    "under_observation": Text("留观", "under observation"),
    "at_risk": Text("涉险", "at risk"),
    "evacuated": Text("疏散", "evacuated"),
    "direct_loss_yuan": Text("直接经济损失（元）", "direct loss (yuan)"),
}
REPORT_KINDS: dict[str, Text] = {
    "first": Text("初报", "first report"),
    "follow_up": Text("续报", "follow-up"),
    "supplement": Text("补报", "supplement"),
    "correction": Text("更正", "correction"),
    "final": Text("终报", "final report"),
}
METHODS: dict[str, Text] = {
    "web": Text("看板", "board"),
    "phone": Text("电话", "telephone"),
    "paper": Text("纸质", "paper"),
    "fax": Text("传真", "fax"),
    "file": Text("文件", "file"),
    "sms": Text("短信", "SMS"),
    "voice": Text("语音", "voice call"),
}
LEVELS: dict[str, Text] = {
    "unit": Text("事故单位", "the unit"),
    "county": Text("县级", "county"),
    "city": Text("市级", "city"),
    "province": Text("省级", "province"),
    "state": Text("国家", "state"),
}
BODIES: dict[str, Text] = {
    "work_safety": Text("应急管理部门", "emergency management"),
    "government": Text("人民政府", "government"),
    "industry": Text("行业主管部门", "industry department"),
    "coal_inspectorate": Text("矿山安全监察", "mine-safety inspectorate"),
    "police": Text("公安", "police"),
    "labour": Text("人社", "labour"),
    "union": Text("工会", "trade union"),
    "procuratorate": Text("检察", "procuratorate"),
    "council": Text("国务院", "State Council"),
}
STATES: dict[str, Text] = {
    "open": Text("进行中", "open"),
    "closed": Text("已结案", "closed"),
    "voided": Text("已作废", "voided"),
}
CHANNELS: dict[str, Text] = {
    "phone": Text("电话", "telephone"),
    "web": Text("网上填报", "web form"),
    "sms": Text("短信", "SMS"),
    "fax": Text("传真", "fax"),
    "paper": Text("纸质", "paper"),
    "department": Text("其他部门", "other department"),
    "media": Text("媒体", "media"),
    "citizen": Text("群众", "citizen"),
    "sensor": Text("监测系统", "sensor"),
    "other": Text("其他", "other"),
}
