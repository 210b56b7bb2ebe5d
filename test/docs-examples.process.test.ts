/** The examples of `docs/pipelines.md` compile, render, and say the same in both languages where they stand side by side. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const repository = resolve(import.meta.dirname, '..')
const examples = readExamples(readFileSync(join(repository, 'docs/pipelines.md'), 'utf8'))

interface Example {
  readonly line: number
  readonly ts: string
  readonly py: string | undefined
}

/** Each TypeScript block, with the Python block that follows it, if one does. */
function readExamples(page: string): Example[] {
  const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map((match) => ({
    language: match[1],
    text: match[2] ?? '',
    line: page.slice(0, match.index).split('\n').length,
  }))
  return blocks.flatMap(({ language, text, line }, index) => {
    const next = blocks[index + 1]
    return language === 'ts' ? [{ line, ts: text, py: next?.language === 'py' ? next.text : undefined }] : []
  })
}

let project = ''
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'hm-examples-'))
  mkdirSync(join(project, 'node_modules/@harmont'), { recursive: true })
  symlinkSync(join(repository, 'packages/pipeline'), join(project, 'node_modules/@harmont/hm'))
  for (const { line, ts, py } of examples) {
    writeFileSync(join(project, `at-${line}.ts`), ts)
    if (py !== undefined) writeFileSync(join(project, `at_${line}.py`), py)
  }
})
afterAll(() => rmSync(project, { recursive: true }))

const settings = { TOOLS_VERSION: '1', HARMONT_EVENT: 'schedule', PATH: process.env.PATH }

function run(program: string, ...words: string[]): string {
  const env = {
    ...settings,
    PYTHONPATH: join(repository, 'packages/pipeline-python/src'),
    PYTHONDONTWRITEBYTECODE: '1',
  }
  return execFileSync(program, words, { cwd: project, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

const renderTs = `
  import { renderEnvelope } from '@harmont/hm'
  const { default: definition } = await import(process.argv[2])
  console.log(await renderEnvelope(definition, { now: 1750000000 }))`
const renderPy = `
import runpy, sys, harmont
runpy.run_path(sys.argv[1])
print(harmont.dump_registry_json(now=1750000000))`

describe('the examples of docs/pipelines.md', () => {
  it('are there', () => {
    expect(examples.length).toBeGreaterThan(10)
  })

  it('have no error that the TypeScript compiler sees', () => {
    const options = { extends: join(repository, 'tsconfig.json'), include: ['*.ts'], exclude: [] }
    const compilerOptions = { typeRoots: [join(repository, 'node_modules/@types')] }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ ...options, compilerOptions }))
    writeFileSync(join(project, 'package.json'), '{"type":"module"}')
    expect(run(process.execPath, join(repository, 'node_modules/.bin/tsc'), '-p', project)).toBe('')
  })

  it.each(examples)('render, and alike, at line $line', ({ line, py }) => {
    writeFileSync(join(project, 'render.ts'), renderTs)
    const quiet = '--disable-warning=ExperimentalWarning'
    const text = run(process.execPath, quiet, 'render.ts', join(project, `at-${line}.ts`))
    expect(JSON.parse(text)).toMatchObject({ schema_version: '1', pipelines: [{ definition: { version: '0' } }] })
    if (py === undefined) return
    expect(run('python3', '-c', renderPy, join(project, `at_${line}.py`))).toBe(text)
  })
})
