/** Builds the web app and the programs once per run; servers and `hm` start from them. */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const build = fileURLToPath(new URL('../scripts/build.ts', import.meta.url))
let isBuilt = false

export function setup(): void {
  if (isBuilt) return
  // Runs in a separate process, because Vite changes the environment that workers inherit.
  execFileSync(process.execPath, [build], { stdio: ['ignore', 'ignore', 'inherit'] })
  isBuilt = true
}
