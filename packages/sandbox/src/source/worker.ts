import { parentPort } from 'node:worker_threads'
import { digestParts } from '../files/digest-parts.ts'
import { listFiles } from '../files/list-files.ts'
import { SandboxError } from '../sandbox-driver.ts'
import { toThreadError } from '../system/thread-error.ts'
import { checkoutTree } from './git/checkout-tree.ts'
import { digestInput } from './inputs/digest-entries.ts'
import { linkInputs, placeInputs } from './inputs/place-entries.ts'
import { pathsOfTree, verifyTree } from './manifest.ts'
import { namedInTree } from './named-files.ts'
import { syncTree } from './sync-tree.ts'
import { takeFiles } from './take-files.ts'
import { unpackArchive } from './unpack-archive.ts'
import { watchTree } from './watched-files.ts'
import type { Job, JobName, Reply } from './worker-pool.ts'

/**
 * Entry point of the threads of `worker-pool.ts`. Runs one job at a time, with system calls that
 * block this thread only.
 */
const work: {
  readonly [Name in JobName]: (job: Job<Name>['request']) => Job<Name>['result'] | Promise<Job<Name>['result']>
} = {
  unpack: unpackArchive,
  checkout: checkoutTree,
  take: takeFiles,
  verify: verifyTree,
  sync: syncTree,
  watch: watchTree,
  paths: pathsOfTree,
  named: namedInTree,
  list: listFiles,
  digest: digestParts,
  digestInput,
  placeInputs,
  linkInputs,
}

parentPort?.on('message', (message: { [Name in JobName]: { name: Name; request: Job<Name>['request'] } }[JobName]) => {
  run(message).then(
    (result) => parentPort?.postMessage({ result } satisfies Reply),
    (error: unknown) => parentPort?.postMessage(failure(error)),
  )
})

async function run<Name extends JobName>(message: {
  name: Name
  request: Job<Name>['request']
}): Promise<Job<Name>['result']> {
  return work[message.name](message.request)
}

function failure(error: unknown): Reply {
  return { error: toThreadError(error), ...(error instanceof SandboxError && { code: error.code }) }
}
