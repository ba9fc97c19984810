"""From text to words: English by letters, Chinese by the longest known word."""

import re
import unicodedata
from collections.abc import Collection

# Apostrophes of all kinds, and the traditional forms of the characters that the lexicon uses.
_TRADITIONAL = (
    "鏡頭緩輕漸遠進動轉圍繞體飛機飄懸彈擺搖縮漲脹後從來個隻條輛畫靜請讓將時間開雲樹葉馬魚鳥鷹龍車輪風箏氣熱紅藍綠黃銀圓錶鐘燈"
    "籠書筆門橋雞鴨鵝獅豬貓貝蘋麵餅籃盤壺鍋禮鈴櫻齊邊側處並還變寬寫實質電當過達點擴離順針沒無聲們漢見視觀貼擠壓極傾節樣紋漣蕩"
    "揚揮隨駛馳衝竄驅趕連續終於幾兩雙淨穩勻拋躍墜騰緊張鬆萬億與專業東絲丟嚴喪豐臨為麗舉麼義烏樂喬習鄉買亂爭虧亞產畝親褻僅侖倉"
    "儀價眾優會傘偉傳對著裡給帶島繩獨這狀較煙鴿臉腳說話問嗎龜蘿蔔鯨鯊駱駝驢鋼衛鐵髒礦劍鑰鏈襪褲鞦韆颱臺滾鬧礙稜"
)
_SIMPLIFIED = (
    "镜头缓轻渐远进动转围绕体飞机飘悬弹摆摇缩涨胀后从来个只条辆画静请让将时间开云树叶马鱼鸟鹰龙车轮风筝气热红蓝绿黄银圆表钟灯"
    "笼书笔门桥鸡鸭鹅狮猪猫贝苹面饼篮盘壶锅礼铃樱齐边侧处并还变宽写实质电当过达点扩离顺针没无声们汉见视观贴挤压极倾节样纹涟荡"
    "扬挥随驶驰冲窜驱赶连续终于几两双净稳匀抛跃坠腾紧张松万亿与专业东丝丢严丧丰临为丽举么义乌乐乔习乡买乱争亏亚产亩亲亵仅仑仓"
    "仪价众优会伞伟传对着里给带岛绳独这状较烟鸽脸脚说话问吗龟萝卜鲸鲨骆驼驴钢卫铁脏矿剑钥链袜裤秋千台台滚闹碍棱"
)
_FOLD = str.maketrans(_TRADITIONAL + "’‘ʼ`＇‐‑", _SIMPLIFIED + "'''''--")

_PIECE = re.compile(r"[a-zà-öø-ÿ]+(?:['\-][a-zà-öø-ÿ]+)*|[0-9]+(?:\.[0-9]+)?|[㐀-鿿]+|[^\W\d_]+")
_CHINESE = re.compile(r"[㐀-鿿]")
LONGEST_CHINESE_WORD = 8


def has_chinese(text: str) -> bool:
    """Whether any Chinese character is in it."""
    return _CHINESE.search(text) is not None


def plain(text: str) -> str:
    """Compatibility forms, traditional characters and curly apostrophes made plain, in lower case."""
    return unicodedata.normalize("NFKC", text).translate(_FOLD).lower()


def split_words(text: str, known: Collection[str]) -> list[str]:
    """The words of a text; `known` (a set, ideally) decides where Chinese words end and which hyphens join one word."""
    words: list[str] = []
    for piece in _PIECE.findall(plain(text)):
        if has_chinese(piece):
            _split_chinese(piece, known, words)
        elif "-" in piece or "'" in piece:
            _split_compound(piece, known, words)
        else:
            words.append(piece)
    return words


def _split_chinese(run: str, known: Collection[str], words: list[str]) -> None:
    """Longest known word first, from left to right; an unknown character is a word of its own."""
    place, end = 0, len(run)
    while place < end:
        for length in range(min(LONGEST_CHINESE_WORD, end - place), 1, -1):
            if run[place : place + length] in known:
                break
        else:
            length = 1
        words.append(run[place : place + length])
        place += length


def _split_compound(piece: str, known: Collection[str], words: list[str]) -> None:
    """ "counter-clockwise" is one word if "counterclockwise" is known; "cat's" is "cat" """
    if piece in known:
        words.append(piece)
        return
    joined = piece.replace("-", "")
    if joined in known:
        words.append(joined)
        return
    for part in piece.split("-"):
        words.append(part if part in known else part.removesuffix("'s").removesuffix("s'") if "'" in part else part)
