"""The interface does as its description says, whatever it is asked; skipped without schemathesis."""

from __future__ import annotations

import pytest

from indexer.web.endpoints import ENDPOINTS, ROOT

from .conftest import HOST

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
hypothesis = pytest.importorskip("hypothesis")

CASES = 50
"""Requests to each endpoint."""


@pytest.mark.slow
@pytest.mark.parametrize("row", ENDPOINTS, ids=lambda row: f"{row.method} {row.path}")
def test_every_answer_is_one_that_is_described(served, row):
    name = served.photo("a.png", "helios", "luna")
    served.site.writes._most = served.site.wrong_codes._most = 10**6
    headers = {"Authorization": served.client.headers["Authorization"], "Host": HOST}
    schema = schemathesis.openapi.from_asgi(f"{ROOT}/openapi.json", served.app, headers=headers)
    operation = schema[ROOT + row.path][row.method]

    @hypothesis.settings(
        max_examples=CASES, database=None, deadline=None, derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )  # fmt: skip
    @hypothesis.given(case=operation.as_strategy())
    def check(case):
        if "id" in case.path_parameters and len(str(case.query)) % 2:
            case.path_parameters["id"] = name
        # a schema cannot say that a day exists, or that left is before right
        case.call_and_validate(
            headers=headers, excluded_checks=[schemathesis.checks.positive_data_acceptance]
        )

    check()
