/**
 * Harmont's own pipeline: one step installs the dependencies, and all others start from its file
 * system.
 */
import { onChange, pipeline, scratch } from '@harmont/hm'

const manifests = [
  'package-lock.json',
  'package.json',
  'contract/package.json',
  'packages/*/package.json',
  'test/kit/package.json',
  'test/outside/package.json',
]
const deps = scratch().sh('npm ci --no-audit --no-fund', { label: 'deps', cache: onChange(...manifests) })
const node = 'export PATH=$PWD/node_modules/.bin:$PATH && '
const step = (label: string, command: string) => deps.sh(node + command, { label })

export default {
  slug: 'ci',
  name: 'Harmont',
  pipeline: () =>
    pipeline(
      [
        step('types', 'node node_modules/typescript7/bin/tsc --noEmit -p .'),
        step('lint', 'biome ci --vcs-enabled=false .'),
        step('imports', 'vitest run --project unit scripts'),
        step('ir', 'vitest run --project unit packages/ir'),
        step('sdk', 'vitest run --project unit packages/pipeline'),
        step('core', 'vitest run --project unit packages/engine/src/core'),
      ],
      { env: { CI: 'true', npm_config_update_notifier: 'false' }, timeout: '20m' },
    ),
}
