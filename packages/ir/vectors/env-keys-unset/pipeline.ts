import { forever, pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make', { key: 'k', cache: forever({ envKeys: ['constructor', 'toString', '__proto__', 'UNSET'] }) }),
    ]),
}
