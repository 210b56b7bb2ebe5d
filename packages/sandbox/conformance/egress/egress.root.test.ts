import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runtimeNames } from '../../src/launch/runtimes/index.ts'
import type { EgressNames } from '../../src/sandbox-driver.ts'
import { passing, refusals, type Trial, unstoppable } from './places.ts'

const run = promisify(execFile)
const machine = fileURLToPath(new URL('machine.test-support.ts', import.meta.url))

/** The JSON that the machine's program prints. */
interface Seen {
  readonly isQuiet: boolean
  readonly stdout: string
  readonly stderr: string
  readonly heard: readonly string[]
  readonly names: EgressNames
  readonly observed: { readonly stdout: string; readonly names: EgressNames }
  readonly beside: string | null
  readonly served: { readonly stdout: string; readonly names: EgressNames }
  readonly kill: Readonly<Record<string, string | boolean>>
  readonly starved: unknown
  readonly later: { readonly isFound: boolean; readonly stdout: string; readonly stderr: string }
  readonly left: number | null
  readonly hasGroup: boolean
}

describe.each(runtimeNames)('an egress list with %s', (runtime) => {
  let directory: string
  let seen: Seen
  let given: ReadonlyMap<string, string>

  beforeAll(async () => {
    directory = await mkdtemp('/var/tmp/harmont-egress-list-')
    const at = (name: string) => join(directory, name)
    await writeFile(at('resolv.conf'), 'nameserver 11.22.33.53\n')
    const request = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=example'
    await run('openssl', [...request.split(' '), '-keyout', at('key'), '-out', at('certificate')])
    const setup = `set -e
      mount -t tmpfs tmpfs /run/harmont
      mount --bind "$1/resolv.conf" /etc/resolv.conf
      exec "$2" "$3" "$1/driver" "$4" "$1/key" "$1/certificate"`
    const args = ['--net', '--mount', 'sh', '-c', setup, 'sh', directory, process.execPath, machine, runtime]
    const { stdout } = await run('unshare', args)
    seen = JSON.parse(stdout) as Seen
    const lines = seen.stdout.split('\n').filter((line) => line !== '')
    given = new Map(lines.map((line) => JSON.parse(line) as [string, string]))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  const gives = ({ name, gives: wanted }: Trial) => expect(given.get(name) ?? seen.stderr).toMatch(wanted)

  it.each(passing)('G123 passes $name', gives)
  it.each(refusals)('G123 refuses $name', gives)
  it.each(unstoppable)('does not stop $name', gives)

  it('G123 no refused query or connection reaches the outside', () => {
    const questions = seen.heard.filter((line) => line.startsWith('asked')).map((line) => line.split(' ')[1])
    expect(questions.filter((name) => /secret|neighbour|evil/.test(name ?? '')).toSorted()).toEqual(['evil.example'])
    expect(seen.heard.filter((line) => line.startsWith('heard'))).toEqual([])
  })

  it.runIf(runtime === 'crun')('a step that holds as many connections as it can takes none from others', () => {
    expect(seen.beside).toMatch(/11\.22\.33\.10 registry\.example hello/)
  })

  it('G123 services reach only the hosts that their step may reach', () => {
    expect(seen.served.stdout).toMatch(/11\.22\.33\.10:22"\]\n.*no such name"\]\nover\n$/)
    expect(seen.served.names).toMatchObject({ used: ['git.example:22'], refused: ['evil.example'] })
  })

  it('G124 no traffic passes while a killed guard is replaced', () => {
    expect(seen.kill).toEqual({ first: 'open', whileKilled: 'closed', afterwards: 'open', isReplaced: true })
  })

  it.runIf(runtime === 'crun')('G124 a guard beyond its memory limit ends alone, and is replaced', () => {
    expect(seen.starved).toEqual({ seen: ['closed', 'open'], isWhole: true })
  })

  it('G124 a guard outlives its driver, the next driver finds it, and it ends with the last step', () => {
    expect(seen.later).toEqual({ isFound: true, stdout: '11.22.33.10:22\n', stderr: '' })
    expect([seen.left, seen.hasGroup]).toEqual([null, false])
  })

  it('G125 reports the used and the refused names', () => {
    expect(seen.names).toEqual({
      used: [
        'deep.b.cdn.example',
        'git.example:22',
        'inside.example:7002',
        'one.example',
        'registry.example',
        'turning.example:80',
        'two.example',
      ],
      refused: [
        'cdn.example',
        'evil.example',
        'neighbour.example',
        'private.example',
        'secret.evil.example',
        'secret.registry.example',
        'turning.example',
      ],
      isWhole: true,
      isBound: true,
    })
    expect(seen.observed.names).toEqual({
      used: ['evil.example'],
      refused: [],
      isWhole: true,
      isBound: false,
    })
    expect(seen.observed.stdout).toContain('11.22.33.66')
  })

  it('starts no guard for steps without an egress list', () => {
    expect(seen.isQuiet).toBe(true)
  })
})
