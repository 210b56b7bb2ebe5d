import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { freeBlock } from './address-block.ts'
import { uplink } from './uplink.test-support.ts'

const run = promisify(execFile)
const module = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href)

let directory: string
beforeEach(async () => {
  directory = await mkdtemp('/var/tmp/harmont-egress-')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/**
 * Runs a script with an opened `egress` network on a simulated machine with one link, after the
 * shell commands in `setup`.
 */
async function onMachine(setup: string, script: string, resolvConf = ''): Promise<string> {
  const program = `
    import { execFileSync } from 'node:child_process'
    import { openEgress } from ${module('egress.ts')}
    import { openLayout } from ${module('../layout/layout.ts')}
    const sh = (text) => execFileSync('sh', ['-c', text], { encoding: 'utf8' })
    const open = async (inUse = []) => openEgress(openLayout(${JSON.stringify(directory)}), [], inUse)
    const address = (egress) => /address add (\\S+)/.exec(egress.slot().inside)[1]
    ${script}`
  const machine = `set -e
    mount -t tmpfs tmpfs /run/harmont
    echo "$3" >/run/harmont/resolv.conf
    mount --bind /run/harmont/resolv.conf /etc/resolv.conf
    ${uplink}
    ${setup}
    exec "$1" --input-type=module --eval "$2"`
  const given = [process.execPath, program, resolvConf]
  const { stdout } = await run('unshare', ['--net', '--mount', 'sh', '-c', machine, 'sh', ...given])
  return stdout
}

it('takes the first block that overlaps no range, trying the requested one first', () => {
  expect(freeBlock([])).toBe('10.209')
  expect(freeBlock([], '172.29')).toBe('172.29')
  expect(freeBlock(['10.209.7.1', '192.168.0.0/16'])).toBe('10.83')
  expect(freeBlock(['10.208.0.0/12', '10.83.255.255/32'], '10.209')).toBe('172.29')
  expect(freeBlock(['10.0.0.0/8', '172.16.0.0/12'])).toBe('198.18')
  expect(freeBlock(['10.0.0.0/8', '172.16.0.0/12', '198.18.0.0/15'])).toBeUndefined()
})

it.each([
  ['an address of the machine', 'ip address add 10.209.7.1/32 dev uplink', '', '10.83.0.2/32'],
  [
    'a link that is down',
    'ip link add lan type veth peer name lan2; ip address add 10.209.7.1/24 dev lan',
    '',
    '10.83.0.2/32',
  ],
  ['a route of a tunnel', 'ip route add 10.0.0.0/8 via 203.0.113.9 table 77', '', '172.29.0.2/32'],
  ['a resolver beyond the default route', '', 'nameserver 10.209.0.53', '10.83.0.2/32'],
  ['anything except a default route in two halves', 'ip route add 0.0.0.0/1 via 203.0.113.9', '', '10.209.0.2/32'],
])('sandboxes have addresses that do not collide with %s', async (_, setup, resolvConf, expected) => {
  expect(await onMachine(setup, 'console.log(address(await open()))', resolvConf)).toBe(`${expected}\n`)
})

it('a directory keeps its block while sandboxes have addresses in it, even if the block conflicts with another use', async () => {
  const seen = await onMachine(
    'ip address add 10.209.7.1/32 dev uplink',
    `await open()
     sh('ip address del 10.209.7.1/32 dev uplink')
     console.log(address(await open()))
     sh('ip address add 10.83.7.1/32 dev uplink')
     console.log(address(await open(['hm0-2'])))
     console.log(address(await open()))`,
  )
  expect(seen).toBe('10.83.0.2/32\n10.83.0.3/32\n10.209.0.2/32\n')
})

it('the network changes no address of the machine, since browsers abort page loads at a change', async () => {
  const seen = await onMachine(
    '',
    `const { spawn } = await import('node:child_process')
     const monitor = spawn('ip', ['-oneline', 'monitor', 'address'])
     let told = ''
     monitor.stdout.on('data', (data) => { told += data })
     const tell = async (address) => {
       for (;;) {
         sh('ip address replace ' + address + ' dev uplink; ip address del ' + address + ' dev uplink')
         if (told.includes(address)) return
         await new Promise((resolve) => setTimeout(resolve, 20))
       }
     }
     await tell('192.0.2.1/32')
     const egress = await open()
     const gateway = sh('ip route get ' + address(egress).replace(/2\\/32$/, '1'))
     await egress.remove()
     await tell('192.0.2.2/32')
     monitor.kill()
     console.log(gateway.split(' ')[0], [...new Set(told.match(/inet \\S+/g))].join(' '))`,
  )
  expect(seen).toBe('local inet 192.0.2.1/32 inet 192.0.2.2/32\n')
})

const dropping = `nft 'table ip filter { chain FORWARD { type filter hook forward priority 0; policy drop; ip daddr 1.2.3.4 drop; }; }'`

it('passes a chain that drops by policy, such as Docker’s, and restores it', async () => {
  const seen = await onMachine(
    dropping,
    `const before = sh('nft list table ip filter')
     const egress = await open()
     await open()
     console.log(sh('nft list table ip filter').match(/.*hm0-.*/g).map((line) => line.replace(/packets .*bytes \\d+ /, '').trim()).join('\\n'))
     await egress.remove()
     console.log(sh('nft list table ip filter') === before, sh('ip -brief link show | grep hm0 || true'))`,
  )
  expect(seen).toBe(
    'iifname "hm0-*" counter accept comment "harmont_0"\noifname "hm0-*" counter accept comment "harmont_0"\ntrue \n',
  )
})

it('reports a firewall rule that drops sandbox traffic', async () => {
  const seen = await onMachine(
    `${dropping}; nft add rule ip filter FORWARD drop`,
    `await open().then(() => console.log("open"), (error) => console.log(error.message))
     console.log(sh('nft list ruleset | grep -c hm0 || true; ip -brief link show | grep -c hm0 || true'))`,
  )
  expect(seen).toBe(
    'the firewall of this machine drops traffic from sandboxes (ip filter FORWARD): allow it to forward from and to hm0-*\n0\n0\n\n',
  )
})

it('connects the link of a sandbox whose address was used before in the same process', async () => {
  const seen = await onMachine(
    '',
    `const egress = await open()
     const addressOf = ({ inside }) => /address add (\\S+)/.exec(inside)[1]
     const use = async (slot) => {
       sh('ip link add ' + slot.link + ' type veth peer name inner')
       await egress.connect(slot)
       console.log(addressOf(slot), sh('ip -oneline route show dev ' + slot.link).trim() !== '')
       sh('ip link delete ' + slot.link)
       egress.release(slot.link)
     }
     await use(egress.slot())
     for (let others = 0; others < 1020; others++) egress.release(egress.slot().link)
     await use(egress.slot())
     await egress.remove()
     egress.close()`,
  )
  expect(seen).toBe('10.209.0.2/32 true\n10.209.0.2/32 true\n')
})

/** Takes all file descriptors of the script, and returns them. */
const exhausting = `
  const { closeSync, openSync } = await import('node:fs')
  const { isScarcity } = await import(${module('../system/scarcity.ts')})
  const exhaust = () => {
    const held = []
    try {
      for (;;) held.push(openSync('/dev/null'))
    } catch {}
    return held
  }`

it('distinguishes a lack of file descriptors from rules that nft refuses', async () => {
  const seen = await onMachine(
    'ulimit -n 200',
    `${exhausting}
     const { nft } = await import(${module('nft.ts')})
     const held = exhaust()
     const isScarce = await nft('').catch(isScarcity)
     for (const file of held) closeSync(file)
     console.log(isScarce, await nft('no rules').catch(isScarcity), await nft(''))`,
  )
  expect(seen).toBe('true false undefined\n')
})

it('a guard that fails to start for lack of file descriptors ends nothing else, and starts later', async () => {
  const seen = await onMachine(
    'ulimit -n 200',
    `${exhausting}
     const { GuardProcess, guardPid } = await import(${module('guard/guard-process.ts')})
     const { egressSlot } = await import(${module('network-slot.ts')})
     const egress = await open()
     const directory = ${JSON.stringify(`${directory}/guard`)}
     const config = { address: '10.209.0.0', resolvers: [], exceptions: [], userId: 0x70000000 }
     const guard = new GuardProcess(directory, config, egressSlot('hm0-guard', '10.209.0.0', '10.209.0.1', false, ''), ${JSON.stringify(basename(directory))})
     const starting = guard.ensure()
     // First it removes a link of that name. The process of the link leaves it three descriptors.
     for (let turns = 0; turns < 5; turns++) await null
     const held = exhaust()
     const isScarce = await starting.catch(isScarcity)
     for (const file of held) closeSync(file)
     await guard.ensure()
     console.log(isScarce, guardPid(directory) > 0)
     await guard.stop()
     egress.close()
     await egress.remove()`,
  )
  expect(seen).toBe('true true\n')
})

it('a guard that cannot start says why, even if its process is all that the caller waits for', async () => {
  const seen = await onMachine(
    '',
    `const { GuardProcess } = await import(${module('guard/guard-process.ts')})
     const config = { address: '10.209.0.0', resolvers: [], exceptions: [], userId: 0x70000000 }
     const slot = { inside: 'link set missing up', outside: '', link: 'hm0-guard', routeLocalnet: false }
     const guard = new GuardProcess(${JSON.stringify(`${directory}/guard`)}, config, slot, ${JSON.stringify(basename(directory))})
     console.log(await guard.ensure().catch(({ name, said }) => name + ': ' + said))
     await guard.stop()`,
  )
  expect(seen).toContain('ToolFailed: Cannot find device "missing"')
})

it('after nft refused its rules, a guard is opened by a later call, and a link that was never bound is freed without a guard', async () => {
  const seen = await onMachine(
    '',
    `const { writeFileSync } = await import('node:fs')
     const egress = await open()
     const programs = ${JSON.stringify(directory)}
     const { PATH } = process.env
     writeFileSync(programs + '/nft', '#!/bin/sh\\ncat >/dev/null; exit 1\\n', { mode: 0o755 })
     process.env.PATH = programs + ':' + PATH
     for (let times = 0; times < 2; times++) console.log(await egress.guard().catch(({ name }) => name))
     await egress.unbind('hm0-2', { address: '10.209.0.2', hosts: [], report: 'r', ticket: 1024 })
     process.env.PATH = PATH
     await egress.guard()
     console.log(sh('nft list set inet harmont_0 bound').includes('set bound'))
     egress.close()
     await egress.remove()`,
  )
  expect(seen).toBe('ToolFailed\nToolFailed\ntrue\n')
})
