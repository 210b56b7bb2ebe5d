import { packageVersion, versionOf } from './npm-tools.ts'
import type { Peer } from './peer.ts'
import type { Step } from './steps-of-work.ts'
import { taskRunner } from './task-runner.ts'

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
const each = <T>(steps: readonly Step[], make: (step: Step) => T) =>
  Object.fromEntries(steps.map((step) => [step.name, make(step)]))
const manifest = (more: Readonly<Record<string, unknown>>) =>
  json({ name: 'bench', version: '1.0.0', private: true, packageManager: 'npm@11.0.0', ...more })
const lock = json({
  name: 'bench',
  version: '1.0.0',
  lockfileVersion: 3,
  requires: true,
  packages: { '': { name: 'bench', version: '1.0.0' } },
})
const last = (steps: readonly Step[]) => steps.slice(-1).map(({ name }) => name)
const isChain = (steps: readonly Step[]) => steps.some(({ after }) => after.length > 0)
const wanted = (steps: readonly Step[]) => (isChain(steps) ? last(steps) : steps.map(({ name }) => name))

const just = taskRunner({
  name: 'just',
  version: (folder) => versionOf(folder, 'just'),
  files: (steps) => ({
    justfile: `[parallel]\nall: ${wanted(steps).join(' ')}\n\n${steps.map(({ name, script, after }) => `${[name, ...after].join(': ').replace(/^([^:]*)$/, '$1:')}\n  @${script}\n`).join('\n')}`,
  }),
  line: () => ['just', 'all'],
  // The tool keeps no results.
  cannot: ['unchanged'],
})

const turborepo = taskRunner({
  name: 'Turborepo',
  version: (folder) => versionOf(folder, 'turbo'),
  files: (steps, cachedBy) => ({
    'package.json': manifest({ scripts: each(steps, ({ script }) => script) }),
    'package-lock.json': lock,
    'turbo.json': json({
      tasks: each(steps, ({ after }) => ({
        dependsOn: after,
        ...(cachedBy === null ? { cache: false } : { inputs: [`${cachedBy}/**`], outputs: [] }),
      })),
    }),
  }),
  line: (steps) => ['turbo', 'run', ...wanted(steps), '--concurrency=2', '--ui=stream'],
})

const nx = taskRunner({
  name: 'Nx',
  version: (folder) => packageVersion(folder, 'nx'),
  files: (steps, cachedBy) => ({
    'package.json': manifest({}),
    'package-lock.json': lock,
    'nx.json': json({ analytics: false }),
    'project.json': json({
      name: 'bench',
      targets: each(steps, ({ script, after }) => ({
        command: script,
        dependsOn: after,
        ...(cachedBy === null ? { cache: false } : { cache: true, inputs: [`{projectRoot}/${cachedBy}/**/*`] }),
      })),
    }),
  }),
  line: (steps) => ['nx', 'run-many', '--targets', wanted(steps).join(','), '--parallel=2', '--output-style=stream'],
})

const wireit = taskRunner({
  name: 'Wireit',
  version: (folder) => packageVersion(folder, 'wireit'),
  files: (steps, cachedBy) => ({
    'package.json': manifest({
      scripts: { all: 'wireit', ...each(steps, () => 'wireit') },
      wireit: {
        all: { dependencies: wanted(steps) },
        ...each(steps, ({ script, after }) => ({
          command: script,
          dependencies: after,
          ...(cachedBy === null ? {} : { files: [`${cachedBy}/**`], output: [] }),
        })),
      },
    }),
  }),
  line: () => ['env', 'WIREIT_PARALLEL=2', 'WIREIT_LOGGER=simple', 'npm', 'run', '--silent', 'all'],
})

const moon = taskRunner({
  name: 'moon',
  version: (folder) => versionOf(folder, 'moon'),
  files: (steps, cachedBy) => ({
    '.moon/workspace.yml': json({ projects: { bench: '.' }, telemetry: false }),
    'moon.yml': json({
      tasks: each(steps, ({ script, after }) => ({
        script,
        toolchains: 'system',
        deps: after.map((name) => `~:${name}`),
        inputs: cachedBy === null ? [] : [`${cachedBy}/**/*`],
        options: { cache: cachedBy !== null },
      })),
    }),
  }),
  line: (steps) => [
    'moon',
    'run',
    ...wanted(steps).map((name) => `bench:${name}`),
    '--concurrency',
    '2',
    '--no-actions',
  ],
})

const gitlabCiLocal = taskRunner({
  name: 'gitlab-ci-local, shell executor',
  version: (folder) => versionOf(folder, 'gitlab-ci-local'),
  files: (steps) => ({
    '.gitlab-ci.yml': json({
      stages: ['test'],
      ...each(steps, ({ script, after }) => ({ stage: 'test', script: [script], needs: after })),
    }),
  }),
  line: () => ['gitlab-ci-local', '--force-shell-executor', '--concurrency', '2'],
  // The tool keeps no results.
  cannot: ['unchanged'],
})

export const taskRunners: readonly Peer[] = [just, turborepo, nx, wireit, moon, gitlabCiLocal]
