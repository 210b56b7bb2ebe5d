/**
 * Attacks on every resource that tenants share: see G57 in docs/guarantees.md. Each attack runs as
 * one tenant until the signal.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { flatIr } from '../../test/product.ts'
import { holdConnections, holdUploads } from './sockets.ts'
import type { Tenant } from './tenants.ts'

export interface Attack {
  readonly shared: string
  readonly how: string
  run(attacker: Tenant, signal: AbortSignal): Promise<void>
}

/** Runs jobs with this command, two at a time, and cancels them when the attack ends. */
function jobs(shared: string, how: string, command: string): Attack {
  const one = async (attacker: Tenant, signal: AbortSignal) => {
    while (!signal.aborted) {
      const number = await attacker.submit([{ key: 'attack', cmd: command }])
      const cancel = () => void attacker.api.cancelBuild('p', number)
      signal.addEventListener('abort', cancel)
      await attacker.end(number)
      signal.removeEventListener('abort', cancel)
      await pause(1_000, signal)
    }
  }
  return {
    shared,
    how,
    run: async (attacker, signal) => void (await Promise.all([one(attacker, signal), one(attacker, signal)])),
  }
}

const python = (text: string) => `python3 - <<'END'\n${text}\nEND`

/** Sends the same request from this many concurrent callers, and ignores the answers. */
function requests(
  shared: string,
  how: string,
  callers: number,
  prepare: (attacker: Tenant) => Promise<() => Parameters<typeof fetch>>,
): Attack {
  return {
    ...{ shared, how },
    async run(attacker, signal) {
      const next = await prepare(attacker)
      const one = async () => {
        while (!signal.aborted) {
          const [url, options] = next()
          const answer = await fetch(url, { ...options, signal }).catch(() => undefined)
          // A refusal is fine: the attack sends as much as the server admits.
          if (answer?.ok !== true) await pause(100, signal)
          await answer?.arrayBuffer().catch(() => undefined)
        }
      }
      await Promise.all(Array.from({ length: callers }, one))
    },
  }
}

const pause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => undefined)
const authorized = ({ token }: Tenant) => ({ authorization: `Bearer ${token}` })
const inOrganization = ({ url, organization }: Tenant) => `${url}/api/v0/organizations/${organization}`

const submitting = (attacker: Tenant, ir: string): Parameters<typeof fetch> => [
  `${inOrganization(attacker)}/pipelines/p/builds`,
  {
    method: 'POST',
    headers: { ...authorized(attacker), 'content-type': 'application/json' },
    body: JSON.stringify({ branch: 'main', commit: '0'.repeat(40), pipeline_ir: ir }),
  },
]

/**
 * Stores eight secrets of 30 KB, nearly the limit of a build, and returns the `secrets` member of a
 * step.
 */
async function setSecrets(attacker: Tenant): Promise<Record<string, string>> {
  const names = Array.from({ length: 8 }, (_, n) => `s${n}`)
  for (const name of names)
    await fetch(`${inOrganization(attacker)}/secrets`, {
      method: 'POST',
      headers: { ...authorized(attacker), 'content-type': 'application/json' },
      body: JSON.stringify({ name, value: `${name}${'0123456789abcdef'.repeat(1_900)}` }),
    })
  return Object.fromEntries(names.map((name) => [name.toUpperCase(), name]))
}

export const attacks: readonly Attack[] = [
  {
    shared: 'connections',
    how: '6,000 that stay open, from one address',
    run: ({ url }, signal) => holdConnections(url, 6_000, signal),
  },
  {
    shared: 'heap',
    how: '32 unfinished builds of 60 MB',
    run: (attacker, signal) => holdUploads(attacker, 32, 60_000_000, signal),
  },
  requests('event loop: large pipelines', 'pipelines of 7 MB, from 4 callers', 4, async (attacker) => {
    const steps = Array.from({ length: 700 }, (_, n) => ({
      key: `s${n}`,
      cmd: `: ${'x'.repeat(10_000)}`,
      builds_in: n ? `s${n - 1}` : undefined,
      if: 'nothing(',
    }))
    const ir = flatIr(steps)
    return () => submitting(attacker, ir)
  }),
  {
    shared: 'event loop: secrets',
    how: 'steps with 8 secrets of 30 KB that print them, 4 at a time',
    async run(attacker, signal) {
      const secrets = await setSecrets(attacker)
      const cmd = 'for n in $(seq 200); do echo "$S0$S1"; done'
      while (!signal.aborted)
        await attacker.end(await attacker.submit(Array.from({ length: 4 }, (_, n) => ({ key: `s${n}`, cmd, secrets }))))
    },
  },
  jobs('event loop: logs', 'endless short lines', 'yes'),
  jobs(
    'descriptors',
    'pipes, until there are no more',
    python(
      'import os, time\nfor n in range(40):\n  if os.fork() == 0: break\ntry:\n  while True: os.pipe()\nexcept OSError: time.sleep(1000)',
    ),
  ),
  jobs(
    'disk',
    'as large a file as there may be, again and again',
    'while :; do head -c 4000000000 /dev/zero >/f; rm -f /f; done',
  ),
  jobs(
    'inodes',
    'empty files, again and again',
    'while :; do mkdir /d; (cd /d && seq 200000 | xargs touch); rm -rf /d; done',
  ),
  jobs(
    'table of connections',
    'a packet to each port of outside hosts',
    python(
      'import socket\nwhile True:\n  for host in range(1, 250):\n    for port in range(1, 60000, 7):\n      try:\n        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b"x", (f"192.0.2.{host}", port))\n      except OSError: pass',
    ),
  ),
  jobs(
    'kernel counters',
    'watches, timers, queues, terminals',
    python(
      'import os, select, pty, time\nkept = []\nfor n in range(30):\n  if os.fork() == 0: break\ntry:\n  while True:\n    p = select.epoll(); r, w = os.pipe(); p.register(r); kept.append((p, r, w))\n    if len(kept) % 20 == 0: kept.append(pty.openpty())\nexcept OSError: time.sleep(1000)',
    ),
  ),
  jobs('processes', 'a fork bomb', 'f() { f | f & }; f; sleep 1000'),
  requests('worker threads', 'a log of 10 MB, by 24 readers', 24, async (attacker) => {
    const { jobs } = await attacker.end(
      await attacker.submit([{ key: 'long', cmd: 'yes 123456789 | head -c 10000000' }]),
    )
    const url = `${attacker.url}/v0/jobs/${jobs.get('long')?.id}/logs.txt`
    return () => [url, { headers: authorized(attacker) }]
  }),
  requests('database connections', 'lists of builds, by 200 callers', 200, async (attacker) => () => [
    `${inOrganization(attacker)}/pipelines/p/builds`,
    { headers: authorized(attacker) },
  ]),
  requests('outbox', 'builds as fast as they are taken, by 8 callers', 8, async (attacker) => {
    const ir = flatIr([{ key: 'only', cmd: 'true' }])
    return () => submitting(attacker, ir)
  }),
]
