import { writeFileSync } from 'node:fs'
import process from 'node:process'
import { seed } from '@harmont/test-kit/effort'
import type { Reporter, SerializedError, TestModule } from 'vitest/node'
import type { FileRecord, RunRecord } from './record.ts'

/** Writes the record of a run as JSON to the file that `HARMONT_TEST_RECORD` names. */
export default class RecordReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const to = process.env.HARMONT_TEST_RECORD
    if (to === undefined) throw new Error('HARMONT_TEST_RECORD must name the file to write')
    writeFileSync(to, JSON.stringify(recordOf(modules, errors)))
  }
}

function recordOf(modules: readonly TestModule[], errors: readonly SerializedError[]): RunRecord {
  const files = modules.map((module) => fileRecord(module, errors))
  // A killed worker is reported without a file. Its file is the one whose tests never ended.
  const someDidNotEnd = modules.some((module) => !hasEnded(module))
  const elsewhere = errors.filter((error) => fileOf(error) === undefined).map(textOf)
  return { seed, files, elsewhere: someDidNotEnd ? [] : elsewhere }
}

function fileRecord(module: TestModule, errors: readonly SerializedError[]): FileRecord {
  const tests = [...module.children.allTests()]
  const failures = tests
    .filter((test) => test.result().state === 'failed')
    .map((test) => [test.fullName, ...(test.result().errors ?? []).map(textOf)].join('\n  '))
  failures.push(...errors.filter((error) => fileOf(error) === module.moduleId).map(textOf))
  if (!hasEnded(module)) failures.push('its tests did not end')
  else if (module.state() === 'failed' && failures.length === 0) failures.push(...brokenHooks(module))
  return {
    file: module.relativeModuleId,
    kind: module.project.name,
    seconds: secondsOf(module),
    processorSeconds: module.meta().processorSeconds ?? 0,
    passed: tests.filter((test) => test.result().state === 'passed').length,
    failures,
  }
}

function secondsOf(module: TestModule): number {
  const { setupDuration, collectDuration, duration } = module.diagnostic()
  return (setupDuration + collectDuration + duration) / 1000
}

function brokenHooks(module: TestModule): string[] {
  const suites = [module, ...module.children.allSuites()]
  const texts = suites.flatMap((suite) => suite.errors().map(textOf))
  return texts.length > 0 ? texts : ['the file failed']
}

function hasEnded(module: TestModule): boolean {
  return module.state() !== 'queued' && module.state() !== 'pending'
}

function fileOf(error: SerializedError): string | undefined {
  const path: unknown = error.VITEST_TEST_PATH
  return typeof path === 'string' ? path : undefined
}

function textOf({ message, stack }: { message: string; stack?: string }): string {
  return stack?.includes(message) === true ? stack : `${message}\n${stack ?? ''}`
}
