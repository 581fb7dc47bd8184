"""The full softmax in PyTorch, with its own gradients ("autograd") and with hand-written ones in
place ("torch"), each with products of bf16 too ("-bf16"): by autocast, or of operands that are
rounded by hand."""
import contextlib

import torch

FORMS = ("autograd", "torch", "autograd-bf16", "torch-bf16")


class TorchSoftmax:
    """step(batch, alpha) trains W and W', V x D floats that it shares with NumPy."""

    def __init__(self, w, w_out, batch_size, form, threads=1):
        torch.set_num_threads(threads)
        self.w, self.w_out = torch.from_numpy(w), torch.from_numpy(w_out)
        self._scores = torch.empty(batch_size, w.shape[0])
        form, _, half = form.partition("-")
        self._form, self._half, self._ready = form, bool(half), {}
        if form == "autograd":
            self._input = torch.nn.Embedding.from_pretrained(self.w, freeze=False, sparse=True)
            self._output = torch.nn.Parameter(self.w_out)
            self._optimizer = torch.optim.SGD([self._input.weight, self._output], lr=1.0)

    def prepare(self, batches):
        """Before the clock runs: their tensors."""
        for batch in batches:
            self._ready[id(batch)] = tuple(map(torch.from_numpy, (
                batch.centers, batch.contexts, batch.pairs, batch.rows, batch.counts)))

    def step(self, batch, alpha):
        """One mini-batch; all scores from the W' before it."""
        if self._form == "autograd":
            self._autograd_step(*self._ready[id(batch)], alpha)
        else:
            self._step(*self._ready[id(batch)], alpha)

    def _autograd_step(self, centers, _contexts, pairs, _rows, counts, alpha):
        self._optimizer.param_groups[0]["lr"] = alpha
        self._optimizer.zero_grad(set_to_none=True)
        with (torch.autocast("cpu", torch.bfloat16) if self._half else contextlib.nullcontext()):
            logits = self._input(centers) @ self._output.T
        log_y = torch.log_softmax(logits.float(), dim=1)
        loss = -(log_y.view(-1)[pairs] * counts).sum()
        loss.backward()
        self._optimizer.step()

    @torch.no_grad()
    def _step(self, centers, contexts, pairs, rows, counts, alpha):
        if self._half:
            self._half_step(centers, contexts, pairs, rows, counts, alpha)
            return
        scores, h = self._scores[:len(centers)], self.w[centers]
        torch.mm(h, self.w_out.T, out=scores)
        z = scores.exp_().sum(dim=1)
        if not bool((torch.isfinite(z) & (z > 0)).all()):  # once more, below overflow
            torch.mm(h, self.w_out.T, out=scores)
            scores.sub_(scores.amax(dim=1, keepdim=True)).exp_()
            z = scores.sum(dim=1)
        share = contexts / z  # scores * share = C y
        scores.view(-1)[pairs] -= counts / share[rows]
        share = (share * alpha)[:, None]
        hidden_error = torch.mm(scores, self.w_out).mul_(share)
        self.w_out.addmm_(scores.T, h.mul_(share), alpha=-1)
        self.w.index_add_(0, centers, hidden_error, alpha=-1)

    def _half_step(self, centers, contexts, pairs, rows, counts, alpha):
        h, w_out = self.w[centers], self.w_out.bfloat16()
        scores = torch.mm(h.bfloat16(), w_out.T).float()
        scores.sub_(scores.amax(dim=1, keepdim=True)).exp_()
        share = contexts / scores.sum(dim=1)
        scores.view(-1)[pairs] -= counts / share[rows]
        share = (share * alpha)[:, None]
        errors = scores.bfloat16()
        hidden_error = torch.mm(errors, w_out).float().mul_(share)
        self.w_out.sub_(torch.mm(errors.T, h.mul_(share).bfloat16()))
        self.w.index_add_(0, centers, hidden_error, alpha=-1)
