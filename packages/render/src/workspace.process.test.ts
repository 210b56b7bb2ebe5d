import { describe, expect, it } from 'vitest'
import { newProject, write } from './project.test-support.ts'
import { commandOf, render } from './render.test-support.ts'

describe('imports of a workspace package', () => {
  const packages = {
    'libs/steps/package.json': '{"name":"@acme/steps","exports":{".":"./src/index.ts","./more":"./src/more.ts"}}',
    'libs/steps/src/index.ts': `import { sh } from '@harmont/hm'\nimport { word } from 'plain'\nexport const made = (): ReturnType<typeof sh> => sh(word)`,
    'libs/steps/src/more.ts': `export const more = 1`,
    'libs/plain/package.json': '{"name":"plain"}',
    'libs/plain/index.ts': `export const word: string = 'word'`,
    'libs/plain/sub/deep.ts': `export const deep = 2`,
    'libs/left-out/package.json': '{"name":"left-out"}',
    'libs/left-out/index.ts': '',
    '.hm/ci.ts': `import { pipeline } from '@harmont/hm'
import { made } from '@acme/steps'
import { more } from '@acme/steps/more'
import { deep } from 'plain/sub/deep'
export default { slug: 'ci', pipeline: () => pipeline([made().sh(String(more + deep))]) }`,
  }
  it.each([
    ['npm', { 'package.json': '{"workspaces":["./libs/*","!libs/left-out"]}' }],
    ['yarn', { 'package.json': '{"workspaces":{"packages":["libs/*", "!libs/left-out"]}}' }],
    [
      'pnpm',
      {
        'pnpm-workspace.yaml': `# all\npackages:\n  # ours\n  - 'libs/*' # each\n  - "!libs/left-out"\ncatalog:\n  x: 1\n`,
      },
    ],
  ])('with %s work without installation, and undeclared imports are refused', async (_, files) => {
    const project = newProject({ ...packages, ...files })
    expect(commandOf(await render(project, 'ci'))).toBe('word')
    write(project, { '.hm/ci.ts': `import 'left-out'` })
    expect(await render(project, 'ci')).toMatchObject({
      ok: false,
      message: expect.stringMatching(/imports "left-out": expected "@harmont\/hm"/),
    })
  })

  it('are refused by a path that leaves the project or enters installed packages', async () => {
    const project = newProject({ 'node_modules/x/index.js': '', '.hm/ci.ts': `import '../node_modules/x/index.js'` })
    expect(await render(project, 'ci')).toMatchObject({
      ok: false,
      message: expect.stringMatching(/^\.hm\/ci\.ts: .*imports "\.\.\/node_modules/),
    })
  })
})
