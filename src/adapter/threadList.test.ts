import { expect, test } from "vitest";
import { threadInfo } from "../../test/support/batches.ts";
import { ThreadList } from "./threadList.ts";

const ended = { end: 5, exit: { kind: "exited", code: 0 } } as const;

test("ids stay with their threads when the kernel uses numbers again", () => {
  const list = new ThreadList();
  list.update([threadInfo({ tid: 7 })]);
  expect(list.alive).toEqual([{ id: 1, name: "program (process 7)" }]);
  list.update([threadInfo({ tid: 7, ...ended }), threadInfo({ tid: 7, role: "thread", name: "worker" })]);
  expect(list.alive).toEqual([{ id: 2, name: "worker (thread 7)" }]);
});

test("tells starts and exits once", () => {
  const list = new ThreadList();
  list.update([threadInfo()]);
  expect(list.takeChanges()).toEqual([{ reason: "started", id: 1 }]);
  expect(list.hasChanges).toBe(false);
  list.update([threadInfo(ended)]);
  expect(list.hasChanges).toBe(true);
  expect(list.takeChanges()).toEqual([{ reason: "exited", id: 1 }]);
  expect(list.takeChanges()).toEqual([]);
});

test("ten thousand short-lived children make few events", () => {
  const list = new ThreadList();
  const table = [threadInfo()];
  let events = 0;
  for (let batch = 0; batch < 100; batch++) {
    // A hundred came and went since the last look; one still runs.
    table.push(...Array.from({ length: 100 }, () => threadInfo(ended)));
    table.push(threadInfo({ role: "process" }));
    list.update(table);
    events += list.takeChanges().length;
    table[table.length - 1] = threadInfo(ended);
  }
  while (list.hasChanges) events += list.takeChanges().length;
  expect(events).toBeLessThanOrEqual(2 * 100 + 1);
  expect(list.alive).toHaveLength(1);
});

test("very many live threads are announced little by little", () => {
  const list = new ThreadList();
  list.update(Array.from({ length: 1000 }, () => threadInfo()));
  const announced = new Set<number>();
  while (list.hasChanges) {
    const changes = list.takeChanges();
    expect(changes.length).toBeLessThanOrEqual(16);
    for (const { id } of changes) announced.add(id);
  }
  expect(announced.size).toBe(1000);
});
