import { pipeline } from '@harmont/hm'
import { zig } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () => {
    const tool = zig({ version: '0.15.1', image: 'debian:12' })
    return pipeline([tool.project('a').build(), tool.project('b c').test()])
  },
}
