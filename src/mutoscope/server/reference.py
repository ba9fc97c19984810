"""The OpenAPI page for people: every address, what it takes and what it answers, without a script and from no other server."""

from collections.abc import Iterator
from html import escape
from typing import Any

Schema = dict[str, Any]
# Nothing on it comes from elsewhere, or runs.
STILL = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'"
_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem 1.2rem 4rem; }
h2 { margin-top: 2.5rem; overflow-wrap: anywhere; } h3 { margin-bottom: .3rem; font-size: 1rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
td { padding: .25rem .8rem .25rem 0; border-top: 1px solid #8884; vertical-align: top; overflow-wrap: anywhere; }
td:first-child { width: 12rem; } td:nth-child(2) { width: 13rem; } nav li { overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  tr { display: block; margin: .6rem 0; } td { display: block; border: 0; width: auto !important; padding: 0; }
}
"""


def page_of(document: Schema) -> str:
    """An OpenAPI document as one page of HTML."""
    asked = [(method, path, said) for path, ways in document["paths"].items() for method, said in ways.items()]
    info, schemas = document["info"], document["components"]["schemas"]
    links = "".join(
        f'<li><a href="#{said["operationId"]}">{_address(method, path)}</a></li>' for method, path, said in asked
    )
    parts = [_operation(method, path, said) for method, path, said in asked]
    parts += [
        f'<h2 id="{escape(name)}">{escape(name)}</h2>{_said(schema)}{_properties(schema)}'
        for name, schema in schemas.items()
    ]
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(info["title"])} API</title><style>{_STYLE}</style></head><body>
<h1>{escape(info["title"])} {escape(info["version"])}</h1>
<p>{escape(info["summary"])} For programs: <a href="openapi.json">openapi.json</a>.
Where keys are asked for, each request shows one as <code>Authorization: Bearer KEY</code>.</p>
<nav><ul>{links}</ul></nav>
{"".join(parts)}
</body></html>"""


def _operation(method: str, path: str, said: Schema) -> str:
    parts = [f'<h2 id="{said["operationId"]}">{_address(method, path)}</h2>{_said(said)}']
    if parameters := said.get("parameters"):
        rows = [(one["name"], {**one["schema"], **one}, one.get("required", False)) for one in parameters]
        parts.append(f"<h3>Parameters</h3>{_table(rows)}")
    for kind, content in said.get("requestBody", {}).get("content", {}).items():
        parts.append(f"<h3>Body: {escape(kind)}</h3>{_properties(content['schema'])}")
    answers = "".join(_row(status, _contents(one), one["description"]) for status, one in said["responses"].items())
    return "".join(parts) + f"<h3>Answers</h3><table>{answers}</table>"


def _address(method: str, path: str) -> str:
    return f"<code>{method.upper()} {escape(path)}</code>"


def _said(said: Schema) -> str:
    return f"<p>{escape(said.get('description', ''))}</p>"


def _properties(schema: Schema) -> str:
    required = schema.get("required", [])
    return _table([(name, one, name in required) for name, one in schema.get("properties", {}).items()])


def _table(rows: list[tuple[str, Schema, bool]]) -> str:
    told = (
        _row(name, _kind(one) + (", needed" if needed else ""), one.get("description", ""))
        for name, one, needed in rows
    )
    return f"<table>{''.join(told)}</table>"


def _row(name: str, kind: str, said: str) -> str:
    return f"<tr><td><code>{escape(name)}</code></td><td>{kind}</td><td>{escape(said)}</td></tr>"


def _contents(answer: Schema) -> str:
    kinds = answer.get("content", {}).items()
    return "; ".join(_kind(content["schema"]) if content.get("schema") else escape(kind) for kind, content in kinds)


def _kind(schema: Schema) -> str:
    """What a value is, in words: its type, range and default; or a link to what it consists of."""
    return ", ".join(_kinds(schema))


def _kinds(schema: Schema) -> Iterator[str]:
    if name := schema.get("$ref", "").rpartition("/")[2]:
        yield f'<a href="#{escape(name)}">{escape(name)}</a>'
    elif either := schema.get("anyOf"):
        yield " or ".join(_kind(one) for one in either)
    elif among := schema.get("enum") or ([schema["const"]] if "const" in schema else None):
        yield " or ".join(f"<code>{escape(str(one))}</code>" for one in among)
    elif schema.get("type") == "array":
        yield f"list of {_kind(schema['items'])}"
    else:
        kind = schema.get("format") or schema.get("type", "anything")
        yield escape(kind if isinstance(kind, str) else " or ".join(kind))
    if "minimum" in schema and "maximum" in schema:
        yield f"{schema['minimum']} to {schema['maximum']}"
    if "pattern" in schema:
        yield f"<code>{escape(schema['pattern'])}</code>"
    if schema.get("default") not in (None, "", []):
        yield f"by itself <code>{escape(str(schema['default']))}</code>"
