import { basename, resolve } from "node:path";
import * as z from "zod/mini";
import { ExpectedError } from "../base/errors.ts";
import { changedEnvironment, completeOptions, runsDirectoryOf } from "../node/buildRequest.ts";
import type { RecordingRequest, StdioMode } from "../node/recordingRequest.ts";
import { TOOL_VERSION } from "../node/toolVersion.ts";
import { findWorkspace } from "../node/workspace.ts";
import { describeIssues } from "../protocol/describeIssues.ts";
import { type AttachArgs, attachArgsSchema, type LaunchArgs, launchArgsSchema } from "../protocol/launch.ts";

/** Where a request's gaps are filled from: this process, unless a test says otherwise. */
export interface LaunchContext {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** @throws ExpectedError that names the attributes that are wrong */
export function parseLaunch(args: unknown): LaunchArgs {
  const launch = parse(launchArgsSchema, args, "launch");
  if (launch.program.trim() === "") throw invalid("launch", '"program" must name the program to record');
  const texts = [launch.program, launch.cwd ?? "", ...(launch.args ?? []), ...Object.entries(launch.env ?? {}).flat()];
  if (texts.some((text) => text?.includes("\0"))) {
    throw invalid("launch", "programs, arguments, directories and variables cannot hold a NUL character");
  }
  return launch;
}

/** @throws ExpectedError that names the attributes that are wrong */
export function parseAttach(args: unknown): AttachArgs & { readonly processId: number } {
  const attach = parse(attachArgsSchema, args, "attach");
  const text = String(attach.processId).trim();
  const pid = /^[0-9]{1,10}$/.test(text) ? Number(text) : 0;
  // kill(2) gives 0 and negative numbers other meanings; 1 is not a program that somebody debugs.
  if (pid <= 1) throw invalid("attach", `"processId" must be the number of a process, not ${JSON.stringify(text)}`);
  if (pid === process.pid) throw invalid("attach", "the debug adapter cannot record itself");
  return { ...attach, processId: pid };
}

/** The request for a recording that launches a program. */
export function launchRequest(args: LaunchArgs, stdio: StdioMode, context: LaunchContext): RecordingRequest {
  const cwd = resolve(context.cwd, args.workspace ?? "", args.cwd ?? "");
  const workspace = args.workspace === undefined ? findWorkspace(cwd) : resolve(context.cwd, args.workspace);
  return {
    name: args.name ?? basename(args.program),
    what: {
      kind: "launch",
      program: args.program,
      args: args.args ?? [],
      cwd,
      env: changedEnvironment(context.env, args.env),
      stdio,
    },
    workspace,
    runsDirectory: runsDirectoryOf(workspace, args.outDir),
    options: completeOptions(args),
    toolVersion: TOOL_VERSION,
  };
}

/** The request for a recording that attaches to a process. */
export function attachRequest(
  args: AttachArgs & { readonly processId: number },
  context: LaunchContext,
): RecordingRequest {
  const workspace = args.workspace === undefined ? findWorkspace(context.cwd) : resolve(context.cwd, args.workspace);
  return {
    name: args.name ?? `process-${args.processId}`,
    what: { kind: "attach", pid: args.processId },
    workspace,
    runsDirectory: runsDirectoryOf(workspace, args.outDir),
    options: completeOptions(args),
    toolVersion: TOOL_VERSION,
  };
}

function parse<T extends z.ZodMiniType>(schema: T, args: unknown, request: string): z.output<T> {
  const parsed = z.safeParse(schema, args, { reportInput: true });
  if (!parsed.success) throw invalid(request, describeIssues(parsed.error.issues));
  return parsed.data;
}

function invalid(request: string, problem: string): ExpectedError {
  return new ExpectedError(`The ${request} configuration is not valid: ${problem}`, {
    code: "usage",
    wayOut: "Correct the configuration (in VS Code: .vscode/launch.json).",
  });
}
