import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import { afterAll, expect, test } from 'vitest'
import { hmProgram, programEnv, runHm } from '../test-support/run-hm.ts'
import { runHmHere } from '../test-support/run-hm-here.ts'

const cwd = mkdtempSync(join(tmpdir(), 'hm-render-'))
afterAll(() => rmSync(cwd, { recursive: true }))

test('a slow pipeline file is named during its rendering', async () => {
  linkCompiled(join(cwd, '.cache', 'hm'))
  symlinkSync(fileURLToPath(new URL('../../../../node_modules', import.meta.url)), join(cwd, 'node_modules'))
  mkdirSync(join(cwd, '.hm'))
  writeFileSync(
    join(cwd, '.hm/ci.ts'),
    `import { existsSync } from 'node:fs'
import { pipeline, sh } from '@harmont/hm'
while (!existsSync('go'));
export default { slug: 'ci', pipeline: pipeline([sh('true')]) }
`,
  )
  const child = spawn(process.execPath, [hmProgram, 'render', 'ci', '--check'], {
    cwd,
    env: { ...programEnv, HOME: cwd },
  })
  let told = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text
    if (told.includes('.hm/ci.ts is taking long to render')) writeFileSync(join(cwd, 'go'), '')
  })
  await once(child, 'close')
  expect({ code: child.exitCode, told }).toEqual({
    code: 0,
    told: '.hm/ci.ts is taking long to render; press Ctrl-C to stop\nvalid: 1 step, 0 warnings\n',
  })
})

test('the error names a missing default pipeline and the fix', async () => {
  const env = { ...programEnv, HOME: cwd, HM_DEFAULT_PIPELINE: 'nope' }
  const { code, stderr } = await runHm(['run', '--dry-run'], { cwd, env })
  expect({ code, stderr }).toEqual({
    code: 6,
    stderr:
      'error[pipeline_not_found]: default_pipeline is "nope", and this project has no pipeline of that slug\nfix: hm run ci, or hm config set --project default_pipeline ci\n',
  })
})

test('hm graph draws the plan, and hm validate reports each problem with its file', async () => {
  writeFileSync(
    join(cwd, '.hm/ci.ts'),
    `import { pipeline, sh } from '@harmont/hm'
const base = sh('true', { key: 'base', image: 'node:24' })
export default { slug: 'ci', pipeline: pipeline([base.sh('true', { key: 'test' })]) }
`,
  )
  const env = { LANG: 'C.UTF-8' }
  expect(await runHmHere(['graph'], { cwd, env })).toMatchObject({
    code: 0,
    stdout: 'ci: 2 steps\nbase     on node:24\n└─ test\n',
  })
  expect(await runHmHere(['validate'], { cwd, env })).toMatchObject({
    code: 0,
    stdout: 'ci: valid, 2 steps (.hm/ci.ts)\n',
  })
  writeFileSync(join(cwd, '.hm/bad.ts'), 'nonsense(')
  const bad = await runHmHere(['validate'], { cwd, env })
  expect(bad).toMatchObject({
    code: 6,
    stdout: expect.stringMatching(/ci: valid[\s\S]*\.hm\/bad\.ts: invalid \(render_failed\)\n {2}/),
  })
  expect(await runHmHere(['validate', 'nope'], { cwd, env })).toMatchObject({ code: 6 })
})

test('every command reports all steps without a valid plan, each with file and line', async () => {
  rmSync(join(cwd, '.hm'), { recursive: true })
  mkdirSync(join(cwd, '.hm'))
  writeFileSync(
    join(cwd, '.hm/ci.ts'),
    `import { pipeline, sh } from '@harmont/hm'
const made = sh('true', { key: 'makes', services: [{ name: 'db', image: 'x', needs: 'nobody' }] })
export default { slug: 'ci', pipeline: pipeline([made.sh('true', { key: 'more', services: [{ name: 'db', image: 'x', needs: 'nobody' }] })]) }
`,
  )
  const why = 'expected the name of a service of this step, got "nobody". Name a service of this step.'
  const place = 'services/0/needs/0'
  const [first, second] = [`.hm/ci.ts:2: step "makes", ${place}: ${why}`, `.hm/ci.ts:3: step "more", ${place}: ${why}`]
  expect(await runHmHere(['validate'], { cwd, env: {} })).toMatchObject({
    code: 7,
    stdout: `ci: invalid (unknown_dependency)\n  ${first}\n  ${second}\n`,
  })
  for (const line of [['graph'], ['render', 'ci', '--check'], ['run', 'ci']]) {
    const { code, stdout, stderr } = await runHmHere(line, { cwd, env: {} })
    // A busy machine takes more than a second to copy the source, which hm reports.
    const errors = stderr.replace(/^copying the source: .*\n/gm, '')
    expect([code, stdout, errors]).toEqual([7, '', `error[unknown_dependency]: ${first}\n${second}\n`])
  }
})
