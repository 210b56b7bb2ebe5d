import type { Exit, Running } from '@harmont/sandbox'
import type { StopReason } from './held-lease.ts'
import type { JobContext } from './job-context.ts'

/**
 * Waits until the command has ended, keeping its watchdog as far off as the lease lasts. When it is asked to stop, the whole tree gets SIGTERM, and
 * SIGKILL after the grace. Throws when the lease is lost or this process ends.
 *
 * `deadline` is the watchdog's, as far as known; null of an adopted command. When it was the watchdog that ended the command, because nobody renewed the
 * lease, then not the command failed but its runner: the code is null.
 */
export async function awaitEnd(context: JobContext, running: Running, deadline: Date | null): Promise<Exit> {
  const { lease, settings, options } = context
  const since = new Date()
  let until = deadline
  const extend = async (to: Date) => {
    try {
      await running.extend(to)
      until = to
    } catch (error) {
      options.log('error', `job ${lease.job.jobId}: its watchdog cannot be put off`, error)
    }
  }
  const unsubscribe = lease.onRenewed(extend)
  try {
    // An earlier process may have set it long ago.
    if (deadline === null && lease.expiresAt > new Date()) await extend(lease.expiresAt)
    const exited = running.exited(lease.signal)
    const first = await Promise.race([exited, lease.stopAsked])
    if (typeof first !== 'string') {
      const wasTooLate = first.endedAt >= (until ?? since) || (deadline === null && first.endedAt < since)
      return wasTooLate && isKilled(first) ? { ...first, code: null, signal: null } : first
    }
    context.log.remark(stopSentence(first, settings.graceMs))
    await running.kill('SIGTERM')
    if (!(await endsWithin(exited, settings.graceMs))) {
      context.log.remark(killSentence(settings.graceMs))
      await running.kill('SIGKILL')
    }
    return await exited
  } finally {
    unsubscribe()
  }
}

function isKilled({ signal, limit }: Exit): boolean {
  return signal === 'SIGKILL' && limit === null
}

async function endsWithin(exited: Promise<Exit>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([exited.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}

function stopSentence(reason: StopReason, graceMs: number): string {
  const why = reason === 'cancel' ? 'canceled' : 'time is over'
  return `${why}: every process of the command got SIGTERM and has ${graceMs / 1000} s to end`
}

function killSentence(graceMs: number): string {
  return `the command did not end within ${graceMs / 1000} s of SIGTERM: every process of it got SIGKILL`
}
