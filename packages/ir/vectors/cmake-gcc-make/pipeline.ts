import { pipeline } from '@harmont/hm'
import { cmake } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      cmake({ compiler: 'gcc', generator: 'make', ccache: false, image: 'debian:12' }).project({ path: 'lib' }).test(),
    ]),
}
