import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExpectedError } from "../../base/errors.ts";
import { plural } from "../../base/format.ts";
import type { RunStore, SessionEnd } from "../../engine/session/ports.ts";
import type { TraceBatch } from "../../engine/session/recording.ts";
import { ArrowTables, type TableChunk } from "../../engine/trace/arrowOut.ts";
import type { GpuColumns, OutputStream, TraceProblem } from "../../engine/trace/trace.ts";
import { RUN_FILES } from "../../protocol/runFiles.ts";
import type { RunManifest } from "../../protocol/runFolder.ts";
import { errorCode } from "../procFiles.ts";
import { AppendFiles } from "./appendFiles.ts";
import { unwritable } from "./create.ts";
import { writeManifest } from "./manifest.ts";
import { storedCounts } from "./storedCounts.ts";

/** How often `run.json` is brought up to date while recording. */
const MANIFEST_MS = 2000;
const RESERVE_BYTES = 64 * 1024;

/** What is done to a folder after the last batch. */
export interface Finishing {
  /** Works on the closed tables; returns what the manifest gains. */
  complete(
    folder: string,
    manifest: RunManifest,
  ): Promise<{ artifacts: RunManifest["artifacts"]; problems: readonly TraceProblem[] }>;
  /** Writes what is made from the final manifest. */
  report(folder: string, manifest: RunManifest): Promise<void>;
}

/**
 * Writes one run folder. A folder is readable at any time: tables and logs only grow, and the manifest is replaced in one
 * step. When the disk takes no more, recording goes on without it.
 */
export class RunWriter implements RunStore {
  private readonly tables = new ArrowTables();
  private readonly files: AppendFiles;
  private manifest: RunManifest;
  private manifestAt = performance.now();
  private diskProblem: TraceProblem | undefined;
  private unstored = 0;

  /**
   * @param manifest state `recording`
   * @param onProblem called once when the disk fails
   * @param settle last changes to the manifest when the run has ended: clocks and what was learnt meanwhile
   */
  constructor(
    private readonly folder: string,
    manifest: RunManifest,
    private readonly finishing: Finishing,
    private readonly onProblem: (problem: TraceProblem) => void,
    private readonly settle: (manifest: RunManifest, end: SessionEnd) => Partial<RunManifest>,
  ) {
    this.manifest = manifest;
    this.files = new AppendFiles(folder, (code) => this.diskFailed(code));
  }

  /**
   * Makes all files, so that everything about the disk that can be known before the program starts is known.
   * @throws ExpectedError when the folder cannot be written to; it is removed then
   */
  begin(): void {
    try {
      for (const { file, bytes } of this.tables.begin()) writeFileSync(join(this.folder, RUN_FILES[file]), bytes);
      writeFileSync(join(this.folder, RUN_FILES.stdout), "");
      writeFileSync(join(this.folder, RUN_FILES.stderr), "");
      writeFileSync(join(this.folder, RUN_FILES.reserve), Buffer.alloc(RESERVE_BYTES, 1));
      writeManifest(this.folder, this.manifest, true);
    } catch (error) {
      this.discard();
      throw unwritable(this.folder, error);
    }
  }

  /** Removes the folder of a run that did not begin. */
  discard(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  get current(): RunManifest {
    return this.manifest;
  }

  /** Changes the manifest that is written next. */
  update(change: Partial<RunManifest>): void {
    this.manifest = { ...this.manifest, ...change };
  }

  append(batch: TraceBatch): void {
    const { counts } = this.manifest;
    this.update({
      counts: {
        ...counts,
        syscalls: counts.syscalls + batch.syscalls.length,
        logLines: counts.logLines + batch.logs.length,
        metricSamples: counts.metricSamples + batch.metrics.length,
        signals: counts.signals + batch.signals.length,
        threads: batch.threads.length,
      },
    });
    this.nameGpus(batch.gpus);
    if (this.files.hasFailed) this.unstored += batch.syscalls.length;
    // The tables' own state must go on even when nothing is written any more.
    this.write(this.tables.append(batch));
    this.refreshManifest();
  }

  output(stream: OutputStream, bytes: Uint8Array): void {
    const { counts } = this.manifest;
    const key = stream === "stdout" ? "stdoutBytes" : "stderrBytes";
    this.update({ counts: { ...counts, [key]: counts[key] + bytes.length } });
    this.files.append(RUN_FILES[stream], bytes);
  }

  get lost(): number {
    return this.unstored;
  }

  ready(): Promise<void> | undefined {
    return this.files.ready();
  }

  async finish(end: SessionEnd): Promise<RunManifest> {
    this.write(this.tables.end());
    await this.files.close();
    this.removeReserve();
    const settled = this.settle(this.manifest, end);
    const problems = end.problems.filter((problem) => problem !== this.diskProblem);
    this.update(settled);
    if (this.diskProblem !== undefined) problems.push(this.countWhatIsStored(this.diskProblem));
    this.update({
      state: end.failed ? "failed" : "finished",
      exit: end.exit,
      wallNs: end.wallNs,
      ...completeness(problems, end.failed),
    });
    // Whatever happens from here on, the run itself is whole.
    this.save();
    try {
      if (!this.files.hasFailed) {
        const gained = await this.finishing.complete(this.folder, this.manifest);
        problems.push(...gained.problems);
        this.update({ artifacts: gained.artifacts, ...completeness(problems, end.failed) });
      }
    } catch (error) {
      this.takeDiskError(error, problems);
      this.update(completeness(problems, end.failed));
    }
    try {
      await this.finishing.report(this.folder, this.manifest);
    } catch (error) {
      if (error instanceof ExpectedError) {
        problems.push({
          kind: "report-missing",
          message: `${RUN_FILES.report} was not written: ${error.message}.`,
          losesData: false,
        });
      } else {
        this.takeDiskError(error, problems);
      }
      this.update(completeness(problems, end.failed));
    }
    this.save();
    return this.manifest;
  }

  /** Makes the manifest's counts those of the folder. Returns the problem with what is missing there. */
  private countWhatIsStored(problem: TraceProblem): TraceProblem {
    try {
      const seen = this.manifest.counts;
      const stored = storedCounts(this.folder);
      this.update({ counts: stored });
      const missing = Math.max(0, seen.syscalls - stored.syscalls);
      this.unstored = missing;
      const lines = Math.max(0, seen.logLines - stored.logLines);
      if (missing + lines === 0) return problem;
      const what = `${plural(missing, "system call")} and ${plural(lines, "output line")} of it were seen but are not in the run.`;
      return { ...problem, message: `${problem.message} ${what}`, count: missing };
    } catch (error) {
      // A folder that was removed holds nothing that could be counted.
      if (errorCode(error) === "") throw error;
      return problem;
    }
  }

  /** The manifest names each GPU once; its place is the driver's number, as far as these go without a gap. */
  private nameGpus({ length, gpu, name }: GpuColumns): void {
    const { host } = this.manifest;
    const known = host.gpus ?? [];
    const names = [...known];
    for (let row = 0; row < length; row++) if (gpu[row] === names.length) names.push(name[row] ?? "");
    if (names.length > known.length) this.update({ host: { ...host, gpus: names } });
  }

  private write(chunks: readonly TableChunk[]): void {
    for (const { file, bytes } of chunks) this.files.append(RUN_FILES[file], bytes);
  }

  private refreshManifest(): void {
    const now = performance.now();
    if (now - this.manifestAt < MANIFEST_MS || this.files.hasFailed) return;
    this.manifestAt = now;
    try {
      writeManifest(this.folder, this.manifest, false);
    } catch (error) {
      if (errorCode(error) === "") throw error;
      this.diskFailed(errorCode(error));
    }
  }

  private save(): void {
    try {
      writeManifest(this.folder, this.manifest, true);
    } catch (error) {
      if (errorCode(error) === "") throw error;
      this.diskFailed(errorCode(error));
    }
  }

  private diskFailed(code: string): void {
    if (this.diskProblem !== undefined) return;
    this.diskProblem = diskProblem(this.folder, code);
    this.removeReserve();
    this.update({
      complete: false,
      problems: [...this.manifest.problems, this.diskProblem],
    });
    this.onProblem(this.diskProblem);
  }

  /** The run is written; what could not be added to it is a remark. */
  private takeDiskError(error: unknown, problems: TraceProblem[]): void {
    const code = errorCode(error);
    if (code === "") throw error;
    const problem = { ...diskProblem(this.folder, code), losesData: false };
    problems.push(problem);
    this.onProblem(problem);
  }

  private removeReserve(): void {
    rmSync(join(this.folder, RUN_FILES.reserve), { force: true });
  }
}

function completeness(
  problems: readonly TraceProblem[],
  failed: boolean,
): Pick<RunManifest, "complete" | "problems" | "lost"> {
  const losing = problems.filter((problem) => problem.losesData);
  return {
    complete: !failed && losing.length === 0,
    problems: [...problems],
    lost: losing.reduce((sum, problem) => sum + (losesEvents(problem) ? (problem.count ?? 0) : 0), 0),
  };
}

function losesEvents({ kind }: TraceProblem): boolean {
  return kind === "lost-events" || kind === "disk-full";
}

function diskProblem(folder: string, code: string): TraceProblem {
  const reasons: Readonly<Record<string, string>> = {
    ENOSPC: "the disk was full",
    EDQUOT: "the disk quota was used up",
    EFBIG: "the limit on file sizes was reached",
    EROFS: "the file system became read-only",
    EIO: "the disk reported an error",
    ENOENT: "the folder was removed",
  };
  const reason = reasons[code] ?? `the system refused it (${code})`;
  return {
    kind: "disk-full",
    message: `Not everything could be written to ${folder}: ${reason}. The program was not affected.`,
    losesData: true,
  };
}
