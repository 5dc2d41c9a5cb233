"""The words of the templates: Babel's catalogue, looked up once a request and not once a word."""

import flask_babel
from babel.support import NullTranslations
from flask import Flask, g


def register(app: Flask) -> None:
    """Give the templates of *app* their gettext; after Babel, whose own looks the catalogue up at every word."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, number: _catalogue().ungettext(one, many, number),
        pgettext=lambda context, text: _catalogue().upgettext(context, text),
        npgettext=lambda context, one, many, number: _catalogue().unpgettext(context, one, many, number),
        newstyle=True,
    )


def _catalogue() -> NullTranslations:
    found: NullTranslations | None = g.get("catalogue")
    if found is None:
        found = g.catalogue = flask_babel.get_translations()
    return found
