import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { readSourceTree } from '@harmont/source-set'
import { carry, everyPipeline } from '../carrier.ts'
import { renderEvery } from '../render-every.ts'
import { renderPipeline } from '../render-pipeline.ts'

const text = { type: 'string' } as const
const { dir, slug, out } = parseArgs({ options: { dir: text, slug: text, out: text } }).values
if (dir === undefined || slug === undefined || out === undefined) {
  console.error('usage: node main.ts --dir PROJECT --slug SLUG --out FILE')
  process.exit(1)
}
const project = realpathSync(dir)
// This directory holds only the source, so no file is ignored.
const options = { project, context: null, sourceSet: () => readSourceTree(project) }

try {
  const json = slug === everyPipeline ? await every() : await one(slug)
  mkdirSync(dirname(out), { recursive: true })
  writeFileSync(out, json)
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

async function every(): Promise<string> {
  const { envelope, output } = await renderEvery(options)
  process.stdout.write(output)
  return carry(envelope)
}

async function one(slug: string): Promise<string> {
  const rendered = await renderPipeline({ ...options, slug })
  process.stdout.write(rendered.output)
  if (!rendered.ok) throw new Error(rendered.message)
  for (const warning of rendered.warnings) console.error(`warning: ${warning}`)
  return rendered.json
}
