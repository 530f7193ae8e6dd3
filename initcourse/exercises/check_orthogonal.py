"""Checking a random orthogonal matrix, or a multiple of one, that the learner's function draws."""

from dataclasses import dataclass

import numpy as np

from answer_checks.check import CodeExercise, describe_ratio
from answer_checks.run_answer import Complaint, call, function_from


@dataclass(frozen=True, kw_only=True)
class OrthogonalExercise(CodeExercise):
    """The answer is a function (n, …, rng) → a factor times a random orthogonal n × n matrix.

    `solution` and `slips` are the factor, by the `parameters`. A case is all arguments but rng.
    """

    by_case = True
    parameters: str
    cases: tuple
    tolerance: float

    def factor(self, code, case):
        """Return the factor of an answer written as text."""
        return function_from(code, self.name, self.parameters)(*case)

    def expected(self, code, case):
        """Return the factor in one case."""
        return [self.factor(code, case)]

    def drawn(self, answer, case, seed):
        """Return the matrix that the answer draws, of the right shape."""
        n = case[0]
        U = call(answer, (*case, np.random.default_rng(seed)), self.name, "It returns a matrix.")
        if U.shape != (n, n):
            raise Complaint(f"U has shape {U.shape}; asked for is (n, n) = ({n}, {n}).")
        return U

    def differs(self, value, wanted):
        """Return whether a singular value is another one than wanted."""
        return not abs(value / wanted - 1) < self.tolerance

    def test_factor(self, value, case):
        """Return the praise if the singular values have the right mean; else raise `Complaint`."""
        candidates = self.candidates([value], case)
        (right,), praise = next(candidates)
        if not self.differs(value, right):
            return praise
        for (wrong,), sentence in candidates:
            if not self.differs(value, wrong):
                raise Complaint(sentence)
        raise Complaint(
            f"U is orthogonal up to a factor, and that is {describe_ratio(value, right)}"
        )
