import path from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");

/** What the compiler says about a file with the given text that would lie in a ring. */
function diagnosticsOf(config: string, file: string, text: string): string[] {
  const found = ts.getParsedCommandLineOfConfigFile(path.join(root, config), {}, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
    },
  } satisfies ts.ParseConfigFileHost);
  if (found === undefined) throw new Error(`${config} cannot be read`);
  const probe = path.join(root, file);
  const host = ts.createCompilerHost(found.options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === probe || fileExists(name);
  host.getSourceFile = (name, options, ...rest) =>
    name === probe ? ts.createSourceFile(name, text, options) : getSourceFile.call(host, name, options, ...rest);
  const program = ts.createProgram([...found.fileNames, probe], { ...found.options, noEmit: true }, host);
  const source = program.getSourceFile(probe);
  if (source === undefined) throw new Error(`${file} is no part of the program`);
  return program
    .getSemanticDiagnostics(source)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n").split(".")[0] as string);
}

test("the pure rings have no types of Node, whatever their libraries refer to", () => {
  const text = `import { Table } from "apache-arrow";
import { readFileSync } from "node:fs";
export const used = [Table, readFileSync, process.pid, Buffer.alloc(1), new TextDecoder()];
`;
  expect(diagnosticsOf("tsconfig.engine.json", "src/engine/probe.ts", text)).toEqual([
    "Cannot find name 'node:fs'",
    "Cannot find name 'process'",
    "Cannot find name 'Buffer'",
  ]);
});
