/**
 * Checks that the examples of `docs/pipelines.md` compile, render, and agree if given in both
 * languages.
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const repository = resolve(import.meta.dirname, '..')
const examples = readExamples(readFileSync(join(repository, 'docs/pipelines.md'), 'utf8'))

interface Example {
  readonly line: number
  readonly ts: string
  readonly py: string | undefined
}

/** Returns each TypeScript block, with the Python block that follows it, if any. */
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

const env = {
  TOOLS_VERSION: '1',
  HARMONT_EVENT: 'schedule',
  PATH: process.env.PATH,
  PYTHONPATH: join(repository, 'packages/pipeline-python/src'),
  PYTHONDONTWRITEBYTECODE: '1',
}

async function run(program: string, ...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, words, { cwd: project, env, maxBuffer: 2 ** 26 })
  return stdout
}

/**
 * Prints a JSON list of each file's rendered envelope. One process renders all files and clears its
 * state between them.
 */
const renderTs = `
  import { clearTargetCache, renderEnvelope } from '@harmont/hm'
  const rendered = []
  for (const file of process.argv.slice(2)) {
    clearTargetCache()
    const { default: definition } = await import(file)
    rendered.push(renderEnvelope(definition, { basePath: process.cwd(), now: 1750000000 }))
  }
  console.log(JSON.stringify(rendered))`
/** Renders the Python files in forks of a process that has loaded the SDK. */
const renderPy = `
import json, os, runpy, sys, harmont
rendered = []
for file in sys.argv[1:]:
    reading, writing = os.pipe()
    if os.fork() == 0:
        os.close(reading)
        runpy.run_path(file)
        with open(writing, "w") as out:
            out.write(harmont.dump_registry_json(now=1750000000))
        os._exit(0)
    os.close(writing)
    with open(reading) as text:
        rendered.append(text.read())
    if os.wait()[1] != 0:
        sys.exit(file + " does not render")
print(json.dumps(rendered))`

/** Returns renderings by line, in TypeScript and, if there is an example, in Python. */
async function renderAll() {
  writeFileSync(join(project, 'render.ts'), renderTs)
  const python = examples.filter(({ py }) => py !== undefined)
  const ts = examples.map(({ line }) => join(project, `at-${line}.ts`))
  const py = python.map(({ line }) => join(project, `at_${line}.py`))
  const [inTs, inPy] = await Promise.all([
    run(process.execPath, '--disable-warning=ExperimentalWarning', 'render.ts', ...ts),
    run('python3', '-c', renderPy, ...py),
  ])
  const byLine = (all: readonly Example[], texts: readonly string[]) =>
    new Map(all.map(({ line }, at) => [line, texts[at]]))
  return {
    ts: byLine(examples, JSON.parse(inTs) as string[]),
    py: byLine(python, JSON.parse(inPy) as string[]),
  }
}

describe('the examples of docs/pipelines.md', () => {
  let rendered: Awaited<ReturnType<typeof renderAll>>
  beforeAll(async () => {
    rendered = await renderAll()
  })

  it('are there', () => {
    expect(examples.length).toBeGreaterThan(10)
  })

  it('pass the TypeScript compiler', async () => {
    const options = { extends: join(repository, 'tsconfig.json'), include: ['at-*.ts'], exclude: [] }
    const compilerOptions = { typeRoots: [join(repository, 'node_modules/@types')] }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ ...options, compilerOptions }))
    writeFileSync(join(project, 'package.json'), '{"type":"module"}')
    expect(await run(process.execPath, join(repository, 'node_modules/.bin/tsc'), '-p', project)).toBe('')
  })

  it.each(examples)('render to the same IR in both languages, at line $line', ({ line, py }) => {
    const text = rendered.ts.get(line) ?? ''
    expect(JSON.parse(text)).toMatchObject({ schema_version: '1', pipelines: [{ definition: { version: '0' } }] })
    if (py !== undefined) expect(rendered.py.get(line)).toBe(text)
  })
})
