"""Lesson 09: convolutional networks."""

RIGHT = {
    "conv_std": [
        "(2 / k / k / c_in)**0.5", "math.sqrt(Fraction(2, k * k * c_in))",
        "np.sqrt(2 / ic.compute_fans((k, k, c_in, c_out))[0])",
        "np.sqrt(2 / np.ones((k, k, c_in, c_out))[..., 0].size)",
        """
n = 0
for i in range(k):
    for j in range(k):
        n += c_in
return (2 / n)**0.5
""",
    ],
    "wrong_fan_factor": [
        "(k * k)**layers", "np.prod([float(k**2)] * layers)", "math.exp(2 * layers * math.log(k))",
        "f = 1\nfor _ in range(layers):\n    f *= k**2\nreturn f",
    ],
    "grouped_std": [
        "(k * k * c_in / groups / 2)**-0.5", "math.sqrt(Fraction(2 * groups, k**2 * c_in))",
        "np.sqrt(2 / ic.compute_fans((k, k, c_in // groups, c_in))[0])",
        "n = k**2 * (c_in // groups)\nreturn math.sqrt(2 / n)",
    ],
    "stride_factor": [
        "(1 / stride**2)**layers", "np.prod([1 / stride / stride] * layers)",
        "math.exp(-2 * layers * math.log(stride))",
        "f = 1.0\nfor _ in range(layers):\n    f /= stride * stride\nreturn f",
    ],
}  # fmt: skip

WRONG = {
    "conv_std": [
        ("(c_in / 2)**-0.5", "k² is missing"), ("2 / (c_in * k**2)", "its square root"),
        ("np.sqrt(2 / (c_in * k))", "k rows and k columns"),
        ("np.sqrt(2 / (c_out * k**2))", "is fan_out"), ("np.sqrt(1 / (c_in * k**2))", "Xavier"),
        ("np.sqrt(4 / (k**2 * (c_in + c_out)))", "aver"),
        ("np.sqrt(2 / (c_out * (c_in * k**2)))", "all weights"),
        ("np.sqrt(c_in * (2 / k**2))", "Brackets are missing"),
        ("np.sqrt(2 / (k**2 * (c_in + c_out)))", "This is Glorot's"),
        ("(c_out / 2)**-0.5", "channels that leave"),
        ("np.sqrt(2 / k**2)", "each of them has c_in"),
        ("np.sqrt(2) / (c_in * k**2)", "The root covers"), ("np.sqrt(2 / (c_in + k**2))", "multip"),
        ("np.sqrt(2 / (c_in * 9))", "k = 3 only"),
        ("np.sqrt(6 / (c_in * k**2))", "bound of uniform"), ("c_in * k**2", "n, the fan"),
    ],
    "wrong_fan_factor": [
        ("np.prod([float(k)] * layers)", "factor on the standard"), ("k * k", "one layer's factor"),
        ("k**2 * layers", "added"), ("float(k)**(layers * -2)", "Upside down"),
        ("float(k)**(layers * 2) * 2.0**layers", "No factor 2"),
        ("float(k)**(layers * 2) * 0.5**layers", "No factor ½"),
        ("float(k)**(2 * (layers - 1))", "first one's fan"), ("float(k)**(layers * 4)", "not th"),
        ("9.0**layers", "k = 3 only"), ("k**2**layers", "larger than any float"),
    ],
    "grouped_std": [
        ("np.sqrt(2 / (c_in * k**2))", "groups are not used"),
        ("2 / (k**2 * c_in / groups)", "its square root"),
        ("np.sqrt(2 / (groups * c_in * k**2))", "a unit reads less"),
        ("np.sqrt(2 / (c_in * k**2)) * groups", "outside the root"),
        ("np.sqrt(2 / (c_in / groups))", "k² is missing"),
        ("np.sqrt(2 / (k * c_in / groups))", "k rows and k columns"),
        ("np.sqrt(2) / k", "is depthwise's"), ("(k**2 * c_in / groups)**-0.5", "Xavier"),
        ("k * k * c_in / groups", "This is n"),
        ("np.sqrt(2) / (k**2 * c_in / groups)", "too small"),
    ],
    "stride_factor": [
        ("1 / float(stride)**layers", "stride², not stride"),
        ("1 / stride**2", "one layer's factor"), ("1 / stride**2 / layers", "added"),
        ("(stride**2.0)**layers", "Upside down"), ("1.0", "Forward nothing changes"),
        ("(0.5 / stride**2)**layers", "No factor ½"), ("(2 / stride**2)**layers", "No factor 2"),
        ("(3 / stride)**(2 * layers)", "k² is in the fan already"),
        ("(1 / stride**2)**(layers - 1)", "One layer is missing"),
        ("(1 / stride**2)**(2 * layers)", "a square already"),
    ],
}  # fmt: skip
