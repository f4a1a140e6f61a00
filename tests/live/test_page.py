from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from steepest.live.page import page_of, plain_setup, script

LINKED = "0123456789"
NASTY = "</script><script>alert(1)</script><!--<script>\u2028\u2029&amp;'\"</title>"
SETUP: dict[str, Any] = {"title": "houses", "words": "", "x": [1.0, float("nan")], "link": "none"}


class Elements(HTMLParser):
    """Every element of a page with its attributes and the text it begins with."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.within = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), ""))
        self.within = True

    def handle_endtag(self, tag: str) -> None:
        self.within = False

    def handle_data(self, data: str) -> None:
        if self.within:
            tag, attributes, text = self.found[-1]
            self.found[-1] = (tag, attributes, text + data)

    def of(self, tag: str, **wanted: str) -> list[tuple[dict[str, str | None], str]]:
        return [
            (attributes, text)
            for name, attributes, text in self.found
            if name == tag and all(attributes.get(key) == value for key, value in wanted.items())
        ]


def data_of(html: str, name: str) -> Any:
    ((_, text),) = Elements(html).of("script", id=name)
    return json.loads(text)


both = pytest.mark.parametrize("token", [None, LINKED], ids=["alone", "served"])


@both
def test_the_page_is_a_whole_html_page(token: str | None) -> None:
    html = page_of(SETUP, token=token).html
    assert html.startswith('<!doctype html>\n<html lang="en">')
    elements = Elements(html)
    assert elements.of("meta", charset="utf-8")
    assert elements.of("meta", name="viewport")
    assert elements.of("meta", name="color-scheme", content="light dark")
    assert elements.of("meta", name="referrer", content="no-referrer")
    assert elements.of("div", id="steepest-lab")
    assert "JavaScript" in elements.of("noscript")[0][1]
    assert elements.of("title")[0][1].strip() == "houses \N{MIDDLE DOT} steepest lab"
    ((icon, _),) = elements.of("link", rel="icon")
    assert (icon["href"] or "").startswith("data:")


@both
def test_just_the_one_script_may_run_and_nothing_is_loaded(token: str | None) -> None:
    page = page_of(SETUP, token=token)
    elements = Elements(page.html)
    ((_, code),) = elements.of("script", type="module")
    assert code == script()
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    ((policy, _),) = elements.of("meta", **{"http-equiv": "Content-Security-Policy"})
    rules = dict(rule.split(" ", 1) for rule in (policy["content"] or "").split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": f"'sha256-{digest}'",
        "connect-src": "'none'" if token is None else "'self'",
        "img-src": "data: blob:",
        "style-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert page.policy == f"{policy['content']}; frame-ancestors 'none'"


@both
def test_no_element_names_a_place_outside(token: str | None) -> None:
    for name, attributes, _ in Elements(page_of(SETUP, token=token).html).found:
        assert "style" not in attributes
        assert not any(key.startswith("on") for key in attributes)
        for key in ("src", "href", "srcset", "action", "data"):
            assert (attributes.get(key) or "data:").startswith("data:"), (name, key)


@both
def test_markup_in_names_is_inert_and_comes_back_whole(token: str | None) -> None:
    setup = {**SETUP, "title": NASTY, "table": {"x_name": NASTY, "rows": [[NASTY]], NASTY: 1}}
    html = page_of(setup, token=token).html
    plain_html = page_of(SETUP, token=token).html
    tags = [name for name, *_ in Elements(html).found]
    assert tags == [name for name, *_ in Elements(plain_html).found]
    assert "alert(1)</script>" not in html
    ((_, text),) = Elements(html).of("script", id="steepest-setup")
    assert not set("<>&\u2028\u2029") & set(text)
    read = data_of(html, "steepest-setup")
    assert read["title"] == NASTY
    assert read["table"] == setup["table"]
    assert Elements(html).of("title")[0][1].strip() == f"{NASTY} \N{MIDDLE DOT} steepest lab"


def test_only_a_served_page_holds_the_token() -> None:
    served, alone = page_of(SETUP, token=LINKED).html, page_of(SETUP).html
    assert data_of(served, "steepest-link") == {"token": LINKED}
    assert data_of(served, "steepest-setup")["link"] == "http"
    assert data_of(alone, "steepest-setup")["link"] == "none"
    assert "steepest-link" not in alone.replace(script(), "")


def test_numbers_that_json_cannot_hold_are_null() -> None:
    setup = {"title": "", "x": [float("nan"), float("inf"), 1.5]}
    assert plain_setup(setup, "widget") == {"title": "", "x": [None, None, 1.5], "link": "widget"}


def test_the_script_can_stand_in_a_page() -> None:
    code = script()
    assert not re.search(r"</script|<script|<!--", code, flags=re.IGNORECASE)
    assert "\r" not in code  # a parser makes it a line feed, and the hash is another one
    assert "\0" not in code
    assert not re.search(r"\beval\(|new Function|innerHTML|document\.write", code)
