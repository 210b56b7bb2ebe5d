/** Measures the cost of an egress list for a step. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Row } from '../measure.ts'

const machine = fileURLToPath(new URL('../egress/machine.ts', import.meta.url))
const setup = `set -e
  mount -t tmpfs tmpfs /run/harmont
  mount --bind "$1/resolv.conf" /etc/resolv.conf
  exec "$2" "$3" "$1"`

type Measured = readonly [ms: number, megabytesPerSecond: number]

export const egressRows: readonly Row[] = [
  {
    what: 'a list of hosts: added to a connection (name, connect, first byte), and its throughput',
    must: '+2 ms; 400 MB/s',
    async run() {
      const directory = await mkdtemp('/var/tmp/harmont-bench-')
      try {
        await writeFile(`${directory}/resolv.conf`, 'nameserver 11.22.33.10\n')
        const args = ['--net', '--mount', 'sh', '-c', setup, 'sh', directory, process.execPath, machine]
        const { stdout } = await promisify(execFile)('unshare', args)
        const { open, bound } = JSON.parse(stdout) as { readonly open: Measured; readonly bound: Measured }
        const added = `+${(bound[0] - open[0]).toFixed(2)} ms (p50 ${bound[0].toFixed(2)}, without ${open[0].toFixed(2)})`
        return `${added}; ${bound[1].toFixed(0)} MB/s, without ${open[1].toFixed(0)}`
      } finally {
        await rm(directory, { recursive: true, force: true })
      }
    },
  },
]
