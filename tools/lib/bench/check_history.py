"""tools/bench history check: which figures of a history have changed for good, and between which
commits."""
from bench import Flags, SlowerError, UsageError, changes, history
from bench import report_charts as charts
from bench.report import load

USAGE = f"""usage: tools/bench history check -history FILE [FLAG VALUE]...

Finds where the level of a figure has changed, by at least {changes.LEAST} records on either side, and
tells the commits between. Figures of one machine are held against each other, never of two.

  -history FILE   what the other words of tools/bench appended to
  -alarm P        the chance that a figure which has not changed is told ({changes.ALARM})
  -newest N       exit code 1 where one became worse within its newest N records (10)
  -last N         looks at the newest N records of each figure (200)

tools/bench history check -history ~/hogvec.jsonl"""


def main(arguments):
    """Errors: SlowerError where something became worse of late, BenchError."""
    flags = Flags("history", USAGE, {"history": "", "alarm": str(changes.ALARM), "newest": 10,
                                     "last": 200}, positional=1).parse(arguments)
    if flags.rest != ["check"]:
        raise UsageError("want the word check; tools/bench history -h")
    if not flags.history:
        raise UsageError("-history: is missing; tools/bench history -h")
    alarm = alarm_of(flags.alarm)
    records, machines = load(flags.history, flags.last, alarm)
    worse = 0
    for machine in machines:
        found = machine.changes()
        if found:
            tell(machine, found)
        worse += sum(series.is_worse(change) and
                     change.index >= len(series.points) - flags.newest for series, change in found)
    looked = sum(len(machine.series) for machine in machines)
    print(f"{charts.counted(looked, 'figure')} of {charts.counted(len(records), 'record')}, "
          f"{worse} worse within the newest {flags.newest} records")
    if worse:
        raise SlowerError(f"{flags.history}: {charts.counted(worse, 'figure')} became worse; "
                          "tools/bench compare of the commits tells more")


def alarm_of(text):
    try:
        alarm = float(text)
    except ValueError:
        alarm = 0
    if not 1e-5 <= alarm <= 0.1:
        raise UsageError(f"-alarm {text[:80]}: want a chance from 0.00001 to 0.1")
    return alarm


def tell(machine, found):
    print(f"{machine.facts.get('cpu', '')} ({machine.fingerprint}, {machine.kernels or 'unknown'})")
    for series, change in found:
        last, first = series.points[change.index - 1], series.points[change.index]
        gain = series.gain(change)
        print(f"  {gain:.3f} x {'better' if gain > 1 else 'worse':<6}  {series.name}  "
              f"{charts.amount(change.before, series.unit)} to "
              f"{charts.amount(change.now, series.unit)}  {first.time}  "
              f"{history.short_commit(last.commit)}..{charts.short(first.label, 60)}")
    print()
