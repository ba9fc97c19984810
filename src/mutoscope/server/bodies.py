"""From the body of a request to wishes and pictures: multipart with or without a file, a plain form, or JSON."""

import asyncio
import base64
import binascii
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.types import Message

from mutoscope.errors import MutoscopeError
from mutoscope.server.refusals import RefusedError, invalid, too_large

PICTURES = {"photo": "photo", "input_reference": "photo", "mask": "mask"}  # the name sent, the wish it is
MOST_FIELDS, MOST_FILES = 64, 2
PATIENCE = 60  # seconds in which a body must have arrived
_DATA_URL = re.compile(r"data:[\w.+-]*/?[\w.+-]*(;[\w=.+-]+)*,")
_CHUNK = 2**20
Picture = UploadFile | str  # a file, or a data URL


@dataclass(frozen=True, kw_only=True)
class Body:
    """What was sent: wishes by name, and pictures by the wish that they are."""

    wishes: dict[str, Any]
    pictures: dict[str, Picture]

    async def keep(self, folder: Path) -> None:
        """Write the pictures into a folder under fixed names, whatever the client called them."""
        for name, picture in self.pictures.items():
            with (folder / name).open("wb") as file:
                if isinstance(picture, str):
                    file.write(_bytes_of(name, picture))
                else:
                    while chunk := await picture.read(_CHUNK):
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
                return Body(wishes={}, pictures={})
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
    """The fields of a form; `input_reference[image_url]` is how clients write an object inside it."""
    fields: dict[str, Any] = {}
    for name, value in form.multi_items():
        plain = re.sub(r"\[(image_url|file_id)\]$", "", name)
        if plain in fields:
            raise invalid(f"{plain[:60]!r} was sent twice.", "Every field has one value.", "Leave one out.")
        if plain != name:
            fields[plain] = {name[len(plain) + 1 : -1]: value}
        elif isinstance(value, UploadFile) and plain not in PICTURES:
            rule = "A file is a photo (input_reference) or a mask."
            raise invalid(f"A file was sent as {plain[:60]!r}.", rule, "Name it input_reference.")
        elif value != "" or plain == "prompt":  # a browser sends every empty field of a form
            fields[plain] = value
    return fields


def _sorted(fields: dict[str, Any]) -> Body:
    wishes = {name: value for name, value in fields.items() if name not in PICTURES}
    pictures: dict[str, Picture] = {}
    for name, value in fields.items():
        if name not in PICTURES or value is None:
            continue
        if PICTURES[name] in pictures:
            raise invalid("Two photos were sent.", "photo and input_reference are the same.", "Leave one out.")
        pictures[PICTURES[name]] = _picture(name, value)
    return Body(wishes=wishes, pictures=pictures)


def _picture(name: str, value: Any) -> Picture:
    """A file or a data URL; never a path or an address, as the server opens and fetches nothing for others."""
    if isinstance(value, dict) and set(value) == {"image_url"}:
        value = value["image_url"]
    if isinstance(value, UploadFile) or (isinstance(value, str) and _DATA_URL.match(value)):
        return value
    raise invalid(
        f"{name} is neither a file nor a data URL.",
        "The server opens no path and fetches no address.",
        "Send the picture itself: as a file of the form, or as data:image/jpeg;base64,….",
    )


def _bytes_of(name: str, url: str) -> bytes:
    head, _, data = url.partition(",")
    try:
        if not head.endswith(";base64"):
            raise ValueError
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        cure = "Write data:image/jpeg;base64, and then the picture in base64."
        raise invalid(f"The data URL of {name} cannot be decoded.", "It must be base64.", cure) from None
