import { pipeline, sh, split } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () => {
    const deps = sh('npm ci', { label: 'deps' })
    return pipeline([
      split(2, { files: 'test/**/*.test.ts' }, (shard) => [
        deps.sh('npx vitest', { label: 'test', tests: 'junit.xml' }),
        sh('make e2e', { key: shard.name('e2e') }),
      ]),
    ])
  },
}
