"""tools/bench scaling -simulate: many cores from a model of their caches, held against this machine."""
import json
import os
import subprocess

from bench import BenchError, growth, history, machine, scaling
from bench import runs as timing

MODEL = "model"       # the source of rows that were computed
TOLERANCE = 0.15      # of a prediction that is believed


def run(program, text, flags):
    """What hogvec_scaling says. Errors: BenchError."""
    argv = [program, text, "-rounds", str(flags.runs), "-modes", ",".join(flags.mode),
            "-dims", ",".join(map(str, flags.dims))]
    if flags.quick:
        argv += ["-words", "250000"]
    for one in flags.machine:
        argv += ["-machine", one]
    with timing.child(argv, stdout=subprocess.PIPE) as made:
        output = made.stdout.read()
        made.wait()
    if made.returncode != 0:
        raise BenchError(f"{program}: exit code {made.returncode}")
    return json.loads(output)


def rows_of(checked):
    """How one that was measured ran."""
    if checked["threads"] == 1:
        return "in place"
    return "replicas" if checked["replicas"] else "in place"


def error_of(checked):
    """Of the prediction, as a share of what was measured."""
    return checked["model"]["words_per_second"] / checked["measured"] - 1


def print_checked(told):
    """The model beside this machine."""
    rows = [["mode", "D", "threads", "rows", "model", "measured", "error"]]
    for one in told["checked"]:
        rows.append([one["mode"], f"{one['dim']}", f"{one['threads']}", rows_of(one),
                     f"{one['model']['words_per_second'] / 1e6:.3f}",
                     f"{one['measured'] / 1e6:.3f}", f"{100 * error_of(one):+.1f} %"])
    print("\nthe model beside this machine, Mwords/s, the best of all rounds")
    print("\n".join(growth.columns(rows)))
    wrong = sum(abs(error_of(one)) > TOLERANCE for one in told["checked"])
    print(f"{len(told['checked']) - wrong} of {len(told['checked'])} within "
          f"{100 * TOLERANCE:.0f} %")
    for costs in told["costs"]:
        print(f"D {costs['dim']}, a line there and back in {costs['near_round_trip_ns']:.0f} ns near, "
              f"{costs['far_round_trip_ns']:.0f} far: ns a line that was asked for before: "
              + ways(costs["fetched_ns"]) + "; that comes when it is used: "
              + ways(costs["late_ns"]))


def ways(values, form=".1f"):
    """near_core 3.1, far_core 9.0"""
    return ", ".join(f"{name} {value:{form}}" for name, value in values.items() if value)


def title_of(layout):
    """Of one machine that is described."""
    return (f"{layout['cores']} cores in {layout['domains']} domains, a line there and back in "
            f"{layout['near_ns']:.0f} ns within one and {layout['far_ns']:.0f} ns between two")


def print_layout(layout, curves):
    """What the model says of it."""
    print(f"\n{title_of(layout)}: model")
    for told, curve in zip(layout["curves"], curves):
        rows = [["threads", "Mwords/s", "efficiency", "computing", "waiting", "lines that move"]]
        for row, point in zip(curve.rows, told["rows"]):
            rows.append([f"{row.threads}", f"{row.speed[0] / 1e6:.2f}",
                         f"{row.gain[0] / row.threads:.2f}", f"{point['computing']:.2f}",
                         f"{point['waiting']:.2f}", ways(point["moving"], ".2f")])
        print(f"\n{told['mode']}, D {told['dim']}; shares of the time")
        print("\n".join(growth.columns(rows)))
        rows = [["sets of replicas", "touches", "rows", "Mwords/s"]]
        for one in told["policies"]:
            rows.append([f"{one['sets']}" + (" (the engine's)" if one["chosen"] else ""),
                         f"{one['touches']}", f"{one['rows'] if one['sets'] else 0}",
                         f"{one['words_per_second'] / 1e6:.2f}"])
        print("\n".join(growth.columns(rows)))


def of_text(flags):
    """In names: what is not as it is without flags."""
    return ((f"/text:{os.path.basename(flags.text)}" if flags.text else "")
            + ("/quick" if flags.quick else ""))


def curves_of(layout, flags):
    """A scaling.Curve for each mode and D, by the ideal of as many threads."""
    made = []
    for told in layout["curves"]:
        name = (f"scaling/{told['mode']}{of_text(flags)}/D:{told['dim']}/cores:{layout['cores']}"
                f"/domains:{layout['domains']}/near:{layout['near_ns']:.0f}"
                f"/far:{layout['far_ns']:.0f}")
        rates = {row["threads"]: [row["words_per_second"]] for row in told["rows"]}
        limits = {threads: machine.Limits(compute=threads) for threads in rates}
        made.append(scaling.curve(name, rates, limits, source=MODEL))
    return made


def checked_figures(told, flags):
    """Model over measured, for the history: 1 is right."""
    return [history.figure(
        f"scaling/checked/{one['mode']}{of_text(flags)}/D:{one['dim']}/{rows_of(one).replace(' ', '-')}"
        f"/threads:{one['threads']}", error_of(one) + 1, "ratio", source=MODEL)
        for one in told["checked"]]


def simulate(flags, program, text):
    """The figures, after printing all tables."""
    told = run(program, text, flags)
    print_checked(told["machine"])
    figures = checked_figures(told["machine"], flags)
    for layout in told["layouts"]:
        curves = curves_of(layout, flags)
        print_layout(layout, curves)
        figures += [figure for curve in curves for figure in curve.figures()]
    return figures
