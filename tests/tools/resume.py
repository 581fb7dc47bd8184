"""Runs of word2vec that are stopped, killed and gone on with, at random moments.

resume.py stopped WORD2VEC TEXT ROUNDS [SEED]   a signal stops a run: with -resume it comes to the
                                                bytes of the unbroken run, in every mode
resume.py killed  WORD2VEC TEXT ROUNDS [SEED]   SIGKILL: the file can be gone on with at once, no
                                                chunk is lost, and few are trained twice
resume.py crashed WORD2VEC TEXT ROUNDS [SEED]   the machine goes down: pages written since the last
                                                point that was made lasting are there, or are not,
                                                or half of each is: the file can be gone on with, or
                                                says why not
"""

import contextlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

LOGISTIC = [["-cbow", cbow, "-hs", hs, "-negative", negative]
            for cbow in "01" for hs, negative in (("0", "5"), ("1", "0"), ("1", "5"))]
SOFTMAX = ["-softmax", "1", "-max-vocab", "300"]
# Whose bytes do not depend on when the threads get where.
REPEATABLE = ([mode + ["-threads", "1"] for mode in LOGISTIC] +
              [SOFTMAX + more + ["-threads", threads]
               for more in ([], ["-softmax-exact", "1"], ["-softmax-precision", "bf16"])
               for threads in "12"] +
              [SOFTMAX + ["-cbow", "1", "-threads", "1"]])
HOGWILD = ([mode + ["-threads", "2"] for mode in LOGISTIC] +
           [SOFTMAX + more + ["-threads", "2"]
            for more in ([], ["-softmax-exact", "1"], ["-softmax-threads", "hogwild"],
                         ["-softmax-precision", "bf16"])])
PAGE = 4096
CHECKPOINT = 0.05  # seconds
ATTEMPTS = 20  # for a round that counts
SLOWDOWN = int(os.environ.get("HOGVEC_TEST_SLOWDOWN", "1"))
# Of a run that loses its machine: longer than the longest wait for that, also where a build is slow.
EPOCHS = 30 // SLOWDOWN
# Losses of a run that was killed and of the unbroken one. With the short text of a slow build, three
# chunks for two threads, those of unbroken ones are a tenth apart.
TOLERANCE = 0.05 if SLOWDOWN == 1 else 0.15


class Case:
    """One mode in a folder of its own, with the outputs of its unbroken run."""

    def __init__(self, program, text, mode, folder):
        self.program, self.mode, self.folder = program, mode, folder
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        self.model = os.path.join(folder, "model")
        softmax = "-softmax" in mode
        self.flags = ["-train", text, "-size", "16", "-min-count", "2", "-debug", "0",
                      "-iter", "3" if softmax else "12", "-binary", "1", "-keep", "0"] + mode
        self.context = "-negative" not in mode or mode[mode.index("-negative") + 1] != "0"
        start = time.monotonic()
        self.run(self.outputs("whole") + self.flags)
        self.seconds = time.monotonic() - start
        self.expected = self.read("whole")
        with open(self.path("whole.json"), encoding="utf-8") as file:
            self.report = json.load(file)

    def path(self, name):
        return os.path.join(self.folder, name)

    def outputs(self, name):
        flags = ["-output", self.path(name), "-report", self.path(name + ".json")]
        return flags + (["-output-context", self.path(name + ".context")] if self.context else [])

    def read(self, name):
        names = [name] + ([name + ".context"] if self.context else [])
        data = []
        for one in names:
            with open(self.path(one), "rb") as file:
                data.append(file.read())
        return data

    def run(self, flags, **options):
        """The exit code and what is said on stderr, of a run that is let be."""
        done = subprocess.run([self.program, *flags], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, check=False, timeout=600, **options)
        said = done.stderr.decode(errors="replace")
        if done.returncode != 0 and not options.get("check_not"):
            raise AssertionError(f"{self.mode}: exit code {done.returncode}: {said}")
        return said

    def interrupt(self, flags, number, seconds):
        """Sends the signal after so many seconds. The exit code and stderr."""
        process = subprocess.Popen([self.program, *flags], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        time.sleep(seconds)
        process.send_signal(number)
        said = process.communicate(timeout=600)[1].decode(errors="replace")
        return process.returncode, said

    def moment(self, chance):
        """While it runs, whichever phase it is in; now and then when it is over."""
        return chance.uniform(0, self.seconds * 1.05)

    def clear(self):
        for name in os.listdir(self.folder):
            if name.startswith(("model", "out")):
                os.unlink(self.path(name))

    def finish(self, flags):
        """Goes on, or begins where there is no file yet, until it ends by itself."""
        if os.path.exists(self.model):
            return self.run(["-resume", self.model])
        return self.run(flags)

    def reported(self):
        with open(self.path("out.json"), encoding="utf-8") as file:
            return json.load(file)


def read_headers(path):
    """Both, as (sequence, state, lasting), see io/README.md; none where there is no file."""
    data = b""
    with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
        data = file.read(2 * PAGE)
    return headers_of(data)


def headers_of(data):
    headers = [data[page:page + 84] for page in (0, PAGE)]
    return [(int.from_bytes(h[16:24], "little"), int.from_bytes(h[32:36], "little"), h[80] & 1)
            for h in headers if len(h) == 84]


def lasting_sequence(headers):
    """Of the newest header that was made lasting."""
    return max((sequence for sequence, _, lasting in headers if lasting), default=0)


def is_training(path):
    """Whether a run is, or was when it was killed."""
    return max(read_headers(path), default=(0, 0, 0))[1] == 1


def stopped(case, chance):
    """Whether there was something to go on with."""
    case.clear()
    flags = case.outputs("out") + case.flags + ["-model", case.model]
    number = chance.choice([signal.SIGINT, signal.SIGTERM])
    code, said = case.interrupt(flags, number, case.moment(chance))
    if code not in (0, 128 + number, -number):
        raise AssertionError(f"{case.mode}: {number}: exit code {code}: {said}")
    if code == 128 + number:
        command = re.search(r"^word2vec: stopped in epoch .* go on with: (.*)$", said, re.M)
        assert command, f"{case.mode}: says {said}"
        assert not os.path.exists(case.path("out")), "an output of a run that was stopped"
        if chance.random() < 0.5:  # and again, a little later
            case.interrupt(["-resume", case.model], number, case.moment(chance) / 2)
            case.run(["-resume", case.model])
        else:
            subprocess.run(command.group(1), shell=True, check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    elif code != 0:
        case.finish(flags)
    assert case.read("out") == case.expected, f"{case.mode}: other bytes than unbroken"
    return code == 128 + number


def killed(case, chance):
    """Whether a kill hit the training."""
    case.clear()
    flags = case.outputs("out") + case.flags + ["-model", case.model]
    kills = hits = 0
    while True:
        there = os.listdir(case.folder)
        here = ["-resume", case.model] if os.path.exists(case.model) else flags
        code, said = case.interrupt(here, signal.SIGKILL, case.moment(chance))
        assert code in (0, -signal.SIGKILL), f"{case.mode}: exit code {code}: {said}"
        # What takes the place of another file has a hidden name for a moment.
        for name in set(os.listdir(case.folder)) - set(there):
            assert not name.startswith(".") or name[1:].rsplit(".", 1)[0] in there, name
        kills += code != 0 and os.path.exists(case.model)
        hits += code != 0 and is_training(case.model)
        if code == 0 or chance.random() < 0.5:
            break
    case.finish(flags)
    report = case.reported()
    assert report["words_raw"] == case.report["words_raw"], f"{case.mode}: {report}"
    # A chunk in hand is trained again and counted once; one whose loser had not yet said that
    # another was faster is counted twice: at the most one for every worker and kill.
    chunk = case.report["words_kept"] / max(1, case.report["words_raw"] // 11000)
    extra = report["words_kept"] - case.report["words_kept"]
    assert 0 <= extra <= 2 * kills * 2 * chunk, f"{case.mode}: {extra} words of {kills} kills"
    assert len(report["loss"]) == len(case.report["loss"])
    assert abs(report["loss"][-1] / case.report["loss"][-1] - 1) < TOLERANCE, report["loss"]
    return hits > 0


def torn_file(case, flags, chance):
    """The file as a machine may find it that goes down: each page as it was when the last header
    was made lasting, or as the process left it, or the beginning of it the one and the rest the
    other. None where the run is over, or has made another header lasting meanwhile."""
    process = subprocess.Popen([case.program, *flags], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        for _ in range(chance.randrange(1, 5)):  # the first is that of a file before training
            known = lasting_sequence(read_headers(case.model))
            while lasting_sequence(read_headers(case.model)) == known and process.poll() is None:
                time.sleep(0.001)
        with open(case.model, "rb") as file:
            before = file.read()
        time.sleep(chance.uniform(0, CHECKPOINT))
        over = process.poll() is not None
        process.kill()
    finally:
        process.wait()
    with open(case.model, "rb") as file:
        after = file.read()
    if over or lasting_sequence(headers_of(before)) != lasting_sequence(headers_of(after)):
        return None
    torn = bytearray(before.ljust(len(after), b"\0"))
    for page in range(0, len(after), PAGE):
        kind = chance.random()
        end = page + PAGE if kind < 0.4 else page + 512 * chance.randrange(8) if kind < 0.6 else page
        torn[page:end] = after[page:end]
    return torn


def crashed(case, chance):
    """Whether the file could be gone on with; it may rightly be refused."""
    flags = case.outputs("out") + case.flags + ["-model", case.model, "-checkpoint", str(CHECKPOINT)]
    flags[flags.index("-iter") + 1] = str(EPOCHS)
    torn = None
    while torn is None:
        case.clear()
        torn = torn_file(case, flags, chance)
    os.unlink(case.model)
    with open(case.model, "wb") as file:
        file.write(torn)
    done = subprocess.run([case.program, "-resume", case.model], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, check=False, timeout=600)
    said = done.stderr.decode(errors="replace")
    if done.returncode != 0:
        # Of the two headers one was half written, and there was none before.
        assert done.returncode == 1, done.returncode
        assert re.fullmatch(r"word2vec: [^\n]*model: [^\n]*\n", said), said
        return False
    report = case.reported()
    epochs = len(case.report["loss"])
    assert report["words_raw"] * epochs == case.report["words_raw"] * EPOCHS, report
    # Rows may be newer than the position: what is trained on them again fits them better.
    losses = report["loss"]
    assert all(b < a * 1.1 for a, b in zip(losses, losses[1:])), losses
    return True


def count_hits(once, case, rounds, chance):
    """How many of so many rounds there were in which the training was hit: others do not count, and
    are repeated. A run is short, and reads and writes as well."""
    if once is crashed:
        return sum(once(case, chance) for _ in range(rounds))
    hit = 0
    for _ in range(ATTEMPTS * rounds):
        hit += once(case, chance)
        if hit == rounds:
            break
    return hit


def main():
    kind, program, text, rounds = sys.argv[1:5]
    chance = random.Random(int(sys.argv[5]) if len(sys.argv) > 5 else 1)
    modes = REPEATABLE if kind == "stopped" else HOGWILD
    once = {"stopped": stopped, "killed": killed, "crashed": crashed}[kind]
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        for mode in modes:
            case = Case(program, text, mode, os.path.join(folder, "case"))
            done = count_hits(once, case, int(rounds), chance)
            total += done
            print(f"{kind}: {' '.join(mode)}: {done} of {rounds} gone on with", flush=True)
    print(f"{kind}: {len(modes)} modes, {total} gone on with")
    # Where nothing was interrupted, nothing was tested.
    least = len(modes) * int(rounds)
    sys.exit(0 if total >= (least / 4 if once is crashed else least) else 1)


main()
