/** Times and deals in run records, from which later runs deal out their splits. */
import { type Deal, median, type TestReport } from '@harmont/engine'
import { AppendedFile, jsonLines, readIfThere, runFiles, runsOf } from './run-records.ts'

type FileTimes = readonly (readonly [path: string, milliseconds: number])[]
type RecordedDeal = readonly [key: string, deal: Deal]

/** Adds the durations of a step's test files to the record of a run. */
export function recordTimes(file: string, reports: readonly TestReport[]): void {
  const times = reports.map(timesOf).filter((one) => one.length > 0)
  if (times.length > 0) append(file, ...times)
}

function timesOf({ cases }: TestReport): FileTimes {
  const times = new Map<string, number>()
  for (const { file, durationMs } of cases)
    if (file !== undefined && durationMs !== undefined) times.set(file, (times.get(file) ?? 0) + durationMs)
  return [...times]
}

/** Returns the median durations of files in a pipeline's recorded runs, in milliseconds. */
export function earlierTimes(runs: string, directory: string, slug: string): ReadonlyMap<string, number> {
  const all = new Map<string, number[]>()
  for (const { record } of runsOf(runs, directory).filter((run) => run.slug === slug))
    for (const times of jsonLines<FileTimes>(readIfThere(runFiles(runs, record).times) ?? ''))
      for (const [path, ms] of times) all.set(path, [...(all.get(path) ?? []), ms])
  return new Map([...all].map(([path, times]) => [path, median(times)]))
}

/** Adds a deal to the record of a run, for a retry of that run. */
export function recordDeal(file: string, key: string, deal: Deal): void {
  append(file, [key, deal] satisfies RecordedDeal)
}

export function recordedDeals(runs: string, record: number): ReadonlyMap<string, Deal> {
  return new Map(jsonLines<RecordedDeal>(readIfThere(runFiles(runs, record).deals) ?? ''))
}

function append(file: string, ...lines: readonly unknown[]): void {
  const record = new AppendedFile(file)
  record.add(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  record.close()
}
