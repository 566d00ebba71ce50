import { describe, expect, it } from "vitest";
import type { LogFilter, LogLine, LogPage } from "../../protocol/live.ts";
import { LogFeed } from "./logFeed.ts";

const ALL: LogFilter = { minLevel: 0, unlevelled: true, search: "" };

function line(index: number): LogLine {
  return { index, timeNs: index, stream: "stdout", level: "", logger: "", message: `line ${index}` };
}

/** A host with `total` lines whose replies wait until they are let through. */
function host(total: number) {
  const requests: { from: number; count: number }[] = [];
  const held: (() => void)[] = [];
  const state = { total, hold: false, fail: null as string | null };
  const fetch = async ({ from, count }: { filter: LogFilter; from: number; count: number }): Promise<LogPage> => {
    requests.push({ from, count });
    if (state.hold) await new Promise<void>((resolve) => held.push(resolve));
    if (state.fail !== null) throw new Error(state.fail);
    const first = from < 0 ? Math.max(0, state.total + from) : Math.min(from, state.total);
    const length = Math.min(count, state.total - first);
    return {
      matching: state.total,
      total: state.total,
      first,
      lines: Array.from({ length }, (_, i) => line(first + i)),
    };
  };
  return { requests, held, state, fetch };
}

function feedOf(total: number) {
  const made = host(total);
  const errors: unknown[] = [];
  const changes = { count: 0 };
  const feed = new LogFeed(
    made.fetch,
    ALL,
    () => changes.count++,
    (error) => errors.push(error),
  );
  feed.reset(ALL);
  return { ...made, feed, errors, changes };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("LogFeed", () => {
  it("fetches whole pages around what is wanted, once", async () => {
    const { feed, requests } = feedOf(1_000_000);
    feed.want({ first: 700_000, count: 40 });
    await settled();
    expect(feed.line(700_020)?.message).toBe("line 700020");
    expect(feed.matching).toBe(1_000_000);
    feed.want({ first: 700_010, count: 40 });
    await settled();
    expect(requests).toHaveLength(1);
  });

  it("fetches the last lines when following, and again when more came", async () => {
    const { feed, requests, state } = feedOf(500);
    feed.want({ last: 30 });
    await settled();
    expect(feed.line(499)?.index).toBe(499);
    state.total = 600;
    feed.grow(600);
    feed.want({ last: 30 });
    await settled();
    expect(feed.line(599)?.index).toBe(599);
    expect(requests).toEqual([
      { from: -30, count: 30 },
      { from: -30, count: 30 },
    ]);
  });

  it("lets the newest wish win while a request is under way", async () => {
    const { feed, requests, held, state } = feedOf(1_000_000);
    state.hold = true;
    for (const first of [0, 100_000, 200_000, 300_000]) feed.want({ first, count: 10 });
    await settled();
    state.hold = false;
    held[0]?.();
    await settled();
    expect(requests.map(({ from }) => from)).toEqual([0, 299_776]);
    expect(feed.line(300_000)?.index).toBe(300_000);
  });

  it("drops the reply to an earlier filter and asks again", async () => {
    const { feed, held, state, requests } = feedOf(50);
    state.hold = true;
    feed.want({ first: 0, count: 10 });
    await settled();
    feed.reset({ ...ALL, search: "x" });
    state.hold = false;
    held[0]?.();
    await settled();
    expect(requests).toHaveLength(2);
    expect(feed.isFresh).toBe(false);
  });

  it("asks once, not for ever, for lines that the host does not have", async () => {
    const { feed, requests } = feedOf(0);
    for (let i = 0; i < 5; i++) {
      feed.grow(10);
      feed.want({ first: 0, count: 10 });
      await settled();
    }
    expect(requests.length).toBeLessThanOrEqual(5);
  });

  it("reports a failure and does not repeat the request by itself", async () => {
    const { feed, errors, requests, state } = feedOf(10);
    state.fail = "gone";
    feed.want({ first: 0, count: 10 });
    await settled();
    feed.want({ first: 0, count: 10 });
    await settled();
    expect(errors).toHaveLength(1);
    expect(requests).toHaveLength(1);
    state.fail = null;
    feed.refresh();
    await settled();
    expect(feed.line(3)?.index).toBe(3);
  });

  it("holds a bounded number of lines", async () => {
    const { feed } = feedOf(10_000_000);
    for (let first = 0; first < 200 * 256; first += 256) {
      feed.want({ first, count: 10 });
      await settled();
    }
    expect(feed.line(0)).toBeUndefined();
    expect(feed.line(199 * 256)?.index).toBe(199 * 256);
  });

  it("fetches a range whole for copying", async () => {
    const { feed, requests } = feedOf(5000);
    const lines = await feed.range(100, 2500);
    expect(lines.map(({ index }) => index)).toEqual(Array.from({ length: 2500 }, (_, i) => 100 + i));
    expect(requests.every(({ count }) => count <= 1000)).toBe(true);
  });
});
