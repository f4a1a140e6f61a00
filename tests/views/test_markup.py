"""What comes from the data stays text, whatever it is."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from steepest.views.markup import Markup, join, name_of, plain, tag


class Reader(HTMLParser):
    """Collects the elements and the text of a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(markup: str) -> Reader:
    reader = Reader()
    reader.feed(markup)
    reader.close()
    return reader


@given(st.text())
def test_any_text_comes_back_as_text_and_as_an_attribute(text: str) -> None:
    reader = read(tag("p", text, title=text))
    assert [name for name, _ in reader.elements] == ["p"]
    assert reader.text.replace("\r\n", "\n").replace("\r", "\n") == plain(text).replace(
        "\r\n", "\n"
    ).replace("\r", "\n")
    assert reader.elements[0][1]["title"] == plain(text)


@given(st.text(alphabet=st.characters()))
def test_plain_text_can_always_be_written_and_holds_no_control_characters(text: str) -> None:
    plain(text).encode("utf-8")
    assert not set(plain(text)) & {"\x00", "\x1b", "\x9b", "\u202e", "\u2066"}


def test_lone_surrogates_do_not_stop_the_page() -> None:
    assert plain("a\udcff") == "a?"


def test_markup_passes_and_none_is_left_out() -> None:
    assert tag("p", Markup("<b>x</b>"), None, "<") == "<p><b>x</b>&lt;</p>"
    assert tag("a", href="#x", hidden=True, title=None, lang=False) == '<a href="#x" hidden></a>'
    assert tag("br") == "<br>"
    assert join("a", None, "&") == "a&amp;"


def test_a_long_name_is_cut_but_kept_whole_in_its_title() -> None:
    name = "<i>" + "x" * 300
    reader = read(name_of(name))
    assert reader.elements[0] == ("bdi", {"class": "name", "title": name})
    assert len(reader.text) < 100
    assert reader.text.startswith("<i>xxx")


def test_names_can_break_after_an_underscore() -> None:
    assert name_of("a_b") == '<bdi class="name">a_<wbr>b</bdi>'
