"""Trains a small network on two spirals. See README.md."""

import argparse
import logging
import os
import sys

from trainer.data import make_spirals, read_rows, write_rows
from trainer.loop import TrainingDiverged, save_checkpoint, train
from trainer.model import Network
from trainer.tracelog import setup_logging, traced

logger = logging.getLogger("train")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--rows", type=int, default=120)
    parser.add_argument("--batch-size", type=int, default=24)
    parser.add_argument("--pause", type=float, default=0.0, help="seconds to rest after each epoch")
    parser.add_argument("--fail-at", type=int, help="diverge in this epoch, for a traceback to look at")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    setup_logging()
    build = os.path.join(os.path.dirname(os.path.abspath(__file__)), "build")
    os.makedirs(build, exist_ok=True)

    data = os.path.join(build, "spirals.csv")
    with traced(logger, "prepare"):
        write_rows(data, make_spirals(arguments.rows, seed=1))
        rows = read_rows(data)
    logger.info("training on %d rows from %s", len(rows), os.path.basename(data))

    network = Network(hidden=12, seed=2)
    try:
        accuracy = train(
            network, rows, arguments.epochs, arguments.batch_size, 2.0, arguments.pause, arguments.fail_at
        )
    except TrainingDiverged:
        logger.exception("training failed")
        return 1
    save_checkpoint(os.path.join(build, "checkpoint.json"), network, arguments.epochs)
    print(f"accuracy {accuracy:.3f} after {arguments.epochs} epochs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
