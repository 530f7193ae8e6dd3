"""The race: choose, press Start, and watch the losses of several initializations fall."""

import asyncio
import atexit
import html
import threading
import time
import weakref

import ipywidgets as widgets
import numpy as np
import traitlets

from initcourse.activations import ACTIVATIONS
from initcourse.explorers.base import ACROSS, WRAPPING, Explorer, choice, slider, stops
from initcourse.explorers.live_figure import LiveFigure
from initcourse.explorers.panels import TOP, cut_off, lines_with_gaps
from initcourse.figures.style import GREY, RULE_STYLE, text_color
from initcourse.rules import RULES
from initcourse.training import blas
from initcourse.training.blas import one_blas_thread
from initcourse.training.optimizers import OPTIMIZERS
from initcourse.training.races import GUESSING, NORMALIZATIONS, SILENT, WORKERS, Race

# Points in a curve: with more steps, each point is the mean of several.
_POINTS = 250
_LISTED = 4  # earlier races named in the panel


def curves(losses, steps):
    """Return the points of curves, shapes (points,) and (seeds, points), cut off at TOP.

    `losses` has shape (seeds, steps so far). With many `steps` to come, each point is the mean of
    several; a loss that is no number counts as TOP.

    >>> x, y = curves(np.array([[2.0, 9.0, np.nan]]), 3)
    >>> x.tolist(), y.tolist()
    ([1.0, 2.0, 3.0], [[2.0, 3.5, 3.5]])
    """
    each = -(-steps // _POINTS)
    whole = losses.shape[1] // each * each
    points = cut_off(losses)[:, :whole].reshape(len(losses), -1, each).mean(axis=-1)
    return np.arange(1, points.shape[1] + 1.0) * each, points


def on_two_lines(label):
    """Return a label on two lines: what the network is, and how it trains.

    >>> on_two_lines("ReLU, 10 × 64, SGD 0.1, 3 seeds")
    'ReLU, 10 × 64,\\nSGD 0.1, 3 seeds'
    """
    activation, size, *rest = label.split(", ")
    return f"{activation}, {size},\n{', '.join(rest)}"


class RuleBoxes(widgets.Box):
    """Boxes to tick, in the rules' colours; `value` has the keys of the ticked, in their order."""

    value = traitlets.Tuple()

    def __init__(self, value):
        self.boxes = {}
        for rule in RULES:
            color = RULE_STYLE[RULES[rule].label][0]
            label = f'<span style="color:{color}">■</span> {html.escape(RULES[rule].label)}'
            self.boxes[rule] = widgets.Checkbox(
                indent=False, description=label, description_allow_html=True,
                layout={"width": "206px", "margin": "0 2px"},
            )  # fmt: skip
        super().__init__(list(self.boxes.values()), value=tuple(value), layout=WRAPPING)
        self._to_boxes()
        self.observe(self._to_boxes, names="value")
        for box in self.boxes.values():
            box.observe(self._from_boxes, names="value")

    @traitlets.validate("value")
    def _known(self, proposal):
        unknown = [rule for rule in proposal["value"] if rule not in RULES]
        if unknown:
            raise traitlets.TraitError(f"no rule {unknown}; the rules are {list(RULES)}")
        return tuple(rule for rule in RULES if rule in proposal["value"])

    def _to_boxes(self, _change=None):
        chosen = self.value  # the boxes change it while they are set
        for rule, box in self.boxes.items():
            box.value = rule in chosen

    def _from_boxes(self, _change):
        self.value = tuple(rule for rule, box in self.boxes.items() if box.value)


#: Seconds from one picture to the next while a race runs: each takes cores from the training.
PERIOD = 0.075
#: Seconds that a task trains before it looks for clicks, and from one of its pictures to the next:
#: a browser takes a tenth of a second to show one, in which it hears nobody.
TURN, TASK_PERIOD = 0.04, 0.25
_END = object()
#: Learning rates of the slider: round numbers, so that a plain call can repeat any race exactly.
RATES = [float(f"{n}e{power}") for power in range(-4, 1) for n in (1, 2, 3, 5, 7)] + [10.0]
_IDLE = f"A network that guesses has a loss of ln 10 = {GUESSING:.2f}. Choose, then press Start."
_open = weakref.WeakSet()  # every race explorer of this kernel
_lock = threading.RLock()  # held by whoever touches the picture or the widgets of one


class RaceFigure(LiveFigure):
    """Loss curves on the left; on the right what the colours and letters mean.

    Only the curves of the present race are live: `grow` may be called from any thread.
    """

    def __init__(self):
        super().__init__(8.4, 4.3)
        title = f"loss on each batch, cut off at {TOP} (▲ diverged)"
        place = [0.065, 0.115, 0.585, 0.82]
        self.ax = self.axes(place, title, xlabel="step", ylim=(0, TOP + 0.06))
        for level, name in ((GUESSING, "guessing: ln 10"), (0.3, "loss 0.3")):
            self.ax.axhline(level, color=GREY, lw=0.9, ls=(0, (5, 3)), zorder=1)
            self.ax.text(
                1.0, level + 0.03, name, color=GREY, fontsize=8.5, ha="right", va="bottom",
                transform=self.ax.get_yaxis_transform(), zorder=1,
            )  # fmt: skip
        self.panel = self.axes([0.675, 0.02, 0.32, 0.96], xlim=(0, 1), ylim=(0, 1))
        self.panel.set_axis_off()
        self.seeds, self.means, self.lost = {}, {}, {}
        for k, rule in enumerate(RULES):
            color, marker, line = RULE_STYLE[RULES[rule].label]
            self.seeds[rule] = self.add_line(self.ax, color=color, lw=0.6, alpha=0.45)
            self.means[rule] = self.add_line(
                self.ax, color=color, marker=marker, ls=line, lw=1.8, markevery=(4 + 3 * k, 32)
            )
            self.lost[rule] = self.add_dots(self.ax, color, marker=6, ms=8, clip_on=False)
        self.races = []  # (letter, label, rules, steps), the present one last
        self._faded = []  # artists of the races before it
        self._show_list()

    def begin(self, label, rules, steps):
        """Start an empty race of so many steps; the one before stays in the picture, fainter."""
        if self.races:
            self._fade()
        letter = chr(ord("A") + len(self.races) % 26)
        self.races.append((letter, label, list(rules), steps))
        self.limits(self.ax, x=(0, 1.01 * max(race[3] for race in self.races)))
        self._show_list()

    def grow(self, loss, done):
        """Draw the present race: loss of shape (rules, seeds, steps), of which `done` hold."""
        for rule, losses, counts in zip(self.races[-1][2], loss, done, strict=True):
            n = counts.min()
            x, seeds = curves(losses[:, :n], losses.shape[1])
            self.means[rule].set_data(x, seeds.mean(axis=0))
            several = lines_with_gaps(x, seeds) if len(seeds) > 1 else ([], [])
            self.seeds[rule].set_data(*several)
            bad = ~np.isfinite(losses) & (np.arange(losses.shape[1]) < n)
            first = bad.argmax(axis=1)[bad.any(axis=1)] + 1
            self.lost[rule].set_data(first, np.full(len(first), TOP - 0.08))

    def clear(self):
        """Take all races out of the picture."""
        self.races = []
        for artist in self._faded:
            artist.remove()
        self._faded = []
        self._show_list()

    def _fade(self):
        """Put the present race's mean curves into the background, each with the race's letter."""
        letter, _, rules, _ = self.races[-1]
        turn = len(self.races) % 6  # each race has its letters at its own height
        look = {"fontsize": 8, "ha": "center", "va": "center", "zorder": 2.2}
        look["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 0.4}
        for rule in (rule for rule in rules if len(self.means[rule].get_xdata())):
            x, y = self.means[rule].get_data()
            color, _, line = RULE_STYLE[RULES[rule].label]
            self._faded += self.ax.plot(x, y, color=color, ls=line, lw=1.1, alpha=0.4, zorder=2)
            below = np.flatnonzero(y < 2.0 - 0.25 * turn)
            at = below[0] if len(below) else int((len(y) - 1) * (1 - 0.05 * turn))
            self._faded.append(self.ax.text(x[at], y[at], letter, color=text_color(color), **look))

    def _show_list(self):
        """Empty the live curves, and write the present race, its rules, and the earlier races."""
        for line in self.artists:
            line.set_data([], [])
        for artist in [*self.panel.texts, *self.panel.lines]:
            artist.remove()
        self._backgrounds.clear()  # none of them comes back
        if not self.races:
            self._write(0.965, "no race yet", color=GREY)
            return
        *earlier, (letter, label, rules, _) = self.races
        y = self._write(0.965, f"{letter}: {on_two_lines(label)}", weight="bold", fontsize=8)
        shown = {rule for race in self.races for rule in race[2]}
        for rule in (rule for rule in RULES if rule in shown):
            color, marker, line = RULE_STYLE[RULES[rule].label]
            alpha = 1.0 if rule in rules else 0.4
            self.panel.plot(
                [0.02, 0.09, 0.16], [y + 0.012] * 3, color=color, ls=line, marker=marker,
                markevery=(1, 5), alpha=alpha, clip_on=False,
            )  # fmt: skip
            y = self._write(y, RULES[rule].label, x=0.2, alpha=alpha)
        if earlier:
            y = self._write(y - 0.02, "earlier, fainter:", color=GREY)
        for old_letter, old_label, *_ in reversed(earlier[-_LISTED:]):
            y = self._write(y, f"{old_letter}: {on_two_lines(old_label)}", color=GREY)
        if len(earlier) > _LISTED:
            self._write(y, f"and {len(earlier) - _LISTED} older", color=GREY)

    def _write(self, y, text, *, x=0.0, **style):
        style = {"fontsize": 8.5, "va": "baseline", "linespacing": 1.15, **style}
        lines = text.count("\n") + 1
        bottom = y - 0.034 * (lines - 1)
        self.panel.text(x, bottom, text, **style)
        return bottom - 0.044


def _started(target, *args):
    # daemons: a kernel that is restarted does not wait for them
    thread = threading.Thread(target=target, args=args, daemon=True)
    thread.start()
    return thread


class RaceExplorer(Explorer):
    """Race networks from several initializations on the digits.

    Start begins a race with what the controls say; a control that is moved later counts from
    the next start. Stop ends it. Earlier races stay in the picture until Clear. One race runs
    at a time: a start ends the race of any other explorer, and so does running the cell again.

    Attributes
    ----------
    race : Race or None
        The race in the picture; ``explorer.race.result()`` is what it brought.
    """

    lines = 3

    # Why threads, and not a task on the kernel's loop. Tried in ipykernel 7.4 and JupyterLab
    # 4.6.6, 16 networks of 10 × 64, chunks of 40 ms. A click arrives in a subshell, a thread with
    # a loop of its own: a task on that loop obeyed Stop only after 280 to 550 ms. A task on the
    # main loop obeyed within 190 ms, but stood still while a cell ran. Threads obeyed within
    # 240 ms on a machine twice too busy, go on while a cell runs, and use both cores. So WORKERS
    # threads train, one starts them and draws, and callbacks only start and stop races. In a
    # browser no thread can start: there a task on the one loop trains and draws in turn.

    purpose = "race"

    def __init__(self, **options):
        self._problem, self._racing, self.race = None, False, None
        self._thread = self._task = None
        self.buttons = {}
        for name, act in (("Start", self.start), ("Stop", self.stop), ("Clear", self.clear)):
            self.buttons[name] = widgets.Button(description=name, layout={"width": "80px"})
            self.buttons[name].on_click(act)
        self.buttons["Start"].button_style = "primary"
        self.bar = widgets.FloatProgress(min=0.0, max=1.0, layout={"width": "250px"})
        self.status = widgets.Label(layout=ACROSS)
        super().__init__(**options)
        controls, *picture = self.children
        buttons = widgets.Box([*self.buttons.values(), self.bar], layout=WRAPPING)
        self.children = (controls, buttons, self.status, *picture)
        _open.add(self)

    def make_controls(self):
        return {
            "activation": choice("activation", ACTIVATIONS, "ReLU"),
            "depth": slider("depth", 10, 2, 30),
            "width": choice("width", [32, 64, 128], 64),
            "optimizer": choice("optimiser", OPTIMIZERS),
            "learning_rate": stops("learning rate", [(f"{r:g}", r) for r in RATES], 0.05),
            "normalization": choice("normalisation", NORMALIZATIONS),
            "seeds": slider("seeds", 3, 1, 5),
            "steps": slider("steps", 300, 20, 2000, 20),
            "rules": RuleBoxes(("small_normal", "xavier", "he")),
        }

    def make_picture(self):
        return RaceFigure()

    def update(self, _change=None):
        """Bring picture and sentence up to date; while a race runs, its own pictures do."""
        with _lock:
            super().update()
            if self._problem is not None:
                self.show_error(self._problem)
            self._show_progress()

    def sharpen(self, *_message):
        """Show the picture at twice the density, unless a race draws the next."""
        with _lock:
            if not self.running:
                super().sharpen()

    def show(self, **settings):
        """Draw the race as far as it is; say how it stands, and whether controls have moved."""
        race = self.race
        if race is None:
            self.picture.limits(self.picture.ax, x=(0, 1.01 * settings["steps"]))
            return _IDLE
        result = race.result()
        self.picture.grow(race.loss, race.done)
        text = f"<b>{self.picture.races[-1][0]}</b> ({html.escape(race.label)}), "
        if not result.steps:
            text += "stopped before the first step." if race.stopped else "starting."
        elif self.running:
            text += f"running: loss {result.now}."
        else:
            end = f"stopped at step {result.steps}" if race.stopped else f"{result.steps} steps"
            text += f"{end}. {result.text}"
        if settings != self._started:
            text += " <i>A control was moved: it counts from the next Start.</i>"
        return text

    @property
    def running(self):
        """Whether a race is under way."""
        return self._racing and not self.race.stopped

    def start(self, _button=None):
        """Begin a race with what the controls say; while one runs, nothing happens."""
        with _lock:
            if self.running:
                return
            settings = self.settings
            if not settings["rules"]:
                self.status.value = "Choose at least one initialization."
                return
            for other in list(_open):
                other.stop()
            try:
                race = Race(**settings)
                self.picture.begin(race.label, race.rules, settings["steps"])
            except Exception as problem:
                self.show_error(problem)
                return
            self.race, self._started, self._began = race, settings, time.monotonic()
            self._problem, self._racing = None, True
            self._show_progress()  # the press is answered before the picture is drawn
            self.update()
            if blas.THREADS:
                self._thread = _started(self._run, race, self._thread)
            else:
                self._task = asyncio.get_running_loop().create_task(self._run_as_task(race))

    def stop(self, _button=None):
        """End the race; what it has recorded stays in the picture."""
        with _lock:
            if self.running:
                self.race.stop()
                self.buttons["Stop"].disabled = True  # at once, as in `start`
                self.update()

    def clear(self, _button=None):
        """End the race and take all curves out of the picture."""
        with _lock:
            self.stop()
            self.race, self._problem, self._racing = None, None, False
            self.picture.clear()
            self.update()

    def close(self):
        """End the race, and close the widget."""
        with _lock:
            self.stop()
            _open.discard(self)
            super().close()

    def _run(self, race, before):
        """Have a race trained, and show how far it is; end when its threads have."""
        if before:
            before.join()  # a race that was stopped ends within a step
        training = [_started(self._train, race, share) for share in range(WORKERS)]
        alive = True
        while alive:
            began = time.monotonic()
            alive = any(thread.is_alive() for thread in training)
            with _lock:
                if self.race is not race or race.stopped:
                    break
                self._racing = alive
                self.update()
            time.sleep(max(began + PERIOD - time.monotonic(), 0.02))
        for thread in training:
            thread.join()

    def _train(self, race, share):
        try:
            with one_blas_thread():
                race.work(share)
        except Exception as problem:
            self._break_off(race, problem)

    async def _run_as_task(self, race):
        """Do what `_run` and `_train` do, all shares in turn, on the loop of whoever starts it."""
        working = [race.steps(share) for share in range(WORKERS)]
        shown, empty = time.monotonic(), True
        try:
            while working and self.race is race and not race.stopped:
                began = time.monotonic()
                with np.errstate(**SILENT), one_blas_thread():
                    while working and time.monotonic() < began + TURN:
                        working = [steps for steps in working if next(steps, _END) is not _END]
                first = empty and race.done.all()  # a loss is told as soon as there is one
                if not working or first or began > shown + TASK_PERIOD:
                    self._racing, empty = bool(working), empty and not first
                    self.update()
                    shown = time.monotonic()
                await asyncio.sleep(0.001)  # here clicks and sliders are heard
        except Exception as problem:
            self._break_off(race, problem)
        finally:
            for steps in working:
                steps.close()

    def _break_off(self, race, problem):
        """End a race that has raised an exception, and show it."""
        with _lock:
            race.stop()
            if self.race is race:
                self._problem = problem
                self.update()

    def _show_progress(self):
        """Set the words, the bar and the buttons: whoever sees Start return reads the end."""
        race, words, share = self.race, "no race yet", 0.0
        if race:
            share, steps = race.progress, race.loss.shape[-1]
            words = f"step {int(share * steps)} of {steps}"
            if self.running and share > 0:
                left = (time.monotonic() - self._began) * (1 - share) / share
                words += f", about {left:.0f} s left" if left >= 1 else ", less than 1 s left"
            elif race.stopped and not race.finished:
                words += ", stopped"
        self.status.value, self.bar.value = words, share
        self.buttons["Stop"].disabled = not self.running
        self.buttons["Start"].disabled = self.running


@atexit.register
def _stop_all():
    for explorer in list(_open):
        if explorer.race is not None:
            explorer.race.stop()
