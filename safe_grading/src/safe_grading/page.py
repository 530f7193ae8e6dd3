"""What a student wrote, as HTML that the teacher's browser may show, in time that grows with it.

Formgrader and feedback make HTML of Markdown by the filter `markdown2html`. The one here keeps the
marks that text needs, and none of their attributes. Not only links and pictures are lost so. Of a
heading Markdown makes an id, and Formgrader finds the box of a test's points by its id: a heading
`# test-1` in an answer above it would take for that test what the teacher gives the answer.

Whoever reads Markdown or colours code goes through some texts again and again: 12,000 characters
of a table without an end take 14 s, 32,000 of `a.a.a.a` in a cell of code 19 s, and four times that
when they are twice as long. One such answer would hold up the feedback of the class, and
Formgrader. So long texts are read in pieces, and code with long lines or long gaps has no colours.
"""

import re
from html import escape

import nh3
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

#: Marks of text that Markdown makes. Of others the words are kept, but of scripts and styles none.
TAGS = {
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "ul", "ol", "li",
    "em", "strong", "del", "code", "pre", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


_WHOLE, _PIECE = 3000, 1500  # characters of what is read at once; of one piece of a longer text
_CODE = 20_000  # characters of a cell that is coloured
_LONG = re.compile(r"[^\n]{200}|\s{80}")  # a line, or space with nothing in it, that is not


class _Plain(IPythonRenderer):
    """Colours no code in a text: there are 500 languages to choose from, and colours are lost."""

    def block_code(self, code, info=None):
        """Return the code as it is."""
        return f"<pre><code>{escape(code, quote=False)}</code></pre>\n"


def words_only(markdown):
    """Return Markdown as HTML of words, lists, tables and formulas; HTML in it stays text.

    >>> words_only("# test-1\\n[so](https://example.org) <b>it</b> *is*: $q<1$")
    '<h1>test-1</h1>\\n<p>so &lt;b&gt;it&lt;/b&gt; <em>is</em>: $q&lt;1$</p>\\n'
    """
    pages = (MarkdownWithMath(_plain()).render(piece) for piece in _pieces(markdown))
    return nh3.clean("".join(pages), tags=TAGS, attributes={})


def _plain():
    return _Plain(escape=True, exclude_anchor_links=True)


def _pieces(text):
    """Return a text that is short, or pieces of it: paragraphs, and of long ones lines."""
    if len(text) <= _WHOLE:
        return [text]
    parts = re.split(r"(?<=\n\n)", text)
    parts = [line for part in parts for line in _split(part, part.splitlines(keepends=True))]
    parts = [line for part in parts for line in _split(part, _slices(part))]
    pieces = [""]
    for part in parts:
        if len(pieces[-1]) + len(part) > _PIECE:
            pieces.append("")
        pieces[-1] += part
    return pieces


def _split(part, parts):
    return [part] if len(part) <= _PIECE else parts


def _slices(text):
    return [text[at : at + _PIECE] for at in range(0, len(text), _PIECE)]


def code_only(source, language=None, metadata=None):
    """Return code as HTML, coloured where that takes no time.

    >>> code_only("x.y = 1").count("</span>") > code_only("x.y = 1" + 200 * " ").count("</span>")
    True
    """
    if len(source) <= _CODE and not _LONG.search(source):
        return Highlight2HTML(pygments_lexer="ipython3")(source, language or "ipython3", metadata)
    return f'<div class="highlight"><pre>{escape(source, quote=False)}</pre></div>'


#: For `c.HTMLExporter.filters`.
FILTERS = {"markdown2html": words_only, "highlight_code": code_only}
