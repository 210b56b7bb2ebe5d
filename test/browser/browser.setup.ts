/**
 * Builds the web app and starts one Chromium for the run. Each file connects to it with its own
 * contexts; starting one per file cost half a second of a core. All contexts share one clipboard,
 * so a file that uses it starts its own browser.
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
  // In a process of its own, because Vite changes the environment that workers inherit.
  execFileSync(process.execPath, [buildWeb], { stdio: ['ignore', 'ignore', 'inherit'] })
  const server = await chromium.launchServer(chromiumOptions)
  project.provide('browser', server.wsEndpoint())
  return () => server.close()
}
