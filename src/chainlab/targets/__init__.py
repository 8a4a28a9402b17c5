"""延链补链 targets: whom to recruit, from which categories, to cover most of what the anchor firms buy elsewhere.

`choose` is the exact choice, `frontier` coverage against the number of suppliers; `verify` checks a choice without
trusting it; `needs` makes demand and offers from purchases; `shared_suppliers` lists who already supplies several
anchors from outside, before any optimisation.
"""

from chainlab.targets.checking import verify
from chainlab.targets.choice import METHODS, Choice, choose
from chainlab.targets.curve import Point, frontier, points
from chainlab.targets.demand import Needs, local_ratio, needs, shared_suppliers
from chainlab.targets.problem import Infeasible
from chainlab.targets.questions import Enquiry, enquire, questions

__all__ = [
    "METHODS",
    "Choice",
    "Enquiry",
    "Infeasible",
    "Needs",
    "Point",
    "choose",
    "enquire",
    "frontier",
    "local_ratio",
    "needs",
    "points",
    "questions",
    "shared_suppliers",
    "verify",
]
