import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

// The package as it is published, in node_modules of an empty project that runs the README's
// example.
const root = fileURLToPath(new URL('../../..', import.meta.url))
let project: string

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'cloud-published-'))
  const modules = join(project, 'node_modules')
  mkdirSync(join(modules, '@harmont'), { recursive: true })
  execFileSync(process.execPath, [join(root, 'packages/cloud/scripts/build.ts'), join(modules, '@harmont/cloud')])
  for (const name of ['openapi-fetch', 'openapi-typescript-helpers', 'eventsource-parser', '@types', 'undici-types'])
    symlinkSync(join(root, 'node_modules', name), join(modules, name))
  writeFileSync(join(project, 'package.json'), '{"type":"module"}')
  const readme = readFileSync(join(modules, '@harmont/cloud/README.md'), 'utf8')
  writeFileSync(join(project, 'example.ts'), /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '')
})
afterAll(() => rmSync(project, { recursive: true, force: true }))

test("the README's example type-checks against the published declarations, and mistakes are found", () => {
  writeFileSync(
    join(project, 'wrong.ts'),
    `import { createClient } from '@harmont/cloud'\ncreateClient({ baseUrl: '' }).getBuild({ org: 'o' })\n`,
  )
  const compilerOptions = { strict: true, noEmit: true, module: 'nodenext', target: 'es2024', types: ['node'] }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts', 'wrong.ts'] }))
  let output = ''
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', project, '--pretty', 'false'], { encoding: 'utf8' })
  } catch (error) {
    output = (error as { stdout: string }).stdout
  }
  expect(output.split('\n').filter((line) => line.includes('error'))).toEqual([expect.stringMatching(/wrong\.ts\(2,/)])
})

test("the README's example runs", async () => {
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const build = { number: 4, state: 'passed' }
    if (path.includes('/builds?')) return response.end(JSON.stringify({ data: [build] }))
    if (path.endsWith('/jobs')) return response.end(JSON.stringify({ data: [{ id: 'j' }] }))
    if (path.endsWith('/events'))
      return response.end(
        `event: snapshot\nid: 1\ndata: ${JSON.stringify({ build, jobs: [] })}\n\nevent: done\ndata: {}\n\n`,
      )
    const chunk = { seq: 1, stream_kind: 0, content: 'hello\n', ts: null }
    response.end(`event: history\nid: 1\ndata: ${JSON.stringify({ chunks: [chunk] })}\n\nevent: done\ndata: {}\n\n`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const HM_API_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { stdout } = await promisify(execFile)(process.execPath, ['example.ts'], { cwd: project, env: { HM_API_URL } })
  server.close()
  expect(stdout).toBe('#4 passed\nhello\n')
})
