"""From the body of a request to wishes and files: multipart with or without a file, a plain form, or JSON."""

import asyncio
import base64
import binascii
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.types import Message

from mutoscope.errors import MutoscopeError
from mutoscope.server.refusals import RefusedError, invalid, too_large

# The name sent, the wish it is: all wishes that are files, so that none of them can be a path. `extends` is a clip.
FILES = {
    "photo": "photo", "input_reference": "photo", "last": "last", "mask": "mask", "extends": "extends", "video": "extends",
}  # fmt: skip
MOST_FIELDS, MOST_FILES, MOST_MODELS = 64, 4, 8
PATIENCE = 60  # seconds in which a body must have arrived
MADE_HERE = r"video_[0-9a-f]{24}(:\d{1,2})?"  # a clip of the server: the id of its video, and which of the variants
_DATA_URL = re.compile(r"data:[\w.+/;=-]{0,200},")  # bounded, as what is sent may be long and is read while others wait
_CHUNK = 2**20
File = UploadFile | str  # or a data URL


@dataclass(frozen=True, kw_only=True)
class Body:
    """What was sent: wishes by name, files by the wish that they are, and which clip of the server goes on, if any.

    `without`: the wishes for a file that were sent as null: of what an earlier video was given, a remix leaves those out.
    `models`: those that are to be compared (none: all families); None where nothing is compared.
    """

    wishes: dict[str, Any]
    files: dict[str, File]
    earlier: str | None = None
    without: frozenset[str] = frozenset()
    models: list[str] | None = None

    def comparing(self) -> "Body":
        """The same with its `models`: a list, or text with commas; "all", or nothing, means all families."""
        named = self.wishes.get("models") or "all"
        models = [name.strip() for name in named.split(",")] if isinstance(named, str) else named
        if not isinstance(models, list) or not all(isinstance(name, str) and name for name in models):
            cure = 'Write "models": ["diffusion", "gan"], or leave it out.'
            raise invalid("The models to compare cannot be read.", "They are names.", cure)
        if len(models) > MOST_MODELS:
            rule = f"At most {MOST_MODELS} are compared at once."
            raise invalid(f"{len(models)} models were named.", rule, "Leave some out.")
        wishes = {name: value for name, value in self.wishes.items() if name != "models"}
        return replace(self, wishes=wishes, models=[] if models == ["all"] else models)

    async def keep(self, folder: Path) -> None:
        """Write the files into a folder under fixed names, whatever the client called them."""
        for name, sent in self.files.items():
            with (folder / name).open("wb") as file:
                if isinstance(sent, str):
                    file.write(_bytes_of(name, sent))
                else:
                    while chunk := await sent.read(_CHUNK):
                        file.write(chunk)


async def read_body(request: Request, megabytes: int) -> Body:
    """The body of a request, whichever way it was written. RefusedError if it cannot be read, or is larger than that."""
    request = _bounded(request, megabytes)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(PATIENCE):
            if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
                form = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=megabytes * 2**20)
                return _sorted(_unfolded(form))
            if kind == "application/json" or (not kind and await request.body()):
                return _sorted(_object(await request.body()))
            if not kind:
                return Body(wishes={}, files={})
    except UnicodeError as error:  # of a charset that its own header names
        cure = "Send UTF-8, and leave out charset."
        raise invalid(
            "The text of the form cannot be read.", f"It is in no encoding known here ({error}).", cure
        ) from None
    except TimeoutError:
        rule = f"It has {PATIENCE} seconds."
        slow = MutoscopeError("The request arrived too slowly.", rule, "Send a smaller photo.")
        raise RefusedError(408, "timeout", slow) from None
    wrong = MutoscopeError(
        f"The body is {kind[:60]!r}.",
        "It must be multipart/form-data or application/json.",
        "Send a form, or JSON with a photo as a data URL.",
    )
    raise RefusedError(415, "unsupported_media_type", wrong)


def _bounded(request: Request, megabytes: int) -> Request:
    """The same request, which ends in an error when more bytes are announced, or come, than may."""
    announced, come = request.headers.get("content-length", ""), 0
    if announced.isdecimal() and int(announced) > megabytes * 2**20:
        raise too_large(megabytes)

    async def receive() -> Message:
        nonlocal come
        message = await request.receive()
        come += len(message.get("body", b""))
        if come > megabytes * 2**20:
            raise too_large(megabytes)
        return message

    return Request(request.scope, receive)


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text or b"{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise invalid("The body is no JSON object.", "It must be names with values.", 'Send {"prompt": "…"}.')
    return found


def _unfolded(form: FormData) -> dict[str, Any]:
    """The fields of a form; `input_reference[image_url]` and `video[id]` are how clients write an object inside it."""
    fields: dict[str, Any] = {}
    for name, value in form.multi_items():
        plain = re.sub(r"\[(image_url|file_id|id)\]$", "", name)
        if plain in fields:
            raise invalid(f"{plain[:60]!r} was sent twice.", "Every field has one value.", "Leave one out.")
        if plain != name:
            fields[plain] = {name[len(plain) + 1 : -1]: value}
        elif isinstance(value, UploadFile) and plain not in FILES:
            rule = f"A file is one of {', '.join(FILES)}."
            raise invalid(f"A file was sent as {plain[:60]!r}.", rule, "Name it input_reference.")
        elif value != "" or plain == "prompt":  # a browser sends every empty field of a form
            fields[plain] = value
    return fields


def _sorted(fields: dict[str, Any]) -> Body:
    wishes = {name: value for name, value in fields.items() if name not in FILES}
    files: dict[str, File] = {}
    for name, value in fields.items():
        if name not in FILES or value is None:
            continue
        if FILES[name] in files:
            what = "photos" if FILES[name] == "photo" else "clips"
            same = " and ".join(other for other, wish in FILES.items() if wish == FILES[name])
            raise invalid(f"Two {what} were sent.", f"{same} are the same.", "Leave one out.")
        files[FILES[name]] = _file(name, value)
    without = frozenset(FILES[name] for name, value in fields.items() if name in FILES and value is None)
    clip = files.get("extends")
    if isinstance(clip, str) and re.fullmatch(MADE_HERE, clip):
        del files["extends"]
        return Body(wishes=wishes, files=files, earlier=clip, without=without)
    return Body(wishes=wishes, files=files, without=without)


def _file(name: str, value: Any) -> File:
    """A file, a data URL or a clip of the server; never a path or an address: it opens and fetches nothing for others."""
    clip = FILES[name] == "extends"
    if isinstance(value, dict) and set(value) == {"id" if clip else "image_url"}:
        (value,) = value.values()
    if isinstance(value, UploadFile):
        return value
    if isinstance(value, str) and (_DATA_URL.match(value) or (clip and re.fullmatch(MADE_HERE, value))):
        return value
    what, kind = ("clip", "video/mp4") if clip else ("picture", "image/jpeg")
    raise invalid(
        f"{name} is neither a file nor a data URL{' nor the id of a video' if clip else ''}.",
        "The server opens no path and fetches no address.",
        f"Send the {what} itself: as a file of the form, or as data:{kind};base64,….",
    )


def _bytes_of(name: str, url: str) -> bytes:
    head, _, data = url.partition(",")
    try:
        if not head.endswith(";base64"):
            raise ValueError
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        cure = "Write data:image/jpeg;base64, (or video/mp4) and then the file in base64."
        raise invalid(f"The data URL of {name} cannot be decoded.", "It must be base64.", cure) from None
