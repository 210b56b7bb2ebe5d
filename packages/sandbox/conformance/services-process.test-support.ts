import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { RuntimeName } from '../src/launch/runtimes/index.ts'
import { command, outputUntil } from './bench.ts'
import { answers, ask, onPort, patient, service, withServices } from './services.ts'
import { openDriver } from './test-driver.ts'

/**
 * Program: makes three sandboxes. The first one's command uses a service. The second has lost the
 * record of its service. The third has a ready service, and its command has not started. Prints the
 * handles and waits to be killed. Arguments: directory, runtime.
 */
async function main(): Promise<void> {
  const [directory = '', runtime] = process.argv.slice(2)
  const driver = await openDriver(directory, { runtime: runtime as RuntimeName })
  const host = await driver.resolveImage('host')
  const made = Array.from({ length: 3 }, () =>
    withServices(driver, host, [
      service(host, 'db', answers(5432, 'one'), { ready: onPort(5432) }),
      service(host, 'brief', 'true'),
    ]),
  )
  const [whole, damaged, waiting] = await Promise.all(made)
  for (const sandbox of [whole, damaged, waiting]) await sandbox?.startServices(patient)
  for (const sandbox of [whole, damaged]) {
    const script = `${ask('db', 5432)}; sleep 2; ${ask('db', 5432)}`
    const running = await sandbox?.start(command(script))
    if (running !== undefined) await outputUntil(running, /one/)
  }
  rmSync(join(directory, 'sandboxes', `${damaged?.handle.id}-s0`, 'sandbox.json'))
  console.log(JSON.stringify([whole, damaged, waiting].map((sandbox) => sandbox?.handle)))
  setInterval(() => {}, 1_000)
}

await main()
