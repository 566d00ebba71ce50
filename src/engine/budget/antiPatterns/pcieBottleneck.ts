import { formatNs } from "../../../base/format.ts";
import type { GpuSpan } from "../evaluateContext.ts";
import type { AntiPatternOutcome } from "./finding.ts";

/** `Memcpy HtoD (Pageable -> Device)`, `HtoD`, `H2D`: towards the device. */
const TO_DEVICE = /HtoD|H2D|host *-> *device/i;

/**
 * Copying to the GPU takes long, compared with what is computed there. Confidence: time of copies from host to device divided by the
 * time of kernels, at most 1. Copies back do not count: results are small or wanted.
 */
export function pcieBottleneck(spans: readonly GpuSpan[] | undefined): AntiPatternOutcome {
  if (spans === undefined || spans.length === 0) {
    return { unknown: "the run has no GPU spans (import a profiler's trace to have some)" };
  }
  let [copies, kernels] = [0, 0];
  for (const { category, name, durationNs } of spans) {
    if (!(durationNs > 0)) continue;
    const kind = category.toLowerCase();
    if (kind === "kernel") kernels += durationNs;
    else if (kind === "gpu_memcpy" && TO_DEVICE.test(name)) copies += durationNs;
  }
  if (kernels === 0 && copies === 0) return { unknown: "the GPU spans have neither kernels nor copies to the device" };
  const confidence = kernels === 0 ? 1 : copies / kernels;
  const message = `copies to the GPU took ${formatNs(copies)}, kernels ${formatNs(kernels)}`;
  return { confidence, message, row: -1, grows: false };
}
