import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const source = fileURLToPath(new URL('..', import.meta.url))
const css = readFileSync(new URL('tokens.css', import.meta.url), 'utf8')
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }],
  ),
)

type Theme = 'light' | 'dark'
/** The log viewer converts terminal colours, which can have any value. */
const colourSources = ['design/tokens.css', 'log/terminal/palette.ts']
const surfaces = ['ground', 'raised', 'inset', 'sunk']

/** Returns the WCAG 2 ratio of two relative luminances. */
function contrast(one: string, other: string, theme: Theme): number {
  const [light = 0, dark = 0] = [one, other].map((name) => luminance(colour(name, theme))).toSorted((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function colour(name: string, theme: Theme): string {
  const found = tokens.get(name)
  if (found === undefined) throw new Error(`tokens.css has no --${name}`)
  return found[theme]
}

/** Rounds down, as the table in web.md 15 does. */
function worst(name: string, on: readonly string[], theme: Theme): number {
  const ratio = Math.min(...on.map((surface) => contrast(name, surface, theme)))
  return Math.floor(ratio * 10) / 10
}

const roles: readonly (readonly [name: string, on: readonly string[], light: number, dark: number])[] = [
  ['text', surfaces, 14.0, 12.0],
  ['muted', surfaces, 5.5, 6.1],
  ['edge', surfaces, 3.3, 3.1],
  ['focus', surfaces, 5.5, 6.7],
  ['ground', ['text'], 15.6, 14.7],
  ['pass', [...surfaces, 'pass-tint'], 5.3, 7.1],
  ['cache', [...surfaces, 'cache-tint'], 5.5, 7.1],
  ['fail', [...surfaces, 'fail-tint'], 5.4, 6.3],
  ['soft', [...surfaces, 'soft-tint'], 5.5, 6.9],
  ['run', [...surfaces, 'run-tint'], 5.3, 6.8],
  ['wait', [...surfaces, 'wait-tint'], 5.4, 7.4],
  ['stop', [...surfaces, 'stop-tint'], 5.5, 6.1],
]

test.each(roles)(
  '--%s keeps the contrast that web.md 15 states for it on every surface, in both themes',
  (name, on, light, dark) => {
    expect({ light: worst(name, on, 'light'), dark: worst(name, on, 'dark') }).toEqual({ light, dark })
  },
)

test('chart bars are visible on the page, on a selected row and on their track, in both themes', () => {
  for (const theme of ['light', 'dark'] as const)
    for (const tone of ['pass', 'fail', 'soft', 'run', 'wait', 'stop'])
      for (const behind of ['ground', 'sunk', 'hairline'])
        expect(contrast(tone, behind, theme), `${tone} on ${behind}, ${theme}`).toBeGreaterThanOrEqual(3)
})

test('the sixteen terminal colours are legible on the log', () => {
  for (let index = 0; index < 16; index++) {
    expect(contrast(`ansi-${index}`, 'inset', 'light')).toBeGreaterThanOrEqual(4.9)
    expect(contrast(`ansi-${index}`, 'inset', 'dark')).toBeGreaterThanOrEqual(6.1)
  }
})

test('text is legible on each tint, and colours are only in tokens.css', () => {
  for (const theme of ['light', 'dark'] as const)
    for (const tint of ['pass', 'cache', 'fail', 'soft', 'run', 'wait', 'stop'])
      expect(contrast('text', `${tint}-tint`, theme)).toBeGreaterThanOrEqual(7)
  const coloured = sources(/\.(tsx?|css)$/).filter(
    ({ name, text }) => !colourSources.includes(name) && /["'`: []#[0-9a-f]{6}\b/i.test(text),
  )
  expect(coloured.map(({ name }) => name)).toEqual([])
})

test('web L21 no source of the package writes markup as text', () => {
  const writing =
    /innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySet|srcdoc|createContextualFragment|\beval\(|new Function\(/i
  expect(
    sources(/\.tsx?$/)
      .filter(({ text }) => writing.test(text))
      .map(({ name }) => name),
  ).toEqual([])
})

function sources(kind: RegExp): { readonly name: string; readonly text: string }[] {
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => kind.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => ({ name, text: readFileSync(join(source, name), 'utf8') }))
}
