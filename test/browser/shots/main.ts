/**
 * Implements `npm run shots [FOLDER]`: takes screenshots of every page in both themes and four
 * widths, eight on one contact sheet. They are for review before a release and are not compared
 * pixel by pixel.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import type { Browser, BrowserContext } from 'playwright-core'
import { serverProgram } from '../../../scripts/server-process.ts'
import { startApp } from '../app.ts'
import { contentSettings, fill } from './content.ts'
import { fillOrganization } from './organization.ts'
import { routes } from './routes.ts'
import { fillRunners } from './runners.ts'
import { fillShop } from './shop.ts'

const widths = [360, 768, 1440, 1920]
const themes = ['light', 'dark'] as const
const folder = resolve(process.argv[2] ?? 'shots')

/** Takes the screenshots one after another, each after the page has loaded. */
async function shoot(context: BrowserContext, url: string): Promise<readonly Buffer[]> {
  const page = await context.newPage()
  const shots: Buffer[] = []
  try {
    for (const colorScheme of themes) {
      await page.emulateMedia({ colorScheme })
      for (const width of widths) {
        await page.setViewportSize({ width, height: width < 700 ? 780 : 900 })
        await page.goto(url)
        // Waits for some time after the load, because live pages never become idle.
        await page.waitForTimeout(1200)
        shots.push(await page.screenshot())
      }
    }
  } finally {
    await page.close()
  }
  return shots
}

/** Arranges the screenshots of one page, a row for each theme. */
async function paste(browser: Browser, shots: readonly Buffer[], file: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1920, height: 600 } })
  const rows = [shots.slice(0, widths.length), shots.slice(widths.length)].map((row) => {
    const cells = row.map((shot, index) => {
      const width = ((widths[index] ?? 0) / widths.reduce((sum, one) => sum + one, 0)) * 1850
      return `<img style="width:${width}px" src="data:image/png;base64,${shot.toString('base64')}">`
    })
    return `<div style="display:flex;gap:12px;align-items:start;padding:8px">${cells.join('')}</div>`
  })
  await page.setContent(`<body style="margin:0;background:#888">${rows.join('')}</body>`)
  await page.screenshot({ path: file, fullPage: true })
  await page.close()
}

mkdirSync(folder, { recursive: true })
const app = await startApp(contentSettings)
try {
  const env = { ...app.product.commandEnv, HARMONT_BILLING: 'on' }
  execFileSync(process.execPath, [serverProgram, 'grant', 'default', '25'], { env })
  await fill(app)
  const shop = await fillShop(app)
  await fillOrganization(app)
  const endRunners = await fillRunners(app)
  const signedIn = await app.browser.newContext()
  await app.signIn(signedIn)
  const stranger = await app.browser.newContext()
  for (const { name, path, isPublic = false } of [...routes, ...shop]) {
    const shots = await shoot(isPublic ? stranger : signedIn, app.origin + path)
    await paste(app.browser, shots, join(folder, `${name}.png`))
    console.log(`${name}: ${join(folder, `${name}.png`)}`)
  }
  endRunners()
} finally {
  await app.stop()
}
