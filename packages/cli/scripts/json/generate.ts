/**
 * Writes `docs/json/NAME.json`, the JSON Schema of each command's `--json` output. With --check it
 * writes nothing and fails if a file is stale, missing or surplus.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { type Document, documents, failure } from './documents.ts'
import { withDefinitions } from './shapes.ts'

const folder = new URL('../../../../docs/json/', import.meta.url)

const wanted = new Map<string, string>([['error', textOf('error', failure)]])
for (const [name, document] of Object.entries(documents)) wanted.set(name.replaceAll(' ', '-'), textOf(name, document))

mkdirSync(folder, { recursive: true })
const present = readdirSync(folder).filter((file) => file.endsWith('.json'))
const stale = [...wanted].filter(([name, text]) => textIn(`${name}.json`) !== text)
const surplus = present.filter((file) => !wanted.has(file.slice(0, -'.json'.length)))
if (!process.argv.includes('--check')) {
  for (const [name, text] of stale) writeFileSync(new URL(`${name}.json`, folder), text)
  for (const file of surplus) rmSync(new URL(file, folder))
} else if (stale.length + surplus.length > 0) {
  const names = [...stale.map(([name]) => `${name}.json`), ...surplus]
  console.error(`docs/json does not match the output of the commands: ${names.join(', ')}: run npm run generate`)
  process.exitCode = 1
}

function textOf(name: string, { schema, isLines }: Document): string {
  const what = name === 'error' ? 'The stderr of a command that fails with --json' : `hm ${name} --json`
  const head = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: what,
    description: isLines
      ? 'One line of stdout. The command prints one line for each event.'
      : 'The only document on its stream.',
  }
  return `${JSON.stringify({ ...head, ...withDefinitions(schema) }, null, 1)}\n`
}

function textIn(file: string): string | null {
  return present.includes(file) ? readFileSync(new URL(file, folder), 'utf8') : null
}
