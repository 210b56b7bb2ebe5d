import { now, SandboxError } from '@harmont/sandbox'
import { expect, test } from 'vitest'
import type { LeasedJob } from '../port.ts'
import { HeldLease } from './held-lease.ts'
import { type JobContext, provisionFailure } from './job-context.ts'

const inSeconds = (seconds: number) => new Date(now() + seconds * 1000)
const leaseUntil = (expiresAt: Date) => new HeldLease({ expiresAt, stop: null } as LeasedJob)

function contextOf(lease: HeldLease): JobContext {
  const options = { disk: { look: async () => undefined, full: null }, log: () => undefined }
  return { options, lease, log: { remark: () => undefined, masked: (text: string) => text } } as unknown as JobContext
}

const ended = new SandboxError('provision_failed', 'Could not start the command.', { cause: new Error('ended') })

test.each([
  ['lasts', 60, 'refused'],
  ['ran out', 1, 'exited'],
])(
  'G02 a sandbox that could not be started while its lease %s is the step’s fault only then',
  async (_, seconds, kind) => {
    expect((await provisionFailure(contextOf(leaseUntil(inSeconds(seconds))), ended)).kind).toBe(kind)
  },
)

test('G02 a late renewal is not blamed on the step', async () => {
  const lease = leaseUntil(inSeconds(1))
  lease.renewed({ expiresAt: inSeconds(60), stop: null } as never)
  expect((await provisionFailure(contextOf(lease), ended)).kind).toBe('exited')
  expect((await provisionFailure(contextOf(lease), new SandboxError('source_invalid', 'It is no archive.'))).kind).toBe(
    'refused',
  )
})
