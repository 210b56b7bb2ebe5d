import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/**
 * Below the range that the kernel assigns (`ip_local_port_range` begins at 32768), so that no
 * process gets one of these by chance.
 */
const [first, count] = [20_000, 12_000]
const kept = new Set<Server>()

/**
 * Returns a port that no other test of this machine gets while this process lives, for a server
 * that restarts on the same port. The mark is a socket in the abstract namespace, which the kernel
 * removes with its process.
 */
export async function reservePort(): Promise<number> {
  for (;;) {
    const port = first + Math.floor(Math.random() * count)
    const mark = createServer().unref()
    if (!(await listens(mark, { path: `\0harmont-test-port-${port}` }))) continue
    const probe = createServer()
    if (await listens(probe, { port, host: '127.0.0.1' })) {
      kept.add(mark)
      probe.close()
      await once(probe, 'close')
      return port
    }
    mark.close()
  }
}

/** Returns whether the address was free. Throws any error except that it is taken. */
function listens(server: Server, address: { path: string } | { port: number; host: string }): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    )
    server.listen(address, () => resolve(true))
  })
}
