import { onChange, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make', { key: 'k0', cache: onChange('**/*.ts') }),
      sh('make', { key: 'k1', cache: onChange('a/**/x.ts') }),
      sh('make', { key: 'k2', cache: onChange('**/b/**/*') }),
      sh('make', { key: 'k3', cache: onChange('a/**/b/x.ts') }),
    ]),
}
