import { csvWriter } from "./csv.ts";
import { jsonWriter } from "./json.ts";
import { markdownWriter } from "./markdown.ts";
import { renacerJsonWriter } from "./renacerJson.ts";
import { straceSummaryWriter } from "./straceSummary.ts";
import type { TraceWriter } from "./writer.ts";

/** Every format that a run can be exported to. */
export const WRITERS: readonly TraceWriter[] = [
  renacerJsonWriter,
  csvWriter,
  straceSummaryWriter,
  jsonWriter,
  markdownWriter,
];

export function findWriter(id: string): TraceWriter | undefined {
  return WRITERS.find((writer) => writer.id === id);
}
