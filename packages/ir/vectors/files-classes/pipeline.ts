import { onChange, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make', { key: 'k0', cache: onChange('[a-z]1') }),
      sh('make', { key: 'k1', cache: onChange('[!a]1') }),
      sh('make', { key: 'k2', cache: onChange('[ab-]1') }),
      sh('make', { key: 'k3', cache: onChange('[!a-z]?') }),
    ]),
}
