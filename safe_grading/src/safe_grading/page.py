"""What a student wrote in words, as HTML that the teacher's browser may show.

Formgrader and feedback make HTML of Markdown by the filter `markdown2html`. The one here keeps the
marks that text needs, and none of their attributes. Not only links and pictures are lost so. Of a
heading Markdown makes an id, and Formgrader finds the box of a test's points by its id: a heading
`# test-1` in an answer above it would take for that test what the teacher gives the answer.
"""

import nh3
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

#: Marks of text that Markdown makes. Of others the words are kept, but of scripts and styles none.
TAGS = {
    "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "ul", "ol", "li",
    "em", "strong", "del", "code", "pre", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def words_only(markdown):
    """Return Markdown as HTML of words, lists, tables and formulas; HTML in it stays text.

    >>> words_only("# test-1\\n[so](https://example.org) <b>it</b> *is*: $q<1$")
    '<h1>test-1</h1><p>so &lt;b&gt;it&lt;/b&gt; <em>is</em>: $q&lt;1$</p>\\n'
    """
    renderer = IPythonRenderer(escape=True, exclude_anchor_links=True)
    return nh3.clean(MarkdownWithMath(renderer).render(markdown), tags=TAGS, attributes={})
