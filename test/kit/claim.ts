/**
 * Claims things that exist once per machine, for one test process at a time. The mark is a socket
 * in the abstract namespace, which the kernel removes with its process.
 */
import { createServer, type Server } from 'node:net'
import { until } from './until.ts'

/**
 * Returns a number from `first` to `last` that no other test of this machine has while this process
 * lives, or until `release`.
 */
export async function claimNumber(
  name: string,
  first: number,
  last: number,
): Promise<{ readonly number: number; release(): void }> {
  for (let number = first; number <= last; number++) {
    const mark = await claimed(`${name}-${number}`)
    if (mark !== undefined) return { number, release: () => void mark.close() }
  }
  throw new Error(`all of ${name} from ${first} to ${last} are taken by tests of this machine`)
}

/**
 * Waits until no other test of this machine has the name, and takes it. Returns a function that
 * releases it.
 */
export async function claimAlone(name: string): Promise<() => void> {
  const mark = await until(
    () => claimed(name),
    (found) => found !== undefined,
    { timeoutMs: 500_000, restMs: 100 },
  )
  return () => void mark?.close()
}

/** Takes the name; undefined when another process has it. */
function claimed(name: string): Promise<Server | undefined> {
  const mark = createServer().unref()
  return new Promise((resolve, reject) => {
    mark.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    mark.listen({ path: `\0harmont-test-${name}` }, () => resolve(mark))
  })
}
