/**
 * Builds the web app once a run, and starts the one Chromium of the run. Each file connects to it and has contexts of its own, which go with its connection.
 * Started per file it took half a second of a core each time. All contexts share one clipboard: a file that uses it starts a browser of its own.
 */
import { execFileSync } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { chromiumOptions } from './chromium-options.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the run's Chromium. */
    browser: string
  }
}

const buildWeb = fileURLToPath(new URL('../../scripts/build-web.ts', import.meta.url))

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // As a process: Vite changes the environment, which the workers would have from here.
  execFileSync(process.execPath, [buildWeb], { stdio: ['ignore', 'ignore', 'inherit'] })
  const server = await chromium.launchServer(chromiumOptions)
  project.provide('browser', server.wsEndpoint())
  return () => server.close()
}
