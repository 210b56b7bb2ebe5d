import type { DriverUnderTest } from './bench.ts'
import { Bench, command } from './bench.ts'

/**
 * Program: opens the driver, makes a sandbox for each script, advances each to the given stage,
 * prints the handles, and waits to be killed. Arguments: module, directory, image, `created` |
 * `started` | `ended`, scripts.
 */
async function main(): Promise<void> {
  const [module = '', directory = '', image = '', stage, ...scripts] = process.argv.slice(2)
  const { openDriver } = (await import(module)) as { readonly openDriver: DriverUnderTest['openDriver'] }
  const bench = await Bench.open(await openDriver(directory), image, directory)
  const handles = scripts.map(async (script) => {
    const sandbox = await bench.create({ label: { made: 'elsewhere' } })
    if (stage !== 'created') {
      const running = await sandbox.start(command(script))
      if (stage === 'ended') await running.exited()
    }
    return sandbox.handle
  })
  console.log(JSON.stringify(await Promise.all(handles)))
  setInterval(() => {}, 1_000)
}

await main()
