"""The Chinese words of the storybook. Spaces part words, what is said has none; marks are as in `english_words`.

{d} stands for a direction, {o} for another actor, {c} for a colour, {b} for the colour before.
"""

from mutoscope.world.storybook.captions.ways import Ways, ways
from mutoscope.world.storybook.story import (
    Action,
    Camera,
    Colour,
    Direction,
    Kind,
    Light,
    Place,
    Relation,
    Size,
    Speed,
    Weather,
)

# Measure word and noun.
NOUNS: dict[Kind, Ways[str]] = {
    Kind.CIRCLE: ways("个 圆形:4, 个 圆:2, 个 圆圈, ~个 圆盘"),
    Kind.SQUARE: ways("个 正方形:4, 个 方块:2, 个 方形, 个 四方形"),
    Kind.TRIANGLE: ways("个 三角形:5, 个 三角"),
    Kind.STAR: ways("颗 星星:4, 个 五角星:3, 颗 星形"),
    Kind.HEART: ways("颗 爱心:3, 个 心形:3, 颗 心:2, 颗 心 形状"),
    Kind.BALL: ways("个 球:5, 个 皮球:3, 个 圆球, 个 弹力球"),
    Kind.BALLOON: ways("个 气球:5, 只 气球:2, 个 派对气球"),
    Kind.CAR: ways("辆 汽车:4, 辆 车:2, 辆 轿车, ~辆 机动车"),
    Kind.BOAT: ways("艘 船:3, 艘 帆船:3, 条 船:2, ~艘 帆艇"),
    Kind.ROCKET: ways("枚 火箭:4, 支 火箭:2, ~艘 航天器"),
    Kind.KITE: ways("只 风筝:5, 个 风筝:2, ~只 纸鸢"),
    Kind.HOUSE: ways("座 房子:4, 栋 房子:2, 座 房屋, 间 屋子, 座 住宅"),
    Kind.TREE: ways("棵 树:5, 棵 树木, ~棵 乔木"),
    Kind.FLOWER: ways("朵 花:5, 朵 花儿:2, 朵 鲜花, 朵 花朵"),
    Kind.MAN: ways("个 男人:6, 个 男子:2, 位 先生, 位 男士, ~个 男性"),
    Kind.WOMAN: ways("个 女人:6, 个 女子:2, 位 女士:2, ~个 女性"),
    Kind.CHILD: ways("个 孩子:4, 个 小孩:3, 个 小朋友:2, ~个 儿童"),
    Kind.CAT: ways("只 猫:6, 只 猫咪:2, ~只 喵星人"),
    Kind.DOG: ways("只 狗:5, 条 狗:2, 只 狗狗, ~只 犬"),
    Kind.BIRD: ways("只 鸟:5, 只 鸟儿:2, 只 飞鸟"),
    Kind.FISH: ways("条 鱼:5, 条 鱼儿, 条 游鱼"),
    Kind.BUTTERFLY: ways("只 蝴蝶:6, ~只 彩蝶"),
}
COLOURS: dict[Colour, str] = {
    Colour.RED: "红", Colour.ORANGE: "橙", Colour.YELLOW: "黄", Colour.GREEN: "绿", Colour.BLUE: "蓝", Colour.PURPLE: "紫",
    Colour.PINK: "粉", Colour.BROWN: "棕", Colour.BLACK: "黑", Colour.WHITE: "白",
}  # fmt: skip
FULL_COLOURS: dict[Colour, Ways[str]] = {
    **{colour: ways(f"{short}色") for colour, short in COLOURS.items()},
    Colour.PINK: ways("粉色:2, 粉红色:3, 桃红色"),
    Colour.BROWN: ways("棕色:3, 褐色, 咖啡色"),
    Colour.RED: ways("红色:5"),
    Colour.BLUE: ways("蓝色:5, 宝蓝色"),
    Colour.ORANGE: ways("橙色:4, 橘色, 橘黄色"),
}
SIZES: dict[Size, Ways[str]] = {
    Size.SMALL: ways("小:6, 小小 的:2, 很 小 的, ~迷你 的"),
    Size.MEDIUM: ways("中等 大小 的"),
    Size.BIG: ways("大:6, 大大 的:2, 很 大 的, 巨大 的, ~硕大 的"),
}
CLOTHES = ways("穿 {c} 衣服 的:4, 穿着 {c} 衣服 的:3, 身穿 {c} 衣服 的, 穿 {s}衣 的:2, {s}衣, ~身着 {c} 服装 的")
IT: dict[Kind, str] = {Kind.MAN: "他", Kind.WOMAN: "她", Kind.CHILD: "他"}


def _way(way: str) -> Ways[str]:
    return ways(f"向{way}:5, 往{way}:3, 朝{way}, 向{way}边:2, 往{way}边:2, ~朝着 {way}边")


def _corner(corner: str) -> Ways[str]:
    return ways(f"向{corner}:2, 往{corner}:2, 向{corner}方:4, 往{corner}方:2, 朝{corner}方, ~朝着 {corner}方")


DIRECTIONS: dict[Direction, Ways[str]] = {
    Direction.LEFT: _way("左"), Direction.RIGHT: _way("右"), Direction.UP: ways("向上, 往上"),
    Direction.DOWN: ways("向下, 往下"), Direction.UP_LEFT: _corner("左上"), Direction.UP_RIGHT: _corner("右上"),
    Direction.DOWN_LEFT: _corner("左下"), Direction.DOWN_RIGHT: _corner("右下"),
}  # fmt: skip
SPEEDS: dict[Speed, Ways[str]] = {
    Speed.SLOW: ways("慢慢:2, 慢慢地:3, 缓缓:2, 缓缓地, 缓慢地:2, ~徐徐"),
    Speed.FAST: ways("快速:3, 快速地:2, 飞快地:3, 迅速:2, 很快地, ~疾速"),
}

GOES: dict[Action, Ways[str]] = {
    Action.MOVE: ways("{d} 移动:5, {d} 滑动:2, {d} 移, ~{d} 挪动"),
    Action.ROLL: ways("{d} 滚动:4, {d} 滚:3, {d} 滚去, ~{d} 滚过去"),
    Action.BOUNCE: ways("{d} 弹跳:4, {d} 弹:2, {d} 弹去, ~{d} 弹跳前进"),
    Action.ZIGZAG: ways("沿 之字形 {d} 移动:3, 曲折地 {d} 移动:3, 曲曲折折地 {d} 移动, ~蜿蜒 {d} 移动"),
    Action.FLOAT: ways("{d} 飘:2, {d} 飘动:3, {d} 漂移:2, {d} 飘去, ~{d} 飘荡"),
    Action.SAIL: ways("{d} 航行:4, {d} 行驶:2, {d} 驶去:2, ~{d} 航进"),
    Action.DRIVE: ways("{d} 行驶:4, {d} 开:3, {d} 开去, {d} 驶去, ~{d} 行进"),
    Action.FLY: ways("{d} 飞:4, {d} 飞行:2, {d} 飞去:2, ~{d} 翱翔"),
    Action.SWIM: ways("{d} 游:4, {d} 游动:2, {d} 游去:2, ~{d} 潜游"),
    Action.WALK: ways("{d} 走:5, {d} 行走:2, {d} 走去:2, ~{d} 迈步"),
    Action.RUN: ways("{d} 跑:5, {d} 奔跑:3, {d} 跑去:2, ~{d} 飞奔"),
    Action.JUMP: ways("{d} 跳:4, {d} 跳跃:2, {d} 蹦跳, ~{d} 蹦跶"),
}
DOES: dict[Action, Ways[str]] = {
    Action.STAND: ways("不动:2, 静止 不动:3, 停着, 停在 那里, ~纹丝 不动"),
    Action.MOVE: ways("移动:4, 滑动, ~挪动"),
    Action.ROLL: ways("滚动:5, 滚:2, ~翻滚"),
    Action.BOUNCE: ways("弹跳:5, 上下 弹跳:3, 弹个 不停, ~一弹一弹"),
    Action.SPIN: ways("旋转:5, 转动:2, 原地 旋转:2, 自转, ~打转"),
    Action.GROW: ways("变大:5, 越来越 大:2, 长大, ~膨胀"),
    Action.SHRINK: ways("变小:5, 缩小:3, 越来越 小:2, ~收缩"),
    Action.RISE: ways("上升:5, 升起:2, 往上 升:2, 向上 移动:2, ~攀升"),
    Action.FALL: ways("下落:4, 落下:3, 往下 掉:2, 下降:2, 向下 移动:2, ~坠落"),
    Action.ZIGZAG: ways("走 之字形:3, 曲折 前进:3, 沿 之字形 移动:2, ~蜿蜒 前进"),
    Action.CIRCLE: ways("转圈:3, 绕圈:4, 绕着 圈 移动, 画 圆圈, ~兜圈"),
    Action.FLOAT: ways("漂浮:4, 飘浮:2, 悬浮:2, 上下 浮动:2, ~浮沉"),
    Action.SAIL: ways("航行:5, 行驶:2, 驶向 远方:2, ~扬帆 前行"),
    Action.DRIVE: ways("行驶:5, 开动:2, 往前 开:2, ~行进"),
    Action.FLY: ways("飞:3, 飞行:3, 飞翔:3, ~翱翔"),
    Action.SWIM: ways("游泳:5, 游动:2, ~潜游"),
    Action.WALK: ways("走路:5, 散步:3, 行走:2, 漫步:3, 步行, ~溜达"),
    Action.RUN: ways("跑步:5, 奔跑:4, 跑:2, ~飞奔"),
    Action.JUMP: ways("跳跃:3, 跳:2, 蹦跳:3, 蹦蹦跳跳:2, ~蹦跶"),
    Action.DANCE: ways("跳舞:6, 翩翩起舞:2, 舞蹈, 起舞"),
    Action.WAVE: ways("挥手:5, 招手:4, ~摆手"),
}
_STANDING = ways("站着:4, 站着 不动:3, 站立:2, ~伫立")
OWN: dict[tuple[Kind, Action, bool], Ways[str]] = {
    **{(kind, Action.STAND, False): _STANDING
       for kind in (Kind.MAN, Kind.WOMAN, Kind.CHILD, Kind.CAT, Kind.DOG, Kind.BIRD)},
    **{(kind, Action.STAND, False): ways("立着:3, 矗立:2, 立在 那里:3, ~屹立") for kind in (Kind.HOUSE, Kind.TREE, Kind.ROCKET)},
    (Kind.FLOWER, Action.STAND, False): ways("立着:3, 开着:3, 立在 那里:2, 绽放"),
    (Kind.CAR, Action.STAND, False): ways("停着:4, 停在 那里:3, 静止 不动:2, 停泊"),
    **{(kind, Action.RUN, False): ways("奔跑:5, 跑:4, 跑着:1, ~飞奔") for kind in (Kind.CAT, Kind.DOG)},
    (Kind.FISH, Action.SWIM, False): ways("游动:4, 游:3, 游泳:2, ~潜游"),
    (Kind.BUTTERFLY, Action.FLY, False): ways("飞舞:5, 飞:3, 翻飞"),
    (Kind.ROCKET, Action.RISE, False): ways("升空:4, 起飞:3, 上升:3, 发射 升空, 腾空"),
    (Kind.BALLOON, Action.RISE, False): ways("上升:3, 飘上去:3, 升空:3, ~攀升"),
    (Kind.BALLOON, Action.FALL, False): ways("下降:4, 飘下来:3, 落下:2, ~坠落"),
    (Kind.FISH, Action.RISE, False): ways("向上 游:4, 往上 游:4, 上升, 上浮"),
    (Kind.FISH, Action.FALL, False): ways("向下 游:4, 往下 游:4, 下降, 下潜"),
    (Kind.FISH, Action.CIRCLE, False): ways("绕圈 游:4, 转圈:3, 绕圈:3, ~兜圈"),
    (Kind.BOAT, Action.FLOAT, False): ways("漂浮:4, 漂着, 随波 起伏:3, ~浮沉"),
    **{(kind, Action.RISE, False): ways("向上 飞:4, 往上 飞:4, 上升:2, ~攀升") for kind in (Kind.BIRD, Kind.BUTTERFLY)},
    **{(kind, Action.FALL, False): ways("向下 飞:4, 往下 飞:4, 下降:2, 俯冲") for kind in (Kind.BIRD, Kind.BUTTERFLY)},
    **{(kind, Action.CIRCLE, False): ways("绕圈 飞:4, 盘旋:4, 转圈:2, ~兜圈") for kind in (Kind.BIRD, Kind.BUTTERFLY)},
}  # fmt: skip
CHASES = ways("追 {o}:4, 追赶 {o}:4, 追逐 {o}:3, 追着 {o}:2, ~追捕 {o}")
CHASED = ways("被 {o} 追赶:4, 被 {o} 追:3, 躲避 {o}:2, 逃离 {o}:2, ~被 {o} 追捕")
TURNS = ways("变成 {c}:6, 变为 {c}:3, 变 {s}:2, 颜色 变成 {c}:2, ~转为 {c}")
RECOLOURS = ways("从 {b} 变成 {c}:4, 由 {b} 变成 {c}:2, 从 {b} 变为 {c}:2, ~由 {b} 转为 {c}")

# Where it is, behind 在; and along which one goes.
PLACES: dict[Place, Ways[str]] = {
    Place.PLAIN: ways("纯色 背景 前, 单色 背景 前, 素色 背景 前"),
    Place.MEADOW: ways("草地 上:5, 草坪 上:2, 草原 上:2, 田野 里, ~牧场 上"),
    Place.BEACH: ways("沙滩 上:5, 海滩 上:4, 海边:3, ~海岸 上"),
    Place.SEA: ways("海 上:4, 海面 上:3, 大海 上:3, ~汪洋 上"),
    Place.UNDERWATER: ways("水下:4, 海底:3, 水 里:3, 水 中:2, 深海 里"),
    Place.CITY: ways("街道 上:3, 城市 街道 上:3, 街 上:2, 城市 里:3, 马路 上:2, 市区 里"),
    Place.SNOW: ways("雪地 里:4, 雪地 上:4, 雪原 上:2, 冰雪 大地 上"),
    Place.DESERT: ways("沙漠 里:5, 沙漠 中:4, 戈壁 上"),
    Place.FOREST: ways("森林 里:5, 森林 中:2, 树林 里:3, ~丛林 里"),
    Place.ROOM: ways("房间 里:5, 屋子 里:2, 室内:2, 客厅 里:2, 屋内"),
    Place.SPACE: ways("太空:4, 太空 中:4, 太空 里:3, 宇宙 中:2, ~外太空"),
}
ALONG: dict[Place, Ways[str]] = {
    Place.BEACH: ways("沿着 沙滩:3, 沿着 海滩:2, 沿着 海边, ~沿着 海岸"),
    Place.CITY: ways("沿着 街道:3, 沿着 马路:2, 沿着 街巷"),
    Place.FOREST: ways("穿过 森林:3, 穿过 树林:2, ~穿过 丛林"),
    Place.DESERT: ways("穿过 沙漠:3, 穿越 沙漠"),
    Place.MEADOW: ways("穿过 草地:3, ~穿过 牧场"),
    Place.SPACE: ways("穿过 太空:3, 穿越 太空"),
}

LIGHTS: dict[Light, Ways[str]] = {
    Light.DAY: ways("白天:4, 在 白天, 大白天"),
    Light.SUNSET: ways("日落 时分:3, 傍晚:4, 黄昏 时分:2, 夕阳 下:3, ~薄暮 中"),
    Light.NIGHT: ways("夜里:4, 夜晚:3, 晚上:4, 夜间, ~深夜"),
}
WEATHERS: dict[Weather, Ways[str]] = {
    Weather.CLEAR: ways("晴天, 晴朗 的 天气 里"),
    Weather.RAIN: ways("雨 中:4, 雨 里:3, ~雨幕 中"),
    Weather.SNOW: ways("雪 中:3, 下雪 时:3, 飘雪 中, ~飞雪 中"),
    Weather.WIND: ways("风 中:4, 大风 中:3, ~狂风 中"),
}
IT_IS: dict[Weather, Ways[str]] = {
    Weather.RAIN: ways("下着 雨:4, 正在 下雨:3, 雨 下 个 不停"),
    Weather.SNOW: ways("下着 雪:4, 正在 下雪:3, 雪花 飘落"),
    Weather.WIND: ways("刮着 风:4, 正在 刮风:3, 刮着 大风:2, ~狂风 呼啸"),
}
_DARK = "天 黑 了:4, 夜幕 降临:3, 夜晚 来临:2, ~夜色 降临"
NEW_LIGHT: dict[tuple[Light, Light], Ways[str]] = {
    (Light.DAY, Light.SUNSET): ways("太阳 落山:4, 太阳 下山:4, 夕阳 西下:2, 白天 变成 傍晚:2, ~日落西山"),
    (Light.DAY, Light.NIGHT): ways(f"白天 变成 黑夜:4, 白天 变成 夜晚:3, 从 白天 变成 夜晚:2, {_DARK}"),
    (Light.SUNSET, Light.NIGHT): ways(f"傍晚 变成 夜晚:4, {_DARK}"),
    (Light.NIGHT, Light.DAY): ways("天 亮 了:4, 太阳 升起:4, 黑夜 变成 白天:4, ~破晓"),
    (Light.NIGHT, Light.SUNSET): ways("夜晚 变成 傍晚:4, ~黑夜 转为 黄昏"),
    (Light.SUNSET, Light.DAY): ways("傍晚 变成 白天:4, ~黄昏 转为 白昼"),
}
BEGINS: dict[Weather, Ways[str]] = {
    Weather.RAIN: ways("开始 下雨:4, 下起 雨 来:3, 下起 了 雨:3, ~落起 雨 来"),
    Weather.SNOW: ways("开始 下雪:4, 下起 雪 来:3, 下起 了 雪:3, ~飘起 雪 来"),
    Weather.WIND: ways("开始 刮风:4, 刮起 风 来:3, 刮起 了 风:3, 起风 了"),
}
ENDS: dict[Weather, Ways[str]] = {
    Weather.RAIN: ways("雨 停 了:6, 不 下雨 了:3, 雨 过 天晴"),
    Weather.SNOW: ways("雪 停 了:6, 不 下雪 了:3, ~雪 霁"),
    Weather.WIND: ways("风 停 了:6, 不 刮风 了:3, ~风 平息 了"),
}
WEATHER_NOUNS = {Weather.RAIN: "雨", Weather.SNOW: "雪", Weather.WIND: "风"}

CAMERAS: dict[Camera, Ways[str]] = {
    Camera.STILL: ways("不动:3, 静止 不动, 保持 固定, ~纹丝 不动"),
    Camera.PAN_LEFT: ways("向左 移动:4, 向左 平移:3, 左移:2, 向左 摇:2, ~向左 横移"),
    Camera.PAN_RIGHT: ways("向右 移动:4, 向右 平移:3, 右移:2, 向右 摇:2, ~向右 横移"),
    Camera.ZOOM_IN: ways("推近:4, 拉近:3, 推进:2, 放大, ~逼近"),
    Camera.ZOOM_OUT: ways("拉远:5, 向后 拉:2, 后退:2, ~退远"),
    Camera.FOLLOW: ways("跟随 {o}:4, 跟着 {o}:4, 跟拍 {o}:2, ~尾随 {o}"),
}
ALL_THE_TIME = ways("一直:4, 始终:3, ~自始至终")

RELATIONS: dict[Relation, Ways[str]] = {
    Relation.LEFT_OF: ways("左边:5, 左侧:2, 左面, 左方"),
    Relation.RIGHT_OF: ways("右边:5, 右侧:2, 右面, 右方"),
    Relation.ABOVE: ways("上方:5, 上面:4, ~正上方"),
    Relation.BELOW: ways("下方:5, 下面:4, ~正下方"),
    Relation.IN_FRONT_OF: ways("前面:5, 前方:2, ~正前方"),
    Relation.BEHIND: ways("后面:5, 后方:2, ~背后"),
}
JOINTS = ("，", "，", "，同时", "，同时", "，而", "，与此同时，")
PASSES = ways("从 {a} 过渡到 {b}:5, 从 {a} 变成 {b}:3, 由 {a} 变为 {b}:2, 从 {a} 变为 {b}, 由 {a} 转入 {b}")
OPENINGS = ways("画, 请画, 画面 中 有, 画面 里 是, 动画：, 展示")
# Everything else that a caption can be put together with.
GLUE = (
    "一 有 在 的 正在 着 了 它 他 她 同时 而 与此同时 镜头 继续 还 还在 仍然 那 这 另一 第一 第二 第三 先 首先 然后 接着 随后 之后 "
    "接下来 紧接着 最后 再 秒 从 到 前 后 持续 时 由 被 边 上 下 里 中 只 个 也 色 衣 和 之间 位于"
)
