import { plural } from "../../../base/format.ts";
import { GOLDEN_SCHEMA_VERSION, type GoldenHeader } from "../../../protocol/goldenFile.ts";
import type { FoundDocument } from "../../read/renacer/renacerDocument.ts";
import { renacerSchema } from "../../read/renacer/renacerSchema.ts";
import { renacerTrace } from "../../read/renacer/renacerTrace.ts";
import { MAX_SUMMARY_CALLS } from "../../read/renacer/summaryReader.ts";
import { findSummaryTable, type SummaryRow } from "../../read/renacer/summaryTable.ts";
import type { Behaviour, EventShape } from "../behaviour.ts";
import { behaviourOf } from "../behaviourOf.ts";
import { classifyCall } from "../classify.ts";
import type { Golden } from "../golden.ts";
import { canonicalName } from "../normalise/canonicalNames.ts";
import type { NormaliseContext } from "../normalise/normaliseContext.ts";
import { checked } from "./goldenHeader.ts";
import { storedThreads } from "./goldenText.ts";
import { type GoldenSource, refusal } from "./refusal.ts";

interface Options extends GoldenSource {
  readonly context?: NormaliseContext;
}

/** Where nothing is known of the place: nothing is below the root folder in particular. */
const NOWHERE: NormaliseContext = { workspace: "/", cwd: "/", command: [] };

/**
 * A file of renacer as a golden.
 * @throws ExpectedError when it holds no calls or does not fit the format
 */
export function foreignGolden({ value }: FoundDocument, options: Options): Golden {
  const file = checked(renacerSchema, value, options, "");
  if (file.syscalls.length === 0) {
    throw refusal(options, "holds no system calls: whatever recorded it failed");
  }
  const total = file.summary?.total_syscalls;
  if (total !== undefined && total !== file.syscalls.length) {
    throw refusal(options, `holds ${plural(file.syscalls.length, "call")} and says that they are ${total}: it was cut`);
  }
  const behaviour = behaviourOf(renacerTrace(file), options.context ?? NOWHERE);
  return foreign(behaviour, options, file.command ?? []);
}

/**
 * The table of `renacer -c` or `strace -c` as a golden that knows counts only; undefined when the text has none.
 * @throws ExpectedError when the table is not whole
 */
export function summaryGolden(text: string, options: Options): Golden | undefined {
  const table = findSummaryTable(text);
  if (table === undefined) return undefined;
  if (table.problem !== undefined) throw refusal(options, `holds a summary that ${table.problem}`);
  if (table.calls === 0) throw refusal(options, "holds a summary without calls");
  if (table.calls > MAX_SUMMARY_CALLS) throw refusal(options, `holds a summary of ${plural(table.calls, "call")}`);
  const keepsNames = options.context?.rulesOff?.includes("canonical-names") === true;
  return foreign(countsOnly(table.rows, table.calls, keepsNames ? (name) => name : canonicalName), options, []);
}

function foreign(behaviour: Behaviour, { name }: GoldenSource, command: readonly string[]): Golden {
  const header: GoldenHeader = {
    schemaVersion: GOLDEN_SCHEMA_VERSION,
    name,
    command: [...command],
    os: "linux",
    // renacer does not tell.
    arch: "",
    recorder: { filter: "", stacks: behaviour.sites.length > 0, captureData: false },
    samples: 1,
    rules: [],
    sources: {},
    threads: storedThreads(behaviour.threads),
    varies: [],
  };
  return { header, behaviour, performance: undefined, origin: "renacer" };
}

/** Calls with a name and nothing else, in the order of the table. */
function countsOnly(rows: readonly SummaryRow[], length: number, nameOf: (name: string) => string): Behaviour {
  const shapes: EventShape[] = [];
  const ids = new Map<string, number>();
  const shape = new Int32Array(length);
  let at = 0;
  for (const row of rows) {
    const name = nameOf(row.name);
    let id = ids.get(name);
    if (id === undefined) {
      const what = { name, args: [], result: 0, resultText: "", errno: "", value: "", object: "" };
      id = shapes.push({ ...what, ...classifyCall(name, "", []) }) - 1;
      ids.set(name, id);
    }
    shape.fill(id, at, at + row.calls);
    at += row.calls;
  }
  const key = "main";
  return {
    threads: [{ key, role: "main", parent: -1, execs: [], exit: null, pool: "", from: 0, to: length }],
    events: {
      length,
      shape,
      thread: new Int32Array(length),
      site: new Int32Array(length).fill(-1),
      row: Int32Array.from({ length }, (_, event) => event),
      startup: new Uint8Array(length),
    },
    shapes,
    sites: [],
    exit: null,
    ruleHits: new Map(),
  };
}
