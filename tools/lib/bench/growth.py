"""How a cost grows with what it depends on."""
import dataclasses
import math


@dataclasses.dataclass
class Fit:
    """cost = constant * x ^ exponent. error: standard error of the exponent, None of two points.
    spread: the largest cost over the smallest."""
    exponent: float
    error: float
    spread: float
    points: int


def fit(values, costs):
    """Least squares of log cost over log value. None of less than two different values."""
    x, y = [math.log(one) for one in values], [math.log(one) for one in costs]
    n = len(x)
    if len(set(x)) < 2:
        return None
    mean_x, mean_y = sum(x) / n, sum(y) / n
    square = sum((one - mean_x) ** 2 for one in x)
    exponent = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y)) / square
    rest = sum((b - mean_y - exponent * (a - mean_x)) ** 2 for a, b in zip(x, y))
    error = math.sqrt(rest / (n - 2) / square) if n > 2 else None
    return Fit(exponent, error, max(costs) / min(costs), n)


def row_bytes(dim):
    """Of a row of W or W': padded to 16 floats of 4 bytes, and off the multiples of 4 KiB."""
    size = (dim + 15) // 16 * 64
    return size + 64 if size % 4096 == 0 else size


def matrix_bytes(vocabulary, dim):
    """W and W' together."""
    return 2 * vocabulary * row_bytes(dim)


def levels(dim, caches):
    """[(level, V)]: up to which vocabulary W and W' fit in a cache."""
    sizes = [(level, caches.get(level)) for level in ("L2", "L3", "L4")]
    return [(level, size / matrix_bytes(1, dim)) for level, size in sizes
            if isinstance(size, (int, float)) and size > 0]


def home(size, caches):
    """The nearest level that holds that many bytes."""
    for level in ("L2", "L3", "L4"):
        if size <= caches.get(level, 0):
            return level
    return "memory"


def columns(rows):
    """Lines of a table: the first row is its head, all but the first column to the right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) if k == 0 else cell.rjust(width)
                      for k, (cell, width) in enumerate(zip(row, widths))).rstrip()
            for row in rows]
