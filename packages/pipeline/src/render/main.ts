/**
 * Renders one pipeline of a project: `node main.ts --dir PROJECT --slug SLUG --out FILE`. The IR goes to a file of its own, so that nothing that a
 * pipeline prints can damage it. With the slug `*` every pipeline is evaluated, and the file holds the carrier of what was found. Exit 0: the file is
 * written. Exit 1: one clear message on stderr.
 */
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { registerImports } from './imports.ts'

const options = { dir: { type: 'string' }, slug: { type: 'string' }, out: { type: 'string' } } as const
const { dir, slug, out } = parseArgs({ options }).values
if (dir === undefined || slug === undefined || out === undefined) {
  console.error('usage: node main.ts --dir PROJECT --slug SLUG --out FILE')
  process.exit(1)
}

const project = realpathSync(dir)
const loaded = registerImports(project)
// Only now: these import @harmont/ir, which the hooks find where node_modules is absent.
const { explain } = await import('./explain.ts')
const { render } = await import('./render.ts')
const { renderEnvelope } = await import('./envelope.ts')
const { carry, everyPipeline } = await import('./carrier.ts')

let ended = false
process.on('uncaughtException', fail)
process.on('exit', () => {
  if (ended) return
  const what = slug === everyPipeline ? 'every pipeline' : `the pipeline ${JSON.stringify(slug)}`
  console.error(
    `.hm: the program ended before ${what} was there. It must not call process.exit() nor wait for what never comes.`,
  )
  process.exitCode = 1
})

// Not awaited at the top: Node.js would add words of its own when the pipeline never comes.
rendered(slug).then((json) => {
  mkdirSync(dirname(out), { recursive: true })
  writeFileSync(out, json)
  ended = true
  process.exit(0)
}, fail)

async function rendered(wanted: string): Promise<string> {
  if (wanted === everyPipeline) return carry(await renderEnvelope(project, loaded))
  const { json, warnings, failures } = await render(project, wanted)
  for (const { file, error } of failures) {
    console.error(`warning: ${file} does not load: ${explain(error, project, loaded)}`)
  }
  for (const warning of warnings) console.error(`warning: ${warning}`)
  return json
}

function fail(error: unknown): never {
  ended = true
  console.error(explain(error, project, loaded))
  process.exit(1)
}
