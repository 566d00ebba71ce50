import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { ByteLines } from "../../base/byteLines.ts";
import { ExpectedError } from "../../base/errors.ts";
import { oneLine, truncate } from "../../base/text.ts";
import { Addr2lineReader, type AddressReader, LlvmReader, type SourceFrame } from "./symboliserOutput.ts";
import type { SymboliserTool } from "./tools.ts";

/** A symboliser that reads a large binary may need long for its first answer, but not this long. */
const PATIENCE_MS = 120_000;

/**
 * One symboliser process for one binary: addresses in, source frames out. It lives until `dispose`, so that reading the
 * binary's debug information is paid for once.
 */
export class AddressProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly reader: AddressReader;
  private stderr = "";
  private failure: ExpectedError | undefined;
  private current: { settle(frames: SourceFrame[][]): void; fail(error: unknown): void } | undefined;
  private patience: NodeJS.Timeout | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly tool: SymboliserTool,
    binary: string,
  ) {
    const llvm = tool.kind === "llvm-symbolizer";
    const args = llvm
      ? ["--output-style=JSON", "--inlines", "--demangle", "--functions=linkage", `--obj=${binary}`]
      : ["-a", "-f", "-i", "-C", "-e", binary];
    // Some builds fetch debug information over the network when these are set.
    const { DEBUGINFOD_URLS: _urls, ...env } = process.env;
    this.child = spawn(tool.path, args, { stdio: "pipe", env: { ...env, LC_ALL: "C" } });
    this.reader = llvm ? new LlvmReader() : new Addr2lineReader();
    const lines = new ByteLines((bytes, start, end, terminated) => {
      const answer = this.reader.line(Buffer.from(bytes.subarray(start, end)).toString("utf8"), terminated);
      if (answer !== undefined) this.answer(answer);
    });
    this.child.stdout.on("data", (chunk: Buffer) => {
      this.patience?.refresh();
      lines.push(chunk);
    });
    this.child.stderr.on("data", (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString("utf8")).slice(-2000);
    });
    // The process' end explains a broken pipe better than the pipe does.
    this.child.stdin.on("error", () => {});
    this.child.on("error", (error) => this.end(error.message));
    this.child.on("close", (code, signal) => this.end(signal === null ? `exit code ${code}` : signal));
  }

  /**
   * The source frames of each address (in the module's own address space), innermost inlined first; empty where there is no
   * debug information. Queries run one after the other. Rejects with an ExpectedError when the symboliser fails.
   */
  query(addresses: readonly number[]): Promise<SourceFrame[][]> {
    const result = this.last.then(() => this.ask(addresses));
    this.last = result.catch(() => {});
    return result;
  }

  dispose(): void {
    this.child.stdin.end();
    this.child.kill("SIGKILL");
    this.end("stopped");
  }

  private ask(addresses: readonly number[]): Promise<SourceFrame[][]> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    if (addresses.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.current = { settle: resolve, fail: reject };
      this.patience = setTimeout(() => {
        this.child.kill("SIGKILL");
        this.end(`no answer in ${PATIENCE_MS / 1000} s`);
      }, PATIENCE_MS);
      this.child.stdin.write(this.reader.begin(addresses));
    });
  }

  private answer(frames: SourceFrame[][]): void {
    clearTimeout(this.patience);
    const { current } = this;
    this.current = undefined;
    current?.settle(frames);
  }

  private end(why: string): void {
    clearTimeout(this.patience);
    const said = this.stderr.trim();
    const detail = said === "" ? "" : `: ${truncate(oneLine(said), 300)}`;
    this.failure ??= new ExpectedError(`${this.tool.kind} ended (${why})${detail}`);
    const { current, failure } = this;
    this.current = undefined;
    current?.fail(failure);
  }
}
