/**
 * Runs the tests as CI does and ends with the line that it reads. A file that failed is run once more, alone, and what it says then counts: a machine that CI shares with others may stand
 * still for half a minute. Such a file is not green: what it waits for does not always come, or the product has a race. So it is named, with its first failures, before the closing line.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { closingLine, failuresOf, filesToRunAgain, type RunRecord, withSecondRun } from './record.ts'

const folder = mkdtempSync(join(tmpdir(), 'harmont-ci-'))
const first = runTests('first')
const again = filesToRunAgain(first)
const record = again.length === 0 ? first : withSecondRun(first, runTests('second', ...again, '--maxWorkers=1'))
rmSync(folder, { recursive: true })

for (const { file, failures } of first.files.filter(({ file }) => again.includes(file))) {
  const later = record.files.find((it) => it.file === file)
  console.log(`${later?.failures.length === 0 ? 'passed at the second try only' : 'FAILED TWICE'}: ${file}`)
  for (const failure of failures) console.log(`  first: ${failure}`)
  for (const failure of later?.failures ?? []) console.log(`  second: ${failure}`)
}
for (const error of record.elsewhere) console.log(`FAILED, in no file: ${error}`)
console.log(closingLine(record))
process.exitCode = failuresOf(record) === 0 ? 0 : 1

function runTests(name: string, ...args: string[]): RunRecord {
  const path = join(folder, `${name}.json`)
  const reporters = ['--reporter=default', '--reporter=./scripts/ci/record-reporter.ts']
  // Its exit code is left aside: the record says what failed, and a run that wrote none ends this one.
  spawnSync('npm', ['test', '--', ...reporters, ...args], {
    stdio: 'inherit',
    env: { ...process.env, HARMONT_TEST_RECORD: path },
  })
  return JSON.parse(readFileSync(path, 'utf8')) as RunRecord
}
