/**
 * Test program: opens a terminal in its own sandbox, leaves a program in the background, prints the
 * sandbox's control group and waits. Usage: `node FILE DIRECTORY RUNTIME`.
 */

import { openDriver } from '../../conformance/test-driver.ts'
import { readRecord } from '../driver/record.ts'

const [directory = '', runtime] = process.argv.slice(2)
const driver = await openDriver(directory, { runtime: runtime === 'runsc' ? 'runsc' : 'crun' })
const limits = { cpu: 1, memoryBytes: 512 * 1024 ** 2, diskBytes: 1024 ** 3, pids: 100 }
const image = await driver.resolveImage('host')
const sandbox = await driver.create({ id: 'talks', label: {}, base: { image }, limits, network: 'none' })
const script =
  "trap '' HUP TERM; setsid sleep 1000 & setsid sh -c 'trap \"\" HUP; sleep 1000' & echo ready; exec sleep 1000"
const deadline = new Date(Date.now() + 600_000)
const command = { script, env: {}, workingDirectory: '/workspace', deadline }
const { output } = await sandbox.talk(command, { columns: 80, rows: 24 })
output.once('data', () => console.log(readRecord(`${directory}/sandboxes/talks/sandbox.json`)?.groups.top))
