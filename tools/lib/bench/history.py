"""The history file: one JSON object a line, appended by every run that was given -history FILE.

What the members mean is in bench/README.md.
"""
import datetime
import fcntl
import json
import math
import os
import re
import subprocess

from bench import ROOT, BenchError

SCHEMA = 1
UNKNOWN = "0" * 40  # the commit
KINDS = ("train", "scaling", "rivals", "compare", "suite")


def figure(name, value, unit, low=None, high=None, runs=1, better="higher", quality=None,
           source=None):
    """One number: its median, quartiles, and which way is better ("higher", "lower"). source: where
    it is from, if that is not always a measurement."""
    made = {
        "name": name, "value": value, "unit": unit,
        "low": value if low is None else low, "high": value if high is None else high,
        "runs": runs, "better": better,
    }
    if quality is not None:
        made["quality"] = quality
    if source is not None:
        made["source"] = source
    return made


def record(kind, checkout, machine, settings, figures):
    """What append() writes: a run that ends now. Taken before it began, since both change under
    a long run: checkout of checkout_state(), machine of machine.describe()."""
    commit, dirty = checkout
    now = datetime.datetime.now(datetime.timezone.utc)
    return {
        "schema": SCHEMA, "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "commit": commit,
        "dirty": dirty, "kind": kind, "machine": machine, "settings": settings, "figures": figures,
    }


def checkout_state(programs="", root=ROOT):
    """(commit of 40 hex digits, changed since). All zeros where this is no clone, and for
    `programs` of a folder (-bin), which may be of any commit."""
    if programs:
        return UNKNOWN, False

    def git(*arguments):
        # safe.directory: root, through sudo, may measure another user's clone.
        done = subprocess.run(["git", "-c", "safe.directory=*", "-C", root, *arguments],
                              capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else None
    try:
        commit = git("rev-parse", "HEAD")
        return commit or UNKNOWN, bool(git("status", "--porcelain"))
    except OSError:  # no git
        return UNKNOWN, False


def short_commit(commit, digits=7):
    """For people."""
    return "unknown" if commit == UNKNOWN else commit[:digits]


def check_writable(path):
    """Told before the work. Errors: BenchError."""
    if os.path.isdir(path):
        raise BenchError(f"-history {path}: is a folder; name a file")
    existed = os.path.lexists(path)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666))
        if not existed:
            os.unlink(path)
    except OSError as error:
        raise BenchError(f"-history {path}: {error.strerror}; name a file that can be written") \
            from error


def append(path, run):
    """One line, whole or not at all: one write, cut off again if the disk was full.

    Errors: BenchError.
    """
    validate(run, "the record to append")
    line = json.dumps(run, allow_nan=False, separators=(",", ":")).encode() + b"\n"
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            _append_line(handle, line)
        finally:
            os.close(handle)
    except OSError as error:
        raise BenchError(f"{path}: {error.strerror}; the run is not in the history") from error


def _append_line(handle, line):
    size = os.fstat(handle).st_size
    if size > 0 and os.pread(handle, 1, size - 1) != b"\n":
        line = b"\n" + line  # something else left half a line, which stays readable as such
    try:
        if os.write(handle, line) != len(line):
            raise OSError(28, "the disk is full")
        os.fsync(handle)
    except BaseException:
        if os.fstat(handle).st_size != size:
            os.ftruncate(handle, size)
        raise


def read(path):
    """All records, oldest first as in the file. Errors: BenchError with file and line."""
    try:
        with open(path, "rb") as file:
            lines = file.read().split(b"\n")
    except OSError as error:
        raise BenchError(f"{path}: {error.strerror}; name a file that -history wrote") from error
    records = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}, line {number}"
        try:
            one = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BenchError(f"{where}: no JSON; remove the line") from error
        records.append(validate(one, where))
    return records


_FIGURE = {"name": str, "value": (int, float), "unit": str, "low": (int, float),
           "high": (int, float), "runs": int, "better": str}
_RECORD = {"time": str, "commit": str, "dirty": bool, "kind": str, "machine": dict,
           "settings": dict, "figures": list}
_TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z"


def validate(run, where):
    """Returns the record. Errors: BenchError that begins with `where`."""
    def refuse(what):
        raise BenchError(f"{where}: {what}; not a line that -history wrote")

    def members(data, types, what):
        if not isinstance(data, dict):
            refuse(f"{what} is no object")
        for name, kind in types.items():
            value = data.get(name)
            if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
                refuse(f"{what} has no right \"{name}\"")
            if isinstance(value, float) and not math.isfinite(value):
                refuse(f"{what} has \"{name}\" that is no number")

    if not isinstance(run, dict) or run.get("schema") != SCHEMA:
        refuse(f"\"schema\" is not {SCHEMA}")
    members(run, _RECORD, "the record")
    members(run["machine"], {"fingerprint": str, "cpu": str, "cores": int}, "\"machine\"")
    if run["kind"] not in KINDS:
        refuse(f"\"kind\" is none of {', '.join(KINDS)}")
    if not re.fullmatch(r"[0-9a-f]{40}", run["commit"]):
        refuse("\"commit\" is no commit")
    if not re.fullmatch(_TIME, run["time"]):
        refuse("\"time\" is no time as 2026-01-31T12:00:00Z")
    for one in run["figures"]:
        members(one, _FIGURE, "a figure")
        if one["better"] not in ("higher", "lower") or one["runs"] < 1 or \
                not isinstance(one.get("source", ""), str):
            refuse(f"figure {one['name'][:80]!r} is damaged")
        quality = one.get("quality", {})
        members(quality, dict.fromkeys(quality if isinstance(quality, dict) else (), (int, float)),
                "\"quality\"")
    return run
