/** Holds the rooms of `docs/architecture.md` to their one direction: a room imports only rooms below it, and only through its door. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import process from 'node:process'

/** Room -> the rooms that it may import. The table is the drawing in `docs/architecture.md`. */
export const allowed: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  'packages/ir': [],
  'packages/logs': [],
  'packages/pipeline': ['packages/ir'],
  'packages/source-set': ['packages/ir'],
  'packages/sandbox': ['packages/source-set'],
  'packages/render': ['packages/ir', 'packages/pipeline', 'packages/source-set'],
  'packages/cloud': ['contract'],
  'packages/web': ['contract'],
  'packages/engine': ['packages/ir', 'packages/logs', 'packages/sandbox'],
  'packages/server': [
    'contract',
    'packages/engine',
    'packages/ir',
    'packages/logs',
    'packages/render',
    'packages/sandbox',
  ],
  'packages/cli': [
    'packages/cloud',
    'packages/engine',
    'packages/ir',
    'packages/logs',
    'packages/pipeline',
    'packages/render',
    'packages/sandbox',
    'packages/source-set',
  ],
  'test/outside': [],
  'test/kit': [],
}

const roomOfPackage: Readonly<Record<string, string>> = {
  '@harmont/contract': 'contract',
  '@harmont/contract/errors': 'contract',
  '@harmont/ir': 'packages/ir',
  '@harmont/logs': 'packages/logs',
  '@harmont/sandbox': 'packages/sandbox',
  '@harmont/sandbox/addresses': 'packages/sandbox',
  '@harmont/sandbox/ordinary': 'packages/sandbox',
  '@harmont/hm': 'packages/pipeline',
  '@harmont/hm/toolchains': 'packages/pipeline',
  '@harmont/source-set': 'packages/source-set',
  '@harmont/render': 'packages/render',
  '@harmont/engine': 'packages/engine',
  '@harmont/server': 'packages/server',
  '@harmont/cli': 'packages/cli',
  '@harmont/cloud': 'packages/cloud',
  '@harmont/web': 'packages/web',
}

/** The outside world on loopback and what all tests share: no product code imports them. */
const testRooms: Readonly<Record<string, string>> = {
  '@harmont/outside/': 'test/outside',
  '@harmont/test-kit/': 'test/kit',
}
const isOfTests = (file: string) =>
  /^(test|bench|scripts\/test)\/|\/(testing|conformance)\/|(\.test|\.test-support|-suite|\/test-driver)\.ts$/.test(file)

export function roomOf(file: string): string | undefined {
  return Object.keys(allowed).find((room) => file.startsWith(`${room}/`))
}

/** One sentence for each import of the file that goes the wrong way. */
export function wrongImports(file: string, source: string): string[] {
  return [...source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)]
    .map((match) => wrongImport(file, match[1] ?? ''))
    .filter((sentence) => sentence !== undefined)
}

function wrongImport(file: string, target: string): string | undefined {
  const room = roomOf(file)
  if (target.startsWith('.')) {
    const other = roomOf(normalize(join(dirname(file), target)))
    const isTestRoom = other !== undefined && Object.values(testRooms).includes(other)
    const isWrong = room === undefined ? isTestRoom : other !== room
    return isWrong ? `${file} reaches into ${other ?? target} by a path: import the package instead` : undefined
  }
  if (Object.keys(testRooms).some((name) => target.startsWith(name)))
    return isOfTests(file) ? undefined : `${file} imports ${target}, which is for tests and benchmarks only`
  if (room === undefined || !target.startsWith('@harmont/')) return undefined
  const other = roomOfPackage[target]
  if (other === undefined) return `${file} imports ${target}, which is no room's door`
  const isWrong = other !== room && !allowed[room]?.includes(other)
  return isWrong ? `${file} imports ${target}: ${room} lies below ${other}` : undefined
}

if (import.meta.main) {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx'], {
    encoding: 'utf8',
  }).split('\n')
  const wrong = files
    .filter((file) => file !== '' && !/\/(fixtures|vectors)\//.test(file))
    .flatMap((file) => wrongImports(file, readFileSync(file, 'utf8')))
  for (const sentence of wrong) console.error(sentence)
  process.exit(wrong.length === 0 ? 0 : 1)
}
