// How many tests passed and failed, over several runners.
import { readIfThere } from "./files.mjs";

/** @typedef {{passed: number, failed: number, skipped: number}} Counts */

/** @type {Counts} */
export const noCounts = { passed: 0, failed: 0, skipped: 0 };

/** A runner that ended without saying how many: one failure, so that it cannot be overlooked. */
export const crashed = { passed: 0, failed: 1, skipped: 0 };

/**
 * @param {Counts} a
 * @param {Counts} b
 * @returns {Counts}
 */
export function addCounts(a, b) {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** @param {Counts} counts */
export function formatCounts({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * The counts in a file that vitest's JSON reporter wrote.
 * @param {string} file
 * @param {number} exitCode vitest's own: a file that cannot be loaded and an unhandled rejection fail no test
 * @returns {Promise<Counts>}
 */
export async function vitestCounts(file, exitCode) {
  const text = await readIfThere(file);
  if (text === undefined) {
    return crashed;
  }
  const report = JSON.parse(text);
  const failed = report.numFailedTests;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * The counts in a file that another script of ours wrote.
 * @param {string} file
 * @param {number} exitCode
 * @returns {Promise<Counts>}
 */
export async function writtenCounts(file, exitCode) {
  const text = await readIfThere(file);
  if (text === undefined) {
    return crashed;
  }
  /** @type {Counts} */
  const counts = JSON.parse(text);
  return { ...counts, failed: counts.failed === 0 && exitCode !== 0 ? 1 : counts.failed };
}
