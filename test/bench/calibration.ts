/** What this machine does right now, so that figures of different machines and moments are not confused. */
export interface Calibration {
  /** Nanoseconds for one step of a loop of integer arithmetic. */
  readonly cpuNsPerStep: number;
  /** Bytes copied from one array to another, per nanosecond (= GB/s). */
  readonly copyBytesPerNs: number;
}

export function calibrate(): Calibration {
  const steps = 50_000_000;
  const cpu = median(3, () => {
    let value = 1;
    for (let i = 0; i < steps; i++) value = (Math.imul(value, 31) + i) | 0;
    if (value === 0.5) throw new Error("The loop must not be left out");
  });
  const from = new Uint8Array(64 << 20).fill(1);
  const to = new Uint8Array(from.length);
  const copy = median(5, () => to.set(from));
  return { cpuNsPerStep: cpu / steps, copyBytesPerNs: from.length / copy };
}

/** Median time of some runs in nanoseconds. */
export function median(runs: number, work: () => void): number {
  const times: number[] = [];
  for (let i = 0; i < runs; i++) {
    const begin = performance.now();
    work();
    times.push((performance.now() - begin) * 1e6);
  }
  return times.sort((a, b) => a - b)[runs >> 1] as number;
}

export function calibrationLine({ cpuNsPerStep, copyBytesPerNs }: Calibration): string {
  return `calibration: ${cpuNsPerStep.toFixed(2)} ns a step of arithmetic, memory copied at ${copyBytesPerNs.toFixed(1)} GB/s`;
}
