import { forever, pipeline } from '@harmont/hm'
import { cmake } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => pipeline([cmake({ path: '.', preset: 'my preset', cache: forever() }).test()]),
}
