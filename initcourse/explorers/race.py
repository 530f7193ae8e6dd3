"""The race: choose, press Start, and watch the losses of several initializations fall."""

import atexit
import html
import threading
import time
import weakref

import ipywidgets as widgets

from initcourse.activations import ACTIVATIONS
from initcourse.explorers.base import Explorer, choice, slider
from initcourse.explorers.rule_boxes import RuleBoxes
from initcourse.figures.race import RaceFigure
from initcourse.optimizers import OPTIMIZERS
from initcourse.race import NORMALIZATIONS, WORKERS, Race
from initcourse.race_result import GUESSING
from initcourse.rules import RULES
from initcourse.threads import one_blas_thread

#: Seconds from one picture to the next while a race runs.
PERIOD = 0.05
#: Learning rates of the slider: round numbers, so that a plain call can repeat any race exactly.
RATES = [float(f"{n}e{power}") for power in range(-4, 1) for n in (1, 2, 3, 5, 7)] + [10.0]
_IDLE = f"A network that guesses has a loss of ln 10 = {GUESSING:.2f}. Choose, then press Start."
_open = weakref.WeakSet()  # every race explorer of this kernel
_lock = threading.RLock()  # held by whoever touches the picture or the widgets of one


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

    # Why threads, and not a task on the kernel's loop. Tried in ipykernel 7.4 and JupyterLab
    # 4.6.6, 16 networks of 10 × 64, chunks of 40 ms. A click arrives in a subshell, a thread with
    # a loop of its own: a task on that loop obeyed Stop only after 280 to 550 ms. A task on the
    # main loop obeyed within 190 ms, but stood still while a cell ran. Threads obeyed within
    # 240 ms on a machine twice too busy, go on while a cell runs, and use both cores. So WORKERS
    # threads train, one draws, and callbacks only start and stop them.

    purpose = "race"

    def __init__(self, **options):
        self._threads, self._problem, self._racing = [], None, False
        self.race, self._letter, self._began = None, "", 0.0
        self.buttons = {
            name: widgets.Button(description=name, layout={"width": "80px"})
            for name in ("Start", "Stop", "Clear")
        }
        self.buttons["Start"].button_style = "primary"
        self.bar = widgets.FloatProgress(min=0.0, max=1.0, layout={"width": "250px"})
        self.status = widgets.Label(layout={"width": "320px"})
        super().__init__(**options)
        controls, *picture = self.children
        buttons = widgets.HBox([*self.buttons.values(), self.bar])
        self.children = (controls, buttons, self.status, *picture)
        self.line.layout.min_height = "66px"
        self.controls["rules"].layout.width = "840px"
        for name, act in (("Start", self.start), ("Stop", self.stop), ("Clear", self.clear)):
            self.buttons[name].on_click(act)
        _open.add(self)
        self._tell()

    def make_controls(self):
        """Everything that a race is given, rules last."""
        return {
            "activation": choice("activation", ACTIVATIONS, "ReLU"),
            "depth": slider("depth", 10, 2, 30),
            "width": choice("width", [32, 64, 128], 64),
            "optimizer": choice("optimiser", OPTIMIZERS),
            "learning_rate": widgets.SelectionSlider(
                options=[(f"{rate:g}", rate) for rate in RATES],
                value=0.05,
                description="learning rate",
            ),
            "normalization": choice("normalisation", NORMALIZATIONS),
            "seeds": slider("seeds", 3, 1, 5),
            "steps": slider("steps", 300, 20, 2000, 20),
            "rules": RuleBoxes(("N(0, 0.01²)", "Xavier 1/n", "He 2/n")),
        }

    def build(self):
        """Loss over steps."""
        self.drawing = RaceFigure(list(RULES), GUESSING, 0.3)
        return self.drawing

    def update(self, _change=None):
        """Bring picture and sentence up to date; while a race runs, its own pictures do."""
        with _lock:
            super().update()
            if self._problem is not None:
                self.broke(self._problem)

    def show(self, **settings):
        """Draw the race as far as it is; say how it stands, and whether controls have moved."""
        race = self.race
        if race is None:
            self.drawing.wait(settings["steps"])
            return _IDLE
        result = race.result()
        self.drawing.grow(race.loss, race.done)
        said = f"<b>{self._letter}</b> ({html.escape(race.label)}), "
        if not result.steps:
            said += "stopped before the first step." if race.stopped else "starting."
        elif self.running:
            said += f"running: loss {result.now}."
        else:
            end = f"stopped at step {result.steps}" if race.stopped else f"{result.steps} steps"
            said += f"{end}. {result.text}"
        if settings != self._started:
            said += " <i>A control was moved: it counts from the next Start.</i>"
        return said

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
                self._letter = self.drawing.begin(race.label, race.rules, settings["steps"])
            except Exception as problem:
                self.broke(problem)
                return
            self.race, self._started, self._began = race, settings, time.monotonic()
            self._problem, self._racing = None, True
            self.update()
            self._tell()
            before, self._threads = self._threads, []
            for target in [(race.work, share) for share in range(WORKERS)]:
                self._thread(self._train, race, before, *target)
            self._thread(self._watch, race, list(self._threads))

    def stop(self, _button=None):
        """End the race; what it has recorded stays in the picture."""
        with _lock:
            if self.running:
                self.race.stop()
                self.update()
                self._tell()

    def clear(self, _button=None):
        """End the race and take all curves out of the picture."""
        with _lock:
            self.stop()
            self.race, self._problem, self._racing = None, None, False
            self.drawing.clear()
            self.update()
            self._tell()

    def wait(self, seconds=60):
        """Return when no thread of this explorer runs any more; True if that is so."""
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0))
        return not any(thread.is_alive() for thread in self._threads)

    def close(self):
        """End the race, and close the widget."""
        if self.running:
            self.stop()
        super().close()

    def _thread(self, target, *args):
        # daemons: a kernel that is restarted does not wait for them
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _train(self, race, before, work, share):
        for thread in before:
            thread.join()  # a race that was stopped ends within a step
        try:
            with one_blas_thread():
                work(share)
        except Exception as problem:
            with _lock:
                race.stop()
                if self.race is race:
                    self._problem = problem
                    self.update()
                    self._tell()

    def _watch(self, race, training):
        alive = True
        while alive:
            began = time.monotonic()
            alive = any(thread.is_alive() for thread in training)
            with _lock:
                if self.race is not race or race.stopped:
                    return
                self._racing = alive
                self.update()
                self._tell()
            time.sleep(max(began + PERIOD - time.monotonic(), 0.02))

    def _tell(self):
        """Set the words, the bar and the buttons: whoever sees Start return reads the end."""
        running, race = self.running, self.race
        share = race.progress if race else 0.0
        if race is None:
            words = "no race yet"
        else:
            words = f"step {int(share * race.loss.shape[-1])} of {race.loss.shape[-1]}"
            if running and share > 0:
                left = (time.monotonic() - self._began) * (1 - share) / share
                words += f", about {left:.0f} s left" if left >= 1 else ", less than 1 s left"
            elif race.stopped and not race.finished:
                words += ", stopped"
        self.status.value = words
        self.bar.value = share
        self.buttons["Stop"].disabled = not running
        self.buttons["Start"].disabled = running


@atexit.register
def _stop_all():
    for explorer in list(_open):
        if explorer.race is not None:
            explorer.race.stop()
