"""The page in Chinese: what the server says in English is told in Chinese too, wherever it is common."""

import re

from playwright.sync_api import Page, expect

from mutoscope import api
from mutoscope.media.photos import output_size

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
    expect(page.locator(".absent", has_text="gan")).to_contain_text("还没有训练过")
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
    assert len(notes) == 5
    assert [code for code in codes if f'"{code}"' not in sources] == []
    assert [note for note in notes if note not in sources] == []


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
