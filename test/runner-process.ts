/** Runners in processes of their own, each with its data directory and its wall clock. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { removeTree } from '@harmont/outside/remove-tree'
import { addWitness, afterFile } from '@harmont/test-kit/file'
import { until } from '@harmont/test-kit/until'
import { machineExceptions } from '../scripts/machine-exceptions.ts'
import { serverProgram } from '../scripts/server-process.ts'
import { showHostBase } from './host-base.ts'
import { compiledCode } from './product.ts'

export interface RunnerProcess {
  readonly child: ChildProcess
  readonly directory: string
  /** Its id, as the engine knows it. */
  readonly id: string
  output(): string
}

/** Returns a new data directory, which is removed when the test file ends. */
export async function runnerDirectory(): Promise<string> {
  const directory = mkdtempSync('/var/tmp/harmont-runner-')
  afterFile(() => removeTree(directory))
  await showHostBase(directory)
  return directory
}

/** Starts a runner with one slot, and waits until it takes work. */
export async function startRunner({
  url,
  directory,
  environment,
}: {
  readonly url: string
  readonly directory: string
  readonly environment: Readonly<Record<string, string>>
}): Promise<RunnerProcess> {
  const child = spawn(process.execPath, [serverProgram, '--role', 'runner'], {
    env: {
      PATH: process.env.PATH ?? '',
      HARMONT_IMAGE_FALLBACK: 'host-any',
      ...(await machineExceptions()),
      ...compiledCode(),
      HARMONT_SERVER_URL: url,
      HARMONT_DATA_DIR: directory,
      HARMONT_RUNNER_SLOTS: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  addWitness(() => `The end of a runner's output:\n${output.slice(-3000)}`)
  const ready = () => /^Harmont runs jobs of \S+ as the runner (\S+),/m.exec(output)?.[1]
  const id = await until(ready, (found) => found !== undefined || child.exitCode !== null)
  if (id === undefined) throw new Error(`the runner ended with ${child.exitCode}:\n${output}`)
  return { child, directory, id, output: () => output }
}

/** Returns environments in which a process's wall clock is off by some hours. */
export function steppedClocks() {
  const directory = mkdtempSync('/var/tmp/harmont-clocks-')
  const program = pathToFileURL(fileURLToPath(new URL('stepped-date.ts', import.meta.url))).href
  return {
    off(hours: number): Readonly<Record<string, string>> {
      const file = join(directory, String(hours))
      writeFileSync(file, String(hours))
      return { NODE_OPTIONS: `--import=${program}`, STEPPED_DATE: file }
    },
    remove: () => rmSync(directory, { recursive: true }),
  }
}
