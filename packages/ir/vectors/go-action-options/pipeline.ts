import { forever, pipeline } from '@harmont/hm'
import { go } from '@harmont/hm/toolchains'

export default {
  slug: 'vec',
  pipeline: () =>
    pipeline([
      go().test({ label: 'unit', key: 't', timeout: 60, retry: 1, env: { CGO_ENABLED: 0 }, cache: forever() }),
    ]),
}
