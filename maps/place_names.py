"""Names of places as a map writes them, and which of them find room."""

from collections.abc import Iterable
from dataclasses import dataclass

_ENDINGS = ("特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市", "地区", "盟")
_PEOPLES = (
    *(
        "朝鲜族",
        "土家族",
        "藏族",
        "彝族",
        "羌族",
        "布依族",
        "苗族",
        "侗族",
        "傣族",
        "景颇族",
        "傈僳族",
        "白族",
    ),
    *("哈尼族", "壮族", "回族", "蒙古族", "黎族", "哈萨克", "柯尔克孜", "蒙古"),
)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the picture that is taken, in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether the two share room."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    @classmethod
    def of_text(cls, words: str, size: float, x: float, y: float, anchor: str) -> "Box":
        """Return the room that *words* take at the baseline point; Chinese characters are as wide as high."""
        width = sum(size if ord(character) > 0x2E80 else size * 0.56 for character in words)
        left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
        return cls(left, y - size, left + width, y + size * 0.25)


def free(box: Box, taken: Iterable[Box], width: float, height: float) -> bool:
    """Whether *box* lies within a picture of that size and meets none of *taken*."""
    is_inside = box.left >= 0 and box.top >= 0 and box.right <= width and box.bottom <= height
    return is_inside and not any(box.meets(other) for other in taken)


def short_name(name: str) -> str:
    """Return the name as a map writes it: "延边" for 延边朝鲜族自治州, "白山" for 白山市."""
    for ending in ("自治州", "自治县"):
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            cut = min((at for people in _PEOPLES if (at := stem.find(people)) > 1), default=len(stem))
            return stem[:cut]
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) > len(ending) + 1:
            return name.removesuffix(ending)
    return name
