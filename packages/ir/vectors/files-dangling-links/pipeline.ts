import { onChange, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make', { key: 'k0', cache: onChange('d/gone') }),
      sh('make', { key: 'k1', cache: onChange('d') }),
      sh('make', { key: 'k2', cache: onChange('d/*') }),
    ]),
}
