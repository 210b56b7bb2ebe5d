import { describe, expect, it } from 'vitest'
import { lastOf } from '../chain-of.test-support.ts'
import { temporaryProject } from '../temporary-project.test-support.ts'
import { type JsOptions, js } from './js.ts'

const write = temporaryProject()
const project = (files: Readonly<Record<string, unknown>>) => {
  write(files)
  return js.project()
}

describe('a JavaScript project', () => {
  it.each<[JsOptions, string, string]>([
    [{ pm: 'npm' }, 'npm run test:unit', "npm run test:unit -- --watch 'a b'"],
    [{ pm: 'pnpm' }, 'pnpm run test:unit', "pnpm run test:unit --watch 'a b'"],
    [{ pm: 'yarn-classic' }, 'yarn run test:unit', "yarn run test:unit --watch 'a b'"],
    [{ pm: 'yarn-berry' }, 'yarn run test:unit', "yarn run test:unit --watch 'a b'"],
    [{ pm: 'bun' }, 'bun run test:unit', "bun run test:unit --watch 'a b'"],
  ])('runs scripts by %j', (options, plain, withArguments) => {
    const own = js.project(options)
    expect(lastOf(own.run('test:unit'))).toEqual({
      ...{ label: ':node: test:unit', command: `cd . && ${plain}`, cache: 'no', parent: ':node: deps' },
    })
    expect(lastOf(own.run('test:unit', { args: ['--watch', 'a b'] })).command).toBe(`cd . && ${withArguments}`)
  })

  it('runs tasks of deno, and names bun if it is the runtime', () => {
    expect(lastOf(js.project({ runtime: 'deno' }).run('dev'))).toMatchObject({
      ...{ label: ':deno: dev', command: 'cd . && deno task dev', parent: ':deno: deps' },
    })
    expect(lastOf(js.project({ runtime: 'bun' }).run('dev'))).toMatchObject({
      ...{ label: ':bun: dev', command: 'cd . && bun run dev', parent: ':bun: deps' },
    })
  })

  it('ci returns the existing scripts of build, test, lint and typecheck, otherwise the installation', () => {
    const labels = (files: Record<string, unknown>) =>
      project(files)
        .ci()
        .map((step) => step.fields.label)
    expect(labels({ 'package.json': { scripts: { start: '', typecheck: '', test: '', build: '' } } })).toEqual([
      ...[':node: build', ':node: test', ':node: typecheck'],
    ])
    expect(labels({ 'package.json': { scripts: { start: '' } } })).toEqual([':node: deps'])
  })

  it('ci reads the tasks of deno from JSON with comments', () => {
    const config = '{ // "lint": no\n "tasks": { "test": "deno test", /* , */ "build": "echo \'// }\'", }, }'
    const labels = project({ 'deno.jsonc': config, 'deno.lock': '' })
      .ci()
      .map((step) => step.fields.label)
    expect(labels).toEqual([':deno: build', ':deno: test'])
  })
})
