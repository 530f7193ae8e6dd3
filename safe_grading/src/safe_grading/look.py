"""What in a submission's code is worth a look. It protects nothing: the sandbox does."""

import ast

from safe_grading.names import show, spell

_USUAL = """
    abc collections copy dataclasses enum fractions functools IPython ipywidgets itertools math
    matplotlib mpl_toolkits numbers numpy operator random re scipy statistics string textwrap time
    typing warnings __future__
""".split()
_CALLS = {"open", "exec", "eval", "compile", "__import__", "breakpoint", "globals"}


def worth_a_look(sources, usual=()):
    """Return a few words about unusual imports, calls, and attributes set on modules.

    `usual` are names of modules that are usual here, besides the usual everywhere.
    """
    try:
        return _unusual([tree for tree in map(_parsed, sources) if tree is not None], usual)
    except RecursionError:
        return ["look: code nested too deeply to be read"]


def another_name(sources, variable, student):
    """Return a few words about a name typed into `variable` that is not the student's.

    Capitals and spaces do not count.
    """
    typed = [
        node.value.value
        for tree in map(_parsed, sources)
        for node in getattr(tree, "body", [])
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and target.id == variable
    ]
    name = typed[-1] if typed else None
    if not isinstance(name, str) or _bare(name) in ("", _bare(student)):
        return []
    return [f"look: {variable} is '{show(name)}' in it"]


def _bare(name):
    return " ".join(spell(name).split()).casefold()


def imported(sources):
    """Return the modules that the sources import, anywhere in them."""
    return _imported([tree for tree in map(_parsed, sources) if tree is not None])


def _imported(trees):
    nodes = [node for tree in trees for node in ast.walk(tree)]
    found = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return found | {
        node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module
    }


def _unusual(trees, usual):
    modules, called, changed = set(), set(), set()
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            modules |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called |= {node.func.id} & _CALLS
    # a module that a locked cell has imported has its usual name
    modules |= {"np", "numpy", "plt", "builtins", *usual}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, (ast.Store, ast.Del)):
            if _root(node) in modules:
                changed.add(ast.unparse(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            setting = node.func.id in ("setattr", "delattr")
            if setting and node.args and _root(node.args[0]) in modules:
                changed.add(ast.unparse(node.args[0]))
    words, imports = [], {name.split(".")[0] for name in _imported(trees)}
    for verb, names in [
        ("imports", imports - {*_USUAL, *usual}),
        ("calls", called),
        ("changes", changed),
    ]:
        if names:
            words.append(f"{verb} {', '.join(_short(name) for name in sorted(names)[:5])}")
    return ["look: " + "; ".join(words)] if words else []


def _parsed(source):
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # a magic, or nonsense


def _root(node):
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def _short(name):
    return "".join(c for c in name[:40] if c.isalnum() or c in "._")
