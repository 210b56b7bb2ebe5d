import { onChange, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make', { key: 'k0', cache: onChange('a', 'a') }),
      sh('make', { key: 'k1', cache: onChange('b', '*', 'a') }),
    ]),
}
