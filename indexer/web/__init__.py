"""The page and the REST interface of `ocrsearch serve`. Only this package says starlette, uvicorn and jinja2."""
