import { expect, test } from "vitest";
import { ReplayEmitter } from "./replayEmitter.ts";

test("listeners that come early get everything, later ones what is new", () => {
  const emitter = new ReplayEmitter<number>();
  const seen: Record<string, number[]> = { first: [], early: [], late: [] };
  emitter.event((value) => seen.first?.push(value));
  emitter.fire(1);
  const early = emitter.event((value) => seen.early?.push(value));
  emitter.fire(2);
  emitter.forget();
  emitter.event((value) => seen.late?.push(value));
  early.dispose();
  emitter.fire(3);
  expect(seen).toEqual({ first: [1, 2, 3], early: [1, 2], late: [3] });
});
