"""The forms in which days and clock times are said, in Chinese and English."""

import re

from responder.incidents.recognition.numerals import CHINESE

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
AFTERNOON = frozenset("下午 午后 傍晚 晚上 晚间 晚 今晚 昨晚 昨夜 夜里 夜间 深夜".split())
SMALL_HOURS = frozenset("昨夜 夜里 夜间 深夜 半夜 午夜 昨晚 今晚 晚上 晚".split())
"""Parts of the night in which 2 o'clock is after midnight."""

_N = "(?:[0-9]{1,2}|[〇零一二两三四五六七八九十]{1,3})"
_PERIOD = (
    "凌晨|清晨|清早|今晨|今早|今晚|昨晚|昨夜|昨晨|早晨|早上|上午|中午|正午|下午|午后|傍晚|晚上|晚间"
    "|夜里|夜间|深夜|半夜|午夜|晚|早"
)
_RELATIVE = (
    "大前天|前天|前日|前晚|昨天|昨日|今天|今日|当日|当天|本日|明天|明日"
    "|yesterday|today|tomorrow|last night|this morning"
)
_MONTH = f"(?:{'|'.join(MONTHS)})[a-z]{{0,6}}"
_EN_DATE = (
    rf"(?P<en_day>[0-9]{{1,2}})(?:st|nd|rd|th)? (?P<en_mon>{_MONTH})\.?(?:,? (?P<en_year>[0-9]{{4}}))?"
    rf"|(?P<en_mon2>{_MONTH})\.? (?P<en_day2>[0-9]{{1,2}})(?:st|nd|rd|th)?(?![0-9:])"
    "(?:,? (?P<en_year2>[0-9]{4}))?"
)
_DAY = (
    rf"(?:(?P<year>[0-9]{{4}}|[〇零一二三四五六七八九]{{4}})年)?(?P<month>{_N})月(?P<day>{_N})[日号]"
    r"|(?P<iso>[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2})(?![0-9])"
    rf"|(?P<relative>{_RELATIVE})"
    rf"|(?P<dom>{_N})[日号](?=\s?(?:{_PERIOD})|\s?{_N}[:点时])"
    rf"|(?<![a-z0-9])(?:{_EN_DATE})"
)
_NOT_MINUTES = f"[0-9{CHINESE}人名个死伤余多位例度米吨]"
_CLOCK = (
    r"(?<![0-9:.])(?P<h24>[0-9]{1,2})(?::|\.(?=[0-9]{2} (?:this |yesterday|today|hours|hrs)))"
    r"(?P<m24>[0-9]{2})(?::[0-9]{2})?(?![0-9:])分?(?:\s?(?P<ap>[ap]\.?m\b\.?))?"
    r"|(?<![0-9:.])(?P<h12>[0-9]{1,2})(?:\.(?P<m12>[0-9]{2}))?\s?(?P<ap12>[ap]\.?m\b\.?)"
    rf"|(?<![0-9])(?P<hour>{_N})(?P<mark>点钟?|时)(?![间候代期段意要建])"
    "(?:(?P<half>半)|(?P<quarter>[一三13])刻|整"
    rf"|(?P<minute>{_N})(?:分(?!钟前|之)|(?!{_NOT_MINUTES})))?"
)
_ABOUT_BEFORE = "(?:大约|约莫|大概|约|可能是?|about |around |approximately |some time )"
_ABOUT_AFTER = "(?:许|左右|前后|多钟?|来钟)"
# looking at the first character before trying every form makes the search several times faster
_FIRST = "(?=[0-9〇零一二两三四五六七八九十凌清早上中正下午傍晚夜深半昨今前大当本明约可 yltsajfmond])"

TIME = re.compile(
    rf"{_FIRST}(?:(?:{_DAY})[ ,，的]?(?:at )?(?P<about0>{_ABOUT_BEFORE})?)?"
    rf"(?P<period>{_PERIOD})?\s?(?P<about1>{_ABOUT_BEFORE})?(?:{_CLOCK})(?P<about2>{_ABOUT_AFTER})?"
)
DAY_ONLY = re.compile(rf"{_FIRST}(?:(?:{_DAY})(?:{_PERIOD})?|今晨|今早|今晚|昨晚|昨夜)")
TRAILING_DAY = re.compile(rf",? (?:on )?(?:{_DAY})(?![0-9:点时])")
AGO = re.compile(
    r"(?P<count>[0-9]{1,3}|[〇零一二两三四五六七八九十]{1,3}|半)\s?(?:个(?P<more>半)?)?"
    "(?P<unit>多?小时|多?钟头|分钟|分|刻钟| ?minutes| ?hours| ?hour)(?P<half>半)?(?:之?前|以前| ago)"
)
JUST_NOW = re.compile("刚才|刚刚|方才|just now|a moment ago")
A_BIT = re.compile("[有差早晚快慢多少好大小强弱留神注意当心]$")
"""What comes before 一点 when it means "a little"."""
CLAUSE_END = re.compile("[，。；;,\n!！?？]|:(?![0-9])")
