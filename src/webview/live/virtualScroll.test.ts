import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { VirtualScroll } from "./virtualScroll.ts";

const ROW = 20;
const VIEW = 400;

function list(rows: number, maxHeight?: number): VirtualScroll {
  const scroll = new VirtualScroll(ROW, maxHeight);
  scroll.setViewport(VIEW);
  scroll.setRows(rows);
  return scroll;
}

describe("VirtualScroll", () => {
  it("is the scroll position itself while the browser can scroll the list", () => {
    const scroll = list(1000);
    expect(scroll.scaled).toBe(false);
    expect(scroll.spacerHeight).toBe(1000 * ROW);
    scroll.onScroll(1234);
    expect(scroll.top).toBe(1234);
    expect(scroll.firstVisible).toBe(61);
  });

  it("reaches every row of ten million", () => {
    const scroll = list(10_000_000);
    expect(scroll.spacerHeight).toBeLessThan(33_554_428);
    scroll.moveToEnd();
    expect(scroll.firstVisible + scroll.visibleCount).toBe(10_000_000);
    scroll.scrolledTo(scroll.scrollTop);
    scroll.moveBy(-ROW);
    expect(scroll.firstVisible).toBe(10_000_000 - VIEW / ROW - 1);
  });

  it("maps drags of the scroll bar proportionally and small moves exactly", () => {
    const scroll = list(10_000_000);
    scroll.onScroll(scroll.spacerHeight / 2);
    expect(scroll.firstVisible / 10_000_000).toBeCloseTo(0.5, 3);
    const before = scroll.top;
    scroll.scrolledTo(scroll.scrollTop);
    scroll.onScroll(scroll.scrollTop + 60);
    expect(scroll.top).toBeCloseTo(before + 60, 3);
  });

  it("ignores the echo of its own position", () => {
    const scroll = list(1000);
    scroll.moveTo(500);
    scroll.scrolledTo(500);
    expect(scroll.onScroll(500.2)).toBe(false);
    expect(scroll.onScroll(480)).toBe(true);
  });

  it("keeps the place when rows are added or the row height changes", () => {
    const scroll = list(3_000_000);
    scroll.moveTo(1_000_000 * ROW);
    scroll.setRows(9_000_000);
    expect(scroll.firstVisible).toBe(1_000_000);
    scroll.setRowHeight(30);
    expect(scroll.firstVisible).toBe(1_000_000);
  });

  it("never leaves the list, and both ends can be reached with the scroll bar", () => {
    fc.assert(
      fc.property(
        fc.nat(50_000_000),
        fc.integer({ min: 0, max: 3000 }),
        fc.array(
          fc.oneof(
            fc.record({ by: fc.double({ min: -1e6, max: 1e6, noNaN: true }) }),
            fc.record({ bar: fc.double({ min: 0, max: 1, noNaN: true }) }),
          ),
        ),
        (rows, viewport, moves) => {
          const scroll = new VirtualScroll(ROW);
          scroll.setRows(rows);
          scroll.setViewport(viewport);
          const maxScroll = Math.max(0, scroll.spacerHeight - viewport);
          const check = (): void => {
            expect(scroll.top).toBeGreaterThanOrEqual(0);
            expect(scroll.top).toBeLessThanOrEqual(scroll.maxTop);
            expect(scroll.scrollTop).toBeLessThanOrEqual(maxScroll + 1e-6);
            expect(scroll.firstVisible + scroll.visibleCount).toBeLessThanOrEqual(rows);
          };
          for (const move of moves) {
            if ("by" in move) scroll.moveBy(move.by);
            else scroll.onScroll(move.bar * maxScroll);
            check();
            scroll.scrolledTo(scroll.scrollTop);
          }
          scroll.onScroll(maxScroll);
          if (maxScroll > 1) expect(scroll.atEnd).toBe(true);
          scroll.scrolledTo(scroll.scrollTop);
          scroll.onScroll(0);
          if (maxScroll > 1) expect(scroll.top).toBe(0);
        },
      ),
    );
  });
});
