import { pipeline } from '@harmont/hm'
import { rust } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([rust.toolchain({ version: '1.81.0', components: [], path: 'api', image: 'debian:12' }).build()]),
}
