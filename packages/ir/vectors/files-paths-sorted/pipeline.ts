import { onChange, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make', { key: 'k0', cache: onChange('b', 'a') }),
      sh('make', { key: 'k1', cache: onChange('😀', 'ﬀ', 'b') }),
    ]),
}
