import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import process from 'node:process'
import type { Config } from '../config/config.ts'
import type { Context } from '../context.ts'
import type { ExitCode } from '../errors.ts'
import type { CommandSpec } from '../specs/spec.ts'
import { version } from '../version.ts'
import { isDead, killOrphans, ownClient, requireImage, runDocker } from './docker.ts'
import { type ContainerFacts, dockerArguments } from './docker-arguments.ts'
import { findMounts } from './mounts.ts'
import { passedVariables, settingVariables } from './variables.ts'

/** The unchanged command line, and its surroundings. */
export interface Here {
  readonly line: readonly string[]
  readonly workingDirectory: string
  /** Whether stdin, stdout and stderr are all terminals. */
  readonly isTerminal: boolean
  /** The parent process; its end ends this process. */
  readonly launcher: number | undefined
}

export type Given = Pick<Context, 'env' | 'directory' | 'stdin' | 'signal' | 'onSecondInterrupt' | 'config'> & {
  readonly flags: Readonly<Record<string, unknown>>
  readonly args: Readonly<Record<string, unknown>>
}

/**
 * Runs the line in the container and returns its exit code. Throws exit 4 without Docker or the
 * image.
 */
export async function runInContainer(spec: CommandSpec, given: Given, config: Config, here: Here): Promise<ExitCode> {
  const { env, flags, directory, stdin, signal, onSecondInterrupt } = given
  const image = config.get('sandbox.container_image') ?? `harmont/hm:${version}`
  const [mounts] = await Promise.all([
    findMounts(directory, here.workingDirectory, spec, given),
    requireImage(image).then(() => killOrphans(isDead)),
  ])
  const facts: ContainerFacts = {
    ...here,
    name: `hm-${process.pid}-${randomBytes(4).toString('hex')}`,
    client: ownClient(),
    image,
    network: config.get('sandbox.container_network'),
    mounts,
    passed: passedVariables(env, namedSecrets(flags)),
    variables: settingVariables(config),
    // The container cannot read from a terminal other than its own.
    hasInput: here.isTerminal || stdin.isTTY !== true,
    hasHybridGroups: process.platform === 'linux' && existsSync('/sys/fs/cgroup/unified/cgroup.procs'),
  }
  return runDocker(dockerArguments(facts), { ...facts, signal, onSecondInterrupt })
}

/** Returns the names of `--secret NAME`. */
function namedSecrets({ secret }: Given['flags']): string[] {
  return Array.isArray(secret) ? secret.filter(({ value }) => value === undefined).map(({ name }) => String(name)) : []
}
