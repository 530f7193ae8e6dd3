"""The trusted half: test cells run here, outside the sandbox, on proxies of the answers.

A cell of a notebook to be marked is a dict with `id`, `kind` and `source`. The kinds: "student"
runs in the sandbox; "given" (locked, not graded) runs on both sides; "test" (locked, graded)
runs here only; "text" does not run.
"""

import ast
import builtins
import io
import symtable
from contextlib import redirect_stderr, redirect_stdout

from safe_grading.sandbox import Stopped


def mark(cells, session):
    """Run a notebook's cells in their order.

    Returns
    -------
    outputs : dict
        The outputs of every code cell, by its id; what `nbgrader` turns into points.
    words : list of str
        What went wrong, in a few words each.
    """
    outputs, words, names, trusted = {}, [], {"__name__": "__main__"}, {"__name__"}
    for cell in cells:
        if cell["kind"] in ("student", "given") and session.over is None:
            try:
                outputs[cell["id"]], problems = session.run(cell["source"])
                words += [f"{problem} in cell {cell['number']}" for problem in problems]
            except Stopped as reason:
                words.append(f"stopped in cell {cell['number']}: {reason}")
        if cell["kind"] == "given":
            # what a test above has fetched must not stand for what is given here
            for name in set(names) - trusted - {"__builtins__"}:
                del names[name]
            _run(cell["source"], names)
            trusted |= set(names)
        if cell["kind"] == "test":
            was_over = session.over
            outputs[cell["id"]] = _test(cell["source"], names, trusted, session)
            if session.over is not None and was_over is None:
                words.append(f"stopped by test cell {cell['number']}: {session.over}")
            elif session.slow and was_over is None:
                words.append(f"ran too long in test cell {cell['number']}")
    return outputs, words


def _test(source, names, trusted, session):
    """Run one test cell and return its outputs."""
    if session.over is not None:
        return [_error("Stopped", f"This could not be tested, for before it {session.over}.")]
    outputs = [_error("KeyboardInterrupt", "This could not be tested: it ran too long.")]
    late = outputs
    try:
        with session.clock():
            for name in asked_for(source):
                if name not in trusted and not hasattr(builtins, name):
                    names.pop(name, None)
                    _fetch(name, names, session)
            before = set(names)
            outputs = _run(source, names)
            trusted |= set(names) - before
    except (Stopped, KeyboardInterrupt):
        pass
    if session.over is not None:  # whatever the check has made of that
        return [_error("Stopped", f"This could not be tested, for {session.over}.")]
    return late if session.late else outputs


def _fetch(name, names, session):
    try:
        names[name] = session.get(name)
    except NameError:
        pass  # the cell raises it where it uses the name
    except Stopped:
        raise
    except BaseException as problem:  # the submission's, when it is asked for its value
        names[name] = Unsendable(f"{name} cannot be read: {type(problem).__name__}")


class Unsendable:
    """Stands for a value that cannot be sent."""

    def __init__(self, why):
        self.why = why

    def __float__(self):
        raise TypeError(self.why)


def asked_for(source):
    """Return the names that a cell uses and does not bind itself."""
    try:
        table = symtable.symtable(source, "test cell", "exec")
    except SyntaxError:
        return []
    bound = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
    used, tables = set(), [table]
    while tables:
        scope = tables.pop()
        tables += scope.get_children()
        for symbol in scope.get_symbols():
            if symbol.is_referenced() and (scope is table or symbol.is_global()):
                used.add(symbol.get_name())
    return sorted(used - bound)


def _run(source, names):
    """Run trusted code and return its outputs, as a kernel would."""
    printed, outputs, shown = io.StringIO(), [], None
    try:
        tree = ast.parse(source)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        with redirect_stdout(printed), redirect_stderr(io.StringIO()):
            exec(compile(tree, "<test>", "exec"), names)
            if last is not None:
                shown = eval(compile(ast.Expression(last.value), "<test>", "eval"), names)
    except BaseException as problem:
        # a proxy raises what the submission raises, KeyboardInterrupt and SystemExit too
        outputs = [_error(type(problem).__name__, _words(problem))]
    if shown is not None:
        # nbgrader takes a number here for partial credit
        data = {"text/plain": repr(shown)[:10_000]}
        outputs = [
            {
                "output_type": "execute_result",
                "data": data,
                "metadata": {},
                "execution_count": None,
            }
        ]
    if printed.getvalue():
        text = printed.getvalue()[:100_000]
        outputs.insert(0, {"output_type": "stream", "name": "stdout", "text": text})
    return outputs


def _words(problem):
    words = str(problem)[:2000]
    return words.encode("utf-8", "replace").decode()


def _error(name, words):
    """Return the output of a cell that raised; its one line is what the feedback shows."""
    return {
        "output_type": "error",
        "ename": name,
        "evalue": words,
        "traceback": [f"{name}: {words}"],
    }
