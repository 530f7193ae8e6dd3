"""The rate that `tune` finds, and that what it reports was not in the search."""

import numpy as np
import pytest

from initcourse import MLP, accuracies, lecun_normal, tanh, train, tune

STEPS, BATCH = 30, 20


def problem():
    x = np.random.default_rng(1).standard_normal((60, 7))
    return x, (x[:, 0] > 0).astype(int)


def draw(seed):
    return MLP.create([7, 5, 2], lecun_normal, tanh, rng=seed)


def trained_alone(seed, rate):
    net, (x, y) = draw(seed), problem()
    for _ in train(net, x, y, learning_rate=rate, steps=STEPS, batch=BATCH, rng=0):
        pass
    return (net.forward(x).output.argmax(axis=-1) == y).mean()


@pytest.mark.parametrize(("worth", "reported"), [(0.5, (8, 9)), (1.0, (0, 1, 2))])
def test_the_best_median_decides_and_other_seeds_are_reported_where_it_is_worth_it(worth, reported):
    # "far" draws other networks than "near", and has another number of rates
    kinds = {"near": (draw, (1e-6, 0.3, 1e-5)), "far": (lambda seed: draw(seed + 50), (0.3, 1e-6))}
    options = {"search": range(3), "report": (8, 9), "steps": STEPS, "batch": BATCH}
    all_found = tune(kinds, *problem(), worth=worth, **options)
    assert list(all_found) == list(kinds)
    for (name, (_, rates)), shift in zip(kinds.items(), (0, 50), strict=True):
        found = all_found[name]
        alone = {
            rate: np.median([trained_alone(seed + shift, rate) for seed in range(3)])
            for rate in rates
        }
        assert found.searched == alone
        assert found.rate == 0.3 == max(alone, key=alone.get)
        told = [trained_alone(seed + shift, 0.3) for seed in reported]
        assert found.accuracy.tolist() == told
    assert all_found["near"].searched[0.3] != all_found["far"].searched[0.3]


def test_only_a_kind_that_is_worth_it_trains_again():
    kinds = {"idle": (draw, (1e-9,)), "learns": (draw, (0.3,))}
    options = {"search": (0,), "report": (8, 9), "steps": STEPS, "batch": BATCH}
    idle, learns = (trained_alone(0, rate) for rate in (1e-9, 0.3))
    found = tune(kinds, *problem(), worth=(idle + learns) / 2, **options)
    assert found["idle"].accuracy.tolist() == [idle]
    assert found["learns"].accuracy.tolist() == [trained_alone(seed, 0.3) for seed in (8, 9)]


def test_accuracies_of_stacks_in_the_order_of_their_networks():
    x, y = problem()
    networks = [draw(seed) for seed in range(5)]
    told = accuracies([MLP.stack(networks[:3]), MLP.stack(networks[3:])], x, y)
    assert told.tolist() == [(net.forward(x).output.argmax(-1) == y).mean() for net in networks]
    assert len(set(told)) > 1
