"""How places and offices are called: short and full names, and the names borne at each time. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

RENAMED_ON = date(2018, 4, 16)  # work safety became emergency management
LABOUR_RENAMED_ON = date(2009, 1, 1)  # labour and social security merged with personnel, 2008 to 2009
STATE_ENVIRONMENT_ON = date(2008, 3, 27)
STATE_LABOUR_RENAMED_ON = date(2008, 3, 31)
HEALTH_MERGED_ON = date(2013, 7, 1)  # health merged with family planning, 2013 to 2014
DERIVED_BODIES = (
    "work_safety",
    "government",
    "industry",
    "police",
    "labour",
    "union",
    "procuratorate",
    "environment",
    "health",
)
MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})
RENAMINGS = frozenset({"更名", "撤县设区", "撤市设区", "撤县设市", "撤地设市", "撤区设区"})

_PEOPLES = [
    "壮族",
    "满族",
    "回族",
    "苗族",
    "维吾尔",
    "土家族",
    "彝族",
    "蒙古族",
    "蒙古",
    "藏族",
    "布依族",
    "侗族",
    "瑶族",
    "朝鲜族",
    "白族",
    "哈尼族",
    "哈萨克族",
    "哈萨克",
    "黎族",
    "傣族",
    "畲族",
    "傈僳族",
    "仡佬族",
    "东乡族",
    "拉祜族",
    "水族",
    "佤族",
    "纳西族",
    "羌族",
    "土族",
    "仫佬族",
    "锡伯",
    "柯尔克孜",
    "达斡尔族",
    "景颇族",
    "毛南族",
    "撒拉族",
    "布朗族",
    "塔吉克",
    "普米族",
    "怒族",
    "独龙族",
    "裕固族",
    "保安族",
    "鄂温克",
    "各族",
]
_AUTONOMOUS = re.compile(rf"^(?P<stem>.{{2,}}?)族?(?:{'|'.join(_PEOPLES)})*自治[区州县旗]$")
_ETHNIC_DISTRICT = re.compile(r"^(?P<stem>.{2,}?)(?:达斡尔|回)族区$")
_GENERIC = re.compile(r"(?:特别行政区|地区|林区|特区|新区|矿区|省|市|县|区|盟|州|旗)$")
_ENGLISH_CITY = re.compile(r" City$")


@dataclass(frozen=True, slots=True)
class DatedName:
    """A name borne until, and not on, `until_on`."""

    name: str
    name_en: str
    until_on: date


@dataclass(frozen=True, slots=True)
class Place:
    """What the name of an office is made of."""

    code: str
    name: str
    name_en: str
    level: str
    province_name: str
    former: tuple[
        tuple[int, str, str], ...
    ] = ()  # (year in which it ended, name, English name), oldest first


@dataclass(frozen=True, slots=True)
class _Phase:
    suffix: str
    suffix_en: str
    until_on: date | None = None


def short_name(name: str) -> str:
    """Return *name* without its generic word (江源区 → 江源), unless one character would be left."""
    if name.endswith("保护开发区管理委员会"):
        return name.removeprefix("吉林省").removesuffix("保护开发区管理委员会")
    if name == "新疆生产建设兵团":
        return "兵团"
    for pattern in (_AUTONOMOUS, _ETHNIC_DISTRICT):
        if found := pattern.match(name):
            return found["stem"]
    stem = _GENERIC.sub("", name)
    return stem if len(stem) > 1 else name


def full_name(line: Iterable[str]) -> str:
    """Return the names from the province down as one; what a name repeats of the one above is said once."""
    whole = ""
    for name in line:
        whole = name if name.startswith(whole) else whole + name
    return whole


def office_names(body: str, place: Place) -> tuple[str, str, tuple[DatedName, ...]]:
    """Return today's Chinese and English name of *place*'s *body*, and its former names, oldest first."""
    if place.level == "state":
        return _STATE[body]
    phases = _phases(body, place)
    cuts = {p.until_on for p in phases if p.until_on} | {date(year, 1, 1) for year, _, _ in place.former}
    former = []
    for cut in sorted(cuts):
        phase = next(p for p in phases if p.until_on is None or cut <= p.until_on)
        then = _place_then(place, cut)
        former.append(DatedName(_chinese(body, then, phase), _english(then, phase), cut))
    return _chinese(body, place, phases[-1]), _english(place, phases[-1]), tuple(former)


def name_on(today: tuple[str, str], former: Iterable[DatedName], on: date) -> tuple[str, str]:
    """Return the name (Chinese, English) that was right *on* that day."""
    for past in sorted(former, key=lambda n: n.until_on):
        if on < past.until_on:
            return past.name, past.name_en
    return today


def _place_then(place: Place, cut: date) -> Place:
    for year, name, name_en in place.former:
        if cut <= date(year, 1, 1):
            return replace(place, name=name, name_en=name_en)
    return place


def _chinese(body: str, place: Place, phase: _Phase) -> str:
    name = place.name
    if name.endswith("管理委员会") and body != "government":
        return name.removeprefix(place.province_name).removesuffix("管理委员会") + phase.suffix
    if body == "procuratorate" and name.endswith(("地区", "盟")):
        return f"{place.province_name}人民检察院{short_name(name)}分院"
    if body == "government":
        if name.endswith(("委员会", "兵团")):
            return name
        return f"{name}行政公署" if name.endswith(("地区", "盟")) else f"{name}人民政府"
    return f"{name}{phase.suffix}"


def _english(place: Place, phase: _Phase) -> str:
    name = place.name_en
    if place.level == "province" and not place.name.endswith(("市", "兵团")):
        name = f"{name} Province" if place.name.endswith("省") else name
    elif place.level == "city" and name != "Jilin City":
        name = _ENGLISH_CITY.sub("", name)
    if phase.suffix == "人民政府" and place.name.endswith("委员会"):
        return f"{name} Management Committee"
    return f"{name} {phase.suffix_en}"


def _phases(body: str, place: Place) -> tuple[_Phase, ...]:
    """Return the names of the kind of office at *place*'s level, oldest first; the last is today's."""
    department = place.level == "province" and place.name.endswith(("省", "自治区"))
    rank, rank_en = ("厅", "Department") if department else ("局", "Bureau")
    return {
        "work_safety": (
            _Phase("安全生产监督管理局", "Administration of Work Safety", RENAMED_ON),
            _Phase(f"应急管理{rank}", f"Emergency Management {rank_en}"),
        ),
        "government": (_Phase("人民政府", "People's Government"),),
        "industry": (_Phase("行业主管部门", "industry department"),),
        "police": (_Phase(f"公安{rank}", f"Public Security {rank_en}"),),
        "labour": (
            _Phase(f"劳动和社会保障{rank}", f"Labour and Social Security {rank_en}", LABOUR_RENAMED_ON),
            _Phase(f"人力资源和社会保障{rank}", f"Human Resources and Social Security {rank_en}"),
        ),
        "union": (_Phase("总工会", "Federation of Trade Unions"),),
        "procuratorate": (_Phase("人民检察院", "People's Procuratorate"),),
        "environment": (
            _Phase(f"环境保护{rank}", f"Environmental Protection {rank_en}", RENAMED_ON),
            _Phase(f"生态环境{rank}", f"Ecology and Environment {rank_en}"),
        ),
        "health": (
            _Phase(f"卫生{rank}", f"Health {rank_en}", HEALTH_MERGED_ON),
            _Phase("卫生和计划生育委员会", "Health and Family Planning Commission", RENAMED_ON),
            _Phase("卫生健康委员会", "Health Commission"),
        ),
    }[body]


_STATE: dict[str, tuple[str, str, tuple[DatedName, ...]]] = {
    "work_safety": (
        "应急管理部",
        "Ministry of Emergency Management",
        (DatedName("国家安全生产监督管理总局", "State Administration of Work Safety", RENAMED_ON),),
    ),
    "industry": ("国务院行业主管部门", "State Council industry department", ()),
    "police": ("公安部", "Ministry of Public Security", ()),
    "environment": (
        "生态环境部",
        "Ministry of Ecology and Environment",
        (
            DatedName(
                "国家环境保护总局", "State Environmental Protection Administration", STATE_ENVIRONMENT_ON
            ),
        ),
    ),
    "health": (
        "国家卫生健康委员会",
        "National Health Commission",
        (DatedName("卫生部", "Ministry of Health", HEALTH_MERGED_ON),),
    ),
    "labour": (
        "人力资源和社会保障部",
        "Ministry of Human Resources and Social Security",
        (DatedName("劳动和社会保障部", "Ministry of Labour and Social Security", STATE_LABOUR_RENAMED_ON),),
    ),
    "union": ("中华全国总工会", "All-China Federation of Trade Unions", ()),
    "procuratorate": ("最高人民检察院", "Supreme People's Procuratorate", ()),
    "council": ("国务院总值班室", "General Duty Office of the State Council", ()),
    "dispatch": (
        "国家安全生产应急救援中心",
        "National Work Safety Emergency Rescue Center",
        (
            DatedName(
                "国家安全生产应急救援指挥中心",
                "National Work Safety Emergency Rescue Command Center",
                RENAMED_ON,
            ),
        ),
    ),
}
STATE_BODIES = tuple(_STATE)
