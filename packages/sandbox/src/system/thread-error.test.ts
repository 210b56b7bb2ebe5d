import { once } from 'node:events'
import { openSync } from 'node:fs'
import { MessageChannel } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { isScarcity } from './scarcity.ts'
import { fromThreadError, type ThreadError, toThreadError } from './thread-error.ts'

async function sent(error: unknown): Promise<Error> {
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(toThreadError(error))
  const [message] = (await once(port2, 'message')) as [ThreadError]
  port1.close()
  return fromThreadError(message)
}

test('a system error and its causes keep their codes between threads', async () => {
  const failure = (): unknown => {
    try {
      return openSync('/missing/file', 'r')
    } catch (error) {
      return error
    }
  }
  const missing = { code: 'ENOENT', errno: -2, syscall: 'open', path: '/missing/file' }
  expect(await sent(failure())).toMatchObject({ ...missing, message: expect.stringMatching(/^ENOENT/) })
  expect(await sent(new Error('outer', { cause: failure() }))).toMatchObject({ message: 'outer', cause: missing })
  expect(await sent('a text')).toMatchObject({ message: 'a text' })
  const scarce = Object.assign(new Error('too many'), { code: 'EMFILE', syscall: 'open' })
  expect(isScarcity(await sent(new Error('outer', { cause: scarce })))).toBe(true)
})
