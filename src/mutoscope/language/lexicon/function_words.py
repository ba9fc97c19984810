"""Small words of both languages: those that captions are put together with, and more that everybody uses."""

from mutoscope.language.lexicon.listing import by_spaces

# Said in captions besides actions, modifiers and nouns.
ENGLISH_IN_CAPTIONS = frozenset(
    by_spaces(
        "a an the this that my our some of in on at to from with without while as and then it its he she they him her "
        "them his their is are be being does do not doesn't don't isn't no nothing else everything other rest only "
        "just all still camera view shot lens frame picture photo image scene photograph background please make let "
        "have keep hold want should will must can could you i we would like starts start begins begin starting first "
        "second finally next after before afterwards later that lastly followed by end same time meanwhile during "
        "there there's one two push pull truck pan tilt pedestal zoom static tracking in out left right up down move "
        "moves moving stay stays staying here show video clip animate so now see these"
    )
)
CHINESE_IN_CAPTIONS = frozenset(
    by_spaces(
        "镜头 相机 摄像机 摄影机 画面 视角 机位 请 让 使 令 把 将 和 并 并且 同时 的 同时 一边 边 时 时候 在 正在 着 "
        "了 地 的 得 先 首先 然后 接着 随后 之后 后 前 最后 再 开始 应该 要 想 我 想要 希望 能 可以 保持 不动 静止 "
        "没有 其他 其余 部分 都 什么 东西 一切 全部 只有 也 则 这 那 一 张 照片 里 中 有 图片 图 一张 这张 里面 "
        "画面中 照片里 图中 它 他 她 它们 他们 以后 之前 以前 同一时间 期间 与此同时 与此 接下来 紧接着 不 没 动 不要 "
        "整个 其它 当 持续 从 到 秒 的照片 这个 那个 一下 吧 会 麻烦 帮 请让 请把"
    )
)
# Understood without being said in captions: they carry no wish of their own.
STOP_WORDS = frozenset(
    by_spaces(
        "am was were been has had did done having if or but nor yet because very really quite too also even again "
        "once what which who whom whose when where why how me us your yours mine ours theirs these those such into "
        "onto over under through across around along above below behind beside between near inside outside off than "
        "any each every both few more most many much own per via about against until upon within may might shall need "
        "needs needed wants wanted give gives create creates generate generates produce render movie film footage "
        "shots scenes clip clips animation animated motion motions movement movements effect effects second seconds "
        "sec secs s moment whole entire thing things kind sort bit way style look looks looking beautiful nice good "
        "great best natural naturally realistic smooth smoothly cinematic quality high hd towards toward away there's "
        "it's that's let's i'd i'm we're they're he's she's doesn't isn't aren't won't can't cannot never always ever "
        "maybe perhaps continue continues continuing keeps keeping hey hello hi thanks thank ok okay o'clock slow "
        "fast speed direction"
    )
) | frozenset(
    by_spaces(
        "是 上 下 左 右 里面 上面 下面 旁边 这样 那样 非常 很 比较 更 最 太 也 还 就 又 而 或 或者 但 但是 因为 所以 "
        "如果 和 与 及 跟 给 对 为 被 由 向 往 朝 于 之 其 些 一些 一个 一只 一条 一辆 一艘 一朵 每 各 几 个 只 条 辆 "
        "艘 朵 棵 片 匹 头 位 座 架 支 把 顶 面 台 杯 幅 件 张 本 枚 颗 根 盏 我们 你 您 你们 生成 制作 做 视频 短片 "
        "动画 效果 风格 电影 画质 秒钟 时间 谢谢 吗 呢 啊 呀 哦 自然 流畅 真实 好看 漂亮 起来 下来 过去 过来 出来 "
        "下去 上去 去 来 到 看 变 变得 成 得 所 以 用 按 方向 速度 慢 快 大 小 高 低 远 近 动起来 动作 运动 移"
    )
)
