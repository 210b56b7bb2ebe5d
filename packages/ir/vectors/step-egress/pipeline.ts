import { pipeline, sh } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      sh('make a', { label: 'a', egress: ['registry.npmjs.org', '*.githubusercontent.com', 'github.com:22'] }),
      sh('make b', { label: 'b', egress: [] }),
      sh('make c', { label: 'c', egress: 'observe' }),
    ]),
}
