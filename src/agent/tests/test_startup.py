"""What a program sees when the startup folder is on PYTHONPATH: nothing, but a logging that honours LOG_LEVEL."""

import os
import subprocess
import sys
import tempfile
import unittest

STARTUP = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "startup")

STATE = """
import sys
print(sys.path, "sitecustomize" in sys.modules, "logging" in sys.modules, sorted(sys.modules))
"""

LOGGING = """
import logging, sys
logging.basicConfig(level=logging.{level}, stream=sys.stdout, format="%(levelname)s %(message)s")
for number in (5, 10, 20, 40):
    logging.getLogger("a").log(number, "%d", number)
"""


def run(code, options=(), path=(), **variables):
    """Runs Python code with the startup folder on PYTHONPATH (unless path is None); returns (exit code, stdout, stderr)."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "LOG_LEVEL")}
    env.update(variables)
    if path is not None:
        env["PYTHONPATH"] = os.pathsep.join([STARTUP] + list(path))
    process = subprocess.Popen(
        [sys.executable] + list(options) + ["-c", code],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    out, err = process.communicate()
    return process.returncode, out, err


class Undisturbed(unittest.TestCase):
    def test_path_and_modules_are_as_without(self):
        self.assertEqual(run(STATE), run(STATE, path=None))

    def test_options_that_ignore_it(self):
        for option in ("-I", "-E"):
            self.assertEqual(run(STATE, [option]), run(STATE, [option], path=None))
        self.assertEqual(run("print(1)", ["-S"]), (0, "1\n", ""))

    def test_logging_is_as_without_when_no_level_is_wanted(self):
        for level in ("INFO", "ERROR"):
            code = LOGGING.format(level=level)
            self.assertEqual(run(code), run(code, path=None))
            self.assertEqual(run(code, LOG_LEVEL="nonsense"), run(code, path=None))
            self.assertEqual(run(code, LOG_LEVEL="0"), run(code, path=None))

    def test_nothing_is_left_behind_after_logging_is_imported(self):
        code = "import logging, sys; print(sys.meta_path, vars(logging.__spec__.loader))"
        strip = lambda result: (result[0], [part.split(" object at ")[0] for part in result[1].split(",")], result[2])
        self.assertEqual(strip(run(code)), strip(run(code, path=None)))

    def test_children_inherit_it(self):
        code = "import subprocess, sys; print(subprocess.check_output([sys.executable, '-c', {!r}]).decode())"
        inner = LOGGING.format(level="ERROR")
        self.assertIn("TRACE 5", run(code.format(inner), LOG_LEVEL="TRACE")[1])


class Chained(unittest.TestCase):
    def check(self, source, code, **variables):
        """Another sitecustomize must have the effect that it has alone."""
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "sitecustomize.py"), "w") as file:
                file.write(source)
            chained = run(code, path=[folder], **variables)
            alone = run(code, path=None, PYTHONPATH=folder, **variables)
            self.assertEqual(chained, alone)
            return chained

    def test_another_one_runs_and_is_the_module(self):
        code = "import sitecustomize, sys; print(sitecustomize.mine, sitecustomize.__file__.split('/')[-1], sys.path[1:])"
        self.assertIn("1 sitecustomize.py", self.check("mine = 1\n", code)[1])

    def test_its_failure_is_its_own(self):
        code, out, err = self.check("raise ValueError('broken')\n", "print(1)")
        self.assertEqual((code, out), (0, "1\n"))
        self.assertIn("broken", err)

    def test_it_may_import_logging(self):
        self.check("import logging\nlogging.basicConfig(level=40)\n", "import logging; logging.warning('x')")


class Level(unittest.TestCase):
    def lines(self, level, **variables):
        code, out, err = run(LOGGING.format(level=level), **variables)
        self.assertEqual((code, err), (0, ""))
        return out.split("\n")[:-1]

    def test_trace_wins_over_the_programs_level(self):
        self.assertEqual(self.lines("ERROR", LOG_LEVEL="TRACE"), ["TRACE 5", "DEBUG 10", "INFO 20", "ERROR 40"])

    def test_case_and_numbers(self):
        self.assertEqual(self.lines("ERROR", LOG_LEVEL="info"), ["INFO 20", "ERROR 40"])
        self.assertEqual(self.lines("ERROR", LOG_LEVEL="10"), ["DEBUG 10", "INFO 20", "ERROR 40"])

    def test_a_lower_level_of_the_program_stays(self):
        self.assertEqual(self.lines("DEBUG", LOG_LEVEL="ERROR"), ["DEBUG 10", "INFO 20", "ERROR 40"])

    def test_the_level_has_a_name_that_programs_can_use(self):
        code = "import logging; logging.basicConfig(level='TRACE'); print(logging.getLevelName(5))"
        self.assertEqual(run(code, LOG_LEVEL="TRACE"), (0, "TRACE\n", ""))

    def test_a_program_with_its_own_name_for_it_keeps_it(self):
        code = "import logging; logging.addLevelName(5, 'FINE'); print(logging.getLevelName(5))"
        self.assertEqual(run(code, LOG_LEVEL="TRACE"), (0, "FINE\n", ""))

    def test_without_a_handler_nothing_more_is_printed(self):
        code, out, err = run("import logging; logging.getLogger('a').info('y')", LOG_LEVEL="TRACE")
        self.assertEqual((code, out, err), (0, "", ""))

    def test_muting_for_good_is_possible(self):
        code = "import logging; logging.disable(logging.CRITICAL); logging.basicConfig(); logging.error('x')"
        self.assertEqual(run(code, LOG_LEVEL="TRACE"), (0, "", ""))


if __name__ == "__main__":
    unittest.main()
