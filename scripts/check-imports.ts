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
  'packages/sandbox': [],
  'packages/pipeline': ['packages/ir'],
  'packages/engine': ['packages/ir', 'packages/logs', 'packages/sandbox'],
  'packages/server': [
    'contract',
    'packages/engine',
    'packages/ir',
    'packages/logs',
    'packages/pipeline',
    'packages/sandbox',
  ],
}

const roomOfPackage: Readonly<Record<string, string>> = {
  '@harmont/contract': 'contract',
  '@harmont/ir': 'packages/ir',
  '@harmont/logs': 'packages/logs',
  '@harmont/sandbox': 'packages/sandbox',
  '@harmont/hm': 'packages/pipeline',
  '@harmont/engine': 'packages/engine',
  '@harmont/server': 'packages/server',
}

export function roomOf(file: string): string | undefined {
  return Object.keys(allowed).find((room) => file.startsWith(`${room}/`))
}

/** One sentence for each import of the file that goes the wrong way. */
export function wrongImports(file: string, source: string): string[] {
  const room = roomOf(file)
  if (room === undefined) return []
  const wrong: string[] = []
  for (const match of source.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)) {
    const target = match[1] ?? ''
    if (target.startsWith('.')) {
      const other = roomOf(normalize(join(dirname(file), target)))
      if (other !== room) wrong.push(`${file} reaches into ${other ?? target} by a path: import the package instead`)
    } else if (target.startsWith('@harmont/')) {
      const other = roomOfPackage[target]
      if (other === undefined) wrong.push(`${file} imports ${target}, which is no room's door`)
      else if (other !== room && !allowed[room]?.includes(other))
        wrong.push(`${file} imports ${target}: ${room} lies below ${other}`)
    }
  }
  return wrong
}

if (import.meta.main) {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts'], { encoding: 'utf8' }).split('\n')
  const wrong = files
    .filter((file) => file !== '' && !file.includes('/fixtures/'))
    .flatMap((file) => wrongImports(file, readFileSync(file, 'utf8')))
  for (const sentence of wrong) console.error(sentence)
  process.exit(wrong.length === 0 ? 0 : 1)
}
