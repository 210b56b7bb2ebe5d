import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Bench } from '../../conformance/bench.ts'
import { openDriver } from '../../conformance/test-driver.ts'

const calls = readFileSync(new URL('system-calls.test-support.py', import.meta.url), 'utf8')
const [EPERM, ENOSYS, EPROTONOSUPPORT, EAFNOSUPPORT] = [1, 38, 93, 97] as const

/** The expected errors of calls that the filter must refuse. */
const refused = {
  mount: EPERM,
  unshare: EPERM,
  setns: EPERM,
  pivot_root: EPERM,
  init_module: EPERM,
  swapon: EPERM,
  perf_event_open: EPERM,
  keyctl: EPERM,
  bpf: EPERM,
  userfaultfd: EPERM,
  open_by_handle_at: EPERM,
  'clone, a user namespace': ENOSYS,
  clone3: ENOSYS,
  io_uring_setup: ENOSYS,
  'personality, no random addresses': ENOSYS,
  'socket, the hypervisor': EAFNOSUPPORT,
  'socket, packets': EAFNOSUPPORT,
  'socketpair, the hypervisor': EAFNOSUPPORT,
  'socket, netlink between programs': EPROTONOSUPPORT,
  'socket, netlink of filters': EPROTONOSUPPORT,
}

// The test makes calls by number, and numbers differ between processors.
describe.runIf(process.arch === 'x64')('system calls', () => {
  let directory: string
  let bench: Bench
  let seen: Readonly<Record<string, Readonly<Record<string, number>>>>

  beforeAll(async () => {
    directory = await mkdtemp('/var/tmp/harmont-seccomp-')
    bench = await Bench.open(await openDriver(directory), 'host', directory)
    seen = JSON.parse(await bench.print(`python3 - <<'END'\n${calls}\nEND`))
  })
  afterAll(async () => {
    await bench.destroyAll()
    await bench.driver.close()
    await rm(directory, { recursive: true })
  })

  test.each(['x86_64', 'x32', 'i386'])('G21 are refused through every interface of the kernel: %s', (abi) => {
    expect(seen[abi]).toMatchObject(refused)
  })

  test.each(['x86_64', 'i386'])('G21 sockets of steps work: %s', (abi) => {
    expect(seen[abi]).toMatchObject({ 'socket, inet': 0, 'socket, unix': 0, 'socket, netlink of routes': 0 })
  })

  test('G21 the filter and the kernel interpret every call number and argument alike', () => {
    expect(seen.x86_64).toMatchObject({ 'socket, the hypervisor in 64 bits': EAFNOSUPPORT })
    expect(seen.i386).toMatchObject({
      'socketcall, the hypervisor': EPERM,
      'socketcall, netlink between programs': EPERM,
    })
  })
})
