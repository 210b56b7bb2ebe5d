import type { Handler } from '../context.ts'
import { usageError } from '../errors.ts'
import { findRun, requireRun } from '../records/find-run.ts'
import { localHome } from '../records/home.ts'
import { cleanUpKilled } from '../sandboxes/clean-up.ts'
import { quoteWord } from '../terminal/quote-word.ts'
import { isOnServer, targetOf } from './target.ts'

/** `hm status`: shows the whole build, whatever its steps. */
export const status: Handler<'status'> = async (context) => {
  const { args, cacheDirectory, directory, flags } = context
  const home = localHome(cacheDirectory)
  const isHere = findRun(home, directory, args.build) !== undefined
  if (await isOnServer(context, { pipeline: flags.pipeline, build: args.build, isHere })) {
    const { showOnServer } = await import('../builds/builds.ts')
    return showOnServer(context)
  }
  await cleanUpKilled(context)
  const { localStatus } = await import('../inspect/status.ts')
  return localStatus(context, requireRun(home, directory, args.build))
}

/** `hm why`. */
export const why: Handler<'why'> = async (context) => {
  const { build, steps, isOnServer: onServer, run } = await targetOf(context, context.args.build, [context.args.step])
  if (onServer) {
    const { whyOnServer } = await import('../builds/why.ts')
    return whyOnServer(context, build, steps[0])
  }
  await cleanUpKilled(context)
  const { localWhy } = await import('../inspect/explain.ts')
  return localWhy(context, run(), steps[0])
}

/** `hm test`. */
export const test: Handler<'test'> = async (context) => {
  const { args, flags } = context
  if (flags.history !== undefined) {
    if (args.build !== undefined) throw usageError('--history shows a test in all builds; leave the number out')
    const { testHistory } = await import('../builds/tests.ts')
    return testHistory(context, flags.history)
  }
  const { build, isOnServer: onServer, run } = await targetOf(context, args.build)
  if (onServer) {
    const { testsOnServer } = await import('../builds/tests.ts')
    return testsOnServer(context, build)
  }
  await cleanUpKilled(context)
  const { localTests } = await import('../inspect/tests.ts')
  return localTests(context, run())
}

/** `hm flaky`. */
export const flaky: Handler<'flaky'> = async (context) => {
  const { flags, cacheDirectory, directory } = context
  const number = flags.build === undefined ? undefined : String(flags.build)
  const run = requireRun(localHome(cacheDirectory), directory, number)
  await cleanUpKilled(context)
  const { localFlaky } = await import('../runs/flaky.ts')
  return localFlaky(context, run)
}

/** `hm logs`. */
export const logs: Handler<'logs'> = async (context) => {
  const { args, flags } = context
  const { build, steps, isOnServer: onServer, run } = await targetOf(context, args.build, [args.step ?? flags.step])
  if (onServer) {
    const { logsOfServer } = await import('../builds/logs.ts')
    return logsOfServer(context, build, steps[0])
  }
  await cleanUpKilled(context)
  const { localLogs } = await import('../inspect/logs.ts')
  return localLogs(context, run(), steps[0])
}

/** `hm retry`. */
export const retry: Handler<'retry'> = async (context) => {
  const { build, steps, isOnServer: onServer, run } = await targetOf(context, context.args.build, context.args.steps)
  if (onServer) {
    const { retryOnServer } = await import('../builds/retry.ts')
    return retryOnServer(context, build, steps)
  }
  const found = run()
  const { localRetry } = await import('../runs/retry.ts')
  return localRetry(context, found, steps)
}

/** `hm shell`. */
export const shell: Handler<'shell'> = async (context) => {
  if (context.global.json && context.flags.cmd === undefined)
    throw usageError('--json is for one command, not for an open shell', 'add --cmd COMMAND')
  const { build, steps, isOnServer: onServer, run } = await targetOf(context, context.args.build, [context.args.step])
  if (onServer) {
    const { runServerShell } = await import('../shell/server-shell.ts')
    return runServerShell(context, build, steps[0])
  }
  const found = run()
  const { localShell } = await import('../shell/local-shell.ts')
  return localShell(context, found, steps[0])
}

/**
 * `hm exec STEP COMMAND...`: a single word is a shell command, several words are a program and its
 * arguments.
 */
export const exec: Handler<'exec'> = async (context) => {
  const { args, flags } = context
  const [first = '', ...others] = args.command
  const cmd = others.length === 0 ? first : args.command.map(quoteWord).join(' ')
  const build = flags.build === undefined ? undefined : String(flags.build)
  return shell({
    ...context,
    args: { build, step: args.step },
    flags: { before: flags.before, pipeline: flags.pipeline, cmd },
  })
}
