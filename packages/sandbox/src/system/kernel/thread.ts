/**
 * Entry point of the kernel thread; see kernel-thread.ts. Runs one job at a time, with calls that
 * block this thread only.
 */
import { parentPort } from 'node:worker_threads'
import { toThreadError } from '../thread-error.ts'
import type { Job, JobName, Question, Reply } from './jobs.ts'
import { makeMounts } from './mounting.ts'
import { inNamespacesOf } from './namespaces.ts'
import { prepare } from './prepare.ts'
import { punch, reserve } from './space.ts'

const work: { readonly [Name in JobName]: (request: Job<Name>['request']) => Job<Name>['result'] } = {
  prepare: (job) => void prepare(job),
  mount({ process, directory, mounts, reservation }) {
    const isReserved = reserve(reservation)
    inNamespacesOf(process, () => makeMounts(directory, mounts))
    return isReserved
  },
  punch: (hole) => void punch(hole),
}

function answer<Name extends JobName>({ name, request }: Question<Name>): Reply<Name> {
  try {
    return { result: work[name](request) }
  } catch (error) {
    return { error: toThreadError(error) }
  }
}

parentPort?.on('message', (question: Question<JobName>) => parentPort?.postMessage(answer(question)))

// Reports that the library is loaded; a thread without this message has no library.
parentPort?.postMessage('ready')
