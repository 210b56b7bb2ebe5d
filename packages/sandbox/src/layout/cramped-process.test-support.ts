/**
 * Test program: runs a command with this process's /dev/shm, and prints the result. Usage: `node
 * FILE DIRECTORY`.
 */
import { lstatSync } from 'node:fs'
import { Bench, finish } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'

const [directory = ''] = process.argv.slice(2)
const driver = await openDriver(directory)
const bench = await Bench.open(driver, 'host', directory)
const { sandbox, running } = await bench.start('echo in little room; exit 3')
const { stdout, exit } = await finish(running)
const isOnDisk = lstatSync(`${directory}/sandboxes/${sandbox.handle.id}/state`).isDirectory()
await sandbox.destroy()
await driver.close()
console.log(JSON.stringify({ stdout, code: exit.code, isOnDisk }))
