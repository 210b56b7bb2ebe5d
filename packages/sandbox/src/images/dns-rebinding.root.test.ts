import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'

const program = fileURLToPath(new URL('dns-rebinding.test-support.ts', import.meta.url))
let home: string
beforeAll(async () => {
  home = await mkdtemp('/var/tmp/harmont-rebinding-')
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** Runs a pull that can reach only its own name server and one public address of the machine. */
async function pull(privates: 'allow' | 'refuse') {
  const machine = `ip link set lo up; ip address add 93.184.216.34/32 dev lo
    echo 'nameserver 127.0.0.1' >"$1/resolv.conf"; mount --bind "$1/resolv.conf" /etc/resolv.conf
    exec "$2" "$3" "$1/$4" "$4"`
  const words = ['--net', '--mount', 'sh', '-euc', machine, 'sh', home, process.execPath, program, privates]
  const { stdout } = await promisify(execFile)('unshare', words)
  return JSON.parse(stdout) as Record<'asked' | 'public' | 'private', number> & { readonly refusal: string }
}

test('G37 a pull reaches no private address through a name that resolves to a public address first and to a private one later', async () => {
  const seen = await pull('refuse')
  expect(seen.refusal).toContain('leads to 127.0.0.1, which is not a public address')
  expect([seen.public, seen.private]).toEqual([1, 0])
  expect(seen.asked).toBeGreaterThan(1)
})

test('control: the same pull reaches the private address if all addresses are allowed', async () => {
  const seen = await pull('allow')
  expect(seen.public).toBe(1)
  expect(seen.private).toBeGreaterThan(0)
})
