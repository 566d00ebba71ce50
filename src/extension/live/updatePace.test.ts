import { expect, test } from "vitest";
import { UPDATE_INTERVAL_MS } from "../../protocol/dap.ts";
import { UpdatePace } from "./updatePace.ts";

const { least, most } = UPDATE_INTERVAL_MS;

/**
 * A recording that sends through a queue which handles one update in `costMs(now)`.
 * @returns the interval and the longest way of an update in the last quarter of the time
 */
function follow(
  durationMs: number,
  costMs: (nowMs: number) => number,
  distanceMs = 0,
): { intervalMs: number; longestMs: number } {
  const pace = new UpdatePace();
  let intervalMs: number = least;
  let freeAtMs = 0;
  let longestMs = 0;
  const replies: { sentAtMs: number; doneAtMs: number }[] = [];
  for (let now = 0, nextSend = 0; now < durationMs; now++) {
    if (now >= nextSend) {
      nextSend = now + intervalMs;
      freeAtMs = Math.max(freeAtMs, now) + costMs(now);
      replies.push({ sentAtMs: now, doneAtMs: freeAtMs + distanceMs });
    }
    while (replies[0] !== undefined && replies[0].doneAtMs <= now) {
      const { sentAtMs, doneAtMs } = replies.shift() as { sentAtMs: number; doneAtMs: number };
      if (now > durationMs * 0.75) longestMs = Math.max(longestMs, doneAtMs - sentAtMs);
      intervalMs = pace.observe(sentAtMs, now) ?? intervalMs;
    }
  }
  return { intervalMs, longestMs };
}

test("a window that keeps up gets every update", () => {
  expect(follow(20_000, () => 20)).toEqual({ intervalMs: least, longestMs: 20 });
  // Far away is not slow.
  expect(follow(20_000, () => 20, 400)).toEqual({ intervalMs: least, longestMs: 420 });
});

test.each([80, 150, 400])("a window that needs %i ms for an update does not fall behind", (cost) => {
  const { intervalMs, longestMs } = follow(200 * Math.max(cost, 300), () => cost);
  expect(intervalMs).toBeGreaterThan(least);
  expect(longestMs).toBeLessThan(2000);
});

test("the interval stays within its bounds however slow the window is", () => {
  expect(follow(60_000, () => 10_000).intervalMs).toBeLessThanOrEqual(most);
});

test("once the window keeps up again, updates come as often as at first", () => {
  expect(follow(90_000, (now) => (now < 10_000 ? 300 : 10)).intervalMs).toBe(least);
});
