/** Order statistics for the rows of the table in `engine.md` 9. */
import { cpus, release, totalmem } from 'node:os'
import process from 'node:process'

/** Returns the value below which the share `q` (0 to 1) of the samples lies, by nearest rank. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN
}

/** Formats `p50 12.3 ms, p99 40.1 ms`. */
export function p50p99(samplesMs: readonly number[]): string {
  return `p50 ${quantile(samplesMs, 0.5).toFixed(1)} ms, p99 ${quantile(samplesMs, 0.99).toFixed(1)} ms (n=${samplesMs.length})`
}

/** Runs the work and returns its wall time in milliseconds. */
export async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

/** A row of the table: subject, requirement, measurement. `run` returns the figure as text. */
export interface Row {
  readonly what: string
  readonly must: string
  run(): Promise<string>
}

/** Formats `2 x AMD EPYC, 24 GiB, Linux 6.18, Node.js v24.21.0`. */
export function machineWords(): string {
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} x ${cpus()[0]?.model.trim()}, ${memory} GiB, Linux ${release()}, Node.js ${process.version}`
}
