/**
 * `npm test`: runs the tests that its arguments name, or all, and then prints times and the line
 * that CI reads. In CI, a failed file runs again, alone, to tell a flake from a constant defect.
 * Both are defects, and the last lines name them. With HARMONT_TEST_RECORD, the record of the
 * first run is copied to the file that it names.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { debianFiles } from '@harmont/outside/debian-image'
import { makeServiceImages } from '@harmont/outside/service-images'
import { processorSeconds } from '@harmont/test-kit/processor'
import { closingLine, failuresOf, filesToRunAgain, type RunRecord, timeTable, withSecondRun } from './record.ts'

const mostCharacters = 8000

// On a busy machine, making these images takes longer than a test that needs them may wait.
if (process.argv.length === 2 && process.getuid?.() === 0) {
  await debianFiles()
  await makeServiceImages()
}
const folder = mkdtempSync(join(tmpdir(), 'harmont-test-'))
const started = Date.now()
const first = runTests('first', process.argv.slice(2))
const again = process.env.CI === undefined ? [] : filesToRunAgain(first)
const record = again.length === 0 ? first : withSecondRun(first, runTests('second', [...again, '--maxWorkers=1']))
rmSync(folder, { recursive: true })

for (const line of timeTable(first)) console.log(line)
for (const { file, failures } of first.files.filter(({ file }) => again.includes(file))) {
  const later = record.files.find((it) => it.file === file)
  console.log(`\n${later?.failures.length === 0 ? 'The first failure of a flake' : 'FAILED TWICE'}: ${file}`)
  for (const failure of [...failures, ...(later?.failures ?? [])]) console.log(failure.slice(0, mostCharacters))
}
for (const error of record.elsewhere) console.log(`FAILED, in no file: ${error}`)
for (const file of again.filter((name) => record.files.find((it) => it.file === name)?.failures.length === 0))
  console.log(`DEFECT: ${file} passed only on its second run.`)
if (again.length > 0) console.log(`HARMONT_TEST_SEED=${record.seed} repeats the random cases.`)
console.log(`${((Date.now() - started) / 1000).toFixed(0)} s, ${processorSeconds().toFixed(0)} s of processor time`)
console.log(closingLine(record))
process.exitCode = failuresOf(record) === 0 && record.files.length > 0 ? 0 : 1

function runTests(name: string, args: readonly string[]): RunRecord {
  const path = join(folder, `${name}.json`)
  const reporters = ['--reporter=default', '--reporter=./scripts/test/record-reporter.ts']
  // The exit code is ignored: the record contains the failures, and a missing record ends this
  // program.
  const { error } = spawnSync('vitest', ['run', ...reporters, ...args], {
    stdio: 'inherit',
    env: { ...process.env, HARMONT_TEST_RECORD: path },
  })
  if (error !== undefined) throw error
  if (!existsSync(path)) {
    rmSync(folder, { recursive: true })
    console.error('The tests were stopped before their end.')
    process.exit(1)
  }
  const { HARMONT_TEST_RECORD: kept } = process.env
  if (kept !== undefined && name === 'first') copyFileSync(path, kept)
  return JSON.parse(readFileSync(path, 'utf8')) as RunRecord
}
