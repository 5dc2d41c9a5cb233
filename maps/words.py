"""The words on the map page in both languages; names of kinds and states stand in `kinds`."""

from responder.core.errors import Text

_WORDS: dict[str, Text] = {
    "map": Text("地图", "Map"),
    "layers": Text("图层", "Layers"),
    "save": Text("存为单个文件", "Save as one file"),
    "legend": Text("图例", "Legend"),
    "on_map": Text("图上", "on the map"),
    "kind_head": Text("颜色和形状：类别", "Colour and shape: kind"),
    "state_head": Text("填充：建设状态", "Fill: build state"),
    "nanhai": Text("南海诸岛", "South China Sea islands"),
    "no_script": Text(
        "交互地图需要 JavaScript。下方列表内容相同。",
        "The map needs JavaScript. The list below holds the same.",
    ),
    "country": Text("全国", "All China"),
    "open": Text("打开", "Open"),
    "close": Text("关闭", "Close"),
    "zoom_in": Text("放大", "Zoom in"),
    "zoom_out": Text("缩小", "Zoom out"),
    "loading": Text("正在读取图层", "Reading the layer"),
    "failed": Text(
        "没有读到“{title}”，再点一次重试。", "“{title}” could not be read. Press it again to retry."
    ),
    "no_ground": Text(
        "没有读到行政区划轮廓，标注位置仍然正确。",
        "The outlines could not be read; the marks are placed rightly.",
    ),
    "unknown": Text("未知", "unknown"),
    "incidents_here": Text("{label}等 {count} 起", "{label} and {more} more"),
    "marks_here": Text("{label}等 {count} 处", "{label} and {more} more"),
    "at_one_spot": Text("此处 {count} 个", "{count} at this spot"),
    "more": Text("另有 {count} 个，见列表", "{count} more, see the list"),
    "joint": Text("，", ", "),
    "list": Text("列表", "List"),
    "list_equal": Text("与图上同为 {count} 行", "{count} rows, as on the map"),
    "list_cut": Text("图上 {count} 处，列出前 {rows} 行", "{count} on the map, the first {rows} listed"),
    "column_kind": Text("类别", "Kind"),
    "column_name": Text("名称", "Name"),
    "column_about": Text("说明", "About"),
    "column_state": Text("状态", "State"),
    "column_place": Text("经纬度", "Longitude, latitude"),
}


def words(locale: str) -> dict[str, str]:
    """Return every word of the page in the language of *locale*."""
    return {name: text.in_(locale) for name, text in _WORDS.items()}
