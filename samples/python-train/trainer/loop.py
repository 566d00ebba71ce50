"""The training loop."""

import json
import logging
import os
import random
import time

from trainer.tracelog import TRACE, traced

logger = logging.getLogger("trainer.loop")


class TrainingDiverged(Exception):
    """The loss left the range that makes sense."""


def train(network, rows, epochs, batch_size, rate, pause=0.0, fail_at=None):
    """Trains for epochs and returns the accuracy on rows; with fail_at, raises TrainingDiverged in that epoch."""
    order = random.Random(7)
    rows = list(rows)
    for epoch in range(1, epochs + 1):
        with traced(logger, f"epoch {epoch}"):
            order.shuffle(rows)
            losses = []
            for step, first in enumerate(range(0, len(rows), batch_size), start=1):
                loss = network.train_step(rows[first : first + batch_size], rate)
                logger.log(TRACE, "epoch=%d step=%d loss=%.6f", epoch, step, loss)
                losses.append(loss)
            mean = sum(losses) / len(losses)
            if epoch == fail_at:
                raise TrainingDiverged(f"loss is {mean:.4f} in epoch {epoch}")
        logger.info("epoch %d of %d: loss %.4f, accuracy %.3f", epoch, epochs, mean, network.accuracy(rows))
        if pause:
            time.sleep(pause)
    return network.accuracy(rows)


def save_checkpoint(path, network, epochs):
    """Writes beside the file and renames, so that there is never half a checkpoint."""
    temporary = f"{path}.tmp"
    with open(temporary, "w", encoding="ascii") as file:
        json.dump({"epochs": epochs, "weights": network.state()}, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    logger.debug("saved %s, %d bytes", path, os.path.getsize(path))
