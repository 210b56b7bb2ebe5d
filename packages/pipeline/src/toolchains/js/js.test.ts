import { describe, expect, it } from 'vitest'
import { chainOf } from '../chain-of.test-support.ts'
import { temporaryProject } from '../temporary-project.test-support.ts'
import { type JsOptions, js, ts } from './js.ts'

const write = temporaryProject()
const project = (files: Readonly<Record<string, unknown>>, options: JsOptions = {}) => {
  write(files)
  return js.project(options)
}

const PM = { label: ':node: install', cache: 'forever' }
const NODE = 'curl -fsSL https://deb.nodesource.com/setup_22.x | bash - && apt-get install -y nodejs'
const BUN = 'curl -fsSL https://bun.sh/install | BUN_INSTALL=/usr/local bash'
const DENO = 'curl -fsSL https://deno.land/install.sh | sh && ln -sf $HOME/.deno/bin/deno /usr/local/bin/deno'

/** Returns label, command and cache of the steps after the packages. */
function steps(files: Readonly<Record<string, unknown>>, options?: JsOptions): string[] {
  const links = chainOf(project(files, options).install()).slice(1)
  return links.map(({ label, command, cache }) => `${label} | ${command} | ${cache}`)
}

describe('js.project', () => {
  it('is Node.js 22 with npm by default', () => {
    expect(ts).toBe(js)
    expect(chainOf(project({}).install())).toEqual([
      {
        label: ':node: apt-base',
        command: 'apt-get update && apt-get install -y curl ca-certificates',
        cache: 'ttl 86400',
      },
      { ...PM, command: NODE },
      { label: ':node: deps', command: 'cd . && npm ci', cache: 'on change of ./package-lock.json' },
    ])
  })

  it('installs the requested runtime and version', () => {
    const [node, bun, deno] = ['node', 'bun', 'deno'] as const
    const install = (options: JsOptions) => chainOf(js.project(options).install())[1]
    expect(install({ runtime: node, version: '24.x' })?.command).toContain('/setup_24.x |')
    expect(install({ runtime: bun })).toEqual({ label: ':bun: install', command: BUN, cache: 'forever' })
    expect(install({ runtime: bun, version: '1.3.1' })?.command).toBe(`${BUN} -s "bun-v1.3.1"`)
    expect(install({ runtime: deno })).toEqual({ label: ':deno: install', command: DENO, cache: 'forever' })
    expect(install({ runtime: deno, version: '2.5' })?.command).toBe(DENO.replace('| sh', '| sh -s "v2.5"'))
    for (const options of [{ runtime: bun }, { runtime: deno }, { pm: bun }])
      expect(chainOf(js.project(options).install())[0]?.command).toMatch(/ curl ca-certificates unzip$/)
  })

  it.each<[JsOptions, string[]]>([
    [{ pm: 'npm' }, [':node: deps | cd . && npm ci | on change of ./package-lock.json']],
    [
      { pm: 'pnpm' },
      [
        ':node: pnpm | corepack enable pnpm | forever',
        ':node: deps | cd . && pnpm install --frozen-lockfile | on change of ./pnpm-lock.yaml',
      ],
    ],
    [
      { pm: 'yarn-classic' },
      [
        ':node: yarn-classic | corepack enable | forever',
        ':node: deps | cd . && yarn install --frozen-lockfile | on change of ./yarn.lock',
      ],
    ],
    [
      { pm: 'yarn-berry', version: '25' },
      [
        ':node: yarn-berry | npm install -g corepack && corepack enable | forever',
        ':node: deps | cd . && yarn install --immutable | on change of ./yarn.lock',
      ],
    ],
    [
      { pm: 'bun' },
      [
        `:node: bun | ${BUN} | forever`,
        ':node: deps | cd . && bun install --frozen-lockfile | on change of ./bun.lock',
      ],
    ],
    [{ runtime: 'bun' }, [':bun: deps | cd . && bun install --frozen-lockfile | on change of ./bun.lock']],
    [{ runtime: 'deno' }, [':deno: deps | cd . && deno install | on change of ./deno.lock']],
  ])('installs the dependencies for %j', (options, expected) => {
    expect(steps({}, options).slice(1)).toEqual(expected)
  })

  it.each<[Record<string, unknown>, string]>([
    [
      { 'package.json': { engines: { node: '>=20', bun: '1' } }, 'bun.lock': '' },
      ':bun: deps | cd . && bun install --frozen-lockfile',
    ],
    [
      { 'package.json': { engines: { deno: '2' }, packageManager: 'npm@10.0.0' } },
      ':deno: deps | cd . && deno install',
    ],
    [
      { 'package.json': { engines: { node: '20' } }, 'bun.lock': '' },
      ':node: deps | cd . && bun install --frozen-lockfile',
    ],
    [
      { 'package.json': { packageManager: 'yarn@1.22.22' }, 'yarn.lock': '' },
      ':node: deps | cd . && yarn install --frozen-lockfile',
    ],
    [
      { 'package.json': { packageManager: 'yarn@4.9.1' }, 'yarn.lock': '' },
      ':node: deps | cd . && yarn install --immutable',
    ],
    [{ 'package.json': { packageManager: 'npm@11.0.0' }, 'pnpm-lock.yaml': '' }, ':node: deps | cd . && npm ci'],
    [{ 'bun.lockb': '', 'pnpm-lock.yaml': '' }, ':bun: deps | cd . && bun install --frozen-lockfile'],
    [{ 'pnpm-lock.yaml': '', 'deno.lock': '' }, ':node: deps | cd . && pnpm install --frozen-lockfile'],
    [{ 'deno.lock': '', 'package-lock.json': '' }, ':deno: deps | cd . && deno install'],
    [{ 'package-lock.json': '', 'yarn.lock': '' }, ':node: deps | cd . && npm ci'],
    [{ 'yarn.lock': '' }, ':node: deps | cd . && yarn install --frozen-lockfile'],
    [
      { 'package.json': { packageManager: 'cnpm@1.0.0' }, 'yarn.lock': '' },
      ':node: deps | cd . && yarn install --frozen-lockfile',
    ],
  ])('finds the tools from the project’s files: %j', (files, expected) => {
    expect(steps(files).at(-1)).toMatch(expected)
  })

  it('reads the files in the path, and only if neither pm nor runtime is given', () => {
    expect(steps({ 'pnpm-lock.yaml': '' }, { runtime: 'node' }).at(-1)).toContain('npm ci')
    expect(steps({ 'web/yarn.lock': '' }, { path: 'web' }).at(-1)).toBe(
      ':node: deps | cd web && yarn install --frozen-lockfile | on change of web/yarn.lock',
    )
  })

  it.each<[string, JsOptions, string]>([
    [
      'pnpm@9.1.0+sha512.abc',
      {},
      ':node: pnpm | corepack enable pnpm && corepack install -g pnpm@9.1.0 | on change of ./package.json',
    ],
    [
      'yarn@4.9.1',
      {},
      ':node: yarn-berry | corepack enable yarn && corepack install -g yarn@4.9.1 | on change of ./package.json',
    ],
    [
      'yarn@1.22.22',
      { version: '26.x' },
      ':node: yarn-classic | npm install -g corepack && corepack enable yarn && corepack install -g yarn@1.22.22 | on change of ./package.json',
    ],
    ['bun@1.3.1', {}, `:node: bun | ${BUN} -s "bun-v1.3.1" | on change of ./package.json`],
  ])('takes the version of the package manager that package.json pins: %s %j', (packageManager, options, expected) => {
    expect(steps({ 'package.json': { packageManager } }, options)[1]).toBe(expected)
  })

  it('uses the pinned version of bun if bun is also the runtime', () => {
    const files = { 'package.json': { packageManager: 'bun@1.3.1' }, 'bun.lock': '' }
    expect(steps(files)[0]).toBe(`:bun: install | ${BUN} -s "bun-v1.3.1" | forever`)
    expect(steps(files, { version: '1.2' })[0]).toContain('bun-v1.2"')
  })

  it.each<[JsOptions, string]>([
    [{}, 'npm install'],
    [{ pm: 'pnpm' }, 'pnpm install'],
    [{ pm: 'yarn-classic' }, 'yarn install'],
    [{ pm: 'yarn-berry' }, 'yarn install'],
    [{ pm: 'bun' }, 'bun install'],
    [{ runtime: 'deno' }, 'deno install'],
  ])('installs without a lock file where a package.json has none: %j', (options, command) => {
    expect(steps({ 'package.json': {} }, options).at(-1)).toMatch(
      new RegExp(`^:(node|deno): deps \\| cd \\. && ${command} \\| on change of \\./package\\.json$`),
    )
  })

  it('watches the existing lock file of bun', () => {
    expect(steps({ 'bun.lockb': '' }).at(-1)).toMatch(/ on change of \.\/bun\.lockb$/)
    expect(steps({ 'bun.lock': '' }).at(-1)).toMatch(/ on change of \.\/bun\.lock$/)
  })
})

describe('wrong use', () => {
  it.each<[Record<string, unknown>, object, string]>([
    [{}, { runtime: 'deno', pm: 'npm' }, 'js.project: expected no pm with runtime "deno", got "npm". Remove pm'],
    [{}, { runtime: 'bun', pm: 'pnpm' }, 'js.project: expected pm "bun" with runtime "bun", got "pnpm". Remove one'],
    [
      { 'package.json': { packageManager: 'pnpm@9.0.0' }, 'bun.lock': '' },
      {},
      'expected pm "bun" with runtime "bun", got "pnpm". package.json and the lock files disagree: set pm and runtime.',
    ],
    [{}, { version: '22.1' }, 'js.project, version: expected a version of Node.js such as "22" or "22.x", got "22.1".'],
    [{}, { version: 22 }, 'js.project, version: expected a version of Node.js such as "22" or "22.x", got 22.'],
    [{}, { runtime: 'bun', version: '1' }, 'js.project, version: expected a version of bun such as "1.3.1", got "1".'],
    [{}, { pm: 'yarn' }, 'js.project, pm: expected "npm", "pnpm", "yarn-classic", "yarn-berry" or "bun", got "yarn".'],
    [{ 'package.json': '{' }, {}, 'js.project: expected JSON in package.json, got '],
    [{ 'package.json': '[]' }, {}, 'js.project: expected a JSON object in package.json, got a list. Fix the file.'],
    [{ 'web/package.json': 'x' }, { path: 'web' }, 'js.project: expected JSON in web/package.json, got '],
    [
      { 'package.json': { packageManager: 'bun@"; rm -rf /' } },
      {},
      'js.project: expected a packageManager of package.json such as "bun@1.3.1"',
    ],
    [{}, { path: '../web' }, 'js.project, path: expected a path inside the project, got "../web".'],
  ])('%j %j', (files, options, message) => {
    expect(() => project(files, options)).toThrow(message)
  })
})
