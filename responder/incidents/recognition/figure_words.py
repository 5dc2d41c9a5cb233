"""The words and forms in which people and loss are counted, in Chinese and English."""

import re

from responder.incidents.recognition import numerals
from responder.incidents.recognition.model import Field

_NUMERAL = numerals.AMOUNT
_SAID: dict[Field, tuple[str, ...]] = {
    Field.DEATHS: (
        *"死亡人数 死亡 遇难 身亡 牺牲 丧生 罹难 殉职 被困身亡 被困死亡 死者 不治 溺亡".split(),
        *"killing dead killed deaths death died fatalities".split(),
    ),
    Field.MISSING: tuple("失踪 下落不明 去向不明 生死不明 missing unaccounted".split()),
    Field.TRAPPED_WITHOUT_CONTACT: (
        *"失联 失去联系 联系不上 无法联系 联络不上 没联系上 没有联系上 联系不到".split(),
        "out of contact",
        "without contact",
        "no contact",
    ),
    Field.TRAPPED: tuple(
        "被困 受困 困在井下 困在 围困 被埋 埋压 被掩埋 被压 困于 被埋压 埋了 埋住 压住 埋在 trapped buried".split()
    ),
    Field.SERIOUS_INJURIES: (
        *"重伤 重伤员 危重 伤势严重 病危 重症".split(),
        "seriously injured",
        "seriously hurt",
        "badly hurt",
        "badly injured",
        "critically injured",
        "serious injuries",
    ),
    Field.MINOR_INJURIES: (
        *"轻伤 轻伤员 轻微伤 皮外伤".split(),
        "slightly injured",
        "slightly hurt",
        "lightly injured",
        "minor injuries",
    ),
    Field.INJURED: tuple(
        "受伤 负伤 伤者 伤员 致伤 烧伤 灼伤 烫伤 砸伤 摔伤 骨折 挤伤 injured wounded hurt".split()
    ),
    Field.ACUTE_POISONINGS: tuple("急性中毒 工业中毒 中毒 poisoned gassed".split()),
    Field.EVACUATED: tuple("疏散 转移 撤离 紧急疏散 紧急转移 evacuated".split()),
    Field.AT_RISK: ("涉险", "遇险", "受威胁", "at risk"),
    Field.UNDER_OBSERVATION: (
        *"送医观察 留院观察 住院观察 医学观察 留观 留医观察".split(),
        "under observation",
    ),
    # 撤出 is to have come out oneself; 撤离 and 疏散 are to have been led away
    Field.RESCUED: tuple("升井 获救 救出 生还 脱险 逃生 出井 被救 撤出 逃出 rescued escaped".split()),
    Field.CASUALTIES: tuple("伤亡 死伤 casualties".split()),
}
KEYS = {word: field for field, words in _SAID.items() for word in words}
"""The words that say what happened to people."""
SHORT_KEYS = {"死": Field.DEATHS, "亡": Field.DEATHS, "伤": Field.INJURED, "困": Field.TRAPPED}
"""Single characters that count only where a number touches them: 6死17伤."""
BURIED = frozenset("被埋 埋压 被掩埋 被压 被埋压 埋了 埋住 压住 埋在 buried".split())
"""Words after which one asks whether those people are in contact."""
MEANT = {
    "人员伤亡": Field.CASUALTIES,
    "困": Field.TRAPPED,
    "损失": Field.DIRECT_LOSS_YUAN,
    "injuries": Field.INJURED,
}
"""What else a denial or "unknown" may speak of, beside the words in `KEYS`."""
WORDS_ZH = {
    Field.DEATHS: "死亡",
    Field.MISSING: "失踪",
    Field.TRAPPED: "被困",
    Field.TRAPPED_WITHOUT_CONTACT: "失联",
    Field.SERIOUS_INJURIES: "重伤",
    Field.ACUTE_POISONINGS: "中毒",
    Field.MINOR_INJURIES: "轻伤",
    Field.UNDER_OBSERVATION: "留院观察",
    Field.AT_RISK: "涉险",
    Field.EVACUATED: "疏散",
    Field.DIRECT_LOSS_YUAN: "直接经济损失",
    Field.INJURED: "受伤",
    Field.CASUALTIES: "伤亡",
    Field.RESCUED: "升井或获救",
}
WORDS_EN = {
    Field.DIRECT_LOSS_YUAN: "direct loss",
    Field.INJURED: "injured",
    Field.CASUALTIES: "casualties",
    Field.TRAPPED_WITHOUT_CONTACT: "trapped without contact",
}

COUNTED = re.compile(
    rf"(?=[0-9{numerals.CHINESE}大约概可疑估初近接将至不超逾上数好几多若部些许有anosuetf])"
    "(?P<pre>大约|约莫|大概|接近|将近|至少|不少于|不低于|超过|不到|不足|可能有?|疑似|估计有?|约|近|逾|超|上(?=[百千万])"
    "|about |around |at least |some |nearly |over |up to )?"
    "(?:(?P<vague>数[十百千]|好几[十百]?|几[十百]|十几|(?<![一二三四五六七八九十0-9])[几数多](?=[名人个位])"
    "|若干|部分|一些|不少|许多|大量|有(?=人)|several|some|a few|many)"
    rf"|(?P<low>{_NUMERAL})(?:\s?(?:-|至|到|、)\s?(?P<high>{_NUMERAL})(?=\s?[余多]?[名人个位]))?"
    rf"|(?P<english>(?<![a-z])(?:{'|'.join(numerals.ENGLISH)})(?![a-z])))"
    r"(?P<post>余|多|几|来)?\s?"
    r"(?P<unit>(?:名|个|位|条人命)?(?:人(?![民口均行工力字])|(?<=[名个位])|生命)"
    "|people|persons?|workers?|miners?|men|man)?"
)
"""A number of people: what comes before it, the number or a vague word, and the measure word."""

KEY = re.compile(
    f"(?=[{''.join(sorted({key[0] for key in KEYS}))}死伤亡困])(?:"
    + "|".join(
        (rf"(?<![a-z]){re.escape(key)}(?![a-z])" if key.isascii() else re.escape(key))
        for key in sorted(KEYS, key=len, reverse=True)
    )
    + "|死(?![角路因机])|(?<![重轻死])伤(?![害心口势情])|(?<![死伤])亡"
    "|(?<![被受围])困(?=[0-9〇一二两三四五六七八九十]))"
)
STOP = re.compile("[，。；;,!！?？\n\x01（）()]|其中|其余|另有|另外|还有|以及|同时|尚有")
"""What parts one count from the next."""

NO = re.compile(
    "(?P<far>暂|目前|尚)?(?:无|没有|未造成|没造成|未有|未发生|未出现|零|no )(?:一)?(?:任何)?"
    r"(?:人员|人|名|one )?\s?(?:被)?"
    "(?P<what>死伤|伤亡|死亡|遇难|受伤|重伤|轻伤|失踪|失联|被困|受困|困|中毒"
    "|casualties|deaths|injuries|injured|killed|missing|trapped|hurt)"
    "(?:人员|情况|现象)?(?P<report>报告|消息|信息)?"
)
UNHEARD = re.compile(
    r"(?:未|没有?|尚未|暂未)(?:接到|发现|收到|接获)[^，。；;,\n]{0,8}?"
    r"(?:伤亡|死亡|受伤|被困|失踪|人员)[^，。；;,\n]{0,6}"
)
UNKNOWN = re.compile(
    "(?P<what>人员伤亡|伤亡|死亡|死伤|受伤|重伤|失踪|失联|被困|受困|中毒|涉险|疏散|损失)(?:人员|的)?"
    "(?:情况|人数|数字|数量|数)?(?:目前|暂时|暂|尚|还|均|具体)*"
    "(?:不明|不详|未知|不清楚|不清|未核实|待核实|待查|正在核实|在核实|核实中|正在统计|待统计|unknown|unclear)"
)
UNKNOWN_EN = re.compile(
    "(?<![a-z])(?P<what>casualties|deaths|injuries|missing|trapped)[a-z ]{0,12}(?:unknown|unclear|not known)"
)
LOSS = re.compile(
    r"(?P<direct>直接)?(?:经济|财产)?损失(?:[^0-9，。；;,\n〇零一二两三四五六七八九十百千]{0,8}?)"
    "(?P<about>约|近|超|逾|达|估计|初步)?"
    rf"(?P<big>{_NUMERAL}亿(?=[0-9一二三四五六七八九两]))?(?P<sum>{_NUMERAL})(?P<more>余|多)?"
    "(?P<myriad>[百千]?[万亿])?(?:元|块|(?<=[万亿]))(?:人民币)?"
)
FILL = re.compile(
    "(?:人员|人数|矿工|工人|职工|员工|民工|群众|居民|村民|乘客|学生|游客|船员|消防员|者|的|了|"
    r"\s|:|为|共计|合计|总计|共|有|达到?|至|计|已|增至|上升至|上升到|about |[0-9]{1,6}余?户、?)*"
)
"""What may stand between a word and the number after it."""
TOTAL = re.compile(
    "(?:当班|井下|入井|下井|在册|车间|现场|船上|车上|机上|车内|厂内|室内|共有|总共|载有|载|作业|涉及|班)"
    r"(?:内|有|共|人员|作业)?\s?$"
)
"""What stands before a number that counts who was there, not what became of them."""
ON_SITE = re.compile(
    rf"(?:当班|入井|下井|井下|在册|车上|船上|机上)(?:人员|共|有|作业|\s)*(?P<count>{_NUMERAL})\s?人"
)
AFTERWARDS = re.compile(
    r"\s?(?:后|后来|经|送医|送院|当场|抢救|无效|不幸|因公|均|都|全部|已经?)*(?:死亡|身亡|遇难|重伤|轻伤|受伤|失踪|中毒|被困|获救)"
)
"""A clause that only says what became of the people named in the one before."""
NO_NUMBER_AFTER = re.compile("[0-9.:%号月日时点分秒岁米吨公里平方层楼度辆台元万亿家户起处次条只间套级]")
TOGETHER = re.compile("[ 和及与或、/]{0,2}")
