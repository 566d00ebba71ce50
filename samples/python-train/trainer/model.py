"""A network with one hidden layer and its gradients, by hand."""

import math
import random


class Network:
    """Two inputs, a hidden layer of tanh units, one sigmoid output."""

    def __init__(self, hidden, seed):
        random_numbers = random.Random(seed)
        self.hidden = [[random_numbers.gauss(0.0, 1.5) for _ in range(3)] for _ in range(hidden)]
        self.output = [random_numbers.gauss(0.0, 0.5) for _ in range(hidden + 1)]

    def forward(self, x, y):
        """Returns the hidden units' values and the probability of label 1."""
        units = [math.tanh(a * x + b * y + c) for a, b, c in self.hidden]
        total = sum(weight * unit for weight, unit in zip(self.output, units)) + self.output[-1]
        return units, 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))

    def train_step(self, batch, rate):
        """Moves the weights down the gradient of one batch; returns the batch's mean loss."""
        loss = 0.0
        for x, y, label in batch:
            units, probability = self.forward(x, y)
            loss -= math.log(max(1e-12, probability if label else 1.0 - probability))
            error = probability - label
            step = rate / len(batch)
            for index, unit in enumerate(units):
                back = error * self.output[index] * (1.0 - unit * unit)
                self.output[index] -= step * error * unit
                weights = self.hidden[index]
                weights[0] -= step * back * x
                weights[1] -= step * back * y
                weights[2] -= step * back
            self.output[-1] -= step * error
        return loss / len(batch)

    def accuracy(self, rows):
        right = sum((self.forward(x, y)[1] >= 0.5) == bool(label) for x, y, label in rows)
        return right / len(rows)

    def state(self):
        """The weights as plain data, for a checkpoint."""
        return {"hidden": self.hidden, "output": self.output}
