"""The page in a real browser: what a person does in the first five minutes."""

import io
import re
import struct
import time
from pathlib import Path

from conftest import Server, small_and_short
from PIL import Image
from playwright.sync_api import Page, expect

from mutoscope import api

STATIC = api.SAMPLE.parents[1] / "studio" / "static"


def forget(studio: Server) -> None:
    """An empty gallery."""
    for job in studio.http.get("/v1/videos", params={"limit": 100}).json()["data"]:
        studio.http.delete(f"/v1/videos/{job['id']}")


def test_a_first_visitor_makes_an_example_with_one_click(page: Page, studio: Server) -> None:
    forget(studio)
    page.reload()
    expect(page.get_by_role("heading", name="Try one of these")).to_be_visible()
    expect(page.locator("#gallery")).to_be_hidden()
    expect(page.locator("#example-clips video")).to_have_count(3)
    for prompt in page.locator("#example-clips p").all_inner_texts():
        told = studio.http.post("/v1/videos/read", json={"prompt": prompt}).json()
        assert (told["problem"], told["unknown"], told["impossible"]) == (None, [], [])
    small_and_short(page)
    page.get_by_role("button", name="Make it myself").first.click()
    expect(page.locator("#result > video")).to_be_visible()
    expect(page.locator("#result > video")).to_have_js_property("readyState", 4)  # all of it can be played
    assert page.evaluate("document.querySelector('#result > video').videoWidth") == 600
    expect(page.locator("#result")).to_contain_text("camera: zoom in")


def test_photo_marks_and_words_become_a_request_and_variants_to_pick(page: Page, studio: Server) -> None:
    small_and_short(page)
    page.get_by_label("Drop a photo").set_input_files(api.SAMPLE)
    box = page.locator("#picture").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.5, steps=4)
    page.mouse.up()
    page.get_by_role("button", name="Push in").click()
    page.get_by_label("What should happen?").type("the cup moves")
    page.get_by_label("Shape").select_option("1:1")
    page.get_by_label("Variants").select_option("2")
    page.get_by_label("Seed").fill("4")
    expect(page.locator("#estimate")).to_contain_text("640 × 640")
    page.get_by_role("button", name="Make the clip").click()
    expect(page.locator(".picks button")).to_have_count(2)
    asked = studio.http.get("/v1/videos").json()["data"][0]["request"]
    assert asked["drag"].startswith("0.400,0.500:0.6")
    assert {name: asked[name] for name in ("prompt", "size", "variants", "seed", "seconds")} == {
        "prompt": "[Push in] the cup moves", "size": "640x640", "variants": 2, "seed": 4, "seconds": 0.5,
    }  # fmt: skip
    page.locator(".picks button").nth(1).click()
    assert "number=1" in str(page.locator("#result > video").get_attribute("src"))
    with page.expect_download() as download:
        page.get_by_role("link", name="GIF").click()
    assert Path(download.value.path()).read_bytes().startswith(b"GIF8")
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_label("Shape")).to_have_value("1:1")
    expect(page.get_by_role("button", name="Clear marks")).to_be_visible()


def test_a_click_names_the_subject_and_time_and_memory_are_told_before_anything_runs(
    page: Page, studio: Server
) -> None:
    small_and_short(page)
    page.get_by_label("Drop a photo").set_input_files(api.SAMPLE)
    box = page.locator("#picture").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.75)
    page.get_by_label("What should happen?").fill("the cup rises")
    expect(page.locator("#estimate")).to_have_text(re.compile(r"about \d+ s and \d+\.\d GB · 600 × 400"))
    with page.expect_response(lambda answer: answer.url.endswith("/v1/videos")) as made:
        page.get_by_role("button", name="Make the clip").click()
    x, y = (float(place) for place in made.value.json()["request"]["subject"].split(","))
    assert (abs(x - 0.25) < 0.01, abs(y - 0.75) < 0.01) == (True, True)
    expect(page.locator("#result > video")).to_be_visible()


CONTROLS = """() => [...document.querySelectorAll("button, input, select, textarea, summary, a[href], canvas, video[controls]")]
  .filter((control) => control.checkVisibility() && !control.disabled)"""


def test_every_control_is_reached_with_the_tab_key_and_shows_that_it_is(page: Page, studio: Server) -> None:
    studio.ended(studio.made(variants=2))
    page.reload()
    page.get_by_label("Drop a photo").set_input_files(api.SAMPLE)
    page.get_by_label("What should happen?").fill("the camera zoms in")
    page.get_by_text("More wishes").click()
    page.locator("#clips .show").first.click()
    expect(page.locator(".picks button")).to_have_count(2)
    expect(page.get_by_role("button", name="zooms", exact=True)).to_be_visible()
    there = int(page.evaluate(f"({CONTROLS})().length"))
    assert there > 40
    page.locator("#language").focus()
    reached = [0]
    while len(reached) < 2 * there:
        page.keyboard.press("Tab")
        at, kind, ring = page.evaluate(
            f"(on => [({CONTROLS})().indexOf(on), on.localName, getComputedStyle(on).outlineStyle])(document.activeElement)"
        )
        if at < 0:
            break
        assert ring != "none" or kind == "video", f"nothing shows that control {at}, {kind}, has the focus"
        reached.append(at)
    assert list(dict.fromkeys(reached)) == list(range(there)), "in the order in which they stand"


def test_unknown_words_are_underlined_and_exchanged_before_anything_runs(page: Page, studio: Server) -> None:
    before = studio.http.get("/v1/videos").json()["data"]
    page.get_by_label("Drop a photo").set_input_files(api.SAMPLE)
    prompt = page.get_by_label("What should happen?")
    prompt.fill("the camera zoms in while the horse runs")
    expect(page.locator("#marks mark")).to_have_text(["zoms", "runs"])
    page.get_by_role("button", name="zooms", exact=True).click()
    expect(prompt).to_have_value("the camera zooms in while the horse runs")
    expect(page.locator("#marks mark")).to_have_text(["runs"])
    expect(page.locator("#reading")).to_contain_text("cannot be done")
    assert studio.http.get("/v1/videos").json()["data"] == before


def test_what_the_model_does_not_draw_is_told_before_anything_is_asked_for(page: Page) -> None:
    page.get_by_label("What should happen?").fill("a red circle bounces")
    page.get_by_label("Shape").select_option("16:9")
    expect(page.locator("#reading .problem")).to_contain_text("another shape")
    page.get_by_label("Shape").select_option("1:1")
    expect(page.locator("#estimate")).to_contain_text("960 × 960")
    expect(page.locator("#reading")).to_be_empty()


def test_a_clip_that_is_changed_keeps_its_mask_and_the_very_clip_that_it_goes_on_from(
    page: Page, studio: Server
) -> None:
    small = {"size": "64x64", "seconds": "0.5", "fps": "8"}
    drawn = {"prompt": "a red circle bounces", "steps": "1", "seconds": "0.5"}
    first = studio.http.post("/v1/videos", json={**drawn, **small, "variants": 2}).json()["id"]
    studio.ended(first)
    begun = studio.http.get(f"/v1/videos/{first}/content", params={"number": 1}).content
    longer = studio.http.post("/v1/videos", json={**drawn, "extends": f"{first}:1"}).json()["id"]
    again = studio.http.post(f"/v1/videos/{longer}/remix").json()["id"]
    assert studio.given(changed(page, studio, again), "extends") == begun
    expect(page.locator("#earlier")).to_contain_text("Goes on from an earlier clip.")
    mask = io.BytesIO()
    painted = Image.new("L", Image.open(api.SAMPLE).size)
    painted.paste(255, (200, 100, 400, 300))
    painted.save(mask, "PNG")
    files = {"photo": ("p.jpg", api.SAMPLE.read_bytes()), "mask": ("m.png", mask.getvalue())}
    masked = studio.http.post("/v1/videos", data={"prompt": "the cup moves", **small}, files=files).json()["id"]
    assert studio.given(changed(page, studio, masked), "mask") == mask.getvalue()
    expect(page.locator("#earlier")).to_be_hidden()


def changed(page: Page, studio: Server, newest: str) -> str:
    """What comes of "Change it" and "Make the clip" for the newest clip."""
    studio.ended(newest)
    page.reload()
    page.locator("#clips .show").first.click()
    page.locator("#result").get_by_role("button", name="Change it").click()
    with page.expect_response(lambda answer: answer.url.endswith("/v1/videos")) as made:
        page.get_by_role("button", name="Make the clip").click()
    return str(made.value.json()["id"])


def test_progress_preview_and_cancel_within_a_second(page: Page) -> None:
    page.get_by_label("Drop a photo").set_input_files(api.SAMPLE)
    page.get_by_label("What should happen?").fill("the camera pans left")
    page.get_by_label("Seconds").fill("10")
    page.get_by_role("button", name="Make the clip").click()
    expect(page.locator(".preview video")).to_be_visible()
    expect(page.locator(".stages .now")).to_have_text("Draw")
    assert page.locator("progress").evaluate("bar => bar.value") > 0
    assert "left" in page.locator("#left").inner_text()
    started = time.perf_counter()
    page.evaluate("document.getElementById('cancel').click()")
    page.locator("#result p", has_text="Cancelled.").wait_for()
    assert time.perf_counter() - started < 1.5  # a second, and what a busy machine takes to draw


def test_what_is_wrong_is_said_in_words(page: Page) -> None:
    page.get_by_label("Drop a photo").set_input_files(
        {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"}
    )
    page.get_by_label("What should happen?").fill("the camera zooms in")
    page.get_by_role("button", name="Make the clip").click()
    expect(page.get_by_role("alert")).to_contain_text("is no photo")


def test_a_clip_shows_the_words_it_attends_to_and_all_families_draw_it_side_by_side(page: Page, studio: Server) -> None:
    page.get_by_label("What should happen?").fill("a red circle bounces")
    page.get_by_label("Seconds").fill("1")
    page.get_by_text("More wishes").click()
    page.get_by_label("Steps").fill("2")
    page.get_by_role("button", name="Make the clip").click()
    expect(page.locator("#result > video")).to_be_visible()
    page.get_by_text("Which words each moment attends to").click()
    picture = page.locator("#result .attention img")
    expect(picture).to_be_visible()
    assert picture.evaluate("picture => picture.naturalWidth") > 900  # eight moments beside each other
    page.locator("#result").get_by_role("button", name="Compare the three families").click()
    expect(page.locator(".contenders article")).to_have_count(3)
    drawn = page.locator(".contenders article:not(.absent)")
    expect(drawn.locator("h3")).to_have_text(["diffusion"])
    expect(drawn.locator(".score")).to_contain_text("followed")
    expect(drawn.locator("video")).to_have_js_property("readyState", 4)
    expect(page.locator(".absent", has_text="--steps")).to_have_count(2)  # which the two others cannot be told
    made = studio.http.get("/v1/videos").json()["data"][0]
    assert (made["request"]["steps"], made["comparison"]["models"]) == (2, [])
    with page.expect_download() as download:
        page.get_by_role("link", name="page").click()
    assert "a red circle bounces" in Path(download.value.path()).read_text("utf-8")
    expect(page.locator("#gallery")).to_contain_text("Comparison · diffusion")
    page.set_viewport_size({"width": 375, "height": 740})
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".contenders .score")).to_contain_text("项做到")
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_the_families_are_compared_from_the_form(page: Page, studio: Server) -> None:
    page.get_by_label("What should happen?").fill("a blue star spins")
    page.get_by_label("Variants").select_option("4")
    page.get_by_label("Model").select_option("motion")  # neither counts where all families are asked once
    page.get_by_text("More wishes").click()
    page.get_by_label("Steps").fill("1")
    page.get_by_role("button", name="Compare the three families").click()
    expect(page.locator("progress")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#result")).to_contain_text("Cancelled.")
    page.locator("#result").get_by_role("button", name="Same settings again").click()
    expect(page.locator("#result")).to_contain_text("followed")
    expect(page.locator(".contenders article:not(.absent)")).to_have_count(1)


def test_the_gallery_is_searched_replayed_and_emptied(page: Page, studio: Server) -> None:
    forget(studio)
    for prompt in ("the camera pans right", "镜头慢慢推近"):
        studio.ended(studio.made(prompt))
    page.reload()
    expect(page.locator("#clips article")).to_have_count(2)
    page.get_by_role("searchbox").fill("推近")
    expect(page.locator("#clips article")).to_have_count(1)
    page.get_by_role("button", name="Same settings again").click()
    expect(page.locator("#result > video")).to_be_visible()
    expect(page.locator("#clips article")).to_have_count(2)
    first, again = (studio.http.get(f"/v1/videos/{job['id']}/content").content
                    for job in studio.http.get("/v1/videos", params={"search": "推近"}).json()["data"])  # fmt: skip
    assert first == again
    page.once("dialog", lambda dialog: dialog.accept())
    page.locator("#clips").get_by_role("button", name="Delete").first.click()
    expect(page.locator("#clips article")).to_have_count(1)


def test_everything_can_be_done_with_the_keyboard_on_a_telephone_in_chinese(page: Page, studio: Server) -> None:
    page.set_viewport_size({"width": 375, "height": 740})
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("button", name="生成短片")).to_be_visible()
    expect(page.get_by_role("region", name="照片", exact=True)).to_be_visible()
    page.get_by_label("把照片拖到这里").set_input_files(api.SAMPLE)
    expect(page.locator("#picture")).to_be_visible()
    expect(page.locator("#picture")).to_be_enabled()
    page.locator("#picture").focus()
    expect(page.locator("#picture")).to_be_focused()
    for key in ("ArrowLeft", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    page.get_by_label("要发生什么？").fill("杯子跳舞")
    expect(page.locator("#reading")).to_contain_text("做不到“跳舞”：身体不会在关节处弯曲")
    page.get_by_label("要发生什么？").fill("")
    page.get_by_label("秒数").fill("0.5")
    page.get_by_label("要发生什么？").focus()
    page.keyboard.type("镜头向左移动")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result > video")).to_be_visible()
    expect(page.locator("#result")).to_contain_text("镜头：左摇")
    expect(page.locator("#gallery")).to_contain_text("motion · 600×400 · 0.5\u00a0秒")
    assert studio.http.get("/v1/videos").json()["data"][0]["request"]["subject"] == "0.460,0.500"
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.reload()
    expect(page.get_by_role("button", name="生成短片")).to_be_visible()


def test_the_page_asks_nothing_of_other_servers(studio: Server) -> None:
    for path in STATIC.rglob("*.*"):
        if path.suffix in (".html", ".js", ".css"):
            assert "//" not in path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "").replace("// ", ""), (
                path
            )
    assert struct.unpack(">4s", (STATIC / "examples" / "bounce.mp4").read_bytes()[4:8])[0] == b"ftyp"
