import type { PlannedStep } from '@harmont/ir'
import type { NetworkMode } from '@harmont/sandbox'
import { expect, test } from 'vitest'
import { logOf, openBench, run, step } from './runner.test-support.ts'

const ask = `python3 -c 'import socket
for name in ["listed.example", "other.example"]:
  try: socket.getaddrinfo(name, 443)
  except OSError: print("no", name)'`

async function outcomes(network: readonly NetworkMode[], lists: readonly PlannedStep['egress'][], ceiling?: string[]) {
  const bench = await openBench({ network })
  try {
    const steps = lists.map((egress) => step(ask, egress === undefined ? {} : { egress }))
    const { jobs } = await run(bench, steps, ceiling && { egressCeiling: ceiling })
    return await Promise.all(
      jobs.map(async (job) => ({
        code: job.errorCode,
        log: await logOf(bench, job),
        names: await bench.store.outputs.egress(job.id),
      })),
    )
  } finally {
    await bench.close()
  }
}

test('G125 a step is bound by its list and the limit of its organization, and logs the hosts that it was refused', async () => {
  const [own, whole, none] = await outcomes(['egress', 'none'], [['other.example'], undefined, []], ['listed.example'])
  const both = ['listed.example', 'other.example']
  const refused = { isBound: true, isWhole: true, used: [], refused: both }
  expect(own).toMatchObject({ code: null, names: refused })
  expect(own?.log).toContain('refused hosts, which its egress does not list: listed.example, other.example')
  // This host is listed, but the test does not resolve it.
  expect(whole?.names).toEqual({ ...refused, refused: ['other.example'] })
  expect(none?.names).toEqual(refused)
})

test('G125 a step with a list that its runner cannot enforce does not run, but a step with an empty list does', async () => {
  const [list, observe, none] = await outcomes(['none'], [['listed.example'], 'observe', []])
  expect([list?.code, observe?.code, none?.code]).toEqual(['egress_unsupported', 'egress_unsupported', null])
  expect(list?.log).toContain('this runner has no network that can enforce it')
  expect(none?.log).toBe('no listed.example\nno other.example\n')
})
