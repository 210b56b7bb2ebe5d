import { aptBase, pipeline } from '@harmont/hm'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      aptBase({ packages: ['git', 'curl'] }),
      aptBase({ packages: ['jq'], image: 'debian:12', label: 'tools', refresh: '2h' }).sh('make a', { label: 'a' }),
    ]),
}
