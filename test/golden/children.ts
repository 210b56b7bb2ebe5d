/**
 * Programs in both languages that read a JSON list of jobs and write a JSON list of answers, each
 * started once.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'

const PYTHON_SDK = join(import.meta.dirname, '../../packages/pipeline-python/src')

/** Runs a TypeScript file from a place where `@harmont/hm` resolves. */
export function runTypeScript<Answer>(file: string, jobs: readonly unknown[]): Promise<readonly Answer[]> {
  return run(process.execPath, ['--disable-warning=ExperimentalWarning', file], jobs)
}

/** Runs a Python file that finds our SDK. */
export function runPython<Answer>(file: string, jobs: readonly unknown[]): Promise<readonly Answer[]> {
  return run('python3', ['-P', file], jobs)
}

function run<Answer>(program: string, args: readonly string[], jobs: readonly unknown[]): Promise<readonly Answer[]> {
  const env = { PATH: process.env.PATH, PYTHONPATH: PYTHON_SDK, PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1' }
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { env, maxBuffer: 512 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${args.at(-1)} failed: ${stderr}`, { cause: error }))
      else resolve(JSON.parse(stdout))
    })
    child.stdin?.end(JSON.stringify(jobs))
  })
}
