/** Checks pages with axe-core (web T2, T4). */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/**
 * The wide window in light and the narrow one in dark cover both widths and both themes at half the
 * cost. `tokens.test.ts` proves the contrast of each colour in both themes.
 */
const looks = [
  { width: 1280, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const
const otherLooks = [
  { width: 1280, colorScheme: 'dark' },
  { width: 360, colorScheme: 'light' },
] as const

/**
 * Fails on any finding of axe and on horizontal scrolling at 360 px. Restores the page afterwards.
 */
export async function expectAccessible(page: Page, which: 'two' | 'all' = 'two'): Promise<void> {
  const before = page.viewportSize()
  const scrolled = await page.evaluate('scrollY')
  for (const { width, colorScheme } of which === 'all' ? [...looks, ...otherLooks] : looks) {
    await page.setViewportSize({ width, height: 800 })
    // Motion is off, as in all windows, because the contrast of a changing colour is undefined.
    await page.emulateMedia({ colorScheme })
    // axe counts a target that is half below the top bar as too small.
    await page.evaluate('scrollTo(0, 0)')
    expect(await violations(page), `${page.url()} ${colorScheme}, ${width} px`).toBe('')
    const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    expect(await page.evaluate(overflow), `${page.url()} at ${width} px: pixels to scroll sideways`).toBe(0)
  }
  await page.emulateMedia({ colorScheme: null })
  if (before !== null) await page.setViewportSize(before)
  await page.evaluate(`scrollTo(0, ${scrolled})`)
}

interface Found {
  readonly violations: readonly {
    readonly id: string
    readonly help: string
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
  }[]
}

/** Returns a paragraph for each finding; an empty text for none. */
async function violations(page: Page): Promise<string> {
  if (!(await page.evaluate('"axe" in globalThis'))) await page.evaluate(source)
  const options = JSON.stringify({ runOnly: tags, resultTypes: ['violations'] })
  const found = (await page.evaluate(`axe.run(document, ${options})`)) as Found
  const paragraphs = found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n${html.slice(0, 300)}\n${failureSummary ?? ''}`),
  )
  return paragraphs.join('\n\n')
}
