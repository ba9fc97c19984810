"""The page in Chinese: what the server says in English is told in Chinese too, wherever it is common."""

import re
from dataclasses import replace
from typing import get_args

import numpy as np
from playwright.sync_api import Page, expect

from mutoscope import api
from mutoscope.conditioning.limits import notes_on
from mutoscope.evaluation.storybook.heeding import Heeded, heed
from mutoscope.evaluation.storybook.verdict import Answer
from mutoscope.media.photos import output_size
from mutoscope.shapes import ClipShape
from mutoscope.vision.finder import Rendering
from mutoscope.vision.subject import Source, no_subject
from mutoscope.world.storybook.meanings import story_meanings
from mutoscope.world.storybook.story import Action, Colour, Direction, Kind, Size, Speed

STATIC = api.SAMPLE.parents[1] / "studio" / "static"


def test_what_the_server_says_in_english_the_chinese_page_says_in_chinese(page: Page) -> None:
    page.get_by_role("button", name="中文").click()
    page.get_by_label("把照片拖到这里").set_input_files(api.SAMPLE)
    reading, prompt = page.locator("#reading"), page.get_by_label("要发生什么？")
    for said, told in (
        ("杯子跳舞", "请换一个做得到的动作"),
        ("紫色的杯子", "没有说要怎么动"),
        ("饕餮", "没有认识的词"),
    ):
        prompt.fill(said)
        expect(reading.locator(".problem")).to_contain_text(told)
        no_english(reading.inner_text())
    prompt.fill("镜头推近，杯子弹跳")
    page.get_by_label("秒数").fill("20")
    page.get_by_label("秒数").blur()
    expect(reading.locator(".problem")).to_have_text("秒数：请填 0.5 到 10。")
    page.get_by_role("button", name="生成短片").click()
    expect(page.get_by_role("alert")).to_have_text("秒数：请填 0.5 到 10。")
    page.get_by_label("秒数").fill("0.5")
    page.get_by_label("大小").select_option("640")
    page.get_by_role("button", name="生成短片").click()
    expect(page.locator("#result > video")).to_be_visible()
    facts = page.locator("#result dl")
    expect(facts).to_contain_text("没有把握找准主体")
    no_english(facts.inner_text().replace("motion", ""))
    page.get_by_role("button", name="换一张").click()
    page.get_by_label("把照片拖到这里").set_input_files(
        {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"}
    )
    page.get_by_role("button", name="生成短片").click()
    expect(page.get_by_role("alert")).to_contain_text("不是完整的照片")
    page.get_by_role("button", name="换一张").click()
    page.get_by_label("形状").select_option("16:9")
    expect(reading.locator(".problem")).to_contain_text("画不出这种形状")
    page.get_by_label("形状").select_option("1:1")
    page.get_by_text("更多设置").click()
    page.get_by_label("步数").fill("1")
    prompt.fill("红色的圆形弹跳")
    page.get_by_role("button", name="三种模型比一比").click()
    expect(page.locator(".absent")).to_have_count(2)
    expect(page.locator(".absent", has_text="gan")).to_contain_text("用不上其中一项设置")
    no_english(" ".join(page.locator(".verdicts").all_inner_texts()))


def no_english(said: str) -> None:
    """No word of two letters and more, but for those of the page's own language that have none."""
    assert not re.search("[a-z]{2}", said), said


def test_what_the_chinese_page_knows_of_the_servers_words_is_still_what_the_server_says() -> None:
    words = (STATIC / "words.js").read_text("utf-8")
    sources = "\n".join(path.read_text("utf-8") for path in STATIC.parents[1].rglob("*.py"))
    codes = re.findall(r"(\w+): \(", words[words.index("const refusals") : words.index("const sizes")])
    notes = re.findall(r'^  "(.+?)": "', words[words.index("const notes") : words.index("const chinese")], re.MULTILINE)
    assert len(codes) > 15
    assert len(notes) == 11
    assert [code for code in codes if f'"{code}"' not in sources] == []
    assert [note for note in notes if note not in sources] == []
    said = [note for how in ("soft", "camera") for note in moved_notes(how)]
    assert len(said) == 5
    assert [note for note in said if not any(note.startswith(known) for known in notes)] == []


def moved_notes(how: Rendering) -> set[str]:
    """All that can be noted on how a photo is moved."""
    subjects = [
        replace(no_subject(4, 5), source=source, confidence=sure) for source in get_args(Source) for sure in (0.0, 1.0)
    ]
    return {
        note
        for subject in subjects
        for drawn in (False, True)
        for note in notes_on(how, subject, ["subject: rise"], drawn=drawn)
    }


def test_what_the_ruler_says_of_a_clip_is_told_in_chinese(page: Page) -> None:
    page.get_by_role("button", name="中文").click()
    drawn = ClipShape(frames=25, height=128, width=128, fps=8)
    blank = np.full((25, 128, 128, 3), 200, np.uint8)
    said = [
        heed("一个红色的圆形弹跳，然后向左滚动", blank, 8, drawn, stage=1),
        heed("红色的圆形追赶蓝色的星星", blank, 8, drawn, stage=2),
    ]
    answers = [str(thing) for heeding in said for thing in heeding.things]
    # What else may be seen instead, wherever that can be read: all that stories of the first stage can show.
    shown = [value for kind in (Kind, Colour, Size, Action, Direction, Speed) for value in kind]
    shown = [value for value in shown if {value, f"does {value}", f"goes {value}"} & first_stage()]
    one = Heeded(words="弹跳", where="circle, 0.0-1.6 s", answer=Answer.WRONG, shown="")
    answers += [str(replace(one, shown=f"{value} seen")) for value in shown] + [
        str(replace(one, shown="seen at 0.8 s"))
    ]
    assert len(answers) > 40
    told = page.evaluate(
        "async (answers) => { const { words } = await import('/words.js'); return answers.map(words.verdict); }",
        answers,
    )
    for line in told:
        no_english(line)
    assert "动作的转换（1.6 秒）：没看到转换" in told
    assert "弹跳（圆形，0.0-1.6 秒）：看到的是移动" in told


def first_stage() -> set[str]:
    """All that stories of the first stage can mean, whoever of them it is said of; what goes without saying as well."""
    return {name.rpartition(": ")[2] for name in story_meanings(1)} | {Size.MEDIUM, Speed.NORMAL}


def test_a_note_that_tells_a_size_is_told_in_chinese(page: Page) -> None:
    page.get_by_role("button", name="中文").click()
    for photo, size in (((100, 4000), None), ((20, 20), None), ((67, 101), None), ((64, 64), "97x65")):
        *_, notes = output_size(photo, size)
        [told] = page.evaluate(
            "async (notes) => { const { words } = await import('/words.js'); return notes.map(words.note); }",
            notes,
        )
        assert re.findall(r"\d+x\d+", told) == re.findall(r"\d+x\d+", notes[0])
        no_english(told)
