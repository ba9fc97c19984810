"""The page in a real browser, later: photos that are dropped on it, clips that go on and are taken away, a restart."""

import base64
import io
import re
import signal
from pathlib import Path

import numpy as np
import pytest
from conftest import Server, serving, small_and_short, tiny_photo, visiting
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from mutoscope import api
from mutoscope.media.video import Video


def test_a_drawn_clip_goes_on_from_its_end_and_is_taken_away_in_every_format(page: Page, tmp_path: Path) -> None:
    page.get_by_text("More wishes").click()
    page.get_by_label("Steps").fill("1")
    page.get_by_label("What should happen?").fill("a red circle bounces")
    page.get_by_role("button", name="Make the clip").click()
    page.get_by_role("button", name="Go on from its end").click()
    expect(page.get_by_label("What should happen?")).to_have_value("")
    expect(page.locator("#earlier")).to_contain_text("Goes on from “a red circle bounces”.")
    page.get_by_label("What should happen?").fill("the circle rolls left")
    expect(page.locator("#estimate")).to_contain_text("256 × 256")
    expect(page.locator("#reading")).to_be_empty()
    page.get_by_role("button", name="Make the clip").click()
    expect(page.get_by_role("heading", name="the circle rolls left")).to_be_visible()
    player = page.locator("#result > video")
    expect(player).to_have_js_property("readyState", 4)
    seconds = float(player.evaluate("player => player.duration"))
    assert seconds == 3 + 3
    for kind, start in (("MP4", b"\0\0\0"), ("GIF", b"GIF89a"), ("WEBM", b"\x1aE\xdf\xa3")):
        with page.expect_download() as download:
            page.locator("#result").get_by_role("link", name=kind).click()
        download.value.save_as(taken := tmp_path / download.value.suggested_filename)
        assert re.fullmatch(rf"video_\w+-clip-0\.{kind.lower()}", taken.name)
        assert taken.read_bytes().startswith(start)
        assert Video.open(taken).frames.shape == (144, 256, 256, 3)


def test_a_moved_photo_goes_on_from_the_last_picture_of_its_clip(page: Page, studio: Server, tmp_path: Path) -> None:
    small_and_short(page)
    page.get_by_label("Drop a photo").set_input_files(api.SAMPLE)
    page.get_by_label("What should happen?").fill("the camera pans left")
    page.get_by_role("button", name="Make the clip").click()
    page.get_by_role("button", name="Go on from its end").click()
    expect(page.get_by_label("What should happen?")).to_have_value("")
    expect(page.locator("#earlier")).to_be_hidden()
    first = studio.http.get("/v1/videos").json()["data"][0]["id"]
    page.get_by_label("What should happen?").fill("the camera zooms in")
    page.get_by_role("button", name="Make the clip").click()
    expect(page.get_by_role("heading", name="the camera zooms in")).to_be_visible()
    expect(page.locator("#result > video")).to_be_visible()
    second = studio.http.get("/v1/videos").json()["data"][0]["id"]
    (clip := tmp_path / "first.mp4").write_bytes(studio.http.get(f"/v1/videos/{first}/content").content)
    photo = np.asarray(Image.open(io.BytesIO(studio.given(second, "photo"))).convert("RGB"), float)
    apart = [np.abs(photo - frame).mean() for frame in Video.open(clip).frames]
    assert np.argmin(apart) == len(apart) - 1, apart


DROP = """([target, kind, name, type, data]) => {
  const held = new DataTransfer();
  if (name) held.items.add(new File([Uint8Array.from(atob(data), (letter) => letter.charCodeAt())], name, { type }));
  else held.setData("text/plain", data);
  const fields = kind === "paste" ? { clipboardData: held } : { dataTransfer: held };
  const event = new (kind === "paste" ? ClipboardEvent : DragEvent)(kind, { ...fields, bubbles: true, cancelable: true });
  document.querySelector(target).dispatchEvent(event);
}"""


@pytest.mark.parametrize(("kind", "target"), [("drop", "#drop"), ("drop", "#gallery"), ("paste", "body")])
def test_a_photo_is_dropped_anywhere_on_the_page_or_pasted(kind: str, target: str, page: Page, studio: Server) -> None:
    photo = tiny_photo()
    file = ["p.jpg", "image/jpeg", base64.b64encode(photo).decode()]
    if kind == "drop":
        page.evaluate(DROP, [target, "dragover", *file])
        expect(page.locator("#drop")).to_have_class("over")
    page.evaluate(DROP, [target, kind, "", "", "words are no photo"])
    expect(page.locator("#picture")).to_be_hidden()
    page.evaluate(DROP, [target, kind, *file])
    expect(page.locator("#picture")).to_be_visible()
    expect(page.locator("#drop")).not_to_have_class("over")
    assert page.locator("#picture").evaluate("picture => [picture.width, picture.height]") == [48, 32]
    page.get_by_label("Seconds").fill("0.5")
    page.get_by_label("What should happen?").fill("the camera zooms in")
    with page.expect_response(lambda answer: answer.url.endswith("/v1/videos")) as made:
        page.get_by_role("button", name="Make the clip").click()
    assert studio.given(made.value.json()["id"], "photo") == photo


def test_the_gallery_is_whole_after_the_server_was_killed_and_follows_what_it_takes_up_again(
    browser: Browser, tmp_path: Path
) -> None:
    first = Server(tmp_path / "data", "--no-browser", command="studio")
    first.ended(first.made("the camera pans left", photo=tiny_photo()))
    begun = first.made("the camera zooms in", size="320x214", seconds="4")
    first.made("the camera shakes", photo=tiny_photo())
    first.until(begun, lambda job: job["stage"] == "decode")
    first.end(signal.SIGKILL)
    with serving(tmp_path / "data", "--no-browser", command="studio") as second, visiting(browser, second) as page:
        cards = page.locator("#clips article")
        expect(cards.locator("p:first-of-type")).to_have_text(
            ["the camera shakes", "the camera zooms in", "the camera pans left"]
        )
        expect(page.locator("#examples")).to_be_hidden()
        cards.nth(2).locator(".show").click()
        expect(page.locator("#result > video")).to_have_js_property("readyState", 4)
        expect(cards.locator(".looks img")).to_have_count(3)  # without being asked
