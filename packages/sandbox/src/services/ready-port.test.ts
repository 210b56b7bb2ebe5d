import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import process from 'node:process'
import { expect, it } from 'vitest'
import { listens, untilListening } from './ready-port.ts'

const line = (local: string, remote: string, state: string) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0\n`
const any = '00000000:0000'
const any6 = `${'0'.repeat(32)}:0000`

it.each([
  ['on every address', line('00000000:1538', any, '0A'), true],
  ['on its own address', line('0200F10A:1538', any, '0A'), true],
  ['on every address of IPv6', line(`${'0'.repeat(32)}:1538`, any6, '0A'), true],
  ['on 127.0.0.2', line('0200007F:1538', any, '0A'), false],
  ['on ::1', line(`${'0'.repeat(24)}01000000:1538`, any6, '0A'), false],
  ['on 127.0.0.1, as IPv6', line(`${'0'.repeat(16)}FFFF00000100007F:1538`, any6, '0A'), false],
  ['on another port', line('00000000:1539', any, '0A'), false],
  ['a connection from that port', line('0200F10A:1538', '0100F10A:D431', '01'), false],
  ['a connection to that port', line('0200F10A:D431', '0100F10A:1538', '01'), false],
  ['on loopback first, then elsewhere', line('0100007F:1538', any, '0A') + line('0200F10A:1538', any, '0A'), true],
])('port 5432 is ready: %s', (_, table, isReady) => {
  expect(listens(`  sl  local_address rem_address   st\n${table}`, 5432)).toBe(isReady)
})

it('a port is found although the process id becomes known only later', async () => {
  const server = createServer().listen(0, '0.0.0.0')
  try {
    await once(server, 'listening')
    let checks = 0
    const processId = () => (++checks < 10 ? 0 : process.pid)
    await untilListening(processId, (server.address() as AddressInfo).port, new AbortController().signal)
    expect(checks).toBeGreaterThanOrEqual(10)
  } finally {
    server.close()
  }
})
