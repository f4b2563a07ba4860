"""The OpenAPI 3.1 description of the endpoints."""

from __future__ import annotations

import re
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from indexer.web.endpoints import ENDPOINTS, ROOT

if TYPE_CHECKING:
    from pydantic import BaseModel

    from indexer.web.endpoint import Endpoint

_REFERENCES = "#/components/schemas/{model}"
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "the sentence that the command line prints"},
        "exit_code": {"type": "integer", "description": "that of the command line"},
    },
}
_ALWAYS = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.SERVICE_UNAVAILABLE)
_OF_METHOD = {
    "POST": (
        HTTPStatus.FORBIDDEN, HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.TOO_MANY_REQUESTS,
    ),
    "DELETE": (HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS),
}  # fmt: skip
"""Statuses of problems besides."""


@cache
def description(version: str) -> dict[str, Any]:
    """The description of the table as a JSON object, made when it is first asked for."""
    schemas: dict[str, Any] = {"Problem": _PROBLEM}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(ROOT + endpoint.path, {})[endpoint.method.lower()] = _operation(
            endpoint, schemas
        )
    return {
        "openapi": "3.1.0",
        "info": {"title": "ocrsearch", "version": version},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _operation(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    named = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", endpoint.path)
    ]
    operation: dict[str, Any] = {
        "summary": endpoint.summary, "parameters": named, "responses": _responses(endpoint, schemas),
    }  # fmt: skip
    if endpoint.method == "POST":
        schema = _schema(endpoint.asked, schemas)
        operation["requestBody"] = {
            "required": True, "content": {"application/json": {"schema": schema}},
        }  # fmt: skip
    else:
        named += _query(endpoint.asked)
    return operation


def _responses(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    told = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    statuses = {*_ALWAYS, *_OF_METHOD.get(endpoint.method, ()), *endpoint.errors}
    responses: dict[str, Any] = {
        str(int(status)): {"description": status.phrase, "content": told}
        for status in sorted(statuses)
    }
    responses[str(int(endpoint.success))] = {"description": endpoint.summary} | (
        {}
        if endpoint.success is HTTPStatus.NO_CONTENT
        else {"content": dict.fromkeys(endpoint.gives, _content(endpoint, schemas))}
    )
    return responses


def _content(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    return {} if endpoint.returns is None else {"schema": _schema(endpoint.returns, schemas)}


def _schema(kind: Any, schemas: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - any type
    made = TypeAdapter(kind).json_schema(ref_template=_REFERENCES)
    schemas.update(made.pop("$defs", {}))
    return made


def _query(model: type[BaseModel]) -> list[dict[str, Any]]:
    made = model.model_json_schema()
    required = made.get("required", [])
    return [
        {
            "name": name, "in": "query", "required": name in required,
            "description": schema.pop("description", ""), "schema": schema,
        }
        for name, schema in made["properties"].items()
    ]  # fmt: skip
