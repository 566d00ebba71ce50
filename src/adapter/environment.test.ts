import { expect, it } from "vitest";
import { programEnvironment } from "./environment.ts";

it("takes away what the editor set for its own processes, and nothing else", () => {
  expect(
    programEnvironment({
      PATH: "/bin",
      ELECTRON_RUN_AS_NODE: "1",
      VSCODE_IPC_HOOK_CLI: "/x",
      VSCODE_PORTABLE: "/p",
      VSCODEX: "mine",
      MY_VSCODE_SETTING: "mine",
    }),
  ).toEqual({ PATH: "/bin", VSCODE_PORTABLE: "/p", VSCODEX: "mine", MY_VSCODE_SETTING: "mine" });
});
