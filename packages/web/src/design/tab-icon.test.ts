import { expect, test } from 'vitest'
import { lookOf, stateIcons } from './state.ts'
import { faviconOf } from './tab-icon.ts'

const states = [
  'passed',
  'failed',
  'failing',
  'timed_out',
  'running',
  'assigned',
  'pending',
  'scheduled',
  'canceled',
  'skipped',
  'new_one',
]

test("web T1 the tab's icon has the shape of the state, and a colour for light and for dark tab bars", () => {
  const pictures = states.map((state) => faviconOf(lookOf(state), { light: '#111111', dark: '#eeeeee' }))
  expect(new Set(pictures).size).toBe(states.length)
  for (const picture of pictures) {
    expect(picture).toMatch(/^data:image\/svg\+xml,%3Csvg/)
    expect(decodeURIComponent(picture)).toMatch(/stroke:#111111.*prefers-color-scheme:dark.*stroke:#eeeeee/)
  }
})

test('web T3 no two states look alike without colour', () => {
  const shapes = Object.values(stateIcons).map((paths) => JSON.stringify(paths))
  expect(new Set(shapes).size).toBe(shapes.length)
})
