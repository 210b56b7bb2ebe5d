import type { DriverUnderTest } from './bench.ts'
import { Bench, command } from './bench.ts'

/**
 * Run as a program of its own: opens the driver, makes a sandbox, goes as far as told, prints the handle and stays until it is killed.
 * Arguments: module, directory, image, `created` | `started` | `ended`, script, deadline in ms.
 */
async function main(): Promise<void> {
  const [module = '', directory = '', image = '', stage, script = '', deadlineMs] = process.argv.slice(2)
  const { openDriver } = (await import(module)) as { readonly openDriver: DriverUnderTest['openDriver'] }
  const bench = await Bench.open(await openDriver(directory), image, directory)
  const sandbox = await bench.create({ label: { made: 'elsewhere' } })
  if (stage !== 'created') {
    const running = await sandbox.start(command(script, { deadlineMs: Number(deadlineMs) }))
    if (stage === 'ended') await running.exited()
  }
  console.log(JSON.stringify(sandbox.handle))
  setInterval(() => {}, 1_000)
}

await main()
