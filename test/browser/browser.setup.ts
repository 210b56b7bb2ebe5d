/**
 * Starts one Chromium for the run. Each file connects to it with its own contexts, because starting
 * a browser per file costs half a second of a core. All contexts share one clipboard, so a file
 * that uses it starts its own browser.
 */
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { chromiumOptions } from './chromium-options.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** WebSocket address of the run's Chromium. */
    browser: string
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await chromium.launchServer(chromiumOptions)
  project.provide('browser', server.wsEndpoint())
  return () => server.close()
}
