import { ExpectedError } from "../base/errors.ts";
import { TOOL_VERSION } from "../node/toolVersion.ts";
import { writeFailure } from "../node/writeFailure.ts";
import { type CliContext, FILE_COLUMNS, type Output, OutputClosed } from "./context.ts";
import { dispatch, RECORDING_FAILED } from "./dispatch.ts";
import { wantsColour } from "./terminal/style.ts";

/** EX_SOFTWARE of sysexits.h. */
const INTERNAL_ERROR = 70;

/** The only place that knows the process: commands get a `CliContext` and return an exit code. */
async function main(): Promise<number> {
  const context: CliContext = {
    cwd: process.cwd(),
    env: Object.fromEntries(
      Object.entries(process.env)
        .filter((entry): entry is [string, string] => entry[1] !== undefined)
        // Electron's own sign to run as Node, which the editor gave to us and not to what we record.
        .filter(([name]) => name !== "ELECTRON_RUN_AS_NODE" || process.versions.electron === undefined),
    ),
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    version: TOOL_VERSION,
  };
  return await dispatch(process.argv.slice(2), context);
}

function outputOf(stream: NodeJS.WriteStream): Output {
  const isTerminal = stream.isTTY === true;
  // Without a listener a reader that went away would be an uncaught exception; each write reports it as well.
  stream.on("error", () => {});
  return {
    isTerminal,
    canRedraw: isTerminal && process.env.TERM !== "dumb",
    colour: wantsColour(isTerminal, process.env),
    get columns() {
      return isTerminal && stream.columns > 0 ? stream.columns : FILE_COLUMNS;
    },
    write: (text) =>
      new Promise((resolve, reject) => {
        stream.write(text, (error) => {
          const isStderr = stream === process.stderr;
          if (error === null || error === undefined) resolve();
          else if ("code" in error && (error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED")) {
            // A program's exit code must not suffer from nobody reading what we say about it.
            if (isStderr) resolve();
            else reject(new OutputClosed());
          } else {
            const reason = writeFailure(error);
            if (reason === undefined) reject(error);
            // There is no place left to say so.
            else if (isStderr) resolve();
            else reject(new ExpectedError(`Standard output cannot be written: ${reason}`, { cause: error }));
          }
        });
      }),
  };
}

try {
  process.exit(await main());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.stderr.write("This is a bug in Goldentrace; please report it with the lines above.\n");
  const records = process.argv[2] === "run" || process.argv[2] === "attach";
  process.exit(records ? RECORDING_FAILED : INTERNAL_ERROR);
}
