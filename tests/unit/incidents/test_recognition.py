"""Whole sentences of the trade, as officers type them, and what may never happen whatever is typed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from responder.incidents.recognition import Field, Recognition, recognise
from responder.incidents.recognition.recogniser import MAX_READ
from responder.incidents.recognition.times import SHANGHAI
from tests.unit.incidents.recognition_data import gazetteer, historic_places

NOW = datetime(2026, 11, 21, 14, 6, tzinfo=SHANGHAI)
JIANGYUAN, BAISHAN = "220605", "220600"


def heard(text: str, home: str | None = JIANGYUAN) -> Recognition:
    return recognise(text, now=NOW, gazetteer=gazetteer(), home=home)


@dataclass(frozen=True)
class Case:
    """A sentence and everything it says; what is not given is expected to be absent."""

    text: str
    place: str | None = None
    unit: str | None = None
    sector: str | None = None
    type: str | None = None
    at: str | None = None
    told: str | None = None
    facts: dict[str, int] = field(default_factory=dict)
    home: str | None = JIANGYUAN


CASES = [
    Case(
        "江源区松树镇 某煤矿 13:20 瓦斯爆炸 被困12人 下落不明3人",
        "220605103",
        "某煤矿",
        "coal_mine",
        "gas_explosion",
        "13:20",
        facts={"trapped": 12, "missing": 3},
    ),
    Case("江源，煤矿，13:20，被困 3", "220605", None, "coal_mine", None, "13:20", facts={"trapped": 3}),
    Case(
        "江源区松树镇，青石岭煤矿13:20瓦斯爆炸，当班井下42人，被困12人，下落不明3人，其余升井，矿长一点半接到电话。",
        "220605103",
        "青石岭煤矿",
        "coal_mine",
        "gas_explosion",
        "13:20",
        "13:30",
        {"trapped": 12, "missing": 3},
    ),
    Case(
        "Jiangyuan, coal mine, 13:20, gas explosion, 12 trapped, 3 missing",
        "220605",
        None,
        "coal_mine",
        "gas_explosion",
        "13:20",
        facts={"trapped": 12, "missing": 3},
    ),
    Case(
        "吉林省白山市江源区砟子镇鸿源煤矿，今日上午10时20分发生透水事故，当班下井36人，31人升井，5人被困，矿长10时35分接到井下报告。",
        "220605104",
        "鸿源煤矿",
        "coal_mine",
        "flooding",
        "10:20",
        "10:35",
        {"trapped": 5},
    ),
    Case(
        "八道江区某煤矿冒顶，2人被埋，电话里说的",
        "220602",
        "某煤矿",
        "coal_mine",
        "roof_fall",
        facts={"trapped": 2},
    ),
    Case(
        "江源区大石人镇宏达煤矿皮带起火，6人失联",
        "220605107",
        "宏达煤矿",
        "coal_mine",
        "fire",
        facts={"trapped_without_contact": 6},
    ),
    Case(
        "松树镇一小煤矿顶板事故 1死2伤",
        "220605103",
        "一小煤矿",
        "coal_mine",
        "roof_fall",
        facts={"deaths": 1},
    ),
    Case(
        "鸡西市城子河区城子河煤矿瓦斯突出，井下139人，24人获救",
        "230306",
        "城子河煤矿",
        "coal_mine",
        "coal_gas_outburst",
    ),
    Case(
        "吉林市龙潭区双苯厂硝基苯装置爆炸，5人死亡，1人失踪，60余人受伤，疏散数万人",
        "220203",
        "双苯厂",
        "hazchem",
        "explosion",
        facts={"deaths": 5, "missing": 1},
    ),
    Case(
        "吉林市龙潭区一化工厂氯气泄漏，30多人中毒送医，周边群众转移500人",
        "220203",
        "一化工厂",
        "hazchem",
        "leak",
        facts={"acute_poisonings": 30, "evacuated": 500},
    ),
    Case(
        "抚松县境内鹤大高速K412处，液氨罐车与货车追尾，1人死亡2人重伤，液氨泄漏",
        "220621",
        None,
        "road",
        "traffic",
        facts={"deaths": 1, "serious_injuries": 2},
    ),
    Case("液氨罐车在临江市花山镇泄漏", "220681104", None, "hazchem", "leak"),
    Case(
        "浑江区星泰桥工地塔吊倒塌，2名工人死亡，1人轻伤",
        "220602",
        "星泰桥工地",
        "construction",
        "collapse",
        facts={"deaths": 2, "minor_injuries": 1},
    ),
    Case("在建工地脚手架坍塌，数人被困", None, "在建工地", "construction", "collapse"),
    Case(
        "昨日15时许，浑江区恒大御景工地一名工人从外架高处坠落，抢救无效死亡",
        "220602",
        "恒大御景工地",
        "construction",
        "fall",
        "11-20 15:00",
        facts={"deaths": 1},
    ),
    Case(
        "临江市花山镇兴旺烟花爆竹厂今晨五点左右爆炸，死亡人数为3人，重伤4人",
        "220681104",
        "兴旺烟花爆竹厂",
        "fireworks",
        "explosion",
        "05:00",
        facts={"deaths": 3, "serious_injuries": 4},
    ),
    Case(
        "白山市中心医院起火，无人员伤亡",
        "220600",
        "中心医院",
        "fire",
        "fire",
        facts={"deaths": 0, "serious_injuries": 0, "minor_injuries": 0},
    ),
    Case("靖宇县一加油站爆燃，伤3人", "220622", "一加油站", "hazchem", "explosion"),
    Case(
        "尾矿库溃坝，下游转移群众1200人，直接经济损失约300万元",
        None,
        None,
        "noncoal_mine",
        "tailings_dam_failure",
        facts={"evacuated": 1200, "direct_loss_yuan": 3_000_000},
    ),
    Case(
        "临汾市襄汾县陶寺乡新塔矿业有限公司尾矿库溃坝，34人死亡",
        "141023200",
        "新塔矿业有限公司尾矿库",
        "noncoal_mine",
        "tailings_dam_failure",
        facts={"deaths": 34},
    ),
    Case(
        "铁岭市清河区清河特殊钢有限公司钢包倾覆，32人死亡，6人重伤",
        "211204",
        "清河特殊钢有限公司",
        "metallurgy",
        "other",
        facts={"deaths": 32, "serious_injuries": 6},
    ),
    Case("长白县鸭绿江沉船，船上8人，失踪5人", "220623", None, "water", "other", facts={"missing": 5}),
    Case(
        "靖宇县三道湖镇大客车坠崖，车上35人，死亡7人",
        "220622101",
        None,
        "road",
        "traffic",
        facts={"deaths": 7},
    ),
    Case("浴池锅炉爆炸，二人轻伤", None, None, "special_equipment", "explosion", facts={"minor_injuries": 2}),
    Case("江源区大面积停电", "220605", None, "power", "other"),
    Case(
        "重庆市开县高桥镇罗家16H井井喷失控，疏散约6.5万人",
        "500154120",
        None,
        "oil_gas",
        "blowout",
        facts={"evacuated": 65_000},
    ),
    Case(
        "江源区湾沟镇铁矿透水，被困4人", "220605102", None, "noncoal_mine", "flooding", facts={"trapped": 4}
    ),
    Case("湾沟镇 采石场 放炮 死1人", "220605102", None, "noncoal_mine", None, facts={"deaths": 1}),
    Case(
        "抚松县幼儿园食物中毒 20人送医观察",
        "220621",
        None,
        "public_institution",
        "poisoning",
        facts={"under_observation": 20},
    ),
    Case("白山市浑江区一氧化碳中毒，3人死亡", "220602", None, None, "poisoning", facts={"deaths": 3}),
    Case("电梯坠落，被困5人", None, None, "special_equipment", "fall", facts={"trapped": 5}),
    Case("松树镇 渔船翻沉 2人失踪", "220605103", None, "fishing", "other", facts={"missing": 2}),
    Case("列车脱轨，伤亡不明", None, None, "rail", "traffic"),
    Case("拖拉机翻车，1死", None, None, "farm_machinery", "traffic", facts={"deaths": 1}),
    Case("一架直升机坠机，机上4人，死亡2人", None, None, "air", None, facts={"deaths": 2}),
    Case("商场起火，有人被困", None, None, "fire", "fire"),
    Case("粉尘爆炸，抛光车间，死亡75人", None, "抛光车间", "machinery", "explosion", facts={"deaths": 75}),
    Case("3人中毒", None, None, None, "poisoning", facts={"acute_poisonings": 3}),
    Case("江源煤矿透水，被困6人", "220605", "江源煤矿", "coal_mine", "flooding", facts={"trapped": 6}),
    Case("平安煤矿瓦斯爆炸，死亡1人", None, "平安煤矿", "coal_mine", "gas_explosion", facts={"deaths": 1}),
    Case("长安汽车厂起火", None, "长安汽车厂", "fire", "fire"),
    Case("新建厂房坍塌，埋压3人", None, None, None, "collapse", facts={"trapped": 3}),
    Case("城关镇民房起火", None, None, "fire", "fire"),
    Case("和平村爆炸", None, None, None, "explosion"),
    Case(
        "白山江源松树某煤矿冒顶 困3人", "220605103", "某煤矿", "coal_mine", "roof_fall", facts={"trapped": 3}
    ),
    Case(
        "从白山市开往通化市的客车在辉南县境内侧翻，车上40人，2人死亡",
        "220523",
        None,
        "road",
        "traffic",
        facts={"deaths": 2},
    ),
    Case(
        "辉南县朝阳镇仓库起火，直接经济损失120万元",
        "220523100",
        None,
        "fire",
        "fire",
        facts={"direct_loss_yuan": 1_200_000},
    ),
    Case(
        "山西省吕梁地区交城县天宁镇坡底煤矿瓦斯爆炸",
        "141122100",
        "坡底煤矿",
        "coal_mine",
        "gas_explosion",
        home=None,
    ),
    Case(
        "宿州市埇桥区芦岭镇淮北矿业集团芦岭煤矿瓦斯爆炸",
        "341302101",
        "淮北矿业集团芦岭煤矿",
        "coal_mine",
        "gas_explosion",
        home=None,
    ),
    Case(
        "上海市静安区胶州路728号教师公寓起火，58人遇难",
        "310106",
        "教师公寓",
        "fire",
        "fire",
        facts={"deaths": 58},
        home=None,
    ),
    Case(
        "深圳市龙岗区龙东社区舞王俱乐部火灾，44人死亡",
        "440307",
        "舞王俱乐部",
        "fire",
        "fire",
        facts={"deaths": 44},
        home=None,
    ),
    Case(
        "河南省平顶山市新华区新华四矿瓦斯爆炸", "410402", "新华四矿", "coal_mine", "gas_explosion", home=None
    ),
    Case(
        "新疆昌吉州阜康市神龙煤矿瓦斯爆炸，83人遇难",
        "652302",
        "神龙煤矿",
        "coal_mine",
        "gas_explosion",
        facts={"deaths": 83},
        home=None,
    ),
    Case(
        "内蒙古包头市东河区壕赖沟铁矿透水，35人被困",
        "150202",
        "壕赖沟铁矿",
        "noncoal_mine",
        "flooding",
        facts={"trapped": 35},
        home=None,
    ),
    Case(
        "江西省萍乡市上栗县东源乡石岭花炮厂爆炸",
        "360322201",
        "石岭花炮厂",
        "fireworks",
        "explosion",
        home=None,
    ),
    Case(
        "盐城市射阳县临海镇盐城氟源化工有限公司爆炸，7000人疏散",
        "320924101",
        "盐城氟源化工有限公司",
        "hazchem",
        "explosion",
        facts={"evacuated": 7000},
        home=None,
    ),
    Case(
        "江源区 某矿 13点多 爆炸 十余人被困",
        "220605",
        "某矿",
        None,
        "explosion",
        "13:00",
        facts={"trapped": 10},
    ),
    Case("12月5日13:20 江源区 煤矿 透水", "220605", None, "coal_mine", "flooding", "12-05 13:20"),
    Case("15:20 江源区煤矿瓦斯爆炸", "220605", None, "coal_mine", "gas_explosion", "11-20 15:20"),
    Case("刚才松树镇煤矿冒顶", "220605103", None, "coal_mine", "roof_fall", "14:06"),
    Case(
        "白山市应急局接报：江源区湾沟镇富强煤矿11时许发生瓦斯爆炸，矿领导11点20知道的，死2伤5，还有几个人没联系上",
        "220605102",
        "富强煤矿",
        "coal_mine",
        "gas_explosion",
        "11:00",
        "11:20",
        {"deaths": 2},
    ),
    Case(
        "江源区正岔街道阳光小区天然气爆炸，3死11伤，疏散200余户600余人",
        "220605003",
        "阳光小区",
        None,
        "explosion",
        facts={"deaths": 3, "evacuated": 600},
    ),
    Case("有人打电话说松树那边煤矿出事了，好像死了人", "220605103", None, "coal_mine", None),
    Case(
        "13:20 矿上瓦斯超限报警，13:45发生瓦斯爆炸，14:00值班矿长得知",
        None,
        None,
        "coal_mine",
        "gas_explosion",
        "13:45",
        "14:00",
    ),
    Case(
        "昨天夜里11点多，江源区某歌厅着火，烧死2人，烧伤3人",
        "220605",
        None,
        "fire",
        "fire",
        "11-20 23:00",
        facts={"deaths": 2},
    ),
    Case(
        "鹤大高速江源段大客车与罐车相撞起火，车上33人，初步核实死亡11人，伤19人，其中重伤6人",
        "220605",
        None,
        "road",
        "traffic",
        facts={"deaths": 11, "serious_injuries": 6},
    ),
    Case(
        "抚松县松江河镇模板坍塌埋了7个人，救出3个",
        "220621101",
        None,
        "construction",
        "collapse",
        facts={"trapped": 7},
    ),
    Case("未发生爆炸，着火了", None, None, "fire", "fire"),
    Case("伤员已送江源区人民医院", "220605", None, "public_institution", None),
    Case(
        "Explosion at Jilin Hengda Chemical Plant, Longtan District, 2 killed, 5 seriously injured, 15:30 yesterday",
        "220203",
        "Jilin Hengda Chemical Plant",
        "hazchem",
        "explosion",
        "11-20 15:30",
        facts={"deaths": 2, "serious_injuries": 5},
    ),
    Case(
        "Jiangyuan District, Qingshiling Coal Mine, roof fall at 10:40, 4 trapped, manager told at 10:55",
        "220605",
        "Qingshiling Coal Mine",
        "coal_mine",
        "roof_fall",
        "10:40",
        "10:55",
        {"trapped": 4},
    ),
    Case(
        "Fusong County, ammonia leak, 200 people evacuated, no casualties",
        "220621",
        None,
        "hazchem",
        "leak",
        facts={"evacuated": 200, "deaths": 0, "serious_injuries": 0, "minor_injuries": 0},
    ),
]


def _clock(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    local = instant.astimezone(SHANGHAI)
    return f"{local:%H:%M}" if local.date() == NOW.date() else f"{local:%m-%d %H:%M}"


@pytest.mark.parametrize("case", CASES, ids=[case.text[:40] for case in CASES])
def test_a_sentence_of_the_trade_is_understood(case: Case) -> None:
    said = heard(case.text, case.home)
    place = (said.place.town_code or said.place.code) if said.place else None
    assert (
        Case(
            case.text,
            place,
            said.unit,
            said.sector,
            said.accident_type,
            _clock(said.occurred_at),
            _clock(said.unit_informed_at),
            dict(said.facts),
            case.home,
        )
        == case
    )


def test_there_are_sentences_enough() -> None:
    assert len(CASES) >= 60


# --- Places -------------------------------------------------------------------------------------------------


def test_every_place_of_a_hundred_real_accidents_is_found_inside_its_city() -> None:
    country = gazetteer()
    lost = []
    for row in historic_places():
        place = heard(row["place"], None).place
        if place is None or place.doubt or not country.inside(int(place.code or 0), int(row["city_code"])):
            lost.append(row["place"])
    assert lost == []


def test_a_county_in_a_real_place_is_never_left_out() -> None:
    shallow = []
    for row in historic_places():
        place = heard(row["place"], None).place
        named = row["place"].split("市", 1)[-1] if "市" in row["place"] else row["place"]
        deeper = any(suffix in named for suffix in "县区") or named.count("市")
        if deeper and place is not None and place.code is not None and place.code.endswith("00"):
            shallow.append(row["place"])
    assert shallow == []


def test_jilin_may_be_the_province_or_the_city_and_is_not_guessed() -> None:
    place = heard("吉林，煤矿").place
    assert place is not None
    assert place.code is None
    assert set(place.candidates) == {"220000", "220200"}
    assert place.doubt


@pytest.mark.parametrize(
    ("text", "home", "code", "doubt"),
    [
        ("松树镇煤矿", "220605", "220605", False),
        ("松树镇煤矿", "220600", "220605", False),
        ("松树镇煤矿", "220605.government", "220605", False),
        ("松树镇煤矿", "620622", "620602", True),
        ("松树镇煤矿", None, None, True),
        ("松树镇煤矿", "CBS", None, True),
        ("新华区四矿", "410400", "410402", False),
        ("新华区四矿", "220605", None, True),
        ("朝阳区工地", "220104", "220104", False),
        ("朝阳区工地", "220605", "220104", True),
        ("朝阳 工地", "220104", "220104", False),
        ("城关镇民房", "610100", None, True),
        ("鹤岗煤矿", "220605", "230400", True),
        ("海南，渔船", "220605", None, True),
    ],
)
def test_home_decides_between_places_of_one_name(
    text: str, home: str | None, code: str | None, doubt: bool
) -> None:
    place = heard(text, home).place
    assert place is not None
    assert (place.code, place.doubt) == (code, doubt)


@pytest.mark.parametrize(
    "text",
    [
        "和平煤矿瓦斯爆炸",
        "长安汽车厂起火",
        "新建厂房坍塌",
        "工农兵路口车祸",
        "来宾登记处起火",
        "安全生产",
        "城区工地",
        "我市和县里都去了",
        "人民医院",
    ],
)
def test_everyday_words_are_no_places(text: str) -> None:
    assert heard(text).place is None


def test_a_market_is_not_a_city() -> None:
    place = heard("吉林市场起火").place
    assert place is not None
    assert place.text == "吉林"


def test_a_former_name_says_what_it_is_today() -> None:
    place = heard("八道江区某煤矿").place
    assert place is not None
    assert place.code == "220602"
    assert place.note is not None
    assert "浑江区" in place.note.zh
    assert "former" in place.note.en


def test_a_town_written_with_another_suffix_is_found_and_said() -> None:
    place = heard("江源区松树街道").place
    assert place is not None
    assert place.town_code == "220605103"
    assert place.note is not None


def test_two_places_as_surely_named_are_asked_about() -> None:
    place = heard("抚松县和靖宇县都有震感").place
    assert place is not None
    assert place.doubt
    assert {"220621", "220622"} <= set(place.candidates)


# --- Whatever is typed --------------------------------------------------------------------------------------


def moments() -> st.SearchStrategy[datetime]:
    """Return any moment of the product's life and well around it."""
    first = NOW - timedelta(days=70 * 365)
    return st.integers(0, 150 * 365 * 24 * 60).map(lambda minutes: first + timedelta(minutes=minutes))


TRADE = st.sampled_from(
    [
        *"江源区松树镇 某煤矿 13:20 瓦斯爆炸 被困 12 人 下落不明 3 ， 。 一点半 昨晚 死亡 无 吉林 约 数".split(),
        *"十余 万 元 损失 半小时前 矿长 接到 月 日 点".split(),
        " ",
        "（",
        "\n",
        "\x00",
        "😀",
        "２",
        "：",
        "at ",
        " Jiangyuan District",
    ]
)


def _holds(text: str, said: Recognition) -> None:
    last = 0
    for span in said.spans:
        assert last <= span.start < span.end <= len(text)
        last = span.end
    for instant in (said.occurred_at, said.unit_informed_at):
        assert instant is None or instant.tzinfo is not None
    assert all(count >= 0 for count in said.facts.values())
    if said.place is not None:
        assert said.place.candidates


@given(st.text(max_size=300))
@settings(deadline=None)
def test_no_text_makes_it_fail(text: str) -> None:
    _holds(text, heard(text))


@given(
    st.lists(TRADE, max_size=40).map("".join),
    st.sampled_from([None, "", "220605", "000000", "660000", "CBS", "x.y", "٣"]),
)
@settings(max_examples=150, deadline=None)
def test_no_jumble_of_the_trades_words_makes_it_fail(text: str, home: str | None) -> None:
    _holds(text, heard(text, home))


@given(
    st.lists(TRADE, max_size=30).map("".join),
    moments(),
)
@settings(deadline=None)
def test_no_hour_makes_it_fail(text: str, moment: datetime) -> None:
    said = recognise(text, now=moment, gazetteer=gazetteer(), home=JIANGYUAN)
    _holds(text, said)


@pytest.mark.parametrize(
    "piece",
    [
        "江源区松树镇 某煤矿 13:20 瓦斯爆炸 被困12人 ",
        "1",
        "一",
        "十人",
        "a b ",
        "1点",
        "吉林",
        "损失1亿",
        "Aa ",
        "\x00",
        "😀",
        "1,",
        "(",
        "\ud800",
    ],
)
def test_of_a_hundred_thousand_characters_only_the_first_are_read_and_that_is_said(piece: str) -> None:
    said = heard((piece * 100_000)[:100_000])
    assert any("前" in note.zh for note in said.notes)
    assert all(span.end <= MAX_READ for span in said.spans)


def test_a_naive_now_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        recognise("13:20", now=NOW.replace(tzinfo=None), gazetteer=gazetteer(), home=None)


def test_the_pieces_are_marked_in_the_original_text() -> None:
    text = "江源区松树镇　青石岭煤矿１３：２０瓦斯爆炸"
    marked = {span.field: text[span.start : span.end] for span in heard(text).spans}
    assert marked == {
        Field.PLACE: "江源区松树镇",
        Field.UNIT: "青石岭煤矿",
        Field.OCCURRED_AT: "１３：２０",
        Field.ACCIDENT_TYPE: "瓦斯爆炸",
    }
