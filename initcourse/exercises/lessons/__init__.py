"""Every lesson's exercises, in the order in which its module lesson_NN defines them."""

from importlib import import_module
from pkgutil import iter_modules

from answer_checks.check import exercises_in

#: Lesson, as "04" → {name: exercise}.
LESSONS = {
    name[-2:]: exercises_in(vars(import_module(f"{__name__}.{name}")), name[-2:])
    for name in sorted(module.name for module in iter_modules(__path__))
}
