"""A control that chooses several rules: a box to tick for each."""

import html

import ipywidgets as widgets
import traitlets

from initcourse.figures.style import RULE_STYLE
from initcourse.rules import RULES


class RuleBoxes(widgets.Box):
    """Boxes to tick, in the rules' colours; `value` has the names of the ticked, in their order."""

    value = traitlets.Tuple()

    def __init__(self, value):
        self.boxes = {}
        for rule in RULES:
            color = RULE_STYLE[rule][0]
            label = f'<span style="color:{color}">■</span> {html.escape(rule)}'
            self.boxes[rule] = widgets.Checkbox(
                indent=False, description=label, description_allow_html=True,
                layout={"width": "206px", "margin": "0 2px"},
            )  # fmt: skip
        flow = widgets.Layout(display="flex", flex_flow="row wrap", width="840px")
        super().__init__(list(self.boxes.values()), value=tuple(value), layout=flow)
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
