/**
 * Renders one pipeline of a project: `node main.ts --dir PROJECT --slug SLUG --out FILE`. The IR goes to a file of its own, so that nothing that a
 * pipeline prints can damage it. Exit 0: the file is written. Exit 1: one clear message on stderr.
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

let ended = false
process.on('uncaughtException', fail)
process.on('exit', () => {
  if (ended) return
  console.error(
    `.hm: the program ended before the pipeline ${JSON.stringify(slug)} was there. It must not call process.exit() nor wait for what never comes.`,
  )
  process.exitCode = 1
})

// Not awaited at the top: Node.js would add words of its own when the pipeline never comes.
render(project, slug).then(({ json, warnings, failures }) => {
  for (const { file, error } of failures) {
    console.error(`warning: ${file} does not load: ${explain(error, project, loaded)}`)
  }
  for (const warning of warnings) console.error(`warning: ${warning}`)
  mkdirSync(dirname(out), { recursive: true })
  writeFileSync(out, json)
  ended = true
  process.exit(0)
}, fail)

function fail(error: unknown): never {
  ended = true
  console.error(explain(error, project, loaded))
  process.exit(1)
}
