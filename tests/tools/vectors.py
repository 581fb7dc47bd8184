"""What test_word2vec.sh asks about vector files, in the words of the format.

vectors.py text BINARY         prints what the text file of the same vectors is, byte for byte
vectors.py initial BINARY SEED the rows are the reference's initial values (word2vec.c:368)
vectors.py zero BINARY         the rows are zero
"""

import struct
import sys


def read_binary(path):
    """The words and rows of a file whose rows end in a newline and that ends with the last one."""
    data = open(path, "rb").read()
    place = data.index(b"\n") + 1
    header = data[:place]
    count, size = (int(number) for number in header.split())
    assert header == b"%d %d\n" % (count, size), header
    rows = []
    for _ in range(count):
        end = data.index(b" ", place)
        values = data[end + 1 : end + 1 + 4 * size]
        rows.append((data[place:end], struct.unpack("<%df" % size, values)))
        place = end + 2 + 4 * size
        assert data[place - 1 : place] == b"\n", "a row does not end in a newline"
    assert place == len(data), "bytes behind the last row"
    return size, rows


def print_text(path):
    size, rows = read_binary(path)
    out = sys.stdout.buffer
    out.write(b"%d %d\n" % (len(rows), size))
    for word, row in rows:
        out.write(word + b" " + b"".join(b"%.6f " % value for value in row) + b"\n")


def check_initial(path, seed):
    size, rows = read_binary(path)
    state = int(seed)
    for word, row in rows:
        for value in row:
            state = (state * 25214903917 + 11) % 2**64
            expected = ((state & 0xFFFF) / 65536 - 0.5) / size
            assert value == struct.unpack("<f", struct.pack("<f", expected))[0], word


def check_zero(path):
    for word, row in read_binary(path)[1]:
        assert not any(row), word


{"text": print_text, "initial": check_initial, "zero": check_zero}[sys.argv[1]](*sys.argv[2:])
