import { expect, it } from 'vitest'
import { TooSlow, within } from './time-limit.ts'

it('work that never ends is abandoned after its time limit', async () => {
  await expect(within(10, new Promise(() => {}))).rejects.toThrow(TooSlow)
  await expect(within(10_000, Promise.resolve('done'))).resolves.toBe('done')
  await expect(within(10_000, Promise.reject(new Error('own')))).rejects.toThrow('own')
})
