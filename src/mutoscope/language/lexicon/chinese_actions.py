"""How Chinese speaks of what a camera and a subject do. Spaces part words; the notation is explained in `phrases`."""

from mutoscope.language.lexicon.phrases import Phrasings, read_phrasings


def _side(side: str, other: str) -> str:
    return (
        f"向{side}:6, 往{side}:4, 朝{side}:2, 向{side}边:2, 往{side}边:2, 向{side}侧, 往{side}侧, "
        f"从 {other} 向{side}, 从 {other} 往{side}, ~朝着 {side}边, ~朝{side}侧, ~朝 {side}方"
    )


def _vertical(way: str, other: str) -> str:
    return (
        f"向{way}:6, 往{way}:4, 朝{way}:2, 向{way}方:2, 往{way}方, 从 {other} 往{way}, 从 {other} 向{way}, "
        f"~朝着 {way}方, ~朝{way}面"
    )


def _corner(corner: str) -> str:
    return (
        f"向{corner}:3, 往{corner}:3, 朝{corner}, 向{corner}方:3, 往{corner}方:2, 朝{corner}方, 向{corner}角, "
        f"斜着 向{corner}方, 斜着 往{corner}, ~朝着 {corner}方, ~往{corner}角"
    )


_DIRECTIONS = {
    "left": _side("左", "右"),
    "right": _side("右", "左"),
    "up": _vertical("上", "下"),
    "down": _vertical("下", "上"),
    "up left": _corner("左上"),
    "up right": _corner("右上"),
    "down left": _corner("左下"),
    "down right": _corner("右下"),
    "clockwise": "顺时针:5, 顺时针 方向:2, 沿 顺时针 方向, 按 顺时针 方向, ~依 顺时针, ~顺着 时针",
    "counterclockwise": "逆时针:5, 逆时针 方向:2, 沿 逆时针 方向, 按 逆时针 方向, ~依 逆时针, ~逆着 时针",
}


def _pan(side: str, name: str) -> Phrasings:
    return read_phrasings(
        "{d} 平移*, {d} 平移*, {d} 摇*, {d} 移动, {d} 移动, {d} 移, {d} 转, {d} 转动, {d} 滑动, {d} 扫, {d} 摇摄*, "
        "{d} 摇镜*, "
        f"{side}移, {side}摇*, {side}转, 转向 {side}边, 摇向 {side}边*, 移向 {side}边, 移到 {side}边, ~{{d}} 偏转, "
        f"~{side}扫, ~{{d}} 横移, ~扫向 {side}边",
        nouns=f"{side}摇 镜头, {side}移 镜头, {{d}} 平移 的 镜头, {{d}} 摇 的 镜头, ~{{d}} 横移 的 镜头",
        objects=f"把 {{o}} {{d}} 移, 把 {{o}} {{d}} 转, 将 {{o}} {{d}} 平移, 把 {{o}} {{d}} 移动, 把 {{o}} 转向 "
        f"{side}边, ~将 {{o}} {{d}} 偏转",
        directions=_DIRECTIONS[name],
        inflect=False,
    )


def _tilt(way: str, name: str, extra: str) -> Phrasings:
    return read_phrasings(
        f"{{d}} 摇*, {{d}} 摇*, {{d}} 移动, {{d}} 移动, {{d}} 移, {{d}} 转, {{d}} 转动, {{d}} 平移, {{d}} 倾斜*, "
        f"{{d}} 摇摄*, {{d}} 升降, {way}摇*, {way}移, {extra}, ~{{d}} 偏转, ~{{d}} 扫",
        nouns=f"{way}摇 镜头, {{d}} 摇 的 镜头, {{d}} 移动 的 镜头, {way}移 镜头, ~{{d}} 偏转 的 镜头",
        objects="把 {o} {d} 移, 把 {o} {d} 摇, 将 {o} {d} 移动, 把 {o} {d} 转, ~将 {o} {d} 偏转",
        directions=_DIRECTIONS[name],
        inflect=False,
    )


def _roll(name: str) -> Phrasings:
    return read_phrasings(
        "{d} 旋转, {d} 旋转, {d} 转动, {d} 转, {d} 翻转, {d} 滚转*, {d} 翻滚*, {d} 倾斜 旋转, ~{d} 打转, ~{d} 回旋",
        nouns="{d} 旋转 的 镜头, {d} 转动 的 镜头, ~{d} 回旋 的 镜头",
        objects="把 {o} {d} 旋转, 将 {o} {d} 转动, 把 {o} {d} 转, ~将 {o} {d} 回旋",
        directions=_DIRECTIONS[name],
        inflect=False,
    )


def _orbit(side: str, name: str, extra: str = "") -> Phrasings:
    return read_phrasings(
        "{d} 环绕*, {d} 环绕*, {d} 绕拍*, {d} 环拍*, 绕着 {o} {d} 转*, 围绕 {o} {d} 转*, 围着 {o} {d} 转*, "
        "绕 {o} {d} 移动*, "
        f"环绕 {{o}} {{d}} 移动*, 围绕 {{o}} {{d}} 旋转, {{d}} 绕行*, ~{{d}} 盘绕, ~绕着 {{o}} {{d}} 转悠, "
        f"~{{d}} 兜圈, ~{side}绕{extra}",
        nouns="{d} 环绕 的 镜头, {d} 绕拍 的 镜头, ~{d} 盘绕 的 镜头",
        objects="让 {o} {d} 环绕, 将 {o} {d} 环绕, ~让 {o} {d} 盘绕",
        directions=f"向{side}:6, 往{side}:4, 朝{side}, 向{side}边, 往{side}边, ~朝着 {side}边",
        inflect=False,
    )


_STILL = (
    "不动, 不动, 静止, 静止 不动, 保持 不动, 保持 静止, 一动 不动, 完全 不动, 保持 原位, 停住, ~纹丝 不动, ~定住, ~凝固"
)

CAMERA: dict[str, Phrasings] = {
    "still": read_phrasings(
        _STILL + ", 固定, 固定 不动, 保持 固定, 不 移动, 不要动, ~锁定",
        nouns="固定 镜头, 静止 镜头, 固定 机位, 静态 镜头, 固定 镜头 拍摄, ~定机位, ~定格 镜头",
        objects="保持 {o} 不动, 让 {o} 静止, 固定 {o}, 把 {o} 固定 住, ~把 {o} 锁定",
        inflect=False,
    ),
    "pan left": _pan("左", "left"),
    "pan right": _pan("右", "right"),
    "tilt up": _tilt(
        "上", "up", "上升, 抬升, 升高, 升起, 抬起, 抬头*, 仰起*, {d} 抬, {d} 抬起, {d} 升, {d} 仰, ~上仰*, ~上扬, ~仰拍"
    ),
    "tilt down": _tilt("下", "down", "下降, 降低, 降下, 低头*, 俯下*, {d} 降, {d} 压, {d} 俯, ~下俯*, ~下压, ~俯拍"),
    "zoom in": read_phrasings(
        "推近*, 推近*, 推近*, 推进*, 推进*, 拉近*, 拉近*, 放大*, 靠近*, 变焦 推近*, 向前 推*, 向前 推进*, 往前 推*, "
        "往前 推进*, 前推*, 凑近*, 逼近*, 靠近 {o}*, 推向 {o}*, 向 {o} 推近*, 往前 移动, 向前 移动, 接近 {o}*, "
        "向前 靠近*, 推 过去, 变焦 放大*, ~挨近, ~趋近, ~贴近, ~凑上前, ~靠拢, ~推镜",
        nouns="推镜头, 推近 镜头, 推进 镜头, 变焦 推近 镜头, 推近 的 镜头, 拉近 镜头, ~前推 镜头, ~特写 推进",
        objects="把 {o} 推近, 把 {o} 拉近, 将 {o} 推近, 把 {o} 向前 推, 将 {o} 推进, 把 {o} 推 过去, ~把 {o} 贴近, "
        "~将 {o} 推前",
        inflect=False,
    ),
    "zoom out": read_phrasings(
        "拉远*, 拉远*, 拉远*, 后退*, 拉开*, 向后 拉*, 向后 退*, 往后 退*, 往后 拉*, 变焦 拉远*, 远离*, 退后*, 后拉*, "
        "远离 {o}*, 向后 移动, 往后 移动, 退开*, 向后 拉远*, 变焦 缩小*, 拉出*, 退远*, ~撤远, ~后撤, ~倒退, ~退离, "
        "~远去",
        nouns="拉镜头, 拉远 镜头, 变焦 拉远 镜头, 后退 镜头, 拉远 的 镜头, ~后撤 镜头, ~拉开 的 镜头",
        objects="把 {o} 拉远, 将 {o} 拉远, 把 {o} 向后 拉, 把 {o} 拉开, 把 {o} 往后 移, ~把 {o} 撤后, ~将 {o} 撤远",
        inflect=False,
    ),
    "roll clockwise": _roll("clockwise"),
    "roll counterclockwise": _roll("counterclockwise"),
    "orbit left": _orbit("左", "left"),
    "orbit right": _orbit("右", "right", ", 环绕 {o}*, 围绕 {o} 转*, 绕着 {o} 转*, 环绕*"),
    "shake": read_phrasings(
        "抖动, 抖动, 晃动, 晃动, 摇晃, 震动, 颤动, 抖, 晃, 手持 晃动, 抖 起来, 晃 起来, 来回 抖动, 晃来晃去, "
        "像 手持 一样 晃动, ~震颤, ~颤抖, ~抖晃, ~震荡",
        nouns="手持 镜头, 晃动 的 镜头, 抖动 的 镜头, 手持 拍摄, 镜头 抖动, 镜头 晃动, ~震颤 的 镜头, ~手抖 效果",
        objects="晃动 {o}, 抖动 {o}, 摇晃 {o}, 让 {o} 抖 起来, ~震动 {o}",
        inflect=False,
    ),
}


def _move(name: str, compounds: str) -> Phrasings:
    return read_phrasings(
        "{d} 移动, {d} 移动, {d} 移动, {d} 移, {d} 滑动, {d} 滑行, {d} 平移, {d} 挪动, {d} 前进, {d} 飞, {d} 行驶, "
        "{d} 去, "
        f"{compounds}, ~{{d}} 挪移, ~{{d}} 偏移, ~{{d}} 行进, ~{{d}} 游移",
        objects="把 {o} {d} 移, 把 {o} {d} 移动, 将 {o} {d} 推, 把 {o} {d} 推, 将 {o} {d} 平移, ~将 {o} {d} 挪移",
        directions=_DIRECTIONS[name],
        inflect=False,
    )


def _drift(side: str, name: str) -> Phrasings:
    return read_phrasings(
        f"{{d}} 飘, {{d}} 漂, {{d}} 漂移, {{d}} 飘动, {{d}} 漂动, {{d}} 飘移, {{d}} 漂流, {{d}} 飘 去, {{d}} 漂 去, "
        f"{{d}} 飘 走, 飘向 {side}边, 漂向 {side}边, {{d}} 漂浮, ~{{d}} 飘荡, ~{{d}} 漂游, ~漂到 {side}边, "
        f"~{{d}} 飘忽",
        directions=_DIRECTIONS[name],
        inflect=False,
    )


def _spin(name: str, extra: str = "") -> Phrasings:
    return read_phrasings(
        f"{{d}} 旋转, {{d}} 旋转, {{d}} 转动, {{d}} 转, {{d}} 转圈, {{d}} 自转, {{d}} 打转, {{d}} 旋转 起来, "
        f"~{{d}} 回旋, ~{{d}} 盘旋{extra}",
        objects="把 {o} {d} 旋转, 把 {o} {d} 转, 将 {o} {d} 转动, ~将 {o} {d} 回旋",
        directions=_DIRECTIONS[name],
        inflect=False,
    )


def _plain(verbs: str, objects: str = "") -> Phrasings:
    return read_phrasings(verbs, objects=objects, inflect=False)


SUBJECT: dict[str, Phrasings] = {
    "still": _plain(_STILL + ", 待 在 原地, 停 在 原地, 不 移动", objects="保持 {o} 不动, 让 {o} 静止, ~把 {o} 定住"),
    "move left": _move("left", "左移, 移向 左边, 移到 左边, 移 到 左侧, ~挪向 左边"),
    "move right": _move("right", "右移, 移向 右边, 移到 右边, 移 到 右侧, ~挪向 右边"),
    "move up": _move("up", "上移, 移向 上方, 移到 上方, ~挪向 上方"),
    "move down": _move("down", "下移, 移向 下方, 移到 下方, ~挪向 下方"),
    "move up left": _move("up left", "移向 左上方, 移向 左上角, 移到 左上角, ~挪向 左上角"),
    "move up right": _move("up right", "移向 右上方, 移向 右上角, 移到 右上角, ~挪向 右上角"),
    "move down left": _move("down left", "移向 左下方, 移向 左下角, 移到 左下角, ~挪向 左下角"),
    "move down right": _move("down right", "移向 右下方, 移向 右下角, 移到 右下角, ~挪向 右下角"),
    "rise": _plain(
        "上升, 上升, 升起, 升起 来, 飘 起来, 飘起, 升高, 升空, 飞 起来, 浮 起来, 腾空, 向上 飘, 向上 升, 往上 飘, "
        "往上 升, 飞 到 空中, 飞 上去, 升 上去, 升 到 空中, 飘 到 空中, ~腾起, ~飞升, ~攀升, ~浮升",
        objects="把 {o} 升 起来, 让 {o} 升 上去, 把 {o} 抬高, ~把 {o} 托起, ~将 {o} 升空",
    ),
    "fall": _plain(
        "下落, 落下, 落下 来, 掉 下来, 掉下, 掉落, 坠落, 下降, 落 下去, 往下 掉, 向下 落, 往下 落, 下坠, 下沉, "
        "沉 下去, 落 到 地上, 掉 到 地上, ~跌落, ~坠下, ~陨落, ~沉落",
        objects="把 {o} 降 下来, 让 {o} 掉 下来, ~使 {o} 跌落",
    ),
    "float": _plain(
        "漂浮, 漂浮, 悬浮, 飘浮, 浮动, 上下 浮动, 悬 在 空中, 飘 在 空中, 浮 在 空中, 漂浮 在 空中, 原地 漂浮, "
        "原地 浮动, 在 空中 漂浮, 上下 飘动, 悬浮 在 空中, ~浮游, ~悬停, ~飘悬",
    ),
    "drift left": _drift("左", "left"),
    "drift right": _drift("右", "right"),
    "bounce": _plain(
        "弹跳, 弹跳, 上下 弹跳, 跳动, 蹦跳, 弹 起来, 上下 跳动, 蹦 起来, 一 蹦 一 跳, 弹动, 跳 起来, 上下 跳, "
        "蹦 来 蹦 去, 原地 弹跳, 弹 来 弹 去, ~弹蹦, ~蹦跶, ~颠跳",
        objects="让 {o} 弹 起来, 让 {o} 蹦 起来, ~把 {o} 颠 起来",
    ),
    "sway": _plain(
        "摇摆, 摇摆, 摆动, 摆动, 左右 摇摆, 摇曳, 来回 摆动, 左右 摆动, 左右 晃动, 摇晃, 随风 摇摆, 随风 摆动, "
        "随风 摇曳, 晃来晃去, 摇来摇去, 来回 摇晃, 摆来摆去, ~晃荡, ~摇荡, ~摇曳 生姿",
        objects="让 {o} 摇 起来, 摇晃 {o}, ~把 {o} 晃荡 起来",
    ),
    "spin clockwise": _spin("clockwise", ", 旋转, 旋转, 转动, 自转, 转圈, 旋转 起来, 转 起来, 打转, ~飞旋"),
    "spin counterclockwise": _spin("counterclockwise"),
    "grow": _plain(
        "变大, 变大, 长大, 膨胀, 胀大, 增大, 越来越 大, 扩大, 变得 更 大, 靠近 镜头, 向 镜头 靠近, 朝 镜头 靠近, "
        "放大, 膨胀 起来, 胀 起来, ~壮大, ~鼓胀, ~涨大",
        objects="把 {o} 放大, 把 {o} 变大, 将 {o} 放大, ~把 {o} 撑大",
    ),
    "shrink": _plain(
        "变小, 变小, 缩小, 缩小, 收缩, 越来越 小, 变得 更 小, 远离 镜头, 离 镜头 越来越 远, 缩 起来, 缩 下去, "
        "离开 镜头, ~萎缩, ~缩减, ~缩微",
        objects="把 {o} 缩小, 把 {o} 变小, 将 {o} 缩小, ~把 {o} 压缩",
    ),
    "pulse": _plain(
        "呼吸, 脉动, 一 胀 一 缩, 起伏, 搏动, 忽大忽小, 像 呼吸 一样 起伏, 一 张 一 缩, 像 心跳 一样 搏动, "
        "像 心脏 一样 跳动, 有 节奏 地 胀缩, 像 呼吸 一样 胀缩, ~缩胀, ~悸动, ~一 起 一 伏",
    ),
    "ripple": _plain(
        "波动, 荡漾, 起 波纹, 泛起 波纹, 像 水 一样 波动, 飘扬, 泛起 涟漪, 像 旗子 一样 飘扬, 像 波浪 一样 起伏, "
        "像 水波 一样 荡漾, 起 涟漪, 随风 飘扬, 像 水面 一样 波动, ~起皱, ~涌动, ~翻涌, ~漾动",
    ),
}  # fmt: skip

_MOVES = ("left", "right", "up", "down", "up left", "up right", "down left", "down right")
FAST: dict[str, Phrasings] = {
    **{
        f"move {name}": read_phrasings(
            "{d} 冲, {d} 飞驰, {d} 疾驰, {d} 冲 过去, ~{d} 飞奔, ~{d} 猛冲", directions=_DIRECTIONS[name], inflect=False
        )
        for name in _MOVES
    },
    **{
        f"pan {name}": read_phrasings(
            "{d} 甩*, {d} 快摇*, {d} 急摇*, ~{d} 快甩", directions=_DIRECTIONS[name], inflect=False
        )
        for name in ("left", "right")
    },
}
SLOW: dict[str, Phrasings] = {
    f"move {name}": read_phrasings("{d} 挪, {d} 慢移, {d} 缓行, ~{d} 蹭", directions=_DIRECTIONS[name], inflect=False)
    for name in _MOVES
}
