import { onChange, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make', { key: 'k0', cache: onChange('a b') }),
      sh('make', { key: 'k1', cache: onChange('*') }),
      sh('make', { key: 'k2', cache: onChange('.') }),
      sh('make', { key: 'k3', cache: onChange('new*') }),
    ]),
}
