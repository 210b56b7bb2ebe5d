import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { linkCompiled } from '@harmont/outside/shared-compiled'
import { afterAll, expect, test } from 'vitest'
import { hmProgram, programEnv } from '../test-support/run-hm.ts'

const cwd = mkdtempSync(join(tmpdir(), 'hm-render-'))
afterAll(() => rmSync(cwd, { recursive: true }))

test('a pipeline file that takes long is named while it does', async () => {
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
    if (told.includes('.hm/ci.ts takes long to render')) writeFileSync(join(cwd, 'go'), '')
  })
  await once(child, 'close')
  expect({ code: child.exitCode, told }).toEqual({
    code: 0,
    told: '.hm/ci.ts takes long to render; Ctrl-C ends it\nvalid: 1 step, 0 warnings\n',
  })
})
