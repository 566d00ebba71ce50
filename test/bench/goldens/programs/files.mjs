// Reads texts at once through Node's pool of threads, and writes one file with what they hold.
import { createHash } from "node:crypto";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

const names = (await readdir("tree", { recursive: true })).filter((name) => name.endsWith(".txt")).sort();
const sums = await Promise.all(
  names.map(
    async (name) =>
      `${createHash("sha256")
        .update(await readFile(join("tree", name)))
        .digest("hex")}  ${name}`,
  ),
);
await writeFile("sums.new", `${sums.join("\n")}\n`);
await rename("sums.new", "sums.txt");
console.log(sums.length);
