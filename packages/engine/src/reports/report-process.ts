/**
 * Runs as the child process of `parse-apart.ts`: reads reports from its input, and writes each
 * result as a line.
 */
import { readFileSync, writeSync } from 'node:fs'
import { CaseCounts } from './cases.ts'
import type { ReportsHeader } from './parse-apart.ts'
import { parseReport } from './parse-report.ts'
import { SourceFiles } from './source-files.ts'

const input = readFileSync(0)
let at = input.indexOf('\n') + 1
const header = JSON.parse(input.subarray(0, at).toString('utf8')) as ReportsHeader
const sources = new SourceFiles(header.sources)
const all = new CaseCounts()
for (const { path, length } of header.reports) {
  const report = parseReport({ path, bytes: input.subarray(at, at + length) }, sources, all)
  at += length
  const line = Buffer.from(`${JSON.stringify(report)}\n`)
  for (let done = 0; done < line.length; ) done += writeSync(1, line, done)
}
