"""The exercise of lesson 00, start here."""

from answer_checks.check import ValueExercise

share_left = ValueExercise.table()("""
0.5**10  # ½¹⁰ = 1/1024: the factors of the layers multiply.
0.5 / 10  # You divided ½ by the number of layers. Each layer halves what is left.
1 - 0.5**10  # This is the share that is lost.
0.5**9  # One halving too few: ten layers halve ten times.
0.5**11  # One halving too many: ten layers halve ten times.
0.5 * 10  # You multiplied ½ by the number of layers. Each layer halves what is left.
2**10  # This is how often it is divided; the share left is one over it.
0.5**10 * 100  # This is in per cent; as a share it is 100 times smaller.
0.25**10  # This takes ¼ a layer, what h² loses if h is halved. Here the strength itself halves.
0.5 ** (1 / 10)  # This is the tenth root: the share of one of ten layers that lose ½ together.
0  # Not quite nothing: ten halvings leave a thousandth.
...  # Each layer multiplies what is there by ½.
""")
