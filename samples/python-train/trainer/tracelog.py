"""Logging at TRACE, a level below DEBUG."""

import logging
import os
import sys
import time
from contextlib import contextmanager

TRACE = 5
FORMAT = "%(asctime)s | %(levelname)-8s | %(name)s | %(message)s"


def setup_logging():
    """Logs to stderr from the level in LOG_LEVEL on, INFO without it."""
    logging.addLevelName(TRACE, "TRACE")
    level = logging.getLevelName(os.environ.get("LOG_LEVEL", "INFO").upper())
    logging.basicConfig(stream=sys.stderr, format=FORMAT, level=level if isinstance(level, int) else logging.INFO)


@contextmanager
def traced(logger, name):
    """Logs at TRACE when an operation starts and how long it took."""
    logger.log(TRACE, "→ Entering %s", name)
    start = time.perf_counter()
    try:
        yield
    except Exception as error:
        logger.error("✗ Exception in %s (elapsed: %.4fs): %s", name, time.perf_counter() - start, error)
        raise
    logger.log(TRACE, "← Exiting %s (elapsed: %.4fs)", name, time.perf_counter() - start)
