import type { DebugProtocol } from "@vscode/debugprotocol";
import * as z from "zod/mini";
import { MAX_PAGE_LINES } from "../engine/view/logStore.ts";
import { type CustomRequests, UPDATE_INTERVAL_MS } from "../protocol/dap.ts";
import { describeIssues } from "../protocol/describeIssues.ts";
import { RefusedRequest } from "./dapErrors.ts";

/** Arguments of requests other than `launch` and `attach`, checked at the edge. */

const logsSchema = z.object({
  filter: z.object({
    minLevel: z.number().check(z.minimum(0), z.maximum(255)),
    unlevelled: z.boolean(),
    search: z.string().check(z.maxLength(4096)),
  }),
  from: z.number(),
  count: z.number().check(z.minimum(0), z.maximum(MAX_PAGE_LINES)),
});

export function parseLogsRequest(args: unknown): CustomRequests["goldentrace.logs"]["arguments"] {
  return parse(logsSchema, args);
}

const paceSchema = z.object({
  intervalMs: z.number().check(z.minimum(UPDATE_INTERVAL_MS.least), z.maximum(UPDATE_INTERVAL_MS.most)),
});

export function parsePace(args: unknown): CustomRequests["goldentrace.pace"]["arguments"] {
  return parse(paceSchema, args);
}

const evaluateSchema = z.object({ expression: z.string(), context: z.optional(z.string()) });

export function parseEvaluate(args: unknown): { expression: string; context: string } {
  const { expression, context } = parse(evaluateSchema, args);
  return { expression, context: context ?? "repl" };
}

const disconnectSchema = z.object({ terminateDebuggee: z.optional(z.boolean()) });

/** What a `disconnect` says about the program; undefined when it leaves it to how it was started. */
export function terminateDebuggee(args: unknown): boolean | undefined {
  const parsed = z.safeParse(disconnectSchema, args ?? {});
  // Whatever it says, a client that goes away must be let go.
  return parsed.success ? parsed.data.terminateDebuggee : undefined;
}

const restartSchema = z.object({ arguments: z.optional(z.unknown()) });

/** The newer launch or attach arguments of a `restart`, if it brings any. */
export function restartArguments(args: unknown): unknown {
  return parse(restartSchema, args ?? {}).arguments;
}

const breakpointsSchema = z.object({ breakpoints: z.optional(z.array(z.unknown())) });

/** The answer to every kind of breakpoint: none is set. */
export function unverified(args: unknown): { breakpoints: DebugProtocol.Breakpoint[] } {
  const { breakpoints = [] } = parse(breakpointsSchema, args ?? {});
  const message = "A recording does not stop at breakpoints";
  return { breakpoints: breakpoints.map(() => ({ verified: false, message })) };
}

function parse<T extends z.ZodMiniType>(schema: T, args: unknown): z.output<T> {
  const parsed = z.safeParse(schema, args, { reportInput: true });
  if (!parsed.success)
    throw new RefusedRequest(`The request's arguments are not valid: ${describeIssues(parsed.error.issues)}`);
  return parsed.data;
}
