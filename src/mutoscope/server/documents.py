"""What the OpenAPI page says of bodies and errors: the wishes are those of the one request type."""

from typing import Any

from mutoscope.request import kinds, wishes
from mutoscope.server.bodies import FILES, MADE_HERE, MOST_MODELS
from mutoscope.server.wire import ErrorAnswer

_TYPES = {str: "string", int: "integer", float: "number"}
_REASONS = {
    "id": {404: "There is no such video for this client."},
    "query": {400: "The query cannot be met."},
    "range": {400: "The query, or the Range, cannot be met.", 416: "The part that was asked for (Range) is not there."},
    "clip": {404: "There is no such video for this client, or no such clip to go on."},
    "body": {
        400: "The request cannot be met; the message says the problem, the rule and the cure.",
        408: "The body arrived too slowly.",
        413: "The body is larger than may be sent.",
        415: "The body is neither a form nor JSON.",
    },
    "look": {400: "No words can be seen to be looked at in this clip; the message says why."},
    "queue": {429: "Too much is waiting; Retry-After says in how many seconds to try again."},
    "disk": {
        503: "Another program holds the server's table of jobs; Retry-After says in how many seconds to try again.",
        507: "The server's disk is full.",
    },
}


_DATA_URLS = {
    name: {"type": "string", "pattern": f"^data:video/|^{MADE_HERE}$" if wish == "extends" else "^data:image/"}
    for name, wish in FILES.items()
}


_MODELS = {
    "type": "array",
    "items": {"type": "string"},
    "maxItems": MOST_MODELS,
    "description": "models that are compared, as GET /v1/models lists them; by itself all families that draw",
}
_MODELS_AS_TEXT = {"type": "string", "description": f"{_MODELS['description']}; with commas between"}


def ERRORS(*reasons: str) -> dict[int | str, dict[str, Any]]:  # noqa: N802  (a constant with an argument)
    """The errors that a route may answer with, by status."""
    told = {401: "The key is missing or unknown.", 403: "The request came from another web page."}
    for reason in reasons:
        told |= _REASONS[reason]
    return {status: {"model": ErrorAnswer, "description": text} for status, text in sorted(told.items())}


def ERRORS_OF_EVENTS(*reasons: str) -> dict[int | str, dict[str, Any]]:  # noqa: N802
    """The same of a route that answers with events: FastAPI would document its errors as events too, but they are JSON."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{ErrorAnswer.__name__}"}}}
    return {
        status: {"description": told["description"], "content": content} for status, told in ERRORS(*reasons).items()
    }


def body_of_video() -> dict[str, Any]:
    """The body of a new video: a form with or without files, or JSON with data URLs."""
    form, plain = _schema({name: {"type": "string", "format": "binary"} for name in FILES}), _schema(_DATA_URLS)
    for schema in (form, plain):
        schema["required"] = ["prompt"]
    return {
        "requestBody": {
            "required": True,
            "content": {"multipart/form-data": {"schema": form}, "application/json": {"schema": plain}},
        }
    }


def body_of_comparison() -> dict[str, Any]:
    """The same without a model of its own: several are compared."""
    body = body_of_video()
    for kind, content in body["requestBody"]["content"].items():
        properties = content["schema"]["properties"]
        del properties["model"], properties["variants"], properties["keep"]
        properties["models"] = _MODELS if kind == "application/json" else _MODELS_AS_TEXT
    return body


def body_of_remix() -> dict[str, Any]:
    """The body of a video in which nothing is needed and files may be null; with `models` it asks for a comparison."""
    body = body_of_video()
    body["requestBody"]["required"] = False
    for kind, content in body["requestBody"]["content"].items():
        schema, plain = content["schema"], kind == "application/json"
        del schema["required"]
        schema["properties"]["models"] = _MODELS if plain else _MODELS_AS_TEXT
        for name in FILES if plain else ():
            schema["properties"][name]["type"] = ["string", "null"]
    return body


def body_of_json() -> dict[str, Any]:
    """A body with wishes only."""
    return {"requestBody": {"content": {"application/json": {"schema": _schema({})}}}}


def _schema(files: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for name, wish in wishes().items():
        if name in FILES.values():
            continue
        properties[name] = {"type": _TYPES[kinds()[name]], "description": wish.help}
        if wish.low is not None and wish.high is not None:
            properties[name] |= {"minimum": wish.low, "maximum": wish.high}
    for name, schema in files.items():
        properties[name] = schema | {"description": wishes()[FILES[name]].help}
    return {"type": "object", "properties": properties, "additionalProperties": False}
