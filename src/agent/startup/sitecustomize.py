"""Lets the logging module of a recorded program honour LOG_LEVEL.

Python imports this module at start because its folder is on PYTHONPATH. Everything else is left as it would be without:
the folder leaves sys.path, another sitecustomize takes this one's place, and logging is not imported before the
program does. Runs on every Python from 2.7, where it only steps aside.
"""

import os
import sys

TRACE = 5


def wanted_level(logging, text):
    """The number for a level's name or a number in text; None when it is neither."""
    if text.isdigit():
        return int(text)
    level = logging.getLevelName(text.upper())
    return level if isinstance(level, int) else None


def honour_log_level(logging):
    """Registers TRACE and keeps the root logger at LOG_LEVEL or below, whatever level the program asks for."""
    if logging.getLevelName(TRACE) == "Level %d" % TRACE and not isinstance(logging.getLevelName("TRACE"), int):
        logging.addLevelName(TRACE, "TRACE")
    level = wanted_level(logging, os.environ.get("LOG_LEVEL", ""))
    if not level:
        return
    root_class = type(logging.root)
    set_level = root_class.setLevel

    def setLevel(self, asked):  # the method's own name is part of stack traces
        set_level(self, asked)
        # 0 lets everything through already.
        if self.level > level:
            set_level(self, level)

    root_class.setLevel = setLevel
    logging.root.setLevel(logging.root.level)


class LoggingFinder(object):
    """Waits for the program's import of logging, then removes itself."""

    def find_spec(self, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not self]
        for finder in sys.meta_path:
            find_spec = getattr(finder, "find_spec", None)
            spec = find_spec(name, path, target) if find_spec is not None else None
            if spec is not None:
                self.watch(spec.loader)
                return spec
        return None

    @staticmethod
    def watch(loader):
        exec_module = getattr(loader, "exec_module", None)
        # A loader that is a class serves every module: it must not be touched.
        if exec_module is None or isinstance(loader, type):
            return

        def exec_and_honour(module):
            del loader.exec_module
            exec_module(module)
            guarded(module)

        loader.exec_module = exec_and_honour


def guarded(logging):
    """A program must never fail because of this module."""
    try:
        honour_log_level(logging)
    except Exception:
        pass


def install():
    if sys.version_info < (3, 6):
        return
    if "logging" in sys.modules:
        guarded(sys.modules["logging"])
    else:
        sys.meta_path.insert(0, LoggingFinder())


def step_aside():
    """Leaves sys.path and sys.modules as they are without this module, and imports the one it hides, if any."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if entry != here]
    name = __name__
    # Python 2 empties a module that nothing holds.
    this = sys.modules.pop(name, None)
    __import__(name)
    del this


if __name__ == "sitecustomize":
    install()
    step_aside()
