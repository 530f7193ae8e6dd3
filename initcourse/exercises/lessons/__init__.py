"""Every lesson's exercises, in the order in which its module lesson_NN defines them."""

from importlib import import_module
from pkgutil import iter_modules

from initcourse.exercises.check import Exercise


def _exercises_in(module):
    return {name: it for name, it in vars(module).items() if isinstance(it, Exercise)}


#: Lesson, as "04" → {name: exercise}.
LESSONS = {
    name.removeprefix("lesson_"): _exercises_in(import_module(f"{__name__}.{name}"))
    for name in sorted(module.name for module in iter_modules(__path__))
}
