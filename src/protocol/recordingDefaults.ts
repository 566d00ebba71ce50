import type { RecordingOptions } from "./launch.ts";

// Apart from the schemas, so that activating the extension does not build them.

/** Which recorder makes the trace; `auto` takes the best that works on this machine. */
export const RECORDERS = ["auto", "native", "strace", "renacer", "none"] as const;
/** Recorders that this version can really use; asking for another is an error that says so. */
export const AVAILABLE_RECORDERS = ["auto", "strace", "none"] as const;
export type RecorderChoice = (typeof RECORDERS)[number];

/** Where the program's terminal is: VS Code's Debug Console (pipes) or a real terminal that the program controls. */
export const CONSOLES = ["internalConsole", "integratedTerminal", "externalTerminal"] as const;

/** Defaults of every recording option, in one place. Settings and launch configurations override them. */
export const RECORDING_DEFAULTS = {
  recorder: "auto",
  filter: "",
  stracePath: "",
  stacks: false,
  pin: false,
  captureData: false,
  metricsIntervalMs: 100,
  traceLogs: true,
  traceEnv: {},
  meta: {},
  artifacts: [],
} as const satisfies Required<RecordingOptions>;
