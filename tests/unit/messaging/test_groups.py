"""What RESPONDER_IM_URLS may say, and what a robot's address gives away."""

import pytest

from responder.config import SettingsWrong
from responder.foundation.messaging.groups import Dialect, read_groups
from responder.foundation.messaging.settings import MessagingSettings, from_mapping


@pytest.mark.parametrize(
    ("entry", "dialect", "url", "secret"),
    [
        (
            "https://oapi.dingtalk.com/robot/send?access_token=Ab1&secret=SEC9",
            Dialect.DINGTALK,
            "https://oapi.dingtalk.com/robot/send?access_token=Ab1",
            "SEC9",
        ),
        (
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k-1",
            Dialect.WECOM,
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k-1",
            "",
        ),
        (
            "https://open.feishu.cn/open-apis/bot/v2/hook/u-1",
            Dialect.FEISHU,
            "https://open.feishu.cn/open-apis/bot/v2/hook/u-1",
            "",
        ),
        ("wecom+https://im.example.gov.cn/hook", Dialect.WECOM, "https://im.example.gov.cn/hook", ""),
        (
            "dingtalk://SEC9@Ab1/",
            Dialect.DINGTALK,
            "https://oapi.dingtalk.com/robot/send?access_token=Ab1",
            "SEC9",
        ),
        (
            "wecombot://k-1",
            Dialect.WECOM,
            "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k-1",
            "",
        ),
        ("lark://u-1", Dialect.FEISHU, "https://open.larksuite.com/open-apis/bot/v2/hook/u-1", ""),
        ("json://127.0.0.1:9/hook", Dialect.PLAIN, "http://127.0.0.1:9/hook", ""),
        ("http://127.0.0.1:9/hook?a=1", Dialect.PLAIN, "http://127.0.0.1:9/hook?a=1", ""),
    ],
)
def test_a_robot_is_named_in_full_in_short_or_with_its_dialect(
    entry: str, dialect: Dialect, url: str, secret: str
) -> None:
    (group,) = read_groups(entry)
    assert (group.dialect, group.url, group.secret, group.agency_code) == (dialect, url, secret, None)


def test_several_groups_are_parted_by_blanks_commas_or_lines_and_counted_once() -> None:
    words = "220600=https://one.example/a, https://two.example/b\nhttps://two.example/b"
    assert [(group.agency_code, group.host) for group in read_groups(words)] == [
        ("220600", "one.example"),
        (None, "two.example"),
    ]
    assert read_groups(" ,\n") == ()


def test_a_group_with_an_agency_hears_that_room_only() -> None:
    outlets = MessagingSettings(
        "", groups=read_groups("220600=https://one.example https://two.example")
    ).outlets
    assert [group.host for group in outlets.groups_of("220600")] == ["one.example", "two.example"]
    assert [group.host for group in outlets.groups_of("220605")] == ["two.example"]


@pytest.mark.parametrize(
    "entry", ["hello", "ftp://a.example/x", "https://", "telegram+https://a.example", "220600="]
)
def test_what_is_no_address_is_refused_at_the_start_without_showing_it(entry: str) -> None:
    with pytest.raises(SettingsWrong, match="RESPONDER_IM_URLS: entry 2 is no robot's address") as refused:
        from_mapping({"RESPONDER_IM_URLS": f"https://a.example/token {entry}"})
    assert "token" not in str(refused.value)


def test_a_demo_speaks_to_robots_on_this_machine_only() -> None:
    words = "https://oapi.dingtalk.com/robot/send?access_token=1 http://127.0.0.1:9/hook"
    sealed = from_mapping({"RESPONDER_IM_URLS": words}, demo=True)
    assert [group.host for group in sealed.open_groups] == ["127.0.0.1"]
    assert "im" not in from_mapping({"RESPONDER_IM_URLS": words.split()[0]}, demo=True).channels
    assert "im" in from_mapping({"RESPONDER_IM_URLS": words.split()[0]}).channels
