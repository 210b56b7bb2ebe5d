import { expect, test } from 'vitest'
import { progressOf } from './source-size.ts'

test('reports nothing for quick work, and progress every two seconds for slow work', () => {
  const said: string[] = []
  let now = 0
  const tell = progressOf(
    'packing',
    900e6,
    (line) => said.push(line),
    () => now,
  )
  for (now = 0; now < 5000; now += 100) tell(now * 200_000)
  expect(said).toEqual(['packing: 400 MB of 900 MB', 'packing: 800 MB of 900 MB'])
  now = 6000
  tell(1e9)
  expect(said.at(-1)).toBe('packing: 900 MB of 900 MB')
  for (; now < 20_000; now += 100) tell(1e9)
  expect(said).toHaveLength(3)
})
