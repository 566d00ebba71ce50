import type { DebugProtocol } from "@vscode/debugprotocol";
import { describeError, ExpectedError } from "../base/errors.ts";

/** A request that the adapter cannot take, now or ever: the client learns why and the user is not disturbed. */
export class RefusedRequest extends Error {
  override readonly name = "RefusedRequest";
}

/** Ids of error responses, by whose error it is. */
const ERROR_IDS = { user: 1, ours: 2, refused: 3 } as const;

/** Whether an error is a fault of Goldentrace. */
export function isOurs(error: unknown): boolean {
  return !(error instanceof ExpectedError || error instanceof RefusedRequest);
}

/** The body of an error response: what to do for the user's errors, the stack for ours. Never for telemetry. */
export function errorMessage(error: unknown): DebugProtocol.Message {
  const refused = error instanceof RefusedRequest;
  return {
    id: refused ? ERROR_IDS.refused : isOurs(error) ? ERROR_IDS.ours : ERROR_IDS.user,
    format: refused ? error.message : describeError(error),
    // Without variables, braces in a path would be taken for placeholders.
    variables: {},
    showUser: !refused,
    sendTelemetry: false,
  };
}
