"""The full softmax of all rivals after equal time: the perplexity of text that none trained on."""
import os

from bench import history
from bench.rivals.contest import OURS, alphas, hogvec_epoch, module, worker_training

_LEARNING_BATCH = 128


def train_all(contest, chosen, rates):
    """[(name, seconds, centers, perplexity)]: of an epoch of ours, and of rivals with the same
    products that train for as long."""
    reached = []
    for ours, half in (("hogvec", False), ("hogvec bf16", True)):
        paths = [os.path.join(contest.folder, name) for name in ("vectors", "contexts")]
        centers, seconds = hogvec_epoch(contest, (*OURS[ours], "-output-context", paths[1]))
        told = module(contest, "held_out", *paths, contest.held_out, contest.window)
        reached.append((ours, seconds, centers, told["perplexity"]))
        # What trains most centers a second may learn less of each: the smaller batch too.
        for form, batch in sorted({(form, size) for form, fastest in chosen
                                   for size in (fastest, min(fastest, _LEARNING_BATCH))}):
            if form.endswith("-bf16") != half:
                continue
            rate = max(max(told) for name, told in rates.items() if name.startswith(f"{form} B="))
            runs = [worker_training(contest, form, batch, seconds, alpha, rate)
                    for alpha in alphas(batch)]
            best = min(runs, key=lambda told: told["perplexity"])
            reached.append((f"{form} B={batch}", seconds, best["centers"], best["perplexity"]))
    return reached


def show(contest, reached, tell):
    """Prints the table of train_all(); returns the figures of the history."""
    if not reached:
        tell("\nno perplexity: words at random have nothing to learn; name a text")
        return []
    tell("\nperplexity of the end of the text, which nobody trained on, after an epoch of ours, "
         "and equal time of others\n")
    tell(f"{'':<20}{'seconds':>12}{'centers':>12}{'perplexity':>12}")
    base = f"softmax/V:{contest.vocabulary}/D:{contest.dim}/threads:{contest.threads}"
    for name, seconds, centers, value in reached:
        tell(f"{name:<20}{seconds:>12.1f}{centers:>12,}{value:>12.1f}")
    return [history.figure(f"{base}/{name}/perplexity", value, "perplexity", better="lower")
            for name, _, _, value in reached]
