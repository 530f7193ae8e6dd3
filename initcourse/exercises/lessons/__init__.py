"""Every lesson's exercises, in the order in which its module lesson_NN defines them."""

from importlib import import_module
from pkgutil import iter_modules

from initcourse.exercises.check import exercises_in

#: Lesson, as "04" → {name: exercise}.
LESSONS = {
    name.removeprefix("lesson_"): exercises_in(vars(import_module(f"{__name__}.{name}")))
    for name in sorted(module.name for module in iter_modules(__path__))
}

for _lesson, _exercises in LESSONS.items():
    for _name, _exercise in _exercises.items():
        object.__setattr__(_exercise, "place", (_lesson, _name))  # it is frozen for everybody else
