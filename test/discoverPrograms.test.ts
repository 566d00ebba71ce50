import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { discoverPrograms } from "../src/node/discoverPrograms.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "goldentrace discover $x"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): void {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
}

const found = async (): Promise<string[]> =>
  (await discoverPrograms(folder)).map((program) => `${program.kind} ${program.path}`);

describe("programs found in a workspace", () => {
  it("finds targets, Cargo binaries and examples, built executables and Python scripts, in this order", async () => {
    file("goldentrace.toml", '[defaults]\nstacks = true\n[targets.serve]\nprogram = "build/serve"\nargs = ["-v"]\n');
    file("app/Cargo.toml", '[package]\nname = "app"\n[[bin]]\nname = "tool"\n');
    file("app/src/main.rs", "fn main() {}");
    file("app/src/bin/extra.rs", "fn main() {}");
    file("app/examples/demo.rs", "fn main() {}");
    file("train.py", 'if __name__ == "__main__":\n    pass\n');
    file("library.py", "def f(): pass\n");
    mkdirSync(path.join(folder, "build"));
    copyFileSync("/bin/true", path.join(folder, "build", "serve"));
    file("build/libx.so", "\x7fELF");
    file("build/notes", "text");
    expect(await found()).toEqual([
      "target serve",
      "cargo app/target/debug/app",
      "cargo app/target/debug/examples/demo",
      "cargo app/target/debug/extra",
      "cargo app/target/debug/tool",
      "native build/serve",
      "python train.py",
    ]);
    const [target] = await discoverPrograms(folder);
    expect(target?.target).toEqual({ stacks: true, program: "build/serve", args: ["-v"] });
  });

  it("offers nothing from manifests that are broken, and does not follow links or dependencies", async () => {
    file("goldentrace.toml", "[targets.x\n");
    file("Cargo.toml", "package = 3");
    file("node_modules/dep/run.py", 'if __name__ == "__main__": pass');
    symlinkSync("/", path.join(folder, "root"));
    expect(await found()).toEqual([]);
  });

  it("offers nothing for a folder that is not there", async () => {
    expect(await discoverPrograms(path.join(folder, "missing"))).toEqual([]);
  });
});
