"""The same work in PyTorch, each way of writing it that might be the fastest.

Data, batches and the learning rate come from outside. Every training function returns the last
step's losses, so that the benchmark can see that both libraries did the same arithmetic. With
`record` they note what the course's engine notes of every step: loss, accuracy, length of the
gradient, and of the update beside that of the parameters (for SGD the learning rate times the
gradient). Without it they only train.
"""

import torch
from torch.nn.functional import cross_entropy, linear


def modules(nets, x, y, batches, rate, record=True):
    """One network after another: `nn.Linear` and `torch.optim.SGD`, as in the tutorials."""
    losses = []
    for net in nets:
        layers = []
        for W, b in zip(net.weights, net.biases, strict=True):
            layer = torch.nn.Linear(*W.shape)
            with torch.no_grad():
                layer.weight.copy_(torch.from_numpy(W.T))  # PyTorch's weights are (out, in)
                layer.bias.copy_(torch.from_numpy(b))
            layers += [layer, torch.nn.Tanh()]
        model = torch.nn.Sequential(*layers[:-1])
        parameters = list(model.parameters())
        sgd = torch.optim.SGD(parameters, lr=rate, foreach=True)
        history = []
        for chosen in batches:
            sgd.zero_grad()
            logits, label = model(x[chosen]), y[chosen]
            loss = cross_entropy(logits, label)
            loss.backward()
            if record:
                gradients = [p.grad for p in parameters]
                history.append(_told(loss, logits, label, parameters, gradients, rate))
            sgd.step()
        losses.append(loss.item())
    return losses


def tensors(nets, x, y, batches, rate, record=True):
    """One network after another: bare tensors, one fused call updates all parameters."""
    losses = []
    for net in nets:
        weights = [torch.tensor(W.T.copy(), requires_grad=True) for W in net.weights]
        biases = [torch.tensor(b, requires_grad=True) for b in net.biases]
        parameters, history = [*weights, *biases], []
        for chosen in batches:
            h, label = x[chosen], y[chosen]
            for W, b in zip(weights[:-1], biases[:-1], strict=True):
                h = torch.tanh(linear(h, W, b))
            logits = linear(h, weights[-1], biases[-1])
            loss = cross_entropy(logits, label)
            gradients = torch.autograd.grad(loss, parameters)
            with torch.no_grad():
                if record:
                    history.append(_told(loss, logits, label, parameters, gradients, rate))
                torch._foreach_add_(parameters, gradients, alpha=-rate)
        losses.append(loss.item())
    return losses


@torch.no_grad()
def _told(loss, logits, label, parameters, gradients, rate):
    accuracy = (logits.argmax(dim=-1) == label).float().mean()
    g, theta = (
        torch.linalg.vector_norm(torch.stack(torch._foreach_norm(kind)))
        for kind in (gradients, parameters)
    )
    return loss.detach(), accuracy, g, rate * g / theta


def baddbmm(nets, x, y, batches, rate, record=True):
    """All networks as one stack: `torch.baddbmm` and autograd."""
    weights, biases = _stacked(nets)
    parameters = [p.requires_grad_() for p in (*weights, *biases)]
    K, history = len(nets), []
    for chosen in batches:
        h, label = x[chosen].expand(K, -1, -1), y[chosen].expand(K, -1)
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            h = torch.tanh(torch.baddbmm(b, h, W))
        logits = torch.baddbmm(biases[-1], h, weights[-1])
        each = cross_entropy(logits.flatten(0, 1), label.flatten(), reduction="none")
        loss = each.view(K, -1).mean(dim=1)
        gradients = torch.autograd.grad(loss.sum(), parameters)
        with torch.no_grad():
            if record:
                history.append(_all_told(loss, logits, label, parameters, gradients, rate))
            torch._foreach_add_(parameters, gradients, alpha=-rate)
    return loss.tolist()


def func(nets, x, y, batches, rate, record=True):
    """All networks as one stack: `torch.func.vmap` over `torch.func.grad_and_value`."""
    weights, biases = _stacked(nets)
    biases, history = [b[:, 0] for b in biases], []

    def loss_of(parameters, x, y):
        weights, biases = parameters
        h = x
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            h = torch.tanh(torch.addmm(b, h, W))
        logits = torch.addmm(biases[-1], h, weights[-1])
        return cross_entropy(logits, y), logits

    gradient = torch.func.grad_and_value(loss_of, has_aux=True)
    step = torch.func.vmap(gradient, in_dims=(0, None, None))
    for chosen in batches:
        label = y[chosen]
        (grad_W, grad_b), (loss, logits) = step((weights, biases), x[chosen], label)
        parameters, gradients = [*weights, *biases], [*grad_W, *grad_b]
        if record:
            history.append(_all_told(loss, logits, label, parameters, gradients, rate))
        torch._foreach_add_(parameters, gradients, alpha=-rate)
    return loss.tolist()


def _stacked(nets):
    weights = zip(*(net.weights for net in nets), strict=True)
    biases = zip(*(net.biases for net in nets), strict=True)
    return (
        [torch.stack([torch.from_numpy(W) for W in layer]) for layer in weights],
        [torch.stack([torch.from_numpy(b) for b in layer])[:, None] for layer in biases],
    )


def _all_told(loss, logits, label, parameters, gradients, rate):
    accuracy = (logits.argmax(dim=-1) == label).float().mean(dim=-1)
    g, theta = (
        torch.linalg.vector_norm(torch.cat([p.flatten(1) for p in kind], dim=1), dim=1)
        for kind in (gradients, parameters)
    )
    return loss.detach(), accuracy, g, rate * g / theta


@torch.inference_mode()
def statistics(parameters, x, shown, bins):
    """Mean, std and second moment of every layer's h, and a histogram of the layers shown."""
    h, table, histograms = x, [], []
    for l, (W, b) in enumerate(zip(*parameters, strict=True), start=1):
        h = torch.tanh(torch.addmm(b, h, W))
        std, mean = torch.std_mean(h, correction=0)
        square = torch.dot(h.flatten(), h.flatten()) / h.numel()
        table.append((mean.item(), std.item(), square.item()))
        if l in shown:
            histograms.append(torch.histc(h, bins, -1, 1))
    return table, histograms
