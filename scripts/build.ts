/**
 * Runs before `npm start`, and builds the web app and the programs if their sources changed.
 * Otherwise it takes a few milliseconds and prints nothing.
 */
import process from 'node:process'
import { buildPrograms } from './build-programs.ts'
import { buildWeb } from './build-web.ts'
import { repository } from './built-programs.js'

await build('the programs', buildPrograms)
await build('the web app (packages/web)', () => buildWeb(repository))

/** Runs one build. On failure it prints the reason and exits. */
async function build(what: string, run: () => Promise<boolean>): Promise<void> {
  const startedMs = Date.now()
  try {
    if (await run()) console.log(`Built ${what} in ${((Date.now() - startedMs) / 1000).toFixed(1)} s.`)
  } catch (error) {
    console.error(`Could not build ${what}: ${error instanceof Error ? error.message : error}`)
    process.exit(1)
  }
}
