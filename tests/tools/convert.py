"""What test_convert.sh asks NumPy about files.

convert.py same NPY WORDS BINARY       the .npy file and its list are the vectors of the binary file
convert.py made NPY KIND               the rows of make_model: input, output or sum
convert.py unit NPY NPY                the first holds the rows of the second in length 1
convert.py write FOLDER                arrays of all kinds, some of which are no vectors
"""

import os
import sys

import numpy as np


def read_binary(path):
    data = open(path, "rb").read()
    place = data.index(b"\n") + 1
    count, size = (int(number) for number in data[:place].split())
    words, rows = [], []
    for _ in range(count):
        end = data.index(b" ", place)
        words.append(data[place:end])
        rows.append(np.frombuffer(data, "<f4", size, end + 1))
        place = end + 2 + 4 * size
    return words, np.array(rows)


def same(npy, word_list, binary):
    words, rows = read_binary(binary)
    array = np.load(npy)
    assert array.dtype == np.dtype("<f4") and array.flags.c_contiguous
    assert array.shape == rows.shape, array.shape
    assert array.tobytes() == rows.tobytes()
    assert open(word_list, "rb").read() == b"".join(word + b"\n" for word in words)
    assert open(npy, "rb").read(8) == b"\x93NUMPY\x01\x00", "not version 1.0"
    assert (os.path.getsize(npy) - array.nbytes) % 64 == 0, "the rows are not aligned"


def made(npy, kind):
    row, column = np.arange(4, dtype="f4")[:, None], np.arange(5, dtype="f4")[None, :]
    matrices = {"input": row + column / 8, "output": 10 * row - column}
    matrices["sum"] = matrices["input"] + matrices["output"]
    assert np.array_equal(np.load(npy), matrices[kind]), np.load(npy)


def unit(npy, original):
    rows, expected = np.load(npy), np.load(original).astype("f8")
    length = np.linalg.norm(expected, axis=1)
    length[length == 0] = 1
    # One rounding to a float of numbers up to 1.
    assert np.abs(rows - expected / length[:, None]).max() <= 2.0**-24


def write(folder):
    os.chdir(folder)
    good = np.arange(12, dtype="<f4").reshape(4, 3)
    np.save("good.npy", good)
    with open("two.npy", "wb") as file:
        np.lib.format.write_array(file, good, version=(2, 0))
    np.save("double.npy", good.astype("<f8"))
    np.save("big.npy", good.astype(">f4"))
    np.save("integers.npy", good.astype("<i4"))
    np.save("columns.npy", np.asfortranarray(good))
    np.save("flat.npy", good.reshape(12))
    np.save("cube.npy", good.reshape(2, 2, 3))
    np.save("thin.npy", good[:, :0])
    np.save("records.npy", np.zeros((4, 3), dtype=[("a", "<f4")]))
    np.save("objects.npy", np.array([[None]]), allow_pickle=True)
    np.save("wide.npy", np.array([[1e30, 1e30], [0, 0], [1e-40, 0], [3, -4]], "<f4"))
    data = open("good.npy", "rb").read()
    for size in (5, 6, 7, 9, 60, len(data) - 1):
        open("cut%d.npy" % size, "wb").write(data[:size])
    open("more.npy", "wb").write(data + bytes(12))
    open("version9.npy", "wb").write(data[:6] + b"\x09" + data[7:])
    huge = data.replace(b"(4, 3)", b"(4611686018427387904, 3)").replace(b" " * 18, b"", 1)
    open("huge.npy", "wb").write(huge)
    open("negative.npy", "wb").write(data.replace(b"(4, 3), ", b"(-4, 3),"))
    open("code.npy", "wb").write(data.replace(b"(4, 3), ", b"exit(1),"))


{"same": same, "made": made, "unit": unit, "write": write}[sys.argv[1]](*sys.argv[2:])
